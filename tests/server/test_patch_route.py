"""Prices and stock over HTTP: in bulk, with a result for each row, in the order of versions."""

import shutil

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine
from lookalike.server.app import create_app

HERE = "/v1/collections/default/products"


@pytest.fixture(scope="module")
def client(shop, tmp_path_factory):
    """Over a copy of the indexed sample shop, which these tests change."""
    workspace = tmp_path_factory.mktemp("patched") / "workspace"
    shutil.copytree(shop.workspace, workspace)
    with (
        Engine.open(shop.settings(workspace=str(workspace))) as engine,
        TestClient(create_app(engine), raise_server_exceptions=False) as opened,
    ):
        yield opened


@pytest.fixture
def skus(client):
    return [one["sku"] for one in client.get(f"{HERE}?limit=4").json()["products"]]


def test_each_patch_has_its_result_and_the_next_question_sees_it(client, skus):
    first, second, *_ = skus
    answer = client.patch(
        HERE,
        json=[
            {"sku": first, "price": "1.10", "in_stock": False, "version": 5},
            {"sku": second, "price": "cheap"},
            {"sku": "nobody", "in_stock": True},
            {"sku": first, "price": 9, "version": 4},
        ],
    )
    body = answer.json()
    assert answer.status_code == 200
    assert [one["status"] for one in body["results"]] == [
        "changed", "invalid", "not_found", "stale"
    ]  # fmt: skip
    assert body["counts"] == {"changed": 1, "invalid": 1, "not_found": 1, "stale": 1}
    shown = client.get(f"{HERE}/{first}").json()
    assert (shown["price"], shown["in_stock"]) == (1.1, False)
    cheap = client.get(f"{HERE}?where=price<=1.1").json()["products"]
    assert [one["sku"] for one in cheap] == [first]


def test_a_patch_of_anything_else_is_refused(client, skus):
    assert client.patch(HERE, json=[{"sku": skus[0], "name": "x"}]).status_code == 422
    assert client.patch(HERE, json={"sku": skus[0]}).status_code == 422


def test_an_older_put_or_delete_is_a_conflict(client, skus):
    place = f"{HERE}/{skus[3]}"
    assert client.patch(HERE, json=[{"sku": skus[3], "in_stock": True, "version": 7}]).is_success
    assert client.put(place, json={"name": "old", "version": 6}).status_code == 409
    assert client.delete(f"{place}?version=6").status_code == 409
    assert client.delete(f"{place}?version=7").status_code == 204
