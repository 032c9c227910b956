from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from lookalike.domain.features import AttributeValue, ImageFeatures, Swatch
from lookalike.domain.product import Product
from lookalike.storage import features as features_module
from lookalike.storage.features import StoredImage
from lookalike.storage.images import ImageProblem, ImageRecord
from lookalike.storage.products import Changes


def seen(location, now, *, digest=None, problem=None):
    return ImageRecord(location, f"stamp of {location}", digest, problem, now)


def some_features(seed, width=520):
    """Features whose numbers do not fit a short decimal, so that rounding would show."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(3))
    return ImageFeatures(
        row=rng.standard_normal(width).astype(np.float32),
        palette=tuple(Swatch(f"#00000{i}", float(s), "black") for i, s in enumerate(shares)),
        attributes={
            "pattern": AttributeValue("unknown", 1 / 3, {"floral": 1 / 3, "plain": 0.1}),
            "style": AttributeValue("casual", float(rng.random())),
        },
        evidence={"mask": "encoder", "mask_share": float(rng.random())},
        width_px=640,
        height_px=480 + seed,
        accent_colors=("teal", "gold")[: seed % 3],
    )


def assert_same(left, right):
    """Bit for bit; dataclass equality cannot compare arrays."""
    assert left.row.dtype == right.row.dtype == np.float32
    assert left.row.tobytes() == right.row.tobytes()
    nothing = np.zeros(0, np.float32)
    assert replace(left, row=nothing).__repr__() == replace(right, row=nothing).__repr__()


def test_an_image_record_comes_back_exactly(collection, now):
    good = seen("https://shop.example/ä.jpg?v=1", now, digest="ab" * 32)
    bad = seen("b.jpg", now, problem=ImageProblem("too_large", "41 megapixels"))
    bare = ImageRecord("c.jpg", None, None, None, now)
    collection.images.record([good, bad, bare])
    found = collection.images.records(["b.jpg", good.location, "c.jpg", "never seen"])
    assert found == {one.location: one for one in (good, bad, bare)}


def test_looking_again_replaces_what_was_known(collection, now):
    collection.images.record([seen("a", now, problem=ImageProblem("gone", "404"))])
    again = seen("a", now, digest="h")
    collection.images.record([seen("a", now), again])
    assert collection.images.records(["a"]) == {"a": again}


def test_forgotten_images_are_unknown(collection, now):
    collection.images.record([seen("a", now), seen("b", now)])
    assert collection.images.forget(["a", "unknown"]) == 1
    assert set(collection.images.records(["a", "b"])) == {"b"}


def test_image_records_of_products_keep_the_order_of_their_images(collection, now):
    collection.products.upsert(
        [Product("p", images=("z", "a", "pending")), Product("q", images=("a",)), Product("r")],
        origin="catalog",
    )
    collection.images.record([seen("a", now), seen("z", now)])
    found = collection.images.for_products(["p", "q", "r"])
    assert {sku: [one.location for one in records] for sku, records in found.items()} == {
        "p": ["z", "a"],
        "q": ["a"],
    }


def test_a_new_outcome_of_an_image_is_a_change_of_the_products_that_show_it(collection, now):
    store = collection.products
    store.upsert(
        [
            Product("a", images=("x", "x", "y")),
            Product("b", images=("y",)),
            Product("c", images=("z",)),
            Product("gone", images=("x",)),
        ],
        origin="catalog",
    )
    store.remove(["gone"])  # change 5
    collection.images.record([seen("x", now, digest="h"), seen("not shown", now)])
    assert store.changed_since(5, limit=9) == Changes(6, ("a",), ())
    collection.images.record([seen("y", now, problem=ImageProblem("missing", "404"))])
    assert store.changed_since(6, limit=9) == Changes(8, ("a", "b"), ())
    collection.images.record([seen("y", now, digest="i")])
    assert store.changed_since(8, limit=9) == Changes(10, ("a", "b"), ())


def test_looking_again_at_the_same_image_is_no_change(collection, now):
    collection.products.upsert([Product("a", images=("x", "y"))], origin="catalog")
    problem = ImageProblem("missing", "404")
    collection.images.record([seen("x", now, digest="h"), seen("y", now, problem=problem)])
    before = collection.products.latest_change()
    later = now + timedelta(days=1)
    collection.images.record(
        [ImageRecord("x", "another stamp", "h", None, later), seen("y", later, problem=problem)]
    )
    assert collection.products.latest_change() == before
    assert collection.images.records(["x"])["x"].stamp == "another stamp"


def test_the_products_that_show_an_image_are_known(workspace, collection):
    collection.products.upsert(
        [Product("b", images=("x", "x")), Product("a", images=("x", "y")), Product("c")],
        origin="catalog",
    )
    other = workspace.collection("other", create=True)
    other.products.upsert([Product("d", images=("x",))], origin="catalog")
    assert collection.images.skus_of(["x", "y", "unknown"]) == {"x": ("a", "b"), "y": ("a",)}
    collection.products.remove(["a"])
    assert collection.images.skus_of(["x", "y"]) == {"x": ("b",)}


def test_features_come_back_bit_for_bit(workspace):
    batch = {f"hash {seed}": some_features(seed) for seed in range(5)}
    workspace.features.put(batch, "fingerprint")
    found = workspace.features.get_many([*batch, "unknown"], "fingerprint")
    assert set(found) == set(batch)
    for name, one in batch.items():
        assert_same(found[name], one)


def test_features_are_known_by_content_and_extractor(workspace):
    workspace.features.put({"h": some_features(1)}, "old")
    assert workspace.features.known(["h", "other"], "old") == {"h"}
    assert workspace.features.known(["h"], "new") == set()
    assert workspace.features.get_many(["h"], "new") == {}


def test_putting_features_again_changes_nothing(workspace):
    first = some_features(1)
    workspace.features.put({"h": first}, "f")
    workspace.features.put({"h": some_features(2), "i": some_features(3)}, "f")
    assert_same(workspace.features.get_many(["h"], "f")["h"], first)
    assert workspace.features.known(["h", "i"], "f") == {"h", "i"}


def test_the_catalog_joins_products_images_and_features(workspace, collection, now):
    one = some_features(1)
    product = Product("p", name="n", images=("good", "bad", "pending", "not extracted", "good"))
    collection.products.upsert([product, Product("bare")], origin="catalog")
    problem = ImageProblem("not_an_image", "HTML")
    collection.images.record(
        [
            seen("good", now, digest="h"),
            seen("bad", now, digest="b", problem=problem),
            seen("not extracted", now, digest="new"),
        ]
    )
    workspace.features.put({"h": one}, "f")
    workspace.features.put({"h": some_features(2), "new": some_features(3)}, "another extractor")
    bare, full = collection.catalog("f")
    assert (bare.product, bare.change, bare.images) == (Product("bare"), 2, ())
    assert (full.product, full.change) == (product, 3)
    assert_same(full.images[0].features, one)
    assert_same(full.images[4].features, one)
    assert [replace(image, features=None) for image in full.images] == [
        StoredImage("good", "h", None, None),
        StoredImage("bad", "b", None, problem),
        StoredImage("pending", None, None, None),
        StoredImage("not extracted", "new", None, None),
        StoredImage("good", "h", None, None),
    ]


WEIRD_SKUS = [
    "a", "B", "Z", "z", "ä", "é", "e\u0301", "10", "9", "-", "_", "~", "a b", "a-b", "aB",
    "ß", "ss", "İ", "\uffee", "\U0001f600", "\U00010000x", "#", "%", "'", '"', "\\", "\uff21",
]  # fmt: skip


@pytest.mark.parametrize("products_per_read", [1, 2, 500])
def test_the_catalog_comes_by_code_point(collection, monkeypatch, products_per_read):
    monkeypatch.setattr(features_module, "PRODUCTS_PER_READ", products_per_read)
    batch = [Product(sku, images=(f"image of {sku}",)) for sku in WEIRD_SKUS]
    collection.products.upsert(batch, origin="catalog")
    found = [(one.product.sku, one.product.images) for one in collection.catalog("f")]
    assert found == [(sku, (f"image of {sku}",)) for sku in sorted(WEIRD_SKUS)]
    assert [p.sku for p in collection.products.page(limit=99)] == sorted(WEIRD_SKUS)


def test_the_catalog_leaves_out_what_was_removed(collection):
    batch = [Product(sku, images=("shared",)) for sku in "abcde"]
    collection.products.upsert(batch, origin="catalog")
    collection.products.remove(["a", "c", "e"])
    assert [one.product for one in collection.catalog("f")] == [batch[1], batch[3]]


def test_a_few_products_of_the_catalog_are_the_same_as_in_the_whole(collection):
    collection.products.upsert(
        [Product(sku, images=(f"{sku}1", f"{sku}2")) for sku in "abcde"], origin="catalog"
    )
    collection.products.remove(["d"])
    whole = {one.product.sku: one for one in collection.catalog("f")}
    some = list(collection.catalog("f", skus=["e", "unknown", "a", "d", "a"]))
    assert some == [whole["a"], whole["e"]]
    assert list(collection.catalog("f", skus=[])) == []


def test_images_do_not_cross_collections_but_features_are_shared(workspace, now):
    one, two = (workspace.collection(name, create=True) for name in ("one", "two"))
    for place in (one, two):
        place.products.upsert([Product("p", images=("x",))], origin="catalog")
    one.images.record([seen("x", now, digest="h")])
    workspace.features.put({"h": some_features(1)}, "f")
    assert two.images.records(["x"]) == {}
    assert next(two.catalog("f")).images == (StoredImage("x", None, None, None),)
    two.images.record([seen("x", now, digest="h")])
    assert next(two.catalog("f")).images[0].features is not None
    assert two.images.forget(["x"]) == 1
    assert set(one.images.records(["x"])) == {"x"}
