"""The examples of the OpenAPI document are real: asked of the sample shop, and of the right shape.

WRITE_EXAMPLES=1 writes src/lookalike/wire/examples.json anew from what the shop answers.
"""

import base64
import csv
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from fastapi.testclient import TestClient
from tests.features import tiny_models

from lookalike import Engine
from lookalike.server.app import create_app
from lookalike.server.described import examples_by_id
from lookalike.server.operation_names import OPERATIONS, TAGS

HERE, SPRING = "/v1/collections/default", "/v1/collections/spring"
FILE = Path(__file__).parents[2] / "src" / "lookalike" / "wire" / "examples.json"
IS_WRITING = os.environ.get("WRITE_EXAMPLES") == "1"
DRESS, OTHER, BAG = "DRE-0014", "DRE-0042", "HAN-0022"
TIME = "2026-01-01T00:00:00Z"
PIN = {"kind": "pin", "skus": [BAG]}
RULE = {"kind": "boost", "amount": 0.2, "where": {"category": "Women > Dresses"}}
LOOK_RULES = [
    {"attribute": "style", "match": "same"},
    {"attribute": "color_family", "match": "complementary"},
    {"attribute": "category", "match": "different"},
]
CATALOG, ENCODER = "/data/catalog.csv", "onnx:/models/shop-encoder.onnx"
PHOTO = "data:image/jpeg;base64,..."
"""What stands in the document; the test sends what there really is."""
SECRET = "lk_abcdefgh_..."
WITHOUT_A_BODY = {"image", "products.delete", "attributes.forget", "looks.forget_slot"} | {
    "looks.forget_type",
    "rules.delete",
    "users.login",
    "keys.revoke",
}


