"""Why a product is absent and where two match, over HTTP and from the command line."""

import json
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient

from lookalike import ProductAnchor, Retrieval
from lookalike.server.app import create_app

HERE = "/v1/collections/default"
RUN = "from lookalike.cli.main import main; main()"


@pytest.fixture(scope="module")
def client(engine):
    with TestClient(create_app(engine), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def pair(engine):
    sku = engine.products(limit=1).products[0]["sku"]
    shown = engine.similar(Retrieval(ProductAnchor(sku), limit=1))
    return sku, shown.recommendations[0].sku


def run(shop, *arguments):
    return subprocess.run(
        [sys.executable, "-c", RUN, "--workspace", str(shop.workspace), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def test_why_not_says_the_same_everywhere(client, shop, pair):
    sku, other = pair
    body = {"query": {"product_id": sku}, "filters": {"price": {"$lt": 0.01}}}
    over_http = client.post(f"{HERE}/why-not/{other}", json=body).json()
    assert over_http["verdict"] == "filtered"
    assert "price < 0.01" in over_http["reason"]
    told = run(shop, "why-not", sku, other, "--where", "price<0.01", "--json")
    assert json.loads(told) == over_http
    assert "shown" in run(shop, "why-not", sku, other)


def test_a_match_is_numbers_or_a_picture(client, shop, pair, tmp_path):
    sku, other = pair
    numbers = client.get(f"{HERE}/match?sku={sku}&other={other}").json()
    assert sum(map(sum, numbers["anchor"])) == pytest.approx(numbers["similarity"], abs=1e-6)
    picture = client.get(f"{HERE}/match?sku={sku}&other={other}&format=png")
    assert picture.headers["content-type"] == "image/png"
    out = tmp_path / "match.png"
    assert json.loads(run(shop, "match", sku, other, "--json", "--out", str(out))) == numbers
    assert out.read_bytes() == picture.content


def test_unknown_products_are_not_found(client, pair):
    sku, _ = pair
    assert client.get(f"{HERE}/match?sku={sku}&other=none").status_code == 404
    assert (
        client.post(f"{HERE}/why-not/none", json={"query": {"product_id": sku}}).status_code == 404
    )
