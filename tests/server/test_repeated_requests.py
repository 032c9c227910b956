"""Idempotency-Key over HTTP: done once, answered alike; and what may be kept of every answer."""

import asyncio
import shutil
import threading
import uuid

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from lookalike import Engine
from lookalike.server.app import create_app
from lookalike.server.idempotency import MOST_KEPT_BYTES, READING, Idempotency, caller_of

HERE = "/v1/collections/default"


@pytest.fixture(scope="module")
def workspace(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("repeated") / "workspace"
    shutil.copytree(shop.workspace, folder)
    return folder


@pytest.fixture(scope="module")
def own(shop, workspace):
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(own):
    with TestClient(create_app(own), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def sku(shop):
    return sorted(shop.truth)[0]


@pytest.fixture
def key():
    return {"Idempotency-Key": uuid.uuid4().hex}


def is_replayed(answer):
    return answer.headers.get("idempotency-replayed") == "true"


def same(one, other):
    return (one.status_code, one.content, one.headers["content-type"]) == (
        other.status_code,
        other.content,
        other.headers["content-type"],
    )


def test_a_job_is_started_once_however_often_it_is_asked_for(client, shop, key):
    jobs = len(client.get("/v1/jobs?limit=100").json()["jobs"])
    body = {"bucket_uri": shop.catalog}
    first = client.post(f"{HERE}/connect", json=body, headers=key)
    again = [client.post(f"{HERE}/connect", json=body, headers=key) for _ in range(3)]
    assert first.status_code == 202
    assert not is_replayed(first)
    assert all(same(one, first) and is_replayed(one) for one in again)
    assert "content-security-policy" in again[0].headers
    assert len(client.get("/v1/jobs?limit=100").json()["jobs"]) == jobs + 1


def test_the_key_of_another_request_is_refused_whatever_part_of_it_differs(client, sku, key):
    path = f"{HERE}/products/{sku}/attributes/pattern"
    assert client.put(path, json={"value": "floral"}, headers=key).status_code == 200
    others = [
        client.put(path, json={"value": "striped"}, headers=key),
        client.put(f"{path}?a=1", json={"value": "floral"}, headers=key),
        client.delete(path, headers=key),
        client.put(
            f"{HERE}/products/{sku}/attributes/style", json={"value": "floral"}, headers=key
        ),
    ]
    for one in others:
        assert (one.status_code, one.json()["code"]) == (422, "idempotency_key_reused")
    quoted = {"Idempotency-Key": f'"{key["Idempotency-Key"]}"'}  # as the draft writes it
    assert is_replayed(client.put(path, json={"value": "floral"}, headers=quoted))
    stranger = {**key, "Authorization": "Bearer other"}
    assert not is_replayed(client.put(path, json={"value": "floral"}, headers=stranger))


def test_a_deletion_sent_twice_says_twice_that_it_was_done(client, key):
    client.put(f"{HERE}/products/short-lived", json={"name": "x"})
    for replayed in (False, True):
        answer = client.delete(f"{HERE}/products/short-lived", headers=key)
        assert (answer.status_code, is_replayed(answer)) == (204, replayed)
    assert client.delete(f"{HERE}/products/short-lived").status_code == 404


def test_of_requests_that_come_together_one_is_carried_out(client, own):
    key, answers, ready = {"Idempotency-Key": "together"}, [], threading.Barrier(8)
    event = {"kind": "save", "product_id": "p"}

    def send():
        ready.wait()
        answers.append(
            client.post(
                f"{HERE}/users/many/preferences",
                json={"interaction": {"product_id": event["product_id"], "action": "save"}},
                headers=key,
            )
        )

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [one for one in answers if one.status_code == 200]
    waiting = [one for one in answers if one.status_code == 409]
    assert len(done) + len(waiting) == 8
    assert sum(not is_replayed(one) for one in done) == 1
    assert all(one.json()["code"] == "request_in_progress" for one in waiting)
    assert all(int(one.headers["retry-after"]) >= 1 for one in waiting)
    assert len(own.users().export("many").events) == 1


def test_a_signal_counts_once_even_when_its_answer_was_never_kept(client, own):
    """As after a kill between doing and keeping: the claim is gone, the signal is there."""
    body = {"interaction": {"product_id": "p", "action": "save"}}
    key = {"Idempotency-Key": "killed in between"}
    first = client.post(f"{HERE}/users/killed/preferences", json=body, headers=key)
    assert first.json()["accepted"] == 1
    own.users().erase("nobody-at-all-here")
    answers = own.kept_answers
    with answers._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM kept_answers")
    again = client.post(f"{HERE}/users/killed/preferences", json=body, headers=key)
    assert not is_replayed(again)
    assert (again.json()["accepted"], again.json()["repeated"]) == (0, 1)


def test_answers_survive_a_restart(shop, workspace, client, key):
    body = {"value": "floral"}
    path = f"{HERE}/products/{sorted(shop.truth)[1]}/attributes/pattern"
    first = client.put(path, json=body, headers=key)
    with (
        Engine.open(shop.settings(workspace=str(workspace))) as later,
        TestClient(create_app(later)) as restarted,
    ):
        again = restarted.put(path, json=body, headers=key)
    assert same(first, again)
    assert is_replayed(again)


def test_an_upload_sent_twice_is_one_though_its_form_is_drawn_anew(client, shop, sku, key):
    data = (shop.folder / shop.truth[sku]["images"][0]["file"]).read_bytes()
    ids = {
        client.post(f"{HERE}/uploads", files={"file": ("a.jpg", data)}, headers=key).json()[
            "upload_id"
        ]
        for _ in range(2)
    }
    assert len(ids) == 1


def test_what_can_never_work_is_answered_alike_and_what_may_work_later_is_tried_again(
    client, sku, key
):
    for replayed in (False, True):
        answer = client.put(f"{HERE}/products/{sku}", json={"nonsense": 1}, headers=key)
        assert (answer.status_code, is_replayed(answer)) == (422, replayed)
    conflict = {"Idempotency-Key": "a conflict"}
    job = client.get("/v1/jobs").json()["jobs"][-1]["job_id"]
    for _ in range(2):
        answer = client.post(f"/v1/jobs/{job}/cancel", headers=conflict)
        assert (answer.status_code, is_replayed(answer)) == (409, False)


@pytest.mark.parametrize("bad", ["", '""', "a" * 256, "caf\u00e9"])
def test_a_key_that_is_none_is_refused(client, bad):
    headers = {"Idempotency-Key": bad.encode("latin-1")}
    answer = client.post(f"{HERE}/events", json=[], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_routes_that_only_read_do_not_look_at_the_key(client, sku, key):
    for _ in range(2):
        answer = client.post(f"{HERE}/retrieve", json={"query": {"product_id": sku}}, headers=key)
        assert (answer.status_code, is_replayed(answer)) == (200, False)


@pytest.fixture
def other_routes(own):
    """Routes of a kind that the product has none of yet."""
    app, calls = FastAPI(), []

    @app.post("/v1/large")
    def large():
        calls.append(1)
        return "x" * MOST_KEPT_BYTES

    @app.post("/v1/broken")
    def broken():
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError
        return "mended"

    app.add_middleware(Idempotency, engine=own)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened, calls


def test_a_secret_is_kept_nowhere(shop, workspace, tmp_path, key):
    folder = tmp_path / "workspace"
    shutil.copytree(workspace, folder)
    with (
        Engine.open(shop.settings(workspace=str(folder))) as engine,
        TestClient(create_app(engine)) as client,
    ):
        body = {"name": "first", "scopes": ["admin"]}
        made = client.post("/v1/keys", json=body, headers=key).json()
        admin = {"Authorization": f"Bearer {made['secret']}", **key}
        turned = client.post(f"/v1/keys/{made['key_id']}/rotate", json={}, headers=admin).json()
    for secret in (made["secret"], turned["secret"]):
        assert not [one for one in folder.rglob("*") if one.is_file() and secret.encode() in
                    one.read_bytes()]  # fmt: skip


def test_two_users_of_one_page_do_not_share_an_answer():
    def of(**headers):
        found = [(name.encode(), value.encode()) for name, value in headers.items()]
        return caller_of({"type": "http", "headers": found})

    anna, bert = ({"authorization": "Bearer page", "lookalike-user": one} for one in ("a", "b"))
    assert len({of(), of(**anna), of(**bert), of(authorization="Bearer page")}) == 4
    assert of(**anna) == of(**anna)


def test_an_answer_too_large_to_keep_is_not_given_twice_but_nothing_is_done_twice(
    other_routes, key
):
    opened, calls = other_routes
    assert len(opened.post("/v1/large", headers=key).content) > MOST_KEPT_BYTES
    again = opened.post("/v1/large", headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "answer_not_kept")
    assert len(calls) == 1


def test_what_failed_inside_may_be_tried_again(other_routes, key):
    opened, calls = other_routes
    assert opened.post("/v1/broken", headers=key).status_code == 500
    assert opened.post("/v1/broken", headers=key).json() == "mended"
    assert is_replayed(opened.post("/v1/broken", headers=key))
    assert len(calls) == 2


# What may be kept of an answer.


def asked_for(client, shop, sku):
    """A request for every route that reads, by method and path as OpenAPI names them."""
    image = client.get(f"{HERE}/products/{sku}").json()["images"][0]["hash"]
    job = client.get("/v1/jobs").json()["jobs"][0]["job_id"]
    other = sorted(shop.truth)[1]
    question = {"query": {"product_id": sku}}
    named = {
        "{collection_id}": "default",
        "{sku}": sku,
        "{name}": "pattern",
        "{image_hash}": image,
        "{job_id}": job,
        "{user_id}": "u",
    }
    bodies = {"retrieve": question, "looks": {"product_id": sku}, "why-not": question}
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        place = path
        for name, value in named.items():
            place = place.replace(name, value)
        if "get" in methods:
            params = {"sku": sku, "other": other} if path.endswith("/match") else {}
            yield path, client.build_request("GET", place, params=params)
        elif READING.fullmatch(place):
            last = next((one for one in bodies if f"/{one}" in place), None)
            if last is not None and not place.endswith("/scene"):
                yield path, client.build_request("POST", place, json=bodies[last])


def test_every_answer_has_a_tag_or_is_kept_by_nobody(client, shop, sku):
    seen, tagged = set(), set()
    for path, request in asked_for(client, shop, sku):
        answer = client.send(request)
        assert answer.status_code in (200, 404), (path, answer.text[:300])
        is_kept = "no-store" not in answer.headers["cache-control"]
        assert is_kept == ("etag" in answer.headers), path
        seen.add(path)
        if not is_kept:
            continue
        tagged.add(path)
        same_again = client.send(request)
        if "/health" not in path:
            assert same_again.headers["etag"] == answer.headers["etag"], path
            assert same_again.content == answer.content
        if request.method == "GET":
            request.headers["If-None-Match"] = f'"x", W/{answer.headers["etag"]}'
            unchanged = client.send(request)
            assert (unchanged.status_code, unchanged.content) == (304, b""), path
            assert unchanged.headers["etag"] == answer.headers["etag"]
            assert unchanged.headers["cache-control"] == answer.headers["cache-control"]
    assert len(seen) > 20
    personal = {path for path in seen if "/users/" in path or path.endswith("/receipts")}
    assert personal
    assert not personal & tagged
    at_least = {"products", "facets", "slots", "retrieve", "looks", "match", "quiz", "conflicts"}
    assert at_least <= {path.rpartition("/")[2] for path in tagged}


def test_a_change_changes_the_tag(client, sku):
    for place in (f"{HERE}/products/{sku}", f"{HERE}/products", f"{HERE}/facets"):
        before = client.get(place).headers["etag"]
        client.put(f"{HERE}/products/tagged", json={"name": "x", "category": place})
        client.patch(f"{HERE}/products", json=[{"sku": sku, "price": str(len(place))}])
        again = client.get(place, headers={"If-None-Match": before})
        assert again.status_code == (304 if place.endswith("facets") else 200)


def test_a_picture_may_be_kept_for_ever_by_its_hash(client, sku):
    image = client.get(f"{HERE}/products/{sku}").json()["images"][0]
    answer = client.get(image["url"])
    assert answer.headers["etag"] == f'"{image["hash"]}"'
    assert "immutable" in answer.headers["cache-control"]
    unchanged = client.get(image["url"], headers={"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_an_answer_whose_time_was_short_is_kept_by_nobody(client, sku):
    body = {"query": {"product_id": sku}, "limit": 40, "time_budget_ms": 1}
    answer = client.post(f"{HERE}/retrieve", json=body)
    assert len(answer.json()["recommendations"]) == 40
    assert any(note.startswith("time_budget:") for note in answer.json()["degraded"])
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    whole = client.post(f"{HERE}/retrieve", json={**body, "time_budget_ms": 600_000})
    assert whole.json()["degraded"] == []
    assert "etag" in whole.headers


def test_a_change_is_kept_by_nobody(client):
    answer = client.put(f"{HERE}/products/changed", json={"name": "x"})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_who_hangs_up_in_the_middle_of_a_request_asked_for_nothing(own):
    asked = [
        {"type": "http.request", "body": b'{"value": ', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def app(*_):
        raise AssertionError

    async def receive():
        return asked.pop(0)

    scope = {
        "type": "http",
        "method": "PUT",
        "path": "/v1/x",
        "query_string": b"",
        "headers": [(b"idempotency-key", b"hung up")],
    }
    asyncio.run(Idempotency(app, engine=own)(scope, receive, app))
    assert asked == []
