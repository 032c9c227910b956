"""The feeds of shops and marketplaces, each read by its own rules."""

from datetime import UTC, datetime
from decimal import Decimal

import feed_samples
import pytest

from lookalike.domain.problems import Problem
from lookalike.domain.product import Tombstone
from lookalike.errors import InvalidInput
from lookalike.sources.catalog import open_source

JANUARY = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture
def feed(tmp_path):
    """(source, products by sku, problems) of a file's text, read in the middle of January 2026."""

    def read_feed(text, name, **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        source = open_source(path, now=options.pop("now", JANUARY), **options)
        outcomes = list(source.products())
        problems = [one for one in outcomes if isinstance(one, Problem)]
        products = {one.sku: one for one in outcomes if not isinstance(one, Problem)}
        return source, products, problems

    return read_feed


@pytest.fixture
def sample(feed):
    return lambda name, **options: feed(feed_samples.SAMPLES[name], name, **options)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("google.xml", "Google Merchant Center"),
        ("google.tsv", "Google Merchant Center"),
        ("facebook.csv", "Facebook catalog"),
        ("shopify.csv", "Shopify product export"),
        ("woocommerce.csv", "WooCommerce product export"),
        ("agentic.jsonl", "agentic commerce feed"),
        ("acp.jsonl", "agentic commerce feed"),
        ("product-search.csv", "Google Product Search import"),
    ],
)
def test_a_format_is_recognized_by_its_content(sample, name, title):
    assert sample(name)[0].title == title


def test_a_merchant_feed_in_xml_gives_every_field(sample):
    _, products, problems = sample("google.xml")
    assert problems == []
    one = products["A1"]
    assert (one.name, one.category) == ("Red & blue shirt", "Apparel > Shirts")
    assert (one.price, one.currency, one.in_stock) == (Decimal("14.99"), "EUR", True)
    assert (one.variant_group, one.url) == ("A", "https://shop.example/a1")
    assert one.images == tuple(f"https://img.example/{n}.jpg" for n in ("a1", "a1b", "a1c"))
    kept = ("color", "material", "pattern", "gender", "age_group", "size", "shipping.country")
    assert [one.extra[name] for name in kept] == [
        "Red", "Cotton", "Striped", "female", "adult", "M", "DE"
    ]  # fmt: skip
    assert one.extra["regular_price"] == 19.99
    assert "Not an <item>" in one.extra["description"]
    assert set(products) == {"A1", "A2"}


def test_a_sale_counts_only_while_it_is_on_and_its_next_turn_is_known(sample):
    later = datetime(2026, 2, 1, tzinfo=UTC)
    source, products, _ = sample("google.xml", now=later)
    assert products["A1"].price == Decimal("19.99")
    assert source.next_change is None
    source, products, _ = sample("google.xml")
    assert source.next_change == datetime(2026, 1, 31, 22, 59, tzinfo=UTC)
    earlier = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)
    source, products, _ = sample("google.xml", now=earlier)
    assert products["A1"].price == Decimal("19.99")
    assert source.next_change == datetime(2025, 12, 31, 23, 0, tzinfo=UTC)


def test_a_sale_price_without_currency_has_that_of_the_price(sample):
    _, products, _ = sample("google.xml")
    assert (products["A2"].price, products["A2"].currency) == (Decimal("18.5"), "EUR")


def test_a_bad_sale_date_is_told_and_the_regular_price_counts(feed):
    text = feed_samples.XML.replace("2026-01-01T00:00+0100/", "soon/")
    _, products, problems = feed(text, "c.xml")
    assert products["A1"].price == Decimal("19.99")
    assert [(one.line, one.code, one.skipped) for one in problems] == [(6, "bad_sale_date", False)]


def test_atom_entries_are_read_under_any_prefix(sample):
    _, products, problems = sample("atom.xml")
    assert problems == []
    assert products["A1"].url == "https://shop.example/a1"
    assert (products["A1"].price, products["A1"].in_stock) == (Decimal("19.99"), False)


def test_a_broken_item_is_lost_alone_and_told_by_its_line(feed):
    bad = "<item>\n<g:id>B</g:id><g:title>&nbsp;</g:title>\n</item>\n<item>\n<g:id>C</g:id>\n"
    text = feed_samples.XML.replace("</channel>", bad + "</channel>")
    _, products, problems = feed(text, "c.xml")
    assert set(products) == {"A1", "A2"}
    line = text[: text.index("<item>\n<g:id>B")].count("\n") + 1
    assert [(one.line, one.code) for one in problems] == [
        (line, "bad_xml"),
        (line + 3, "unclosed_item"),
    ]
    assert f"line {line + 1}" in problems[0].message


