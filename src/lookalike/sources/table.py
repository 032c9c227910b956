"""Records of a table as products: the same rules for every file format."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from lookalike.domain.problems import Problem
from lookalike.domain.product import PRODUCT_FIELDS, FieldValue, Product, Tombstone
from lookalike.errors import InvalidInput
from lookalike.sources import values
from lookalike.sources.feeds import FeedReader
from lookalike.sources.locations import absolute, image_parts
from lookalike.sources.mapping import ATTRIBUTES, column_mapping
from lookalike.sources.nested import Unreadable
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.removals import Removals

T = TypeVar("T")
MAX_IMAGES = 100
"""More images of one product are a column that was read wrongly; Google takes eleven."""
LINK_STARTS = ("http://", "https://", "/")


@dataclass(frozen=True)
class Origin:
    """Where a file comes from, as its reader may read a copy; and the mark of its content."""

    location: str
    mark: str | None = None


class TableCatalog:
    """A CatalogSource over the records of one file."""

    def __init__(
        self,
        reader: RecordReader,
        images_root: str,
        *,
        mapping: Mapping[str, str | Sequence[str]],
        origin: Origin,
    ) -> None:
        self._reader = reader
        self.location = origin.location
        self.mark = origin.mark
        self.images_root = images_root
        self._feed = reader if isinstance(reader, FeedReader) else None
        self.title = self._feed.format.title if self._feed else ""
        known = self._feed.mapping if self._feed else {}
        self.mapping: Mapping[str, tuple[str, ...]] = column_mapping(
            reader.columns, {**known, **mapping}, location=reader.location
        )
        self._removals = Removals(reader.columns, self.mapping)
        claims = {self.mapping[name][0] for name in ATTRIBUTES if name in self.mapping}
        self._mapped = {name for names in self.mapping.values() for name in names} - claims
        self._mapped |= self._removals.columns

    def records(self) -> Iterator[Record | Problem]:
        return self._reader.records()

    def count_hint(self) -> int | None:
        return self._reader.count_hint()

    @property
    def next_change(self) -> datetime | None:
        return self._feed.next_change if self._feed else None

    def products(self) -> Iterator[Product | Tombstone | Problem]:
        """See CatalogSource.

        The first row of a sku is its product; a later one is a problem.  One exception: rows
        straight below it that have the sku and no name, while the product has one, continue
        it with more images, as in the exports of Shopify.
        """
        lines: dict[str, int | None] = {}
        held: Product | None = None
        for record in self.records():
            if isinstance(record, Problem):
                yield record
                continue
            notes: list[Problem] = []
            if self._removals.says(record):
                gone = self._tombstone(record, notes)
                if gone is not None and gone.sku in lines:
                    notes.append(_duplicate(record, gone.sku, lines[gone.sku]))
                elif gone is not None:
                    lines[gone.sku] = record.line
                    yield gone
                yield from notes
                continue
            product = self._product(record, notes)
            if product is not None and product.sku in lines:
                if held is not None and _continues(product, held):
                    held = replace(held, images=_merged(held.images, product.images))
                    continue
                notes.append(_duplicate(record, product.sku, lines[product.sku]))
                product = None
            if product is not None:
                if held is not None:
                    yield held
                lines[product.sku] = record.line
                held = product
            yield from notes
        if held is not None:
            yield held

    def _tombstone(self, record: Record, notes: list[Problem]) -> Tombstone | None:
        row = _Row(record, self.mapping, notes)
        sku = row.sku()
        return sku if sku is None else Tombstone(sku, row.read("version", values.version))

    def _product(self, record: Record, notes: list[Problem]) -> Product | None:
        """The product of one record; what was wrong with it is added to `notes`."""
        row = _Row(record, self.mapping, notes)
        sku = row.sku()
        if sku is None:
            return None
        amount, named_currency = row.read("price", values.price) or (None, None)
        try:
            return Product(
                sku=sku,
                name=row.read("name", values.text),
                category=row.read("category", values.text),
                brand=row.read("brand", values.text),
                price=amount,
                currency=row.read("currency", values.currency) or named_currency,
                in_stock=row.read("in_stock", values.in_stock),
                variant_group=row.read("variant_group", values.text),
                url=row.read("url", _link),
                images=row.images(self.mapping["image"], self.images_root),
                extra=row.extra(self._mapped),  # noqa: S610 - not Django
                version=row.read("version", values.version),
            )
        except InvalidInput as error:
            notes[:] = [row.problem("bad_sku", error.message, skipped=True)]
            return None


class _Row:
    """One record while its values are read."""

    def __init__(
        self, record: Record, mapping: Mapping[str, tuple[str, ...]], notes: list[Problem]
    ) -> None:
        self._record = record
        self._mapping = mapping
        self._notes = notes
        self._sku: str | None = None

    def problem(self, code: str, message: str, *, skipped: bool = False) -> Problem:
        record = self._record
        return Problem(record.line, self._sku, record.location, code, message, skipped)

    def note(self, code: str, message: str) -> None:
        self._notes.append(self.problem(code, message))

    def sku(self) -> str | None:
        column = self._mapping["sku"][0]
        value = self._record.values.get(column)
        words = value.strip() if isinstance(value, str) else None
        if value is not None and words is None and not isinstance(value, bool | tuple | Unreadable):
            words = values.text(value)
        if not words:
            code = "no_sku" if value in (None, "", ()) or words == "" else "bad_sku"
            message = f'The sku in column "{column}" is {_shown(value)}; the row is left out.'
            self._notes.append(self.problem(code, message, skipped=True))
            return None
        if not values.is_clean(words):
            message = f"The sku {words[:MAX_SHOWN]!r} holds control characters."
            self._notes.append(self.problem("bad_sku", message, skipped=True))
            return None
        self._sku = words[: 2 * MAX_SHOWN]
        return words

    def read(self, field: str, meaning: Callable[[object], T]) -> T | None:
        """The value of a field; None, with a note, where it has no meaning."""
        if field not in self._mapping:
            return None
        column = self._mapping[field][0]
        return self._meaning(column, meaning, code=f"bad_{field}", what=f"The {field}")

    def images(self, columns: Sequence[str], root: str) -> tuple[str, ...]:
        found: list[str] = []
        for column in columns:
            parts = self._meaning(column, image_parts, code="bad_image", what="The image")
            for part in parts or ():
                try:
                    found.append(absolute(part, root))
                except ValueError as error:
                    self.note("bad_image", f'The image in column "{column}" {error}.')
        if len(found) > MAX_IMAGES:
            self.note(
                "many_images", f"It names {len(found)} images; the first {MAX_IMAGES} are kept."
            )
        if not found:
            self.note("no_image", "The row names no image.")
        return tuple(dict.fromkeys(found))[:MAX_IMAGES]

    def extra(self, mapped: set[str]) -> dict[str, FieldValue]:
        fields: dict[str, FieldValue] = {}
        for column, value in self._record.values.items():
            if value is None or value == "" or column in mapped:
                continue
            kept = self._meaning(column, _extra_value, code="bad_value", what="The value")
            if kept is not None:
                fields[f"{column}_column" if column in RESERVED else column] = kept
        return fields

    def _meaning(
        self, column: str, meaning: Callable[[object], T], *, code: str, what: str
    ) -> T | None:
        value = self._record.values.get(column)
        if value is None or value == "":
            return None
        if isinstance(value, Unreadable):
            self.note(value.code, value.message)
            return None
        try:
            return meaning(value)
        except ValueError as error:
            self.note(code, f'{what} in column "{column}" {error}; it is left out.')
            return None


RESERVED = frozenset((*PRODUCT_FIELDS, "images"))
"""A column of such a name that holds something else is kept as NAME_column."""
MAX_SHOWN = 60


def _extra_value(value: object) -> FieldValue | None:
    if isinstance(value, str):
        return values.text(value)
    if isinstance(value, tuple):
        return tuple(word for word in map(values.text, value) if word) or None
    if isinstance(value, bool | float):
        return value
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, int) and abs(value) < 2**53:  # larger ones are identifiers
        return value
    return values.text(value)


def _link(value: object) -> str | None:
    words = values.text(value)
    if words is not None and not words.lower().startswith(LINK_STARTS):
        raise ValueError(f"is {words[:MAX_SHOWN]!r}, not an http(s) address")
    return words


def _continues(product: Product, held: Product) -> bool:
    return product.sku == held.sku and held.name is not None and product.name is None


def _merged(images: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(images + more))[:MAX_IMAGES]


def _duplicate(record: Record, sku: str, line: int | None) -> Problem:
    message = f"The sku {sku!r} was already on line {line}; this row is left out."
    return Problem(record.line, sku, record.location, "duplicate_sku", message)


def _shown(value: object) -> str:
    return "empty" if value in (None, "", ()) else repr(value)[:MAX_SHOWN]
