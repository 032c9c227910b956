"""The HTTP surface over the sample shop."""

import base64
import json
import shutil

import pytest
from fastapi.testclient import TestClient

from lookalike import ProductAnchor, Retrieval
from lookalike.server.app import create_app
from lookalike.wire import answers

HERE = "/v1/collections/default"


@pytest.fixture(scope="module")
def client(engine):
    with TestClient(create_app(engine), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def sku(client):
    return client.get(f"{HERE}/products?limit=1").json()["products"][0]["sku"]


def retrieve(client, **body):
    return client.post(f"{HERE}/retrieve", json=body)


def test_health_says_how_many_products_there_are(client, shop):
    assert client.get("/v1/health").json()["collections"] == {"default": len(shop.truth)}


def test_retrieve_gives_what_the_engine_gives(client, engine, sku):
    body = retrieve(client, query={"type": "product", "product_id": sku}).json()
    answer = engine.similar(Retrieval(ProductAnchor(sku)))
    assert body == json.loads(json.dumps(answers.recommendations(answer)))
    assert len(body["recommendations"]) == 12
    assert all(one["similarity_reason"] for one in body["recommendations"])


def test_the_recipes_own_call_works(client, sku):
    """Embedding as `collections.get` gave it, null filters ignored, named fields returned."""
    product = client.get(f"{HERE}/products/{sku}").json()
    asked = {
        "query": {"type": "image", "embedding": product["image_embedding"]},
        "filters": {
            "sku": {"$ne": sku},
            "in_stock": True,
            "category": None,
            "price": {"$gte": 1, "$lte": 500},
        },
        "return_fields": ["sku", "name", "price", "image_url", "category", "similarity_score"],
        "limit": 5,
    }
    shown = retrieve(client, **asked).json()["recommendations"]
    assert len(shown) == 5
    assert set(shown[0]) == {"sku", "position", *asked["return_fields"]}
    assert sku not in [one["sku"] for one in shown]


def test_a_photo_can_be_uploaded_searched_with_and_cropped(client, shop):
    sku, product = next(iter(shop.truth.items()))
    data = (shop.folder / product["images"][0]["file"]).read_bytes()
    sent = client.post(f"{HERE}/uploads", files={"file": ("photo.jpg", data)})
    assert sent.status_code == 201
    query = {"type": "image", "upload_id": sent.json()["upload_id"]}
    assert retrieve(client, query=query).json()["recommendations"][0]["sku"] == sku
    crop = {"x": 0.2, "y": 0.2, "width": 0.5, "height": 0.5}
    assert retrieve(client, query={**query, "crop": crop}).status_code == 200
    inline = {"type": "image", "data": base64.b64encode(data).decode()}
    assert retrieve(client, query=inline).json()["recommendations"][0]["sku"] == sku


def test_products_are_paged_filtered_and_counted(client, shop):
    seen, cursor = [], None
    while True:
        params = {"limit": 40, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"{HERE}/products", params=params).json()
        seen += [one["sku"] for one in page["products"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert seen == sorted(shop.truth)
    stocked = client.get(f"{HERE}/products", params={"where": ["in_stock", "price<=100"]}).json()
    assert stocked["count"] == sum(
        product["in_stock"] and float(product["price"]) <= 100 for product in shop.truth.values()
    )


def test_facets_count_what_the_catalog_holds(client, shop):
    facets = client.get(f"{HERE}/facets").json()["facets"]
    brands = [product["brand"] for product in shop.truth.values()]
    assert {one["value"]: one["count"] for one in facets["brand"]} == {
        brand: brands.count(brand) for brand in set(brands)
    }


def test_a_products_picture_is_the_merchants_own_bytes_and_never_changes(client, shop, sku):
    image = client.get(f"{HERE}/products/{sku}").json()["images"][0]
    got = client.get(image["url"])
    file = shop.folder / shop.truth[sku]["images"][0]["file"]
    assert got.content == file.read_bytes()
    assert got.headers["content-type"] == "image/jpeg"
    assert "immutable" in got.headers["cache-control"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", f"{HERE}/products/NO-SUCH", None, 404, "NO-SUCH"),
        ("GET", "/v1/collections/none/products", None, 404, "none"),
        ("GET", "/v1/collections/NOT%20ok/products", None, 422, "NOT ok"),
        ("GET", "/v1/jobs/none", None, 404, "none"),
        ("GET", "/v1/nowhere", None, 404, "Not Found"),
        ("GET", f"{HERE}/images/zz", None, 404, "zz"),
        ("GET", f"{HERE}/products?where=colour%3Dred", None, 422, "colour"),
        ("GET", f"{HERE}/products?cursor=%00", None, 422, "cursor"),
        ("POST", f"{HERE}/retrieve", {}, 422, "query"),
        ("POST", f"{HERE}/retrieve", {"query": {"type": "product"}}, 422, "product_id"),
        ("POST", f"{HERE}/retrieve", {"query": {"type": "image"}}, 422, "source"),
        (
            "POST",
            f"{HERE}/retrieve",
            {"query": {"type": "image", "data": "bm8gaW1hZ2U="}},
            422,
            "image",
        ),
        (
            "POST",
            f"{HERE}/retrieve",
            {"query": {"type": "image", "upload_id": "../../../etc/passwd"}},
            422,
            "upload id",
        ),
        ("POST", f"{HERE}/connect", {"bucket_uri": "/no/such/catalog.csv"}, 404, "no/such"),
        ("POST", f"{HERE}/connect", {"bucket": "x"}, 422, "bucket"),
        ("PUT", f"{HERE}/products/NEW", {"price": "free"}, 422, "free"),
        ("DELETE", f"{HERE}/products/NO-SUCH", None, 404, "NO-SUCH"),
    ],
)
def test_every_error_is_a_problem_document_that_names_the_value(
    client, method, path, body, status, said
):
    got = client.request(method, path, json=body)
    assert got.status_code == status
    assert got.headers["content-type"] == "application/problem+json"
    problem = got.json()
    assert said in problem["detail"] + problem["hint"]
    assert problem["code"]


def test_unusable_uploads_are_refused_with_the_reason(client):
    for data in (b"", b"GIF89a", b"\xff\xd8\xff" + b"0" * 100, b"<svg></svg>"):
        got = client.post(f"{HERE}/uploads", files={"file": ("x", data)})
        assert got.status_code == 422
        assert got.json()["code"] == "invalid_image"


def test_openapi_names_every_route_and_shape(client):
    described = client.get("/openapi.json").json()
    assert f"{HERE}/retrieve".replace("default", "{collection_id}") in described["paths"]
    assert "RecommendationsBody" in described["components"]["schemas"]


def test_answers_carry_security_headers(client):
    headers = client.get("/").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_catalog_is_connected_as_a_job_that_can_be_followed(shop, tmp_path):
    from lookalike import Engine

    with (
        Engine.open(shop.settings(workspace=str(tmp_path))) as engine,
        TestClient(create_app(engine)) as client,
    ):
        sent = client.post("/v1/collections/new/connect", json={"bucket_uri": shop.catalog})
        assert sent.status_code == 202
        job = sent.json()
        while job["state"] in ("queued", "running"):
            job = client.get(f"/v1/jobs/{job['job_id']}").json()
        assert job["state"] == "succeeded", job["message"]
        assert job["counts"]["products"] == len(shop.truth)
        assert client.get("/v1/collections/new/products").json()["count"] == len(shop.truth)
        put = client.put(
            "/v1/collections/new/products/MINE",
            json={
                "price": "12.30",
                "images": [next(iter(shop.truth.values()))["images"][0]["file"]],
            },
        )
        assert put.json()["price"] == 12.3
        assert client.delete("/v1/collections/new/products/MINE").status_code == 204
        assert client.get("/v1/collections/new/products/MINE").status_code == 404


FIVE_EXTRACTORS = [
    "image-embedding",
    "color-extraction",
    "pattern-detection",
    "style-classification",
    "object-detection",
]
SEVEN_ATTRIBUTES = [
    "color_family",
    "pattern",
    "style",
    "material_appearance",
    "shape",
    "complexity",
    "aesthetic",
]


@pytest.fixture(scope="module")
def connected(drawn_shop, tmp_path_factory):
    """The recipe's connect call on the shop's folder, and on a few of its images alone."""
    from lookalike import Engine, Settings

    settings = Settings.load({"workspace": str(tmp_path_factory.mktemp("connected"))})
    few = tmp_path_factory.mktemp("few")
    shutil.copytree(drawn_shop / "images", few / "images")
    rows = (drawn_shop / "catalog.csv").read_text().splitlines(keepends=True)
    (few / "catalog.csv").write_text("".join(rows[:13]))
    pictures = tmp_path_factory.mktemp("pictures")
    for file in sorted((drawn_shop / "images").rglob("*.jpg"))[:8]:
        shutil.copy(file, pictures)
    with Engine.open(settings) as engine, TestClient(create_app(engine)) as client:
        for name, uri in (("shop", f"file://{few}"), ("pictures", str(pictures))):
            asked = {
                "bucket_uri": uri,
                "extractors": FIVE_EXTRACTORS,
                "settings": {
                    "product_id_field": "sku",
                    "multiple_images_per_product": True,
                    "extract_attributes": SEVEN_ATTRIBUTES,
                },
            }
            job = client.post(f"/v1/collections/{name}/connect", json=asked).json()
            while job["state"] in ("queued", "running"):
                job = client.get(f"/v1/jobs/{job['job_id']}").json()
            assert job["state"] == "succeeded", job
        yield client


def test_the_recipes_connect_call_indexes_a_folder_with_its_catalog(connected, shop):
    page = connected.get("/v1/collections/shop/products?limit=500").json()
    assert {one["sku"] for one in page["products"]} <= {*shop.truth}
    assert page["count"] == 12
    for name in SEVEN_ATTRIBUTES:
        assert name in page["products"][0]["visual_attributes"]
    assert any(len(one["images"]) > 1 for one in page["products"])


def test_where_no_product_says_what_is_in_stock_none_is_held_back_and_the_answer_says_so(connected):
    """A bucket of images knows no stock; the recipe asks for what is in stock all the same."""
    at = "/v1/collections/pictures"
    sku = connected.get(f"{at}/products?limit=1").json()["products"][0]["sku"]
    asked = {"query": {"type": "product", "product_id": sku}, "collapse_variants": False}
    plain = connected.post(f"{at}/retrieve", json=asked).json()
    stocked = connected.post(f"{at}/retrieve", json={**asked, "filters": {"in_stock": True}}).json()
    assert [one["sku"] for one in stocked["recommendations"]] == [
        one["sku"] for one in plain["recommendations"]
    ]
    assert len(stocked["recommendations"]) > 3
    assert plain["degraded"] == []
    assert [said.partition(":")[0] for said in stocked["degraded"]] == ["in_stock"]
    feed = {"query": {"type": "user_preferences", "user_id": "u"}, "filters": {"in_stock": True}}
    said = connected.post(f"{at}/retrieve", json=feed).json()
    assert len(said["recommendations"]) == 8
    assert stocked["degraded"][0] in said["degraded"]
    sold_out = connected.post(f"{at}/retrieve", json={**asked, "filters": {"in_stock": False}})
    assert sold_out.status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"bucket_uri": "gs://catalog/images/"}, 503, "pip install"),
        ({"settings": {"product_id_field": "artikel"}}, 422, "artikel"),
        ({"settings": {"product_id": "sku"}}, 422, "product_id"),
        ({"settings": {"extract_attributes": ["colour"]}}, 422, "colour"),
        ({"extractors": ["image-embeding"]}, 422, "image_embedding"),
        ({"mapping": {"sku": "id"}, "settings": {"product_id_field": "sku"}}, 422, "mapping.sku"),
    ],
)
def test_a_connect_call_that_cannot_work_says_why(connected, drawn_shop, body, status, said):
    asked = {"bucket_uri": str(drawn_shop), **body}
    got = connected.post("/v1/collections/wrong/connect", json=asked)
    assert got.status_code == status
    assert said in got.json()["detail"] + got.json()["hint"]