def test_a_document_type_is_refused_and_nothing_outside_is_read(feed, tmp_path):
    (tmp_path / "secret").write_text("secret")
    head = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>\n<rss'
    with pytest.raises(InvalidInput, match="document type"):
        feed(feed_samples.XML.replace("<rss", head, 1), "c.xml")
    inside = feed_samples.XML.replace("<g:id>A2", '<!ENTITY x SYSTEM "secret"><g:id>&x;', 1)
    _, products, problems = feed(inside, "c.xml")
    assert set(products) == {"A1"}
    assert [one.code for one in problems] == ["bad_xml"]


def test_a_feed_that_is_cut_off_raises_so_that_nothing_looks_removed(feed):
    with pytest.raises(InvalidInput, match="does not end"):
        feed(feed_samples.XML[: feed_samples.XML.index("</channel>")], "c.xml")


def test_xml_in_another_encoding_is_read_as_it_declares(feed):
    text = feed_samples.XML.replace('version="1.0"?', 'version="1.0" encoding="ISO-8859-15"?')
    text = text.replace("Blue shirt", "Blusa añil 5 €")
    _, products, problems = feed(text.encode("iso-8859-15"), "c.xml")
    assert (products["A2"].name, problems) == ("Blusa añil 5 €", [])


def test_a_merchant_feed_in_tsv_keeps_commas_inside_addresses(sample):
    _, products, problems = sample("google.tsv")
    assert problems == []
    assert products["A1"].images[1:] == (
        "https://img.example/b%2Cc.jpg",
        "https://img.example/d.jpg",
    )
    assert (products["A1"].price, products["A1"].extra["color"]) == (Decimal("19.99"), "Red")


def test_hidden_rows_of_a_facebook_catalog_are_removals(sample):
    _, products, problems = sample("facebook.csv")
    assert problems == []
    assert (products["F1"].price, products["F1"].currency) == (Decimal("10.00"), "USD")
    assert products["F2"] == Tombstone("F2")


def test_shopify_rows_are_folded_into_variants_with_their_own_images(sample):
    _, products, problems = sample("shopify.csv")
    assert problems == []
    assert set(products) == {"S-RED-M", "S-RED-L", "shirt/Blue/M", "mug", "HAT"}
    red, large, blue = (products[sku] for sku in ("S-RED-M", "S-RED-L", "shirt/Blue/M"))
    assert {one.variant_group for one in (red, large, blue)} == {"shirt"}
    assert {one.name for one in (red, large, blue)} == {"Linen shirt"}
    shown = [[image.rsplit("/", 1)[1] for image in one.images] for one in (red, large, blue)]
    assert shown[0] == shown[1] == ["red.jpg", "back.jpg", "label.jpg"]
    assert shown[2] == ["blue.jpg", "back.jpg", "label.jpg"]
    assert [one.price for one in (red, large, blue)] == [*map(Decimal, ("29.90", "31.90", "29.90"))]
    assert [one.in_stock for one in (red, large, blue)] == [True, False, True]
    assert (blue.extra["Color"], blue.extra["Size"]) == ("Blue", "M")
    assert (blue.category, blue.brand, blue.url) == ("Shirts", "Acme", "/products/shirt")
    assert blue.extra["Tags"] == ("summer", "sale")
    assert products["mug"].in_stock is True
    assert products["HAT"] == Tombstone("HAT")


def test_woocommerce_variations_inherit_from_a_parent_that_stands_below(sample):
    _, products, problems = sample("woocommerce.csv")
    assert problems == []
    assert set(products) == {"TEE-R", "12", "CAP", "SECRET"}
    red, blue, cap = (products[sku] for sku in ("TEE-R", "12", "CAP"))
    assert (red.variant_group, blue.variant_group, cap.variant_group) == ("TEE", "TEE", None)
    assert red.images == ("https://i.example/red.jpg",)
    assert blue.images == ("https://i.example/tee.jpg", "https://i.example/tee2.jpg")
    assert (red.price, blue.price, cap.price) == (Decimal(15), Decimal(20), Decimal("9.90"))
    assert (red.in_stock, blue.in_stock) == (True, False)
    assert (red.category, red.extra["Tags"]) == ("Clothing > Tees", ("soft", "cotton"))
    assert (red.extra["Color"], blue.extra["Color"]) == ("Red", "Blue")
    assert products["SECRET"] == Tombstone("SECRET")


