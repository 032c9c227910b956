"""The product export of Shopify: the rows of one handle are its variants and its images."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lookalike.domain.problems import Problem
from lookalike.sources.feed_format import DELETED, Columns, FeedFormat, cell, is_no, note, words
from lookalike.sources.mapping import plain
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales

MAX_ROWS = 5_000
"""Shopify allows 2,048 variants and 250 images of a product; more rows are a broken file."""
NO_OPTION = {"", "default title"}
UNLISTED = {"draft", "archived", "unlisted"}

ALIASES = {
    # Our word -> plain column names: the export of old, and that of 2025.
    "handle": ("handle", "urlhandle"),
    "title": ("title",),
    "type": ("type", "producttype"),
    "category": ("productcategory", "standardizedproducttype"),
    "sku": ("variantsku", "sku"),
    "price": ("variantprice", "price"),
    "image": ("imagesrc", "productimageurl"),
    "position": ("imageposition",),
    "variant_image": ("variantimage", "variantimageurl"),
    "tracker": ("variantinventorytracker", "inventorytracker"),
    "quantity": ("variantinventoryqty", "inventoryquantity"),
    "policy": ("variantinventorypolicy", "continuesellingwhenoutofstock"),
    "published": ("published", "publishedononlinestore"),
    "status": ("status",),
    "tags": ("tags",),
}


@dataclass(frozen=True)
class _Names:
    """The columns of this file by our words; None for one that it lacks."""

    by_word: dict[str, str | None]
    options: tuple[tuple[str, str], ...]

    def of(self, record: Record, word: str) -> str:
        return cell(record, self.by_word[word])


def rows(reader: RecordReader, _sales: Sales) -> Iterator[Record | Problem]:
    """Every variant as a record of its own, with what the first row says of the product."""
    names = _names(reader.columns)
    group: list[Record] = []
    first_lines: dict[str, int | None] = {}
    for record in reader.records():
        if isinstance(record, Problem):
            yield record
            continue
        handle = names.of(record, "handle")
        if not handle:
            message = "The row has no handle, so it belongs to no product; it is left out."
            yield Problem(record.line, None, record.location, "no_handle", message)
            continue
        if group and (handle != names.of(group[0], "handle") or len(group) >= MAX_ROWS):
            yield from _product(group, names)
            group = []
        if not group:
            if handle in first_lines:
                message = f'The handle "{handle}" was already on line {first_lines[handle]}.'
                if not names.of(record, "title"):  # nothing to fill its blanks with
                    message += " This row is left out: keep the rows of a handle together."
                    yield Problem(record.line, None, record.location, "duplicate_sku", message)
                    continue
                yield note(record, "split_handle", message)
            first_lines.setdefault(handle, record.line)
        group.append(record)
    if group:
        yield from _product(group, names)


def _names(columns: Sequence[str]) -> _Names:
    by_name = Columns(columns)
    options = [
        (by_name[f"option{number}name"], by_name[f"option{number}value"])
        for number in (1, 2, 3)
        if f"option{number}name" in by_name and f"option{number}value" in by_name
    ]
    return _Names(
        {word: by_name.first(*spellings) for word, spellings in ALIASES.items()}, tuple(options)
    )


def _product(group: Sequence[Record], names: _Names) -> Iterator[Record | Problem]:
    head = group[0]
    variants = [record for record in group if _is_variant(record, names)] or [head]
    of_variants = {names.of(record, "variant_image") for record in variants} - {""}
    images = _images(group, names)
    option_names = [cell(head, name) for name, _ in names.options]
    for record in variants:
        own = names.of(record, "variant_image")
        others = of_variants - {own} if own else set()
        shown = ([own] if own else []) + [image for image in images if image not in others]
        values = {**_filled(record, head, names)}
        values[IMAGES] = tuple(dict.fromkeys(shown))
        values[SKU] = names.of(record, "sku") or _made_up_sku(record, names, len(variants))
        values[STOCK] = _in_stock(record, names)
        values[URL] = f"/products/{names.of(head, 'handle')}"
        values[CATEGORY] = names.of(head, "type") or names.of(head, "category") or None
        for name, (_, column) in zip(option_names, names.options, strict=True):
            said = cell(record, column)
            if name and said.casefold() not in NO_OPTION:
                values.setdefault(name, said)
        if is_no(names.of(head, "published")) or names.of(head, "status").casefold() in UNLISTED:
            values[DELETED] = True
        yield Record(record.line, record.location, values)


def _is_variant(record: Record, names: _Names) -> bool:
    """Rows that only bring an image have neither sku, price nor option."""
    return bool(
        names.of(record, "sku")
        or names.of(record, "price")
        or any(cell(record, column) for _, column in names.options)
    )


def _filled(record: Record, head: Record, names: _Names) -> dict[str, object]:
    """The row with the product's own values in place of blanks; columns we understood left out."""
    consumed = {names.by_word[word] for word in CONSUMED}
    consumed.update(column for pair in names.options for column in pair)
    values: dict[str, object] = {}
    for column, value in head.values.items():
        if column in consumed:
            continue
        own = record.values.get(column)
        is_shared = not plain(column).startswith(OF_VARIANT)
        values[column] = value if own in (None, "") and is_shared else own
    tags = names.by_word["tags"]
    if tags:
        values[tags] = words(cell(head, tags)) or None
    return values


