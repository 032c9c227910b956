"""A run of products with their rows, columns and documents: an index holds one or two."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Booleans, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.domain.product import FieldValue
from lookalike.errors import InvalidInput
from lookalike.index.building import ColumnsBuilder, single_column
from lookalike.index.columns import Column, Keys, Nothing
from lookalike.index.protocol import Entry
from lookalike.index.scan import ByteScan, PlainScan, Scan, coded, decoded, spread_of, steps_of
from lookalike.index.texts import TextList
from lookalike.index.values import KEY, Kind

MAX_VALUE = 60_000.0  # float16 ends at 65,504


class Columns(Protocol):
    """The columns of a segment by field name; a field without values has none."""

    @property
    def kinds(self) -> Mapping[str, Kind]: ...

    def get(self, field: str) -> Column | None: ...


@dataclass(frozen=True, eq=False)
class Segment:
    """Products in the order of their skus, each with its rows side by side.

    rows       (rows, width) float32, possibly mapped from a file
    ends       (products,) int64, the row after each product's last
    skus       every sku, ascending by code point
    documents  the JSON text of every product
    """

    rows: Floats
    ends: Integers
    skus: Sequence[str]
    documents: "Sequence[str] | TextList | Amended"
    columns: Columns
    scan: Scan

    def __len__(self) -> int:
        return len(self.skus)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """sku -> product number within this segment."""
        return {sku: number for number, sku in enumerate(self.skus)}

    @cached_property
    def one_row_each(self) -> bool:
        return len(self.rows) == len(self.skus)

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        """(rows,) the product of every row."""
        counts = np.diff(self.ends, prepend=0)
        return np.repeat(np.arange(len(self.skus), dtype=np.int32), counts)

    def changed(
        self, *, columns: Columns, documents: "Sequence[str] | TextList | Amended | None" = None
    ) -> "Segment":
        """The same products with other columns and documents; what was worked out of the rest
        is kept."""
        texts = self.documents if documents is None else documents
        found = replace(self, columns=columns, documents=texts)
        for name in ("numbers", "owners", "one_row_each"):
            found.__dict__[name] = getattr(self, name)
        return found

    def rows_of(self, products: Booleans) -> Booleans:
        """(rows,) which rows belong to the products that are set."""
        return products if self.one_row_each else products[self.owners]

    def product_rows(self, product: int) -> Integers:
        start = int(self.ends[product - 1]) if product else 0
        return np.arange(start, int(self.ends[product]), dtype=np.int64)

    def first_rows(self, products: Integers) -> Integers:
        """(len(products),) the first row of each."""
        if self.one_row_each:
            return products
        return np.where(products > 0, self.ends[products - 1], 0)

    def column(self, field: str, *, start: int) -> Column:
        """The column of a field; `start` is the number of this segment's first product."""
        if field == KEY:
            return Keys(self.numbers, start)
        return self.columns.get(field) or Nothing(len(self))


class BuiltColumns:
    """Columns that are all there."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self.kinds: Mapping[str, Kind] = {
            name: column.kind for name, column in columns.items() if column.kind is not None
        }

    def get(self, field: str) -> Column | None:
        return self._columns.get(field)


class LazyColumns:
    """Columns built when a filter first asks for them, each of the kind it has in `like`.

    An upsert must be cheap and most fields are never asked for.  Two threads may build the
    same column at once; both get the same answer, so no lock is needed.
    """

    def __init__(
        self,
        fields: Sequence[Mapping[str, FieldValue]],
        like: Columns,
        built: Mapping[str, Column | None] | None = None,
    ) -> None:
        self._fields = fields
        self._like = like
        self._built: dict[str, Column | None] = dict(built or {})

    def restated(
        self, fields: Sequence[Mapping[str, FieldValue]], like: Columns, changed: Iterable[str]
    ) -> "LazyColumns":
        """Columns of the same products, of which these fields have changed."""
        gone = frozenset(changed)
        built = {name: one for name, one in self._built.copy().items() if name not in gone}
        return LazyColumns(fields, like, built)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Known ones are of their known kind; only a column of a new field must be built."""
        names = sorted(set().union(*self._fields) - {KEY})
        known = {name: self._like.kinds[name] for name in names if name in self._like.kinds}
        found = {name: self.get(name) for name in names if name not in known}
        return known | {
            name: column.kind
            for name, column in found.items()
            if column is not None and column.kind is not None
        }

    def get(self, field: str) -> Column | None:
        if field not in self._built:
            values = [fields.get(field) for fields in self._fields]
            column = single_column(field, values, like=self._like.get(field))
            self._built[field] = None if bool(column.missing().all()) else column
        return self._built[field]


