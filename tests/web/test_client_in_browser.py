"""The JavaScript client in a browser: the same file that Node runs, on a page of the service."""

from pathlib import Path

CLIENT = Path(__file__).parents[2] / "clients" / "js" / "lookalike.js"

ASK = """async () => {
  const { Lookalike, NotFound } = await import('/lookalike.js');
  const client = new Lookalike({ baseUrl: location.origin });
  const [first] = await client.products.list({ limit: 1 });
  const product = await client.collections.get(first.sku);
  const similar = await client.retrieve({
    query: { type: 'image', embedding: product.image_embedding },
    filters: { sku: { $ne: product.sku }, brand: undefined },
    limit: 5,
  });
  const picture = await fetch(product.image_url).then((got) => got.blob());
  const { upload_id } = await client.upload(picture);
  const [same] = await client.retrieve({ query: { type: 'image', upload_id }, limit: 1 });
  const missing = await client.collections.get('NO-SUCH').catch((error) => error);
  return {
    skus: similar.map((one) => one.sku), generation: similar.generation,
    asked: product.sku, same: same.sku, isNotFound: missing instanceof NotFound,
  };
}"""


def test_a_page_asks_with_the_module_as_it_is(visit, products):
    visit.page.route(
        "**/lookalike.js",
        lambda route: route.fulfill(path=str(CLIENT), content_type="text/javascript"),
    )
    visit.page.goto("/v1/health")  # a page of the same origin without the storefront
    found = visit.page.evaluate(ASK)
    assert found["same"] == found["asked"] == min(row["sku"] for row in products)
    assert len(found["skus"]) == 5
    assert found["asked"] not in found["skus"]
    assert found["generation"] >= 1
    assert found["isNotFound"]
    assert all("404" in said for said in visit.errors)  # NO-SUCH is not there, on purpose
    visit.errors.clear()
