"""What is too large, too deep or too long is refused with what to do; nothing is a 500."""

import json
import shutil

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine, ProductAnchor, Retrieval
from lookalike.domain.product import Product
from lookalike.journeys.search import answer_size, find_similar
from lookalike.server.app import create_app
from lookalike.wire.bounds import shallow

HERE = "/v1/collections/default"


@pytest.fixture(scope="module")
def own(shop, tmp_path_factory):
    """Over a copy of the indexed sample shop, which these tests change."""
    workspace = tmp_path_factory.mktemp("limited") / "workspace"
    shutil.copytree(shop.workspace, workspace)
    settings = shop.settings(workspace=str(workspace), max_request_mb=1)
    with Engine.open(settings) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(own):
    with TestClient(create_app(own), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def sku(shop):
    return sorted(shop.truth)[0]


def chunks(count):
    for _ in range(count):
        yield b" " * 65_536


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["code"] == code
    return answer.json()


@pytest.mark.parametrize("path", ["retrieve", "events", "uploads", "connect", "looks"])
def test_a_body_is_counted_as_it_comes_whether_or_not_it_says_how_large_it_is(client, path):
    is_form = path == "uploads"
    headers = {"content-type": "multipart/form-data; boundary=x" if is_form else "application/json"}
    for body in (b" " * (1 << 20) + b" ", chunks(17)):
        said = problem(
            client.post(f"{HERE}/{path}", content=body, headers=headers), 413, "too_large"
        )
        assert "1 MB" in said["detail"]
        assert "max_request_mb" in said["hint"]


def test_a_body_too_large_under_a_key_is_refused_and_the_key_stays_free(client):
    headers = {"Idempotency-Key": "large", "content-type": "application/json"}
    problem(client.post(f"{HERE}/connect", content=chunks(17), headers=headers), 413, "too_large")
    answer = client.post(f"{HERE}/connect", json={"bucket_uri": "/nowhere"}, headers=headers)
    assert answer.json()["code"] != "idempotency_key_reused"


def test_a_body_within_the_limit_may_come_in_pieces(client, sku):
    asked = json.dumps({"query": {"product_id": sku}}).encode()
    pieces = (asked[place : place + 7] for place in range(0, len(asked), 7))
    headers = {"content-type": "application/json"}
    assert client.post(f"{HERE}/retrieve", content=pieces, headers=headers).status_code == 200


def test_long_queries_and_headers_are_refused(client):
    problem(client.get(f"{HERE}/products?where={'a' * 17_000}"), 414, "too_large")
    problem(client.get("/v1/health", headers={"x-a": "a" * 33_000}), 431, "too_large")
    many = {f"x-{number}": "a" for number in range(101)}
    problem(client.get("/v1/health", headers=many), 431, "too_large")


def deep(depth):
    return '{"a":' * depth + "1" + "}" * depth


def deep_list(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [33, 250, 900, 980, 1_000, 5_000, 100_000])
@pytest.mark.parametrize("nested", [deep, deep_list])
def test_however_deep_json_lies_it_is_a_bad_request(client, sku, depth, nested):
    inner = nested(depth)
    parts = '{"type":"mix","parts":[{"query":' * min(depth, 9_000)
    bodies = [
        ("POST", "retrieve", inner),
        ("POST", "retrieve", f'{{"query":{{"product_id":"{sku}"}},"filters":{inner}}}'),
        ("POST", "retrieve", f'{{"query":{{"type":"image","embedding":{inner}}}}}'),
        ("POST", "retrieve", f'{{"query":{parts}{{}}{"}]}" * min(depth, 9_000)}}}'),
        ("PUT", "products/new", f'{{"extra":{{"a":{inner}}}}}'),
        ("POST", "events", inner),
        ("POST", "looks", f'{{"product_id":"{sku}","product_attributes":{{"a":{inner}}}}}'),
        ("POST", "users/u/preferences", f'{{"visual_signals":{{"attributes":{{"a":{inner}}}}}}}'),
        ("POST", "receipts/verify", f'{{"receipt":{{"a":{inner}}}}}'),
    ]
    for method, path, body in bodies:
        headers = {"content-type": "application/json"}
        answer = client.request(method, f"{HERE}/{path}", content=body, headers=headers)
        assert answer.status_code in (400, 413, 422), (path, answer.text[:200])
        assert answer.headers["content-type"] == "application/problem+json"


def test_json_may_lie_32_levels_deep():
    assert shallow(json.loads(deep(32))) == json.loads(deep(32))
    assert shallow({"a": list(range(100_000))})
    for nested in (deep(33), f'{{"a":{deep_list(32)}}}'):
        with pytest.raises(ValueError, match="32 levels"):
            shallow(json.loads(nested))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exclude", ["a"] * 10_001),
        ("return_fields", ["a"] * 101),
        ("weights", {f"c{number}": 1 for number in range(101)}),
        ("max_per", {f"c{number}": 1 for number in range(101)}),
        ("filters", {"$or": [{"brand": "a"}] * 1_001}),
        ("filters", {"$and": [{"brand": {"$in": ["a"] * 600}}, {"sku": {"$in": ["b"] * 600}}]}),
    ],
)
def test_lists_of_a_question_are_bounded(client, sku, field, value):
    body = {"query": {"product_id": sku}, field: value}
    problem(client.post(f"{HERE}/retrieve", json=body), 422, "invalid_input")


