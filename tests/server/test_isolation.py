"""Nothing crosses collections: every route of the service, asked with a key of another shop."""

import csv
import itertools
import json

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine, Settings
from lookalike.domain.access import Grants, scopes_of
from lookalike.server.app import create_app

REFUSED = {401, 403, 404, 422}
SCOPES = ("admin", "catalog", "recommend", "events", "users", "storefront")


@pytest.fixture(scope="module")
def two_shops(drawn_shop, tmp_path_factory):
    """The collections `mine` and `theirs`, with other products, users, runs, problems, receipts."""
    folder = tmp_path_factory.mktemp("two-shops")
    with (drawn_shop / "catalog.csv").open() as file:
        rows = list(csv.DictReader(file))
    settings = Settings.load({"workspace": str(folder / "workspace"), "collection": "theirs"})
    with Engine.open(settings) as engine:
        for name, some in (("mine", rows[:5]), ("theirs", rows[5:11])):
            told = [
                {**row, "sku": f"{name.upper()}-{number}", "name": f"Secret of {name} {number}"}
                for number, row in enumerate(some)
            ]
            told.append({**told[0], "sku": f"{name.upper()}-BROKEN", "price": f"broken-{name}"})
            catalog = folder / f"{name}.csv"
            with catalog.open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(told)
            engine.index(str(catalog), images=str(drawn_shop), collection=name)
            users = engine.users(collection=name)
            for user in (f"user-of-{name}", f"erased-of-{name}"):
                users.update_preferences(user, interaction=(f"{name.upper()}-1", "save"))
            users.erase(f"erased-of-{name}")
            (first, *_) = engine.products(collection=name).products
            picture, _ = engine.image(first["images"][0]["hash"], collection=name)
            engine.upload(picture, collection=name)
        yield engine


@pytest.fixture(scope="module")
def facts(two_shops):
    """What belongs to each collection and may be seen by nobody else."""
    return {name: _facts(two_shops, name) for name in ("mine", "theirs")}


def _facts(engine, name):
    page = engine.products(collection=name).products
    (job, *_) = engine.jobs(collection=name)
    (receipt,) = engine.users(collection=name).receipts()
    return {
        "skus": [str(one["sku"]) for one in page],
        "names": [str(one["name"]) for one in page],
        "hashes": [image["hash"] for one in page for image in one["images"]],
        "jobs": [job.id],
        "users": [f"user-of-{name}"],
        "problems": [f"broken-{name}"],
        "receipts": [receipt.pseudonym, receipt.signature],
    }


@pytest.fixture(scope="module")
def client(two_shops):
    made = {}
    for scope in SCOPES:
        origins = ("https://shop.example",) if scope == "storefront" else ()
        grants = Grants(scopes_of([scope]), ("mine",), origins)
        made[scope] = two_shops.access.create(scope, grants).secret
    with TestClient(create_app(two_shops), raise_server_exceptions=False) as opened:
        opened.secrets = made
        yield opened


def described(client):
    for path, methods in sorted(client.get("/openapi.json").json()["paths"].items()):
        for method in methods:
            yield method, path


def hidden(facts, sent):
    """What must not be in an answer: all of `theirs` that the caller did not say themselves."""
    values = itertools.chain(*facts["theirs"].values())
    return [value for value in values if value not in sent]


def filled(path, collection, theirs, key_id="none"):
    values = {
        "collection_id": collection,
        "sku": theirs["skus"][0],
        "user_id": theirs["users"][0],
        "job_id": theirs["jobs"][0],
        "image_hash": theirs["hashes"][0],
        "name": "color_family",
        "kind": "dress",
        "key_id": key_id,
    }
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"fill in {path}"
    return path


def bodies(path, theirs):
    """Bodies that are right, so that only the key stands between the caller and the answer."""
    query = {"type": "product", "product_id": theirs["skus"][0]}
    yield None
    yield {"query": query}
    yield {"product_id": theirs["skus"][0], "user_id": theirs["users"][0]}
    yield {"query": {"type": "user_preferences", "user_id": theirs["users"][0]}}
    yield {"query": {"type": "image", "upload_id": theirs["hashes"][0]}}
    yield {"action": "reset", "anonymous_id": theirs["users"][0], "value": "red", "slot": "top"}
    if path.endswith("/products"):
        yield [{"sku": theirs["skus"][0], "price": 1}]


