import threading
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.domain.product import Product
from lookalike.errors import InvalidInput, NotFound
from lookalike.storage.products import Changes, digest

TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
)
SKU = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12
).filter(lambda sku: sku == sku.strip())
SCALAR = st.one_of(
    TEXT, st.booleans(), st.integers(), st.floats(allow_nan=False), st.just(""), st.just(10**30)
)
PRICE = st.decimals(min_value=0, max_value=10**12, allow_nan=False, allow_infinity=False)


@st.composite
def products(draw):
    return Product(
        sku=draw(SKU),
        name=draw(st.none() | TEXT),
        category=draw(st.none() | TEXT),
        brand=draw(st.none() | st.just("")),
        price=draw(st.none() | PRICE),
        currency=draw(st.sampled_from([None, "EUR"])),
        in_stock=draw(st.sampled_from([None, True, False])),
        variant_group=draw(st.none() | TEXT),
        url=draw(st.none() | TEXT),
        images=tuple(draw(st.lists(TEXT, max_size=4))),
        extra=draw(
            st.dictionaries(TEXT, SCALAR | st.lists(TEXT, max_size=3).map(tuple), max_size=4)
        ),
    )


def follow(store, *, since=0, limit=7):
    """All changes after a number, in steps, as a follower reads them."""
    upserted, removed = [], []
    while (changes := store.changed_since(since, limit=limit)).latest != since:
        since = changes.latest
        upserted += changes.upserted
        removed += changes.removed
    return Changes(since, tuple(upserted), tuple(removed))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batch=st.lists(products(), min_size=1, max_size=5, unique_by=lambda p: p.sku))
def test_a_product_comes_back_exactly_as_it_was_given(collection, batch):
    collection.products.upsert(batch, origin="catalog")
    found = collection.products.many([product.sku for product in batch])
    assert list(found.values()) == batch
    for product in batch:
        same = found[product.sku]
        assert str(same.price) == str(product.price)
        assert {name: type(value) for name, value in same.extra.items()} == {
            name: type(value) for name, value in product.extra.items()
        }
        assert digest(same) == digest(product) == collection.products.digests()[product.sku]


def test_any_difference_changes_the_digest():
    product = Product("1", name="a", price=Decimal("1.5"), images=("x", "y"), extra={"n": 1})
    others = [
        Product("2", name="a", price=Decimal("1.5"), images=("x", "y"), extra={"n": 1}),
        Product("1", category="a", price=Decimal("1.5"), images=("x", "y"), extra={"n": 1}),
        Product("1", name="a", price=Decimal("1.6"), images=("x", "y"), extra={"n": 1}),
        Product("1", name="a", price=Decimal("1.5"), images=("y", "x"), extra={"n": 1}),
        Product("1", name="a", price=Decimal("1.5"), images=("x", "y"), extra={"n": "1"}),
        Product("1", name="a", price=Decimal("1.5"), images=("x", "y"), in_stock=False),
    ]
    assert len({digest(one) for one in [product, *others]}) == 7


def test_the_order_of_extra_columns_does_not_change_the_digest():
    assert digest(Product("1", extra={"a": 1, "b": 2})) == digest(
        Product("1", extra={"b": 2, "a": 1})
    )


def test_each_product_gets_the_next_change_number(collection):
    store = collection.products
    assert store.latest_change() == 0
    store.upsert([Product("a"), Product("b")], origin="catalog")
    store.upsert([Product("c")], origin="catalog")
    assert store.latest_change() == 3
    assert store.changed_since(0, limit=10) == Changes(3, ("a", "b", "c"), ())
    assert store.changed_since(1, limit=1) == Changes(2, ("b",), ())
    assert store.changed_since(3, limit=10) == Changes(3, (), ())


def test_a_change_supersedes_the_one_before(collection):
    store = collection.products
    store.upsert([Product("a"), Product("b")], origin="catalog")
    store.upsert([Product("a", name="new")], origin="catalog")
    assert store.changed_since(0, limit=10) == Changes(3, ("b", "a"), ())


