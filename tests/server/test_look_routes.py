"""Looks and slots over HTTP: the recipe's call, and the same answers as in Python."""

import base64
import json
import shutil

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine, LookAnchor, LookRequest, ProductAnchor
from lookalike.server.app import create_app
from lookalike.wire import looks as wire

HERE = "/v1/collections/default"


@pytest.fixture(scope="module")
def client(engine):
    with TestClient(create_app(engine), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def top(shop):
    return next(sku for sku, one in shop.truth.items() if one["slot"] == "top")


def test_looks_are_what_the_engine_gives(client, engine, top):
    body = client.post(f"{HERE}/looks", json={"product_id": top, "looks": 2}).json()
    answer = engine.look(LookRequest((LookAnchor(ProductAnchor(top)),), looks=2))
    assert body == json.loads(json.dumps(wire.looks(answer)))
    assert body["look_total"] == float(body["look_total_exact"])
    assert body["anchor_product"]["sku"] == top


def test_the_recipes_own_call_works(client, top, shop):
    """As published: the product with what `collections.get` gave, a look type, rules and a limit;
    undefined values arrive as null."""
    product = client.get(f"{HERE}/products/{top}").json()
    body = client.post(
        f"{HERE}/looks",
        json={
            "product_id": top,
            "product_embedding": product["image_embedding"],
            "product_attributes": {**product["visual_attributes"], "subcategory": None},
            "look_type": "outfit",
            "rules": [
                {"attribute": "style", "match": "same"},
                {"attribute": "color_family", "match": "complementary"},
                {"attribute": "category", "match": "different"},
            ],
            "limit": 4,
        },
    ).json()
    items = body["complementary_items"]
    assert len(items) == 4
    assert len({one["slot"] for one in items}) == 4
    assert "top" not in {one["slot"] for one in items}
    assert all(one["reason"] and one["image_url"] for one in items)
    prices = [float(shop.truth[one["sku"]]["price"]) for one in body["looks"][0]["pieces"]]
    assert body["look_total"] == pytest.approx(sum(prices))


def test_a_product_that_is_not_in_the_collection_is_given_by_numbers(client, top):
    product = client.get(f"{HERE}/products/{top}").json()
    asked = {
        "product_id": "elsewhere",
        "product_embedding": product["image_embedding"],
        "product_attributes": {"category": "Women > Shirts", "price": 20, "currency": "EUR"},
    }
    body = client.post(f"{HERE}/looks", json=asked).json()
    assert body["anchor_product"]["sku"] == "elsewhere"
    assert body["anchor_product"]["slot"] == "top"
    missing = client.post(f"{HERE}/looks", json={"product_id": "elsewhere"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_an_infeasible_budget_is_an_answer_and_a_wrong_one_an_error(client, top):
    body = client.post(f"{HERE}/looks", json={"product_id": top, "budget": "1"}).json()
    assert body["looks"] == []
    assert body["look_total"] is None
    assert body["infeasible"]["relax"][0]["change"].startswith("raise the budget by")
    wrong = client.post(f"{HERE}/looks", json={"product_id": top, "budget": "much"})
    assert wrong.status_code == 422
    unknown = client.post(f"{HERE}/looks", json={"product_id": top, "limits": 3})
    assert unknown.status_code == 422


def test_slots_are_told_and_set(shop, tmp_path):
    shutil.copytree(shop.workspace, tmp_path / "own")
    with Engine.open(shop.settings(workspace=str(tmp_path / "own"))) as own:
        client = TestClient(create_app(own))
        told = client.get(f"{HERE}/slots").json()
        assert told["products"] == len(shop.truth)
        assert told["unmapped"] == []
        kinds = {one["kind"]: one["slot"] for one in told["kinds"]}
        assert kinds["lamp"] == "light"
        changed = client.put(f"{HERE}/slots/Home > Lamps", json={"slot": "decor"}).json()
        assert changed["set"] == {"home > lamps": "decor"}
        assert client.delete(f"{HERE}/slots/Home > Lamps").status_code == 204
        assert client.delete(f"{HERE}/slots/Home > Lamps").status_code == 404
        made = client.put(f"{HERE}/look-types/nook", json={"required": ["seat", "light"]}).json()
        assert made["look_types"]["nook"] == ["seat", "light"]
        assert (
            client.put(f"{HERE}/look-types/outfit", json={"required": ["top"]}).status_code == 422
        )
        assert client.delete(f"{HERE}/look-types/nook").status_code == 204


def test_a_scene_is_taken_apart(client, shop, top):
    picture = shop.folder / shop.truth[top]["images"][0]["file"]
    data = base64.b64encode(picture.read_bytes()).decode()
    body = client.post(f"{HERE}/looks/scene", json={"data": data, "in_stock": False}).json()
    assert body["parts"]
    assert body["look_total"] == pytest.approx(
        sum(float(shop.truth[one["sku"]]["price"]) for one in body["look"]["pieces"])
    )
    neither = client.post(f"{HERE}/looks/scene", json={})
    assert neither.status_code == 422