@pytest.mark.parametrize("scope", [*SCOPES, None])
def test_a_key_of_one_collection_gets_nothing_of_another_by_any_route(client, facts, scope):
    theirs = facts["theirs"]
    headers = {"Authorization": f"Bearer {client.secrets[scope]}"} if scope else {}
    asked = 0
    for method, path in described(client):
        for collection in ("theirs", "mine"):
            where = filled(path, collection, theirs)
            for body in bodies(path, theirs) if method in ("post", "put", "patch") else (None,):
                params = {"sku": theirs["skus"][0], "other": theirs["skus"][1]}
                got = client.request(
                    method,
                    where,
                    json=body,
                    headers=headers,
                    params=params if "match" in path else {},
                )
                asked += 1
                assert got.status_code < 500, (method, where, got.text)
                is_open = path.endswith("/images/{image_hash}") and scope is None
                if collection == "theirs" and "{collection_id}" in path and not is_open:
                    assert got.status_code in {401, 403}, (method, where, got.status_code)
                if "{job_id}" in path:
                    assert got.status_code in REFUSED
                sent = where + json.dumps(body) + json.dumps(params)
                for value in () if is_open else hidden(facts, sent):
                    assert value not in got.text, (method, where, value)
                    assert value.encode() not in str(got.headers).encode()
    assert asked > 150


def test_the_same_routes_do_answer_the_shop_itself(client, facts):
    """The test above would pass on a service that refuses everything."""
    mine = facts["mine"]
    answered = set()
    for method, path in described(client):
        if method == "delete" or path.endswith(("/swap", "/rollback", "/connect", "/login")):
            continue
        where = filled(path, "mine", mine)
        for scope in SCOPES:
            headers = {"Authorization": f"Bearer {client.secrets[scope]}"}
            for body in bodies(path, mine) if method in ("post", "put", "patch") else (None,):
                got = client.request(method, where, json=body, headers=headers)
                if got.is_success:
                    answered.add(path.replace("/v1/collections/{collection_id}", ""))
    assert answered >= {
        "/products", "/products/{sku}", "/facets", "/retrieve", "/looks", "/quiz", "/receipts",
        "/users/{user_id}", "/users/{user_id}/feed", "/users/{user_id}/export", "/conflicts",
        "/images/{image_hash}", "/v1/jobs", "/v1/jobs/{job_id}", "/v1/jobs/{job_id}/problems",
        "/v1/health", "/v1/collections",
    }  # fmt: skip


def test_lists_over_collections_leave_out_what_the_caller_may_not_see(client, facts):
    headers = {"Authorization": f"Bearer {client.secrets['catalog']}"}

    def get(path):
        return client.get(path, headers=headers).json()

    assert [one["collection_id"] for one in get("/v1/collections")["collections"]] == ["mine"]
    assert list(get("/v1/health")["collections"]) == ["mine"]
    assert {one["collection_id"] for one in get("/v1/jobs")["jobs"]} == {"mine"}
    assert client.get("/v1/health").json()["collections"] == {}


def test_a_collection_that_is_there_and_one_that_is_not_are_refused_alike(client):
    """Whoever may not see a collection does not learn whether it exists, nor what others are."""
    for scope in SCOPES:
        headers = {"Authorization": f"Bearer {client.secrets[scope]}"}
        for method, path in described(client):
            if "{collection_id}" not in path:
                continue
            told = []
            for name in ("theirs", "nobody"):
                values = {"skus": ["x"], "users": ["x"], "jobs": ["x"], "hashes": ["x"]}
                got = client.request(method, filled(path, name, values), headers=headers)
                told.append((got.status_code, got.text.replace(name, "NAME")))
            assert told[0] == told[1]


def test_a_key_for_a_collection_that_is_not_there_yet_hears_of_no_others(two_shops, client):
    made = two_shops.access.create("early", Grants(scopes_of(["catalog"]), ("thiers",)))
    got = client.get(
        "/v1/collections/thiers/products", headers={"Authorization": f"Bearer {made.secret}"}
    )
    assert got.status_code == 404
    assert "theirs" not in got.text
    job = client.get("/v1/jobs/none", headers={"Authorization": f"Bearer {made.secret}"})
    other = client.get(
        f"/v1/jobs/{two_shops.jobs(collection='theirs')[0].id}",
        headers={"Authorization": f"Bearer {made.secret}"},
    )
    assert job.status_code == other.status_code == 404
    assert set(job.json()) == set(other.json())
    assert job.json()["hint"] == other.json()["hint"]


def test_the_same_photo_sent_to_one_shop_is_not_there_for_another(client, facts, drawn_shop):
    headers = {"Authorization": f"Bearer {client.secrets['recommend']}"}
    asked = {"query": {"type": "image", "upload_id": facts["theirs"]["hashes"][0]}}
    got = client.post("/v1/collections/mine/retrieve", json=asked, headers=headers)
    assert got.status_code == 404
