"""Product feeds for shopping agents (OpenAI, Agentic Commerce Protocol): flat rows, or products
with their variants inside."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from lookalike.domain.problems import Problem
from lookalike.sources.feed_format import Columns, FeedFormat, cell, with_sale
from lookalike.sources.nested import flat
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales

NO_DECIMALS = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
}  # fmt: skip
THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
"""ISO 4217: how many digits of an amount in minor units are behind the point; else two."""


def rows(reader: RecordReader, sales: Sales) -> Iterator[Record | Problem]:
    """Flat rows with the price that counts now; the line of the feed's own header is no product."""
    columns = Columns(reader.columns)
    sku = columns.first("itemid", "id")
    price = columns.first("price")
    for record in reader.records():
        if isinstance(record, Problem):
            yield record
        elif is_header(record.values) and not cell(record, sku):
            continue
        else:
            yield from with_sale(record, columns, sales, regular=price)


def is_header(values: Mapping[str, object]) -> bool:
    """Whether an object says something of the feed instead of a product."""
    names = {name.split(".")[0] for name in values}
    return bool(names & {"header", "feed_id", "feed"}) and not names & {"title", "price"}


def variants_of(product: Mapping[str, object]) -> list[dict[str, object]] | None:
    """The flat rows of a product object that holds `variants`; None for any other object."""
    variants = product.get("variants")
    if not isinstance(variants, list) or not variants or "id" not in product:
        return None
    if not all(isinstance(one, Mapping) and "id" in one for one in variants):
        return None
    shared = {name: value for name, value in product.items() if name not in {"variants", "media"}}
    return [_flat_variant(one, product, shared) for one in variants]


def _flat_variant(
    one: Mapping[str, object], product: Mapping[str, object], shared: Mapping[str, object]
) -> dict[str, object]:
    known = {"media", "price", "availability", "variant_options", "list_price"}
    rest = {name: value for name, value in one.items() if name not in known and value is not None}
    values: dict[str, object] = {**shared, **rest}
    values["item_group_id"] = product["id"]
    values["title"] = product.get("title") or one.get("title")
    media = [*_urls(one.get("media")), *_urls(product.get("media"))]
    values["image_url"] = list(dict.fromkeys(media))
    price = one.get("price")
    if isinstance(price, Mapping):
        values["currency"] = price.get("currency")
        values["price"] = _amount(price)
    else:
        values["price"] = price
    available = one.get("availability")
    if isinstance(available, Mapping):
        values["availability"] = available.get("status", available.get("available"))
    else:
        values["availability"] = available
    options = one.get("variant_options")
    for option in options if isinstance(options, list) else ():
        if isinstance(option, Mapping) and option.get("name"):
            values.setdefault(str(option["name"]), option.get("value"))
    return flat({name: value for name, value in values.items() if value is not None})


def _urls(media: object) -> Iterator[str]:
    for one in media if isinstance(media, list) else ():
        if isinstance(one, Mapping) and str(one.get("type", "image")) == "image":
            url = one.get("url")
            if isinstance(url, str) and url:
                yield url


def _amount(price: Mapping[str, object]) -> object:
    """Amounts inside objects are whole minor units: 1999 with EUR is 19.99."""
    amount, code = price.get("amount"), str(price.get("currency", "")).upper()
    if not isinstance(amount, int) or isinstance(amount, bool):
        return amount
    digits = 0 if code in NO_DECIMALS else 3 if code in THREE_DECIMALS else 2
    return Decimal(amount).scaleb(-digits)


_FLAT_MARKS = ("title", "price", "availability")
FORMAT = FeedFormat(
    name="agentic",
    title="agentic commerce feed",
    marks=(
        frozenset({"itemid", "imageurl", *_FLAT_MARKS}),
        frozenset({"id", "imageurl", "itemgroupid", *_FLAT_MARKS}),
        frozenset({"enablesearch", "title"}),
        frozenset({"iseligiblesearch", "title"}),
    ),
    rows=rows,
    mapping={
        "sku": ("itemid", "id"),
        "image": ("imageurl", "imagelink", "additionalimageurls", "additionalimagelink"),
        "name": ("title",),
        "category": ("productcategory", "producttype"),
        "price": ("price",),
        "in_stock": ("availability",),
        "variant_group": ("groupid", "itemgroupid"),
        "url": ("url", "link"),
    },
    added=("regular_price",),
)