def test_clauses_and_rows_are_bounded(client):
    many = "&".join(["where=in_stock"] * 101)
    problem(client.get(f"{HERE}/products?{many}"), 422, "invalid_input")
    query = {"type": "image", "embedding": {"rows": [[0.0]] * 251}}
    said = problem(client.post(f"{HERE}/retrieve", json={"query": query}), 422, "invalid_input")
    assert "251 rows" in said["detail"]


def test_a_limit_that_is_lowered_is_named(client, sku):
    body = {"query": {"product_id": sku}, "limit": 501}
    found = client.post(f"{HERE}/retrieve", json=body).json()
    assert any(note.startswith("limit: 501 lowered to 500") for note in found["limits"])


def test_a_page_of_huge_products_is_cut_says_so_and_its_cursor_leads_to_the_rest(
    own, sku, monkeypatch
):
    whole = own.similar(Retrieval(ProductAnchor(sku), limit=40, diversity=0.3))
    sizes = [len(json.dumps(dict(one.product))) for one in whole.recommendations]
    monkeypatch.setattr(answer_size.fitting, "__kwdefaults__", {"most": sum(sizes[:15])})
    monkeypatch.setattr(find_similar, "ALWAYS_FIT", 2)
    seen, question, pages = [], Retrieval(ProductAnchor(sku), limit=40, diversity=0.3), 0
    while len(seen) < 40:
        page = own.similar(question)
        pages += 1
        assert len(page.recommendations) < 40
        seen += page.recommendations
        if len(seen) < 40:
            assert any(note.startswith("size: ") for note in page.limits)
        question = Retrieval(ProductAnchor(sku), limit=40, diversity=0.3, cursor=page.cursor)
        if page.cursor is None:
            break
    assert pages > 1
    assert [one.sku for one in seen][:40] == [one.sku for one in whole.recommendations]
    assert [one.position for one in seen][:40] == list(range(1, 41))


def test_a_page_of_products_is_cut_in_the_same_way(own, monkeypatch):
    own.upsert(Product(sku="!huge", extra={"text": "x" * 5_000}))
    every = [one["sku"] for one in own.products(limit=500).products]
    monkeypatch.setattr(answer_size.fitting, "__kwdefaults__", {"most": 6_000})
    seen, cursor, notes = [], None, []
    while True:
        page = own.products(limit=500, cursor=cursor)
        seen += [one["sku"] for one in page.products]
        notes += page.limits
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == every
    assert notes