def test_a_woocommerce_variation_without_its_parent_is_told(feed):
    text = feed_samples.WOOCOMMERCE.replace("id:10", "id:99")
    _, products, problems = feed(text, "c.csv")
    assert [(one.line, one.code) for one in problems] == [(4, "no_parent"), (4, "no_image")]
    assert products["12"].name == "Tee - Blue"


@pytest.mark.parametrize(("name", "first"), [("product.jsonld", 1), ("page.html", 5)])
def test_schema_org_products_are_found_in_graphs_groups_and_pages(sample, name, first):
    _, products, problems = sample(name)
    assert set(products) == {"P1", "G-1", "G-2"}
    lamp, oak, walnut = (products[sku] for sku in ("P1", "G-1", "G-2"))
    assert lamp.images == ("https://i.example/1.jpg", "https://i.example/2.jpg")
    assert (lamp.price, lamp.currency, lamp.in_stock) == (Decimal("49.90"), "EUR", True)
    assert (lamp.brand, lamp.extra["color"], lamp.extra["material"]) == ("Acme", "Black", "Steel")
    assert {oak.variant_group, walnut.variant_group} == {"G"}
    assert {oak.name, walnut.name} == {"Chair"}
    assert {oak.brand, walnut.brand} == {"Acme"}
    assert (oak.price, oak.in_stock, oak.extra["color"]) == (Decimal("99.5"), False, "Oak")
    assert (walnut.price, walnut.in_stock) == (Decimal("120.00"), True)
    assert [one.code for one in problems] == (["bad_json"] if name == "page.html" else [])


def test_a_bad_price_in_json_ld_is_told_by_the_line_of_its_product(feed):
    _, _, problems = feed(feed_samples.JSON_LD.replace("99.5", '"cheap"'), "c.json")
    assert [(one.line, one.code) for one in problems] == [(9, "bad_price")]


def test_an_agentic_feed_is_read_flat_and_its_header_is_no_product(sample):
    _, products, problems = sample("agentic.jsonl")
    assert problems == []
    one = products["O1"]
    assert (one.price, one.currency, one.in_stock) == (Decimal("59.99"), "USD", True)
    assert one.images == ("https://i.example/1.jpg", "https://i.example/2.jpg")
    assert (one.variant_group, one.url, one.extra["color"]) == ("G", "https://s.example/1", "Red")


def test_variants_inside_an_agentic_product_are_products_priced_in_minor_units(sample):
    _, products, problems = sample("acp.jsonl")
    assert problems == []
    red, other = products["P-1"], products["P-2"]
    assert (red.price, red.currency) == (Decimal("19.99"), "EUR")
    assert (other.price, other.currency, other.in_stock) == (Decimal(2000), "JPY", False)
    assert red.images == ("https://i.example/p1.jpg", "https://i.example/p.jpg")
    assert (red.variant_group, red.extra["color"], other.name) == ("P", "Red", "Shirt")


def test_a_product_search_import_has_no_header_and_many_rows_a_product(sample):
    _, products, problems = sample("product-search.csv")
    assert problems == []
    assert products["p1"].images == ("gs://shop/1.jpg", "gs://shop/2.jpg")
    assert (products["p1"].name, products["p1"].category) == ("Shirt", "apparel-v2")
    assert (products["p1"].extra["color"], products["p1"].extra["style"]) == ("red", "formal")


def test_the_format_can_be_named_and_a_wrong_name_is_an_error(feed):
    _, products, _ = feed(feed_samples.SHOPIFY, "c.csv", form="table")
    assert "S-RED-M" not in products
    with pytest.raises(InvalidInput, match='"shopfy"'):
        feed(feed_samples.SHOPIFY, "c.csv", form="shopfy")


@pytest.mark.parametrize("row", ["a,i.jpg,delete,", "a,i.jpg,,2026-01-01"])
def test_a_row_can_say_that_its_product_is_gone(feed, row):
    _, products, problems = feed(f"sku,image,op,deleted_at\n{row}\nb,j.jpg,upsert,\n", "c.csv")
    assert products["a"] == Tombstone("a")
    assert (products["b"].sku, problems) == ("b", [])


def test_versions_are_numbers_or_moments(feed):
    _, products, problems = feed(
        "sku,image,updated_at\na,i.jpg,7\nb,i.jpg,1970-01-01T00:00:01Z\nc,i.jpg,new\n", "c.csv"
    )
    assert [products[sku].version for sku in "abc"] == [7, 1_000_000, None]
    assert [(one.line, one.code) for one in problems] == [(4, "bad_version")]