CONSUMED = (
    "sku", "type", "category", "image", "position", "variant_image", "tracker", "quantity",
    "policy", "published", "status",
)  # fmt: skip


OF_VARIANT = (
    "variant", "price", "compareat", "cost", "barcode", "weight", "inventory", "unitprice",
    "charge", "taxcode", "requires", "fulfillment", "image",
)  # fmt: skip
"""How the columns begin that say something of one variant; the others count for the product."""


def _images(group: Sequence[Record], names: _Names) -> list[str]:
    """The product's images by their position, then by their row."""
    found = []
    for number, record in enumerate(group):
        image, position = names.of(record, "image"), names.of(record, "position")
        if image:
            place = int(position) if position.isdecimal() and len(position) < 9 else 10**9
            found.append((place, number, image))
    return [image for *_, image in sorted(found)]


def _made_up_sku(record: Record, names: _Names, variants: int) -> str:
    """A variant without sku is named by its handle and options, which stay the same."""
    handle = names.of(record, "handle")
    said = [cell(record, column) for _, column in names.options]
    chosen = [word for word in said if word.casefold() not in NO_OPTION]
    return f"{handle}/{'/'.join(chosen)}" if variants > 1 and chosen else handle


def _in_stock(record: Record, names: _Names) -> object:
    """Not tracked or sold beyond zero: always; else by the quantity, if the export has it."""
    quantity = names.of(record, "quantity")
    if names.by_word["tracker"] and not names.of(record, "tracker"):
        return True
    if names.of(record, "policy").casefold() in {"continue", "true"}:
        return True
    return quantity or None


SKU, IMAGES, STOCK, URL, CATEGORY = "sku", "images", "in stock", "url", "category"
FORMAT = FeedFormat(
    name="shopify",
    title="Shopify product export",
    marks=(
        frozenset({"handle", "title", "variantprice"}),
        frozenset({"handle", "title", "imagesrc"}),
        frozenset({"urlhandle", "title", "price"}),
    ),
    rows=rows,
    mapping={
        "sku": (SKU,),
        "image": (IMAGES,),
        "name": ("title",),
        "category": (CATEGORY,),
        "brand": ("vendor",),
        "price": ("variantprice", "price"),
        "in_stock": (STOCK,),
        "variant_group": ("handle", "urlhandle"),
        "url": (URL,),
    },
    added=(SKU, IMAGES, STOCK, URL, CATEGORY, DELETED),
)
