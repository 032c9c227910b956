"""What cells mean, and which columns are taken for which field."""

from decimal import Decimal

import pytest

from lookalike.errors import InvalidInput
from lookalike.sources import values
from lookalike.sources.locations import absolute, image_parts
from lookalike.sources.mapping import column_mapping

PRICES = {
    "39.90": ("39.90", None),
    "39,90 €": ("39.90", "EUR"),
    "€39": ("39", "EUR"),
    "€ 1.299,00": ("1299.00", "EUR"),
    "1.299,00": ("1299.00", None),
    "1,299.00": ("1299.00", None),
    "1,299": ("1299", None),
    "1.299": ("1.299", None),
    "1.299 €": ("1299", "EUR"),
    "1.299 KWD": ("1.299", "KWD"),
    "0,999": ("0.999", None),
    "1.234.567": ("1234567", None),
    "1,234,567.89": ("1234567.89", None),
    "1 299,00 zł": ("1299.00", "PLN"),
    "1\u00a0299,00": ("1299.00", None),
    "1'299.50 CHF": ("1299.50", "CHF"),
    "USD 12.50": ("12.50", "USD"),
    "12.50 USD": ("12.50", "USD"),
    "usd12.5": ("12.5", "USD"),
    "$1,000": ("1000", "USD"),
    "R$ 10,00": ("10.00", "BRL"),
    "¥1200": ("1200", None),
    "199 kr": ("199", None),
    ".5": ("0.5", None),
    "5.": ("5", None),
    "+3": ("3", None),
    "1e2": ("100", None),
    "0": ("0", None),
    1299.0: ("1299.0", None),
    12: ("12", None),
    Decimal("9.99"): ("9.99", None),
}
NO_PRICES = ["free", "NaN", "nan", "inf", "-3", "-3,00 €", "\u22123", "(3)", "1-2", "10 to 20",
             "from 5", "1.2.3", "1,2,3.4.5", "12 34", "1,23.45", "€ 3 USD", "3 pieces", "--3",
             "1e99", "10,00 / 12,00", "=1", "1_000", "٣", True,
             float("nan"), -1, 10**13]  # fmt: skip


@pytest.mark.parametrize("cell", PRICES)
def test_a_price_is_read_in_the_spellings_of_shops(cell):
    amount, currency = PRICES[cell]
    assert values.price(cell) == (Decimal(amount), currency)


@pytest.mark.parametrize("cell", NO_PRICES)
def test_what_is_not_one_amount_is_no_price(cell):
    with pytest.raises(ValueError):
        values.price(cell)


@pytest.mark.parametrize("cell", ["true", "Yes", "1", "In Stock", "in_stock", "InStock", "17",
    "https://schema.org/InStock", "2.0", True])  # fmt: skip
def test_in_stock(cell):
    assert values.in_stock(cell) is True


@pytest.mark.parametrize("cell", ["false", "No", "0", "out of stock", "out-of-stock", "preorder",
    "-2", "http://schema.org/OutOfStock", "sold out", False, "0.0"])  # fmt: skip
def test_out_of_stock(cell):
    assert values.in_stock(cell) is False


@pytest.mark.parametrize("cell", ["NA", "null", "None", "n/a", "nan"])
def test_words_that_look_like_nothing_stay_words(cell):
    assert values.text(cell) == cell


IMAGE_CELLS = {
    "a.jpg": ["a.jpg"],
    "a.jpg|b.png": ["a.jpg", "b.png"],
    "a.jpg;b.JPG": ["a.jpg", "b.JPG"],
    "a.jpg, b.jpg": ["a.jpg", "b.jpg"],
    "a.jpg b.jpg": ["a.jpg", "b.jpg"],
    "a.jpg\nb.jpg": ["a.jpg", "b.jpg"],
    "my photo.jpg": ["my photo.jpg"],
    "red, large.jpg": ["red, large.jpg"],
    "https://x.example/a,https://x.example/b": ["https://x.example/a", "https://x.example/b"],
    "https://x.example/w_4,h_4/a.jpg": ["https://x.example/w_4,h_4/a.jpg"],
    "https://x.example/a b.jpg": ["https://x.example/a b.jpg"],
    "http://x.example/a.jpg , http://x.example/b": ["http://x.example/a.jpg", "http://x.example/b"],
    " ; ": [";"],
    "||": [],
    ("a.jpg", " b.jpg ", ""): ["a.jpg", "b.jpg"],
}


@pytest.mark.parametrize("cell", IMAGE_CELLS)
def test_several_images_in_a_cell_are_told_from_names_with_separators(cell):
    assert image_parts(cell) == IMAGE_CELLS[cell]


