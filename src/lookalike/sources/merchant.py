"""Feeds with the columns of Google Merchant Center, of which Meta's are a dialect."""

import re
from collections.abc import Iterator

from lookalike.domain.problems import Problem
from lookalike.sources.feed_format import DELETED, Columns, FeedFormat, cell, with_sale
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales

_INDEXED_IMAGE = re.compile(r"image\[\d+\]\.url")
HIDDEN = {"archived", "hidden", "staging"}
"""Words of Meta's `status` and `visibility` for products that no shopper may see."""


def rows(reader: RecordReader, sales: Sales) -> Iterator[Record | Problem]:
    """One row, one product, with the price that counts now."""
    columns = Columns(reader.columns)
    price = columns.first("price")
    for record in reader.records():
        if isinstance(record, Problem):
            yield record
        else:
            yield from with_sale(record, columns, sales, regular=price)


def facebook_rows(reader: RecordReader, sales: Sales) -> Iterator[Record | Problem]:
    """The same; hidden rows are removed, and images may lie in image[0].url, image[1].url, ..."""
    columns = Columns(reader.columns)
    numbered = [column for column in reader.columns if _INDEXED_IMAGE.fullmatch(column)]
    hiding = [columns[name] for name in ("visibility", "status") if name in columns]
    for record in rows(reader, sales):
        if isinstance(record, Problem):
            yield record
            continue
        values = dict(record.values)
        found = tuple(url for url in (cell(record, column) for column in numbered) if url)
        if found:
            values[MORE] = found
        for column in numbered:
            values.pop(column, None)
        if any(cell(record, column).casefold() in HIDDEN for column in hiding):
            values[DELETED] = True
        yield Record(record.line, record.location, values)


MORE = "more images"
_MAPPING = {
    "sku": ("id",),
    "image": ("imagelink", "additionalimagelink"),
    "name": ("title",),
    "category": ("producttype", "googleproductcategory"),
    "price": ("price",),
    "in_stock": ("availability",),
    "variant_group": ("itemgroupid",),
    "url": ("link",),
}
GOOGLE = FeedFormat(
    name="google",
    title="Google Merchant Center",
    marks=(frozenset({"id", "title", "imagelink"}),),
    rows=rows,
    mapping=_MAPPING,
    added=("regular_price",),
)
FACEBOOK = FeedFormat(
    name="facebook",
    title="Facebook catalog",
    marks=(
        frozenset({"id", "title", "imagelink", "fbproductcategory"}),
        frozenset({"id", "title", "imagelink", "quantitytosellonfacebook"}),
        frozenset({"id", "title", "image0url"}),
    ),
    rows=facebook_rows,
    mapping={
        **_MAPPING,
        "image": ("imagelink", "additionalimagelink", "moreimages"),
        "category": ("producttype", "fbproductcategory", "googleproductcategory"),
    },
    added=("regular_price", MORE, DELETED),
)
