"""The four calls of the published recipe against a shop of your own, in Python.

lookalike serve &
python examples/recipe.py FOLDER_OR_FILE [COLLECTION [SKU]]

FOLDER_OR_FILE is what the service can read: a folder of images, a catalog file, or a folder
with both, such as demo-shop/catalog.  SKU is the product to begin with, a piece of an outfit; by
default the first one in stock.
"""

import sys

from lookalike.client import Client, Product, explain_similarity

EXTRACTORS = [
    "image-embedding",
    "color-extraction",
    "pattern-detection",
    "style-classification",
    "object-detection",
]
ATTRIBUTES = [
    "color_family",
    "pattern",
    "style",
    "material_appearance",
    "shape",
    "complexity",
    "aesthetic",
]
FIELDS = ["sku", "name", "price", "image_url", "category", "similarity_score", "visual_attributes"]
WEIGHTS = {"view": 0.1, "save": 0.5, "cart": 0.7, "purchase": 1.0}


def index(client: Client, collection: str, bucket_uri: str) -> None:
    """Look at every picture."""
    done = client.buckets.connect(
        collection_id=collection,
        bucket_uri=bucket_uri,
        extractors=EXTRACTORS,
        settings={
            "product_id_field": "sku",
            "multiple_images_per_product": True,
            "extract_attributes": ATTRIBUTES,
        },
        wait=True,
    )
    print(f"indexed {done.counts.products} products, {done.counts.images} images")


def similar_to(
    client: Client,
    collection: str,
    product: Product,
    *,
    same_category: bool = False,
    price_range: tuple[float, float] | None = None,
    limit: int = 12,
) -> list[dict]:
    """What looks like a product."""
    found = client.retrieve(
        collection_id=collection,
        query={"type": "image", "embedding": product.image_embedding},
        filters={
            "sku": {"$ne": product.sku},
            "in_stock": True,
            "category": product.category if same_category else None,
            "price": {"$gte": price_range[0], "$lte": price_range[1]} if price_range else None,
        },
        return_fields=FIELDS,
        limit=limit,
    )
    return found.map(lambda one: {**one, "similarity_reason": explain_similarity(product, one)})


def complete(client: Client, product: Product) -> None:
    """What completes it."""
    complementary = client.recommendations.get_complementary(
        product_id=product.sku,
        product_embedding=product.image_embedding,
        product_attributes=product.visual_attributes,
        look_type="outfit",
        rules=[
            {"attribute": "style", "match": "same"},
            {"attribute": "color_family", "match": "complementary"},
            {"attribute": "category", "match": "different"},
        ],
        limit=6,
    )
    total = product.price + sum(one.price for one in complementary)
    print(f"\nwith {product.sku}: {' '.join(complementary.map(lambda one: one.sku))}")
    print(
        f"  all {len(complementary)} and it {total:.2f}, "
        f"the best whole look {complementary.look_total}"
    )


def learn(client: Client, user_id: str, sku: str, action: str) -> None:
    """What a shopper did says what they like; stronger actions say more."""
    product = client.collections.get(sku)
    client.users.update_preferences(
        user_id=user_id,
        visual_signals={
            "embedding": product.image_embedding,
            "attributes": product.visual_attributes,
            "weight": WEIGHTS[action],
        },
    )


def main(bucket_uri: str, collection: str = "product-catalog", sku: str = "") -> None:
    with Client(collection=collection) as client:
        index(client, collection, bucket_uri)
        first = sku or client.products.list(where=["in_stock"], limit=1)[0].sku
        anchor = client.collections.get(first)

        print(f"\nlike {anchor.sku} {anchor.name}")
        for one in similar_to(client, collection, anchor, limit=5):
            score = f"{one['similarity_score']:.2f}"
            print(f"  {one['sku']} {score} {one['price']} {one['similarity_reason']}")
        below = 2 * anchor.price
        narrow = similar_to(client, collection, anchor, same_category=True, price_range=(0, below))
        print(f"  {len(narrow)} in {anchor.category} below {below:g}")

        complete(client, anchor)

        seen = similar_to(client, collection, anchor, limit=len(WEIGHTS))
        for one, action in zip(seen, WEIGHTS, strict=True):
            learn(client, "recipe-reader", one["sku"], action)
        feed = client.retrieve(
            collection_id=collection,
            query={"type": "user_preferences", "user_id": "recipe-reader"},
            filters={"in_stock": True},
            limit=20,
        )
        print(f"\nfor recipe-reader: {' '.join(feed.map(lambda one: one.sku))}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python examples/recipe.py FOLDER_OR_FILE [COLLECTION [SKU]]")
    main(*sys.argv[1:])