def asked():
    """(operation, method, path, body) in an order in which each finds what it needs."""
    query = {"query": {"type": "product", "product_id": DRESS}, "limit": 2}
    return (
        ("health", "GET", "/v1/health", None),
        ("ready", "GET", "/v1/ready", None),
        ("collections.list", "GET", "/v1/collections", None),
        (
            "buckets.plan",
            "POST",
            f"{SPRING}/connect",
            {"bucket_uri": CATALOG, "dry_run": True},
        ),
        (
            "buckets.connect",
            "POST",
            f"{SPRING}/connect",
            {
                "bucket_uri": CATALOG,
                "extractors": ["image-embedding", "color-extraction", "pattern-detection"],
                "settings": {"product_id_field": "sku"},
                "mode": "full",
            },
        ),
        ("jobs.cancel", "POST", "/v1/jobs/{job}/cancel", None),
        ("jobs.resume", "POST", "/v1/jobs/{job}/resume", None),
        ("jobs.list", "GET", "/v1/jobs?limit=1", None),
        ("jobs.get", "GET", "/v1/jobs/{job}", None),
        ("jobs.problems", "GET", "/v1/jobs/{job}/problems", None),
        ("products.list", "GET", f"{HERE}/products?limit=1", None),
        ("products.get", "GET", f"{HERE}/products/{DRESS}", None),
        ("products.patch", "PATCH", f"{HERE}/products", [{"sku": DRESS, "price": "39.90"}]),
        (
            "products.upsert",
            "PUT",
            f"{HERE}/products/NEW-1",
            {
                "name": "Linen dress",
                "category": "Women > Dresses",
                "price": "59.00",
                "currency": "EUR",
            },
        ),
        ("products.delete", "DELETE", f"{HERE}/products/NEW-1", None),
        ("products.duplicates", "GET", f"{HERE}/duplicates?limit=1", None),
        ("collections.facets", "GET", f"{HERE}/facets", None),
        ("attributes.get", "GET", f"{HERE}/products/{DRESS}/attributes/pattern", None),
        (
            "attributes.decide",
            "PUT",
            f"{HERE}/products/{DRESS}/attributes/pattern",
            {"value": "floral", "by": "anna"},
        ),
        ("attributes.forget", "DELETE", f"{HERE}/products/{DRESS}/attributes/pattern", None),
        ("attributes.conflicts", "GET", f"{HERE}/conflicts?limit=1", None),
        ("attributes.unknown_words", "GET", f"{HERE}/unknown-words", None),
        (
            "retrieve",
            "POST",
            f"{HERE}/retrieve",
            {**query, "filters": {"in_stock": True, "sku": {"$ne": DRESS}}},
        ),
        ("why_not", "POST", f"{HERE}/why-not/{BAG}", query),
        ("match", "GET", f"{HERE}/match?sku={DRESS}&other={OTHER}", None),
        (
            "recommendations.get_complementary",
            "POST",
            f"{HERE}/looks",
            {"product_id": DRESS, "look_type": "outfit", "rules": LOOK_RULES, "limit": 2},
        ),
        (
            "recommendations.from_scene",
            "POST",
            f"{HERE}/looks/scene",
            {"data": PHOTO, "look_type": "outfit", "limit": 1},
        ),
        ("recommendations.quiz", "GET", f"{HERE}/quiz?limit=2", None),
        ("upload", "POST", f"{HERE}/uploads", {"file": "photo.jpg"}),
        ("looks.slots", "GET", f"{HERE}/slots", None),
        ("looks.set_slot", "PUT", f"{HERE}/slots/dress", {"slot": "dress"}),
        ("looks.forget_slot", "DELETE", f"{HERE}/slots/dress", None),
        (
            "looks.set_type",
            "PUT",
            f"{HERE}/look-types/beach",
            {"required": ["dress"], "optional": ["bag"]},
        ),
        ("looks.forget_type", "DELETE", f"{HERE}/look-types/beach", None),
        ("rules.set", "PUT", f"{HERE}/rules/summer", RULE),
        ("rules.get", "GET", f"{HERE}/rules/summer", None),
        ("rules.list", "GET", f"{HERE}/rules", None),
        (
            "rules.preview",
            "POST",
            f"{HERE}/rules/preview",
            {
                "rule": {"name": "hero", "kind": "pin", "skus": [BAG]},
                "anchors": [DRESS],
                "limit": 2,
            },
        ),
        ("rules.delete", "DELETE", f"{HERE}/rules/summer", None),
        (
            "events.record",
            "POST",
            f"{HERE}/events",
            {
                "events": [
                    {
                        "event_id": "e1",
                        "user_id": "user-7",
                        "kind": "save",
                        "product_id": DRESS,
                        "time": TIME,
                    }
                ]
            },
        ),
        (
            "users.update_preferences",
            "POST",
            f"{HERE}/users/user-7/preferences",
            {"interaction": {"product_id": DRESS, "action": "cart"}, "event_id": "e2"},
        ),
        ("users.login", "POST", f"{HERE}/users/user-7/login", {"anonymous_id": "cookie-1"}),
        ("users.feed", "GET", f"{HERE}/users/user-7/feed?limit=2", None),
        ("users.get", "GET", f"{HERE}/users/user-7", None),
        ("users.export", "GET", f"{HERE}/users/user-7/export", None),
        ("users.decide", "POST", f"{HERE}/users/user-7/controls", {"action": "pause"}),
        ("users.erase", "DELETE", f"{HERE}/users/user-7", None),
        ("users.receipts", "GET", f"{HERE}/receipts", None),
        (
            "users.verify",
            "POST",
            f"{HERE}/receipts/verify",
            {"receipt": {"format": "..."}, "user_id": "user-7"},
        ),
        ("image", "GET", "{image}", None),
        (
            "encoders.swap",
            "POST",
            "/v1/collections/spring/swap",
            {"encoder": ENCODER, "compare": 50},
        ),
        ("encoders.rollback", "POST", f"{SPRING}/rollback", {"compare": 50}),
        ("keys.create", "POST", "/v1/keys", {"name": "till", "scopes": ["recommend"]}),
        ("keys.list", "GET", "/v1/keys", None),
        ("keys.rotate", "POST", "/v1/keys/{key}/rotate", {"grace_hours": 24}),
        ("keys.revoke", "DELETE", "/v1/keys/{key}", None),
    )


