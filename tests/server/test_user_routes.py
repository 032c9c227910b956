"""Events in over HTTP, and no route that says of one user what belongs to another."""

import json
import random
import shutil
import string
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine
from lookalike.server.app import create_app

JSON = {"content-type": "application/json"}
HERE = "/v1/collections/default"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def engine_here(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("users") / "workspace"
    shutil.copytree(shop.workspace, folder)
    with Engine.open(shop.settings(workspace=str(folder))) as opened:
        opened._workspace.collection("second", create=True)
        yield opened


@pytest.fixture(scope="module")
def client(engine_here):
    with TestClient(create_app(engine_here), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def skus(client):
    return [one["sku"] for one in client.get(f"{HERE}/products?limit=40").json()["products"]]


def event(event_id, user_id, sku, kind="save", **more):
    time = (NOW - timedelta(hours=1)).isoformat()
    told = {"event_id": event_id, "user_id": user_id, "kind": kind, "product_id": sku, "time": time}
    return {**told, **more}


def send(client, *events, **options):
    return client.post(f"{HERE}/events", json={"events": list(events)}, **options)


def test_a_batch_is_taken_and_its_bad_events_are_named_by_place(client, skus):
    good, bad = event("b1", "u-batch", skus[0]), event("b2", "u-batch", skus[0], kind="viwe")
    answer = send(client, good, bad, {**good, "kind": "view"}, good)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["repeated"], body["conflicts"]) == (1, 1, 1)
    assert [(one["line"], one["code"]) for one in body["problems"]] == [
        (2, "bad_event"),
        (3, "conflict"),
    ]
    assert answer.headers["cache-control"] == "no-store"


def test_a_batch_of_which_nothing_is_taken_is_an_error(client, skus):
    assert send(client, {"kind": "view"}).status_code == 422
    send(client, event("c1", "u-c", skus[0]))
    other = send(client, event("c1", "u-c", skus[1]))
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    for content in (b"{", b"\xff", b"[" * 100_000):
        assert client.post(f"{HERE}/events", content=content).status_code == 422
    assert client.post(f"{HERE}/events", json=[{}] * 10_001).status_code == 422
    assert client.post("/v1/collections/nowhere/events", json=[]).status_code == 404


def test_a_beacon_and_the_payload_of_ga4_are_taken_as_they_come(client, skus):
    beacon = json.dumps([event("g1", "u-g", skus[0])])
    sent = client.post(f"{HERE}/events", content=beacon, headers={"content-type": "text/plain"})
    assert sent.json()["accepted"] == 1
    payload = {
        "client_id": "u-g.1",
        "events": [{"name": "view_item", "params": {"items": [{"item_id": skus[0]}]}}],
    }
    assert client.post(f"{HERE}/events", json=payload).json()["accepted"] == 1


def test_an_event_counts_in_the_very_next_question(client, skus):
    path = f"{HERE}/users/u-next"
    assert client.get(path).json()["tastes"] == []
    send(client, event("n1", "u-next", skus[3]))
    (taste,) = client.get(path).json()["tastes"]
    assert taste["sku"] == skus[3]


def test_the_recipes_fourth_step_works_as_written(client, skus):
    product = client.get(f"{HERE}/products/{skus[5]}").json()
    embedding = client.get(f"{HERE}/products/{skus[0]}").json()["image_embedding"]
    embedding = {"row": embedding["row"]}
    signals = {
        "embedding": product["image_embedding"],
        "attributes": product["visual_attributes"],
        "weight": 0.7,
    }
    path = f"{HERE}/users/u-recipe"
    assert client.post(f"{path}/preferences", json={"visual_signals": signals}).status_code == 200
    action = {"interaction": {"product_id": skus[6], "action": "add_to_cart"}}
    assert client.post(f"{path}/preferences", json=action).json()["accepted"] == 1
    assert client.get(path).json()["in_cart"] == [skus[6]]
    once = {"visual_signals": signals, "event_id": "retried"}
    for count in ("accepted", "repeated"):
        assert client.post(f"{path}/preferences", json=once).json()[count] == 1
    other = {**once, "visual_signals": {**signals, "weight": 0.1}}
    assert client.post(f"{path}/preferences", json=other).status_code == 409
    for wrong in ({}, {"visual_signals": signals, **action}, {"visual_signals": {"weight": 1}}):
        assert client.post(f"{path}/preferences", json=wrong).status_code == 422


def test_the_rights_of_a_user_in_one_visit(client, skus):
    path = f"{HERE}/users/u-rights"
    send(client, event("r1", "cookie-1", skus[0]), event("r2", "u-rights", skus[1]))
    assert client.post(f"{path}/login", json={"anonymous_id": "cookie-1"}).status_code == 204
    shown = client.get(path).json()
    assert {p["sku"] for t in shown["tastes"] for p in t["products"]} == {skus[0], skus[1]}
    muted = client.post(
        f"{path}/controls", json={"action": "mute", "taste": shown["tastes"][0]["taste"]}
    ).json()
    assert sum(one["is_muted"] for one in muted["tastes"]) == 1
    export = client.get(f"{path}/export").json()
    assert [one["event_id"] for one in export["events"]] == ["r1", "r2"]
    assert [one["action"] for one in export["decisions"]] == ["mute"]
    receipt = client.delete(path).json()
    assert receipt["rows"]["events"] == 2
    check = {"receipt": receipt, "user_id": "u-rights"}
    verified = client.post(f"{HERE}/receipts/verify", json=check).json()
    assert verified == {"is_genuine": True, "is_of": True, "is_gone": True}
    assert receipt in client.get(f"{HERE}/receipts").json()["receipts"]
    assert client.get(f"{path}/export").status_code == 404
    assert client.get(path).json()["tastes"] == []


SECRET = "zebra-4711"


def personal_routes(skus, user_id):
    """Every route with a user in it, as this user would call it."""
    path = f"{HERE}/users/{user_id}"
    product = {"type": "product", "product_id": skus[0]}
    yield "GET", path, None
    yield "GET", f"{path}/export", None
    yield "POST", f"{path}/controls", {"action": "pause"}
    yield "POST", f"{path}/controls", {"action": "resume"}
    yield "POST", f"{path}/controls", {"action": "mute", "taste": skus[7]}
    yield "POST", f"{path}/controls", {"action": "delete", "taste": skus[7]}
    yield "POST", f"{path}/controls", {"action": "reset"}
    yield "POST", f"{path}/login", {"anonymous_id": SECRET}
    yield "POST", f"{path}/preferences", {"interaction": {"product_id": skus[0], "action": "view"}}
    yield "POST", f"{HERE}/events", [event(f"{user_id}-own", user_id, skus[0])]
    yield "POST", f"{HERE}/events", [event("secret-event", user_id, skus[0])]
    yield "POST", f"{HERE}/retrieve", {"query": product, "user_id": user_id}
    query = {"type": "user_preferences", "user_id": user_id}
    yield "POST", f"{HERE}/retrieve", {"query": query, "limit": 40}
    yield "GET", f"{HERE}/receipts", None
    yield "DELETE", path, None


def test_no_route_tells_one_user_of_another(client, skus):
    """A user with telling data, and strangers whose ids are near, or who try to take it over."""
    reason = "because of my own reason"
    hers = [
        event("secret-event", SECRET, skus[7], session_id="secret-session", reason=reason),
        event("secret-event-2", SECRET, "SECRET-SKU", kind="purchase"),
        event("secret-login", SECRET, skus[7], anonymous_id="secret-cookie"),
    ]
    send(client, *hers)
    telling = ("secret", "SECRET-SKU", reason)
    before = client.get(f"{HERE}/users/{SECRET}/export").json()
    strangers = ["zebra-471", "zebra-47110", "Zebra-4711", "zebra-4711%20", "%25", "_ebra-4711"]
    for number, stranger in enumerate([*strangers, "default", "undefined", "null"]):
        for method, path, body in personal_routes(skus, stranger):
            answer = client.request(method, path, json=body)
            text = answer.text.replace("secret-event", "", 1)  # their own word comes back
            assert answer.status_code < 500
            assert not any(word in text for word in telling), (method, path, answer.text)
            if "/users/" in path:
                assert answer.headers["cache-control"] == "no-store" or answer.status_code == 204
        after = client.get(f"{HERE}/users/{SECRET}/export").json()
        assert after == before, (number, stranger)
    elsewhere = f"/v1/collections/second/users/{SECRET}/export"
    assert client.get(elsewhere).status_code == 404
    assert client.delete(f"/v1/collections/second/users/{SECRET}").json()["rows"]["events"] == 0
    assert client.get(f"{HERE}/users/{SECRET}/export").json() == before


def test_an_id_with_a_slash_reaches_no_other_user(client, skus):
    send(client, event("s1", "team", skus[0]), event("s2", "team/export", skus[1]))
    for path in ("team%2Fexport", "team%2fexport/export", "../users/team%2Fexport"):
        answer = client.get(f"{HERE}/users/{path}")
        assert answer.status_code in {200, 404}
        assert "s2" not in answer.text


class Noise:
    """JSON that a broken sender might send: mostly events, with anything in any place."""

    def __init__(self, seed, skus):
        self.rng = random.Random(seed)
        self.skus = skus

    def any_value(self, depth=0):
        rng = self.rng
        simple = (
            lambda: None,
            lambda: rng.choice([True, False]),
            lambda: rng.choice([0, -1, 1, 2**31, 2**63, 10**40, -(10**25)]),
            lambda: rng.choice([0.0, -0.5, 1e308, 1e-320, 1.7e12, float("nan"), float("inf")]),
            lambda: rng.choice(["", " ", "\0", "a\0b", "\ud800", "é" * 300, "💥", "%00", "../.."]),
            lambda: rng.choice(["2026-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"]),
            lambda: "".join(rng.choices(string.printable, k=rng.randrange(12))),
            lambda: rng.choice(self.skus),
        )
        if depth < 3 and rng.random() < 0.25:
            if rng.random() < 0.5:
                return [self.any_value(depth + 1) for _ in range(rng.randrange(4))]
            return {self.key(): self.any_value(depth + 1) for _ in range(rng.randrange(4))}
        return rng.choice(simple)()

    def key(self):
        keys = (
            "event_id user_id kind product_id time anonymous_id request_id position price signal "
            "name event eventType type event_name params properties items products productDetails "
            "product id sku item_id userId anonymousId client_id visitorId timestamp messageId "
            "ecommerce purchaseTransaction transaction_id event_params key value rows embedding "
            "attributes weight events batch currency reason session_id raw_name userInfo"
        )
        return self.rng.choice(keys.split())

    def event(self):
        rng = self.rng
        good = [
            event(f"f{rng.randrange(3000)}", f"fuzz-{rng.randrange(9)}", rng.choice(self.skus)),
            {
                "type": "track",
                "event": rng.choice(["Product Viewed", "Order Completed", "Product Added"]),
                "userId": "fuzz-1",
                "anonymousId": f"fuzz-anonymous-{rng.randrange(5)}",
                "timestamp": NOW.isoformat(),
                "properties": {"products": [{"product_id": rng.choice(self.skus)}]},
            },
            {
                "event_name": rng.choice(["view_item", "purchase", "refund", "login"]),
                "event_timestamp": int(NOW.timestamp() * 1e6),
                "user_pseudo_id": "fuzz-2",
                "items": [{"item_id": rng.choice(self.skus)}],
            },
            event("p", "fuzz-3", None, kind="preference", signal={"rows": [[0.5]], "weight": 0.5}),
        ]
        one = rng.choice(good)
        for _ in range(rng.choice([0, 1, 1, 2, 5])):
            place = one
            while rng.random() < 0.5:
                inner = [value for value in place.values() if isinstance(value, dict)]
                place = rng.choice(inner) if inner else place
                if not inner:
                    break
            name = rng.choice([*place, self.key()]) if place else self.key()
            place[name] = self.any_value()
        return one if rng.random() < 0.97 else self.any_value()


def fuzz(client, skus, *, count, seed):
    noise = Noise(seed, skus)
    accepted = refused = 0
    while count > 0:
        size = noise.rng.choice([1, 1, 3, 20, 100])
        count -= size
        content = json.dumps([noise.event() for _ in range(size)])
        answer = client.post(f"{HERE}/events", content=content)
        assert answer.status_code in {200, 409, 422}, (answer.status_code, content[:2000])
        body = answer.json()
        accepted += body.get("accepted", 0)
        refused += len(body.get("problems", [])) or answer.status_code != 200
    for number in range(9):
        for path in (f"fuzz-{number}", f"fuzz-{number}/export"):
            assert client.get(f"{HERE}/users/{path}").status_code in {200, 404}
    assert accepted > 0
    assert refused > 0


def test_fuzzed_events_never_fail_the_server(client, skus):
    fuzz(client, skus, count=10_000, seed=3)


ODD = (None, True, -1, 10**40, float("nan"), "", "é\0\ud800", [], [{}], {}, {"a": [1]})


def with_odd_values(body):
    """The body with each value in it, however deep, replaced by each odd one in turn."""
    for key, value in body.items():
        for odd in ODD:
            yield {**body, key: odd}
        if isinstance(value, dict):
            yield from ({**body, key: inner} for inner in with_odd_values(value))


def test_broken_bodies_never_fail_the_routes_of_a_user(client, skus):
    path = f"{HERE}/users/fuzz-body"
    send(client, event("body-1", "fuzz-body", skus[0]))
    receipt = client.delete(f"{HERE}/users/fuzz-nobody").json()
    embedding = client.get(f"{HERE}/products/{skus[0]}").json()["image_embedding"]
    embedding = {"row": embedding["row"]}
    signals = {"embedding": embedding, "attributes": {"color": "red"}, "weight": 0.5}
    good = [
        (f"{path}/controls", {"action": "mute", "taste": skus[0]}),
        (f"{path}/login", {"anonymous_id": "fuzz-cookie"}),
        (f"{path}/preferences", {"visual_signals": signals, "event_id": "p-1"}),
        (f"{path}/preferences", {"interaction": {"product_id": skus[0], "action": "view"}}),
        (f"{HERE}/receipts/verify", {"receipt": receipt, "user_id": "fuzz-nobody"}),
    ]
    for route, body in good:
        for sent in with_odd_values(body):
            answer = client.post(route, content=json.dumps(sent), headers=JSON)
            assert answer.status_code < 500, (route, sent)
    for route, body in good:
        body.pop("event_id", None)  # taken by an odd one
        assert client.post(route, json=body).status_code < 300 or "mute" in str(body)
