"""The product export of WooCommerce: variations stand in rows of their own, below or above their
parent, and inherit what they leave blank."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lookalike.domain.problems import Problem
from lookalike.sources import values
from lookalike.sources.feed_format import DELETED, Columns, FeedFormat, cell, note, words
from lookalike.sources.mapping import plain
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales, moment

ATTRIBUTE = re.compile(r"attribute(\d+)name")
INHERITED = ("name", "categories", "tags", "images", "brands", "published")
NOT_SOLD = {"0", "-1", "false", "no"}
"""`Published`: 1 is live, 0 private, -1 a draft."""


@dataclass
class _Parents:
    """What variations need of the rows they point to, by sku and by "id:NUMBER"."""

    rows: dict[str, Record] = field(default_factory=dict)
    with_variations: set[str] = field(default_factory=set)


def rows(reader: RecordReader, sales: Sales) -> Iterator[Record | Problem]:
    """Simple products and variations; a variable product itself only where it has none.

    Reads the file twice: a variation may stand above its parent.  Keeps the parents in memory.
    """
    names = Columns(reader.columns)
    attributes = _attribute_columns(reader.columns, names)
    parents = _parents(reader, names)
    for record in reader.records():
        if isinstance(record, Problem):
            yield record
            continue
        kind = cell(record, names.get("type")).casefold()
        keys = _keys(record, names)
        if "variable" in kind and any(key in parents.with_variations for key in keys):
            continue
        parent = None
        if "variation" in kind and "variable" not in kind:
            parent = parents.rows.get(cell(record, names.get("parent")))
            if parent is None:
                said = cell(record, names.get("parent"))
                yield note(record, "no_parent", f'The variation\'s parent "{said}" is not there.')
        yield from _record(record, parent, names, attributes, sales)


def _parents(reader: RecordReader, names: Columns) -> _Parents:
    found = _Parents()
    for record in reader.records():
        if isinstance(record, Problem):
            continue
        kind = cell(record, names.get("type")).casefold()
        if "variable" in kind:
            for key in _keys(record, names):
                found.rows.setdefault(key, record)
        elif "variation" in kind:
            parent = cell(record, names.get("parent"))
            found.with_variations.add(parent)
    for parent in list(found.with_variations):  # named by sku here and by id there
        if parent in found.rows:
            found.with_variations.update(_keys(found.rows[parent], names))
    return found


def _keys(record: Record, names: Columns) -> list[str]:
    sku, number = cell(record, names.get("sku")), cell(record, names.get("id"))
    return [key for key in (sku, f"id:{number}" if number else "") if key]


def _attribute_columns(columns: Sequence[str], names: Columns) -> list[tuple[str, str]]:
    found = []
    for column in columns:
        match = ATTRIBUTE.fullmatch(plain(column))
        value = names.get(f"attribute{match[1]}values") if match else None
        if value:
            found.append((column, value))
    return found


def _record(
    record: Record,
    parent: Record | None,
    names: Columns,
    attributes: Sequence[tuple[str, str]],
    sales: Sales,
) -> Iterator[Record | Problem]:
    cells: dict[str, object] = {
        column: value
        for column, value in record.values.items()
        if not plain(column).startswith("attribute")
    }
    if parent is not None:
        for word in INHERITED:
            column = names.get(word)
            if column and not cell(record, column):
                cells[column] = parent.values.get(column)
        cells[GROUP] = cell(parent, names.get("sku")) or f"id:{cell(parent, names.get('id'))}"
    whole = Record(record.line, record.location, cells)
    cells[SKU] = cell(record, names.get("sku")) or cell(record, names.get("id"))
    cells.update(_attributes(record, attributes))
    categories, tags = (words(cell(whole, names.get(word))) for word in ("categories", "tags"))
    if categories:
        cells[CATEGORY] = categories[0]
        cells[names["categories"]] = categories
    if tags:
        cells[names["tags"]] = tags
    gone = cell(whole, names.get("published")).casefold() in NOT_SOLD
    if gone or cell(whole, names.get("visibilityincatalog")).casefold() == "hidden":
        cells[DELETED] = True
    yield from _priced(Record(record.line, record.location, cells), names, sales)


def _attributes(record: Record, attributes: Sequence[tuple[str, str]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name_column, value_column in attributes:
        name, said = cell(record, name_column), words(cell(record, value_column))
        if name and said:
            found[name] = said[0] if len(said) == 1 else said
    return found


def _priced(record: Record, names: Columns, sales: Sales) -> Iterator[Record | Problem]:
    """The record with its `price`: the sale price while the sale is on, else the regular one."""
    cells = dict(record.values)
    regular, sale = names.get("regularprice"), names.get("saleprice")
    price: object = cells.get(regular) if regular else None
    if sale and cell(record, sale):
        try:
            start = moment(cell(record, names.get("datesalepricestarts")))
            end = moment(cell(record, names.get("datesalepriceends")), is_end=True)
            values.price(cells[sale])
            if sales.hold(start, end):
                cells["regular_price"], price = price, cells[sale]
        except ValueError as error:
            yield note(record, "bad_sale_price", f"The sale {error}; the regular price counts.")
    for column in (regular, sale):
        if column:
            cells.pop(column, None)
    cells[PRICE] = price
    yield Record(record.line, record.location, cells)


SKU, PRICE, GROUP, CATEGORY = "product sku", "price", "parent product", "category"
FORMAT = FeedFormat(
    name="woocommerce",
    title="WooCommerce product export",
    marks=(frozenset({"type", "sku", "regularprice", "images"}),),
    rows=rows,
    mapping={
        "sku": (SKU,),
        "image": ("images",),
        "name": ("name",),
        "category": (CATEGORY,),
        "brand": ("brands", "brand"),
        "price": (PRICE,),
        "in_stock": ("instock",),
        "variant_group": (GROUP,),
        "url": ("externalurl",),
    },
    added=(SKU, PRICE, GROUP, CATEGORY, "regular_price", DELETED),
)
