"""What a feed format is made of: its columns, its cells, its sales."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lookalike.domain.problems import Problem
from lookalike.sources import values
from lookalike.sources.mapping import plain
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales, interval

Rows = Callable[[RecordReader, Sales], Iterator[Record | Problem]]
DELETED = "deleted"
"""The column in which a format says that a product is not for sale any more."""


@dataclass(frozen=True)
class FeedFormat:
    """One format.

    name      as `--format` names it
    title     as people know it
    marks     the plain names of columns that only it has, all of them needed
    rows      its records: products with their meaning in plain columns
    mapping   product field -> column, where the format is surer than a guess
    added     columns that `rows` adds to those of the file
    """

    name: str
    title: str
    marks: tuple[frozenset[str], ...]
    rows: Rows
    mapping: Mapping[str, Sequence[str]]
    added: tuple[str, ...] = ()

    def fits(self, columns: Sequence[str]) -> bool:
        there = set(map(plain, columns))
        return any(marks <= there for marks in self.marks)


class Columns(dict[str, str]):
    """Plain name -> column as it is written; the first of two alike counts."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        for column in columns:
            self.setdefault(plain(column), column)

    def first(self, *names: str) -> str | None:
        """The first of these that the file has."""
        return next((self[name] for name in names if name in self), None)


def note(record: Record, code: str, message: str) -> Problem:
    """A fault in a value of a record that is otherwise read."""
    return Problem(record.line, None, record.location, code, message, skipped=False)


def with_sale(
    record: Record, columns: Columns, sales: Sales, *, regular: str | None
) -> Iterator[Record | Problem]:
    """The record with the price that counts now; the regular one stays as `regular_price`.

    Without an interval a sale price counts at once (Google Merchant Center, sale_price).
    """
    cells = record.values
    sale = columns.first("saleprice")
    said = cells.get(sale) if sale else None
    if sale is None or regular is None or said in (None, "", ()):
        yield record
        return
    when = columns.first("salepriceeffectivedate")
    amount = code = None
    try:
        amount, code = values.price(said)
    except ValueError as error:
        yield note(record, "bad_sale_price", f'The sale price in column "{sale}" {error}.')
    try:
        is_on = sales.hold(*interval(cells.get(when) if when else None))
    except ValueError as error:
        yield note(record, "bad_sale_date", f'The sale in column "{when}" {error}; it is left out.')
        is_on = False
    usual, usual_code = _readable_price(cells.get(regular))
    if amount is None or not is_on or (usual is not None and amount >= usual):
        yield record
        return
    price = said if code or not usual_code else values.Priced(amount, usual_code)
    yield Record(record.line, record.location, {**cells, regular: price, "regular_price": usual})


def _readable_price(value: object) -> tuple[Decimal | None, str | None]:
    try:
        return values.price(value)
    except ValueError:  # told when the price itself is read
        return None, None


def cell(record: Record, column: str | None) -> str:
    """The text of a cell without outer blanks; empty where there is none."""
    value = record.values.get(column) if column else None
    if value is None or value == ():
        return ""
    if isinstance(value, str):
        return value.strip()
    try:
        return values.text(value) or ""
    except ValueError:
        return ""


def words(text: str) -> tuple[str, ...]:
    """The parts of a comma list; a comma written as \\, belongs to its part."""
    parts = text.replace("\\,", "\0").split(",")
    return tuple(part.replace("\0", ",").strip() for part in parts if part.strip())


def is_no(text: str) -> bool:
    """Whether a cell of yes and no says no; an empty one says nothing."""
    return text.casefold() in {"false", "0", "no", "n", "-1"}
