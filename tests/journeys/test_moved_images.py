"""A product whose images moved is shown as it was until they have been looked at."""

import shutil
from decimal import Decimal

import pytest

from lookalike import Options
from lookalike.domain.product import Product
from lookalike.engine import Engine


@pytest.fixture
def opened(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        engine.index(shop.catalog)
        yield engine


def moved(engine, sku, images):
    """The product as a catalog that was just read says it is, before any image is looked at."""
    shown = engine.product(sku).document
    product = Product(
        sku, name="Moved", price=Decimal(str(shown["price"])) + 1, currency="EUR", images=images
    )
    collection = engine._parts.collection(None)
    assert not collection.products.upsert([product], origin="catalog")
    return shown, engine._parts.live(None).refresh()


def test_a_product_stays_while_its_new_images_wait(opened):
    sku = opened.products(limit=1).products[0]["sku"]
    before, view = moved(opened, sku, ("elsewhere/new.jpg",))
    after = opened.product(sku).document
    assert view.index.number(sku) is not None
    assert after["images"] == before["images"]
    assert after["price"] == pytest.approx(before["price"] + 1)


def test_a_product_that_has_no_images_any_more_goes(opened):
    sku = opened.products(limit=1).products[0]["sku"]
    _, view = moved(opened, sku, ())
    assert view.index.number(sku) is None


def test_a_product_goes_once_its_new_images_are_known_to_be_bad(opened, tmp_path):
    sku = opened.products(limit=1).products[0]["sku"]
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    location = str(tmp_path / "broken.jpg")
    _, view = moved(opened, sku, (location,))
    assert view.index.number(sku) is not None
    opened.upsert(Product(sku, name="Moved", images=(location,)))
    assert opened._parts.live(None).refresh().index.number(sku) is None


def test_a_photo_outside_the_folder_of_the_last_run_stays_with_its_products(opened, shop, tmp_path):
    shown = opened.products(limit=500).products
    sku = next(
        one["sku"] for one in shown if len(opened.product(one["sku"]).document["images"]) == 1
    )
    location = opened._parts.collection(None).images.for_products([sku])[sku][0].location
    feed = tmp_path / "other" / "feed.csv"
    feed.parent.mkdir()
    shutil.copy(location, feed.parent / "own.jpg")
    feed.write_text("sku,name,image\nown,Own,own.jpg\n")
    opened.index(str(feed), options=Options(mode="delta"))
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        engine.upsert(Product("passing", name="Passing", images=(location,)))
        for known in (sku, "passing"):
            assert engine._parts.live(None).refresh().index.number(known) is not None
        unknown = str(tmp_path / "never seen.jpg")
        told = engine.upsert(Product("secret", name="Secret", images=(unknown,)))
        assert [one.code for one in told.problems] == ["outside_root"]