class More:
    """The columns of a segment and some more, which win over others of their names."""

    def __init__(self, others: Columns, own: Mapping[str, Column]) -> None:
        known = {**others.own, **own} if isinstance(others, More) else dict(own)
        self.others: Columns = others.others if isinstance(others, More) else others
        self.own: Mapping[str, Column] = known

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        kinds = {name: one.kind for name, one in self.own.items()}
        return {**self.others.kinds, **{name: kind for name, kind in kinds.items() if kind}}

    def get(self, field: str) -> Column | None:
        return self.own[field] if field in self.own else self.others.get(field)


class Amended:
    """The documents of a segment, some of them with another text."""

    def __init__(self, others: "Sequence[str] | TextList | Amended", own: dict[int, str]) -> None:
        known = {**others.own, **own} if isinstance(others, Amended) else own
        self.others: Sequence[str] | TextList = (
            others.others if isinstance(others, Amended) else others
        )
        self.own: dict[int, str] = known

    def __len__(self) -> int:
        return len(self.others)

    def __getitem__(self, number: int) -> str:
        found = self.own.get(number)
        return self.others[number] if found is None else found


def base_segment(entries: Iterable[Entry], layout: Layout) -> Segment:
    """A segment for many products, with columns and codes, in memory.

    Raises InvalidInput for two entries with one sku and for rows of a wrong shape.
    """
    ordered = sorted(entries, key=lambda entry: entry.sku)
    rows = joined_rows(ordered, layout)
    builder = ColumnsBuilder()
    for entry in ordered:
        builder.add(entry.fields)
    steps = steps_of(np.abs(rows).max(axis=0, initial=0), layout)
    codes = coded(rows, steps)
    scan = ByteScan(codes, steps, spread_of(rows, decoded(codes, steps), layout))
    return _segment(ordered, rows, BuiltColumns(builder.columns()), scan)


def delta_segment(entries: Iterable[Entry], layout: Layout, *, like: Columns) -> Segment:
    """A segment for few products, cheap to make, whose columns are of the kinds of `like`."""
    ordered = sorted(entries, key=lambda entry: entry.sku)
    rows = joined_rows(ordered, layout)
    columns = LazyColumns([entry.fields for entry in ordered], like)
    return _segment(ordered, rows, columns, PlainScan(rows, layout))


def joined_rows(entries: Sequence[Entry], layout: Layout) -> Floats:
    """(rows, width) float32 of entries that ascend by sku; checks nothing about each row."""
    for one, other in itertools.pairwise(entries):
        if one.sku == other.sku:
            raise InvalidInput(f"Two products have the sku {one.sku!r}.")
    parts = [entry.rows for entry in entries]
    if not parts:
        return np.zeros((0, layout.width), dtype=np.float32)
    return np.concatenate(parts, dtype=np.float32)


def check_entry(entry: Entry, layout: Layout) -> None:
    """Raises InvalidInput for rows of a wrong shape or with values float16 cannot hold."""
    rows = entry.rows
    if rows.ndim != 2 or len(rows) == 0 or rows.shape[1] != layout.width:
        raise InvalidInput(
            f"The rows of {entry.sku} have shape {rows.shape}.",
            hint=f"Give one row per image, each of {layout.width} numbers.",
        )
    largest = float(np.max(np.abs(rows)))
    if not largest <= MAX_VALUE:  # also catches NaN
        raise InvalidInput(
            f"The rows of {entry.sku} hold {largest}.",
            hint=f"Values must be finite and at most {MAX_VALUE:g}; channels are unit length.",
        )


def _segment(ordered: Sequence[Entry], rows: Floats, columns: Columns, scan: Scan) -> Segment:
    counts = np.array([len(entry.rows) for entry in ordered], dtype=np.int64)
    return Segment(
        rows=rows,
        ends=np.cumsum(counts, dtype=np.int64),
        skus=[entry.sku for entry in ordered],
        documents=[entry.document for entry in ordered],
        columns=columns,
        scan=scan,
    )