def test_removed_is_gone_for_readers_and_a_change_for_followers(collection):
    store = collection.products
    store.upsert([Product("a", images=("x",)), Product("b"), Product("c")], origin="catalog")
    assert store.remove(["b", "a", "unknown"]) == 2
    assert store.remove(["a"]) == 0
    assert (store.count(), store.skus(), set(store.digests())) == (1, {"c"}, {"c"})
    assert store.page(limit=10) == (Product("c"),)
    assert store.many(["a", "c"]) == {"c": Product("c")}
    assert store.changed_since(0, limit=10) == Changes(5, ("c",), ("a", "b"))
    with pytest.raises(NotFound, match='no product "a"'):
        store.get("a")


def test_a_removed_product_returns_when_it_is_sold_again(collection):
    store = collection.products
    store.upsert([Product("a", images=("x", "y"))], origin="catalog")
    store.remove(["a"])
    back = Product("a", images=("z",))
    store.upsert([back], origin="api")
    assert store.get("a") == back
    assert store.changed_since(0, limit=10) == Changes(3, ("a",), ())


def test_of_a_sku_that_comes_twice_the_last_counts(collection):
    last = Product("a", name="second", images=("y", "z"))
    collection.products.upsert([Product("a", images=("x",)), last], origin="catalog")
    assert collection.products.page(limit=10) == (last,)
    assert collection.products.latest_change() == 1


def test_nothing_to_store_is_no_change(collection):
    collection.products.upsert([], origin="catalog")
    assert collection.products.remove([]) == 0
    assert collection.products.latest_change() == 0


def test_origins_are_told_apart(collection):
    store = collection.products
    store.upsert([Product("a"), Product("b")], origin="catalog")
    store.upsert([Product("b"), Product("c")], origin="api")
    assert store.skus("catalog") == set(store.digests("catalog")) == {"a"}
    assert store.skus("api") == {"b", "c"}
    assert store.skus() == {"a", "b", "c"}


def test_pages_follow_one_another_without_gap(collection):
    skus = [f"{number:04}" for number in range(25)]
    collection.products.upsert([Product(sku) for sku in skus], origin="catalog")
    seen, after = [], None
    while page := collection.products.page(after, limit=10):
        seen += [product.sku for product in page]
        after = seen[-1]
    assert seen == skus


def test_more_products_than_fit_one_statement(collection):
    batch = [Product(f"{number:04}", images=(f"i{number}", "shared")) for number in range(1203)]
    collection.products.upsert(batch, origin="catalog")
    collection.products.upsert(batch, origin="catalog")
    assert tuple(collection.products.many(p.sku for p in batch).values()) == tuple(batch)
    assert collection.products.page(limit=2000) == tuple(batch)
    assert len(follow(collection.products, limit=500).upserted) == 1203
    assert collection.products.remove(p.sku for p in batch) == 1203


def test_nothing_crosses_collections(workspace):
    one = workspace.collection("one", create=True).products
    two = workspace.collection("two", create=True).products
    one.upsert([Product("a", name="of one", images=("x",))], origin="catalog")
    two.upsert([Product("a", name="of two", images=("y", "z")), Product("b")], origin="catalog")
    two.remove(["b"])
    assert one.get("a") == Product("a", name="of one", images=("x",))
    assert (one.latest_change(), two.latest_change()) == (1, 3)
    assert one.changed_since(0, limit=9) == Changes(1, ("a",), ())
    one.remove(["a"])
    assert two.get("a") == Product("a", name="of two", images=("y", "z"))


def test_a_follower_misses_nothing_while_two_writers_write(collection):
    store = collection.products
    failures = []

    def write(name):
        try:
            for batch in range(20):
                store.upsert([Product(f"{name}-{batch}-{i}") for i in range(5)], origin="api")
        except Exception as error:  # a thread's failure must reach the test
            failures.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    seen, since = [], 0
    while any(writer.is_alive() for writer in writers):
        changes = store.changed_since(since, limit=50)
        assert changes.latest >= since
        since, seen = changes.latest, [*seen, *changes.upserted]
    seen += follow(store, since=since).upserted
    assert failures == []
    assert len(seen) == len(set(seen)) == 200
    assert store.latest_change() == 200


@pytest.mark.parametrize(
    "fields",
    [{"name": "a\ud800"}, {"images": ("photo\udce4.jpg",)}, {"extra": {"t": ("ok", "\0")}}],
)
def test_text_that_no_database_keeps_is_refused_with_its_sku(fields):
    with pytest.raises(InvalidInput, match="SKU-1"):
        Product("SKU-1", **fields)