class Asker:
    """Sends the examples one after the other, with what stands for something put in."""

    def __init__(self, client, shop, folder):
        self.client, self.shop, self.folder = client, shop, folder
        self.found = {"key": "", "job": "", "image": "", "receipt": {}}
        self.photo = (shop.folder / shop.truth[DRESS]["images"][0]["file"]).read_bytes()
        self.catalog, self.encoder = self._few(), self._tiny()

    def ask(self, name, method, path, body):
        for word in ("job", "key", "image"):
            path = path.replace(f"{{{word}}}", self.found[word])
        if name == "jobs.list":
            self.ended()
        if name == "jobs.resume" and self.ended()["state"] == "succeeded":
            self._undone()  # it was quicker than the cancel
        if name == "upload":
            files = {"file": ("photo.jpg", self.photo)}
            answer = self.client.post(path, files=files)
        else:
            answer = self.client.request(method, path, json=self._real(name, body))
        assert answer.status_code < 300, (name, answer.text)
        self._learn(name, answer)
        return answer

    def _undone(self):
        engine, job = self.client.app.state.engine, self.found["job"]
        jobs = engine._parts.collection(engine.job(job).collection).jobs
        jobs.update(job, now=datetime.now(UTC), state="canceled")

    def ended(self):
        while True:
            job = self.client.get(f"/v1/jobs/{self.found['job']}").json()
            if job["state"] not in ("queued", "running", "canceling"):
                return job

    def _learn(self, name, answer):
        told = answer.json() if answer.content and name != "image" else {}
        if name in ("buckets.connect", "encoders.swap", "encoders.rollback"):
            self.found["job"] = told["job_id"]
        if name in ("jobs.cancel", "encoders.swap", "encoders.rollback"):
            self.ended()
        if name == "keys.create":
            self.found["key"] = told["key_id"]
            self.client.headers["Authorization"] = f"Bearer {told['secret']}"
        if name == "products.get":
            self.found["image"] = told["image_url"]
        if name == "users.erase":
            self.found["receipt"] = told

    def _real(self, name, body):
        real = {
            "buckets.connect": {"bucket_uri": self.catalog},
            "buckets.plan": {"bucket_uri": self.catalog},
            "encoders.swap": {"encoder": self.encoder},
            "users.verify": {"receipt": self.found["receipt"]},
            "recommendations.from_scene": {"data": base64.b64encode(self.photo).decode()},
            "keys.create": {"scopes": ["admin"]},
        }
        return {**body, **real[name]} if name in real else body

    def _few(self):
        """A dozen rows, one with a price that is none, so that there is a problem to tell of."""
        with (self.shop.folder / "catalog.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[:12]
        for row in rows:
            row["images"] = "|".join(
                str(self.shop.folder / one) for one in row["images"].split("|")
            )
        rows[3]["price"] = "ask us"
        path = self.folder / "catalog.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    def _tiny(self):
        path = self.folder / "tiny.onnx"
        path.write_bytes(tiny_models.model())
        card = json.loads(tiny_models.card())
        del card["outputs"]["heads"]
        path.with_suffix(".json").write_text(json.dumps(card))
        return f"onnx:{path}"


def short(value, name=""):
    """The same with fewer entries, so that the document stays readable."""
    if isinstance(value, dict):
        kept = list(value.items())[: 3 if name == "probabilities" else None]
        return {name: SECRET if name == "secret" else short(one, name) for name, one in kept}
    if isinstance(value, list):
        is_numbers = value and all(isinstance(one, int | float) for one in value)
        is_of_objects = value and isinstance(value[0], dict | list)
        return [short(one) for one in value[: 4 if is_numbers else 1 if is_of_objects else 2]]
    return round(value, 4) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def asker(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(shop.workspace, folder / "workspace")
    with (
        Engine.open(shop.settings(workspace=str(folder / "workspace"))) as engine,
        TestClient(create_app(engine)) as client,
    ):
        yield Asker(client, shop, folder)


@pytest.fixture(scope="module")
def document(engine):
    return json.loads(json.dumps(create_app(engine).openapi()))


@pytest.fixture(scope="module")
def operations(document):
    """Operation id -> what the document says of it."""
    return {
        told["operationId"]: {**told, "path": path, "method": method}
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    }


def fits(value, schema, document):
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def test_every_example_is_what_the_shop_answers(asker, document, operations):
    made, known = {}, examples_by_id()
    for name, method, path, body in asked():
        answer = asker.ask(name, method, path, body)
        one = made[name] = {"request": body} if body is not None else {}
        if name not in WITHOUT_A_BODY:
            one |= {"status": answer.status_code, "answer": short(answer.json())}
            told = operations[name.replace("buckets.plan", "buckets.connect")]
            content = told["responses"][str(answer.status_code)]["content"]
            fits(answer.json(), content["application/json"]["schema"], document)
    assert {*made} == {"buckets.plan"} | {one.id for one in OPERATIONS.values()}
    if IS_WRITING:
        FILE.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
        return
    for name, one in made.items():
        assert known[name].get("request") == one.get("request"), name
        assert known[name].get("status") == one.get("status"), name
        if isinstance(one.get("answer"), dict):
            assert {*known[name]["answer"]} == {*one["answer"]}, name


def test_every_example_in_the_document_fits_its_shape(document, operations):
    for name, told in operations.items():
        for media, content in told.get("requestBody", {}).get("content", {}).items():
            assert "example" in content, name
            if media == "application/json":
                fits(content["example"], content["schema"], document)
        for status, answer in told["responses"].items():
            content = answer.get("content", {}).get("application/json")
            if content:
                fits(content["example"], content["schema"], document)
                assert len(json.dumps(content["example"])) < 8_000, (name, status)
    for answer in document["components"]["responses"].values():
        for content in answer.get("content", {}).values():
            if "example" in content:
                fits(content["example"], content["schema"], document)


def test_every_operation_is_described(document, operations):
    assert document["openapi"].startswith("3.1")
    assert {*operations} == {one.id for one in OPERATIONS.values()}
    tags = {one["name"] for one in document["tags"]}
    assert tags == {*TAGS} == {tag for told in operations.values() for tag in told["tags"]}
    for name, told in operations.items():
        assert 5 < len(told["summary"]) < 50, name
        assert told["description"].rstrip().endswith("."), name
        assert len(told["description"]) >= 8, name
        for parameter in told["parameters"]:
            assert "$ref" in parameter or parameter["description"], (name, parameter)


def test_statuses_and_headers_are_named_where_they_occur(document, operations):
    for name, told in operations.items():
        statuses = {*told["responses"]}
        assert {"401", "403", "503"} <= statuses, name
        assert ("404" in statuses) == ("{" in told["path"]), name
        if told["method"] != "get":
            assert "413" in statuses, name
        refs = {one["$ref"].rpartition("/")[2] for one in told["parameters"] if "$ref" in one}
        assert ("IfNoneMatch" in refs) == ("304" in statuses), name
        assert ("409" in statuses) >= ("IdempotencyKey" in refs), name
    assert "IdempotencyKey" not in str(operations["keys.create"])  # secrets are kept nowhere
    for answer in document["components"]["responses"].values():
        assert {*answer.get("content", {})} <= {"application/problem+json"}
        for header in answer["headers"].values():
            assert header["$ref"].rpartition("/")[2] in document["components"]["headers"]


def test_documented_headers_are_those_that_come(engine, operations):
    """A tag where one is promised, none where `no-store` is; both ways."""
    client = TestClient(create_app(engine))
    for name, path in (
        ("products.list", f"{HERE}/products?limit=1"),
        ("collections.facets", f"{HERE}/facets"),
        ("recommendations.quiz", f"{HERE}/quiz"),
        ("users.get", f"{HERE}/users/u"),
        ("users.receipts", f"{HERE}/receipts"),
    ):
        answer = client.get(path)
        promised = operations[name]["responses"]["200"]["headers"]
        assert ("ETag" in promised) == ("etag" in answer.headers), name
        assert "X-Request-ID" in promised
        assert "x-request-id" in answer.headers
        if "ETag" in promised:
            again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304, name