def test_locations_are_made_absolute_and_addresses_stay():
    assert absolute("images/a.jpg", "/shop") == "/shop/images/a.jpg"
    assert absolute("images\\a.jpg", "/shop") == "/shop/images/a.jpg"
    assert absolute("/shop/a.jpg", "/shop") == "/shop/a.jpg"
    assert absolute("https://x.example/a.jpg", "/shop") == "https://x.example/a.jpg"
    assert absolute("//x.example/a.jpg", "/shop") == "https://x.example/a.jpg"
    assert absolute("s3://bucket/a.jpg", "/shop") == "s3://bucket/a.jpg"


HEADERS = {
    "id,title,description,link,image_link,additional_image_link,availability,price,brand,"
    "item_group_id,google_product_category,product_type": {
        "sku": "id", "image": "image_link additional_image_link", "name": "title",
        "category": "product_type", "brand": "brand", "price": "price", "in_stock": "availability",
        "variant_group": "item_group_id", "url": "link"},
    "Handle,Title,Vendor,Type,Variant SKU,Variant Price,Image Src,Variant Inventory Qty": {
        "sku": "Handle", "image": "Image Src", "name": "Title", "category": "Type",
        "brand": "Vendor", "price": "Variant Price", "in_stock": "Variant Inventory Qty"},
    "ID,Type,SKU,Name,In stock?,Regular price,Categories,Images,Parent": {
        "sku": "SKU", "image": "Images", "name": "Name", "category": "Categories",
        "price": "Regular price", "in_stock": "In stock?", "variant_group": "Parent"},
    "id,image,gender,masterCategory,subCategory,articleType,productDisplayName,price,in_stock": {
        "sku": "id", "image": "image", "name": "productDisplayName", "category": "articleType",
        "price": "price", "in_stock": "in_stock"},
    "Product_ID,IMAGE URL,image_2,image_3,currency": {
        "sku": "Product_ID", "image": "IMAGE URL|image_2|image_3", "currency": "currency"},
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_the_columns_of_common_feeds_are_recognized(header):
    columns = header.split(",")
    expected = {
        field: tuple(name.split("|")) if "|" in name else
        ((name,) if name in columns else tuple(name.split(" ")))
        for field, name in HEADERS[header].items()
    }  # fmt: skip
    assert column_mapping(columns, {}, location="feed") == expected


def test_a_told_column_wins_over_any_guess():
    mapping = column_mapping(
        ["id", "photo", "image", "cost"],
        {"sku": "ID", "image": ["photo", "image"], "price": "cost"},
        location="feed",
    )
    assert mapping == {"sku": ("id",), "image": ("photo", "image"), "price": ("cost",)}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"skuu": "id"}, 'Did you mean "sku"?'),
        ({"sku": "idd"}, 'Did you mean "id"?'),
        ({"price": "nowhere"}, 'The columns are "id", "image"'),
        ({"sku": ["id", "image"]}, "from one column"),
    ],
)
def test_a_wrong_mapping_names_the_nearest(told, words):
    with pytest.raises(InvalidInput) as refused:
        column_mapping(["id", "image"], told, location="feed")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "id,image,des_sex,des_product_category,des_product_family,des_product_type",
            {"sku": ("id",), "image": ("image",), "category": ("des_product_type",)},
        ),
        (
            "shop_sku,hero_image_url,attr.brand_name,netPriceAmount,title_de",
            {
                "sku": ("shop_sku",),
                "image": ("hero_image_url",),
                "brand": ("attr.brand_name",),
                "price": ("netPriceAmount",),
            },
        ),
    ],
)
def test_where_no_whole_name_is_known_the_last_words_of_a_column_say_the_field(header, expected):
    assert column_mapping(header.split(","), {}, location="feed") == expected


def test_a_whole_name_wins_over_the_end_of_another():
    mapping = column_mapping(["id", "image", "des_product_type", "category"], {}, location="feed")
    assert mapping["category"] == ("category",)


@pytest.mark.parametrize(
    "column", ["old_price", "shipping_price", "color_name", "brand_url", "n_images", "size_type"]
)
def test_an_end_that_an_earlier_word_turns_into_something_else_is_no_field(column):
    mapping = column_mapping(["id", "image", column], {}, location="feed")
    assert mapping == {"sku": ("id",), "image": ("image",)}


def test_a_column_that_speaks_of_an_attribute_or_is_told_is_not_taken_for_a_field():
    columns = ["id", "image", "graphical_appearance_name", "des_product_type"]
    assert "name" not in column_mapping(columns, {}, location="feed")
    told = column_mapping(columns, {"brand": "des_product_type"}, location="feed")
    assert told["brand"] == ("des_product_type",)
    assert "category" not in told
