"""What every index must answer, in the plainest form: score everything, sort, cut."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.domain.filters import (
    And,
    ContainsAll,
    ContainsAny,
    Eq,
    Filter,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Or,
    Range,
    fields_of,
)
from lookalike.domain.product import FieldValue
from lookalike.errors import InvalidInput
from lookalike.index.protocol import Codes, Entry, Hits, Restated, VectorIndex
from lookalike.index.score import scores
from lookalike.index.values import (
    KEY,
    Kind,
    check_fields,
    cleaned,
    flag_of,
    kind_of,
    no_order,
    number_of,
    text_of,
    words_of,
)


class ReferenceIndex:
    """Products in a list; the ones changed since the build stand after the others.

    It answers as `ExactIndex` does to the last bit, but product and row numbers are its own.
    """

    def __init__(
        self, entries: Sequence[Entry], *, layout: Layout, kinds: Mapping[str, Kind]
    ) -> None:
        self._layout = layout
        self._entries = sorted(entries, key=lambda entry: entry.sku)
        self._numbers = {entry.sku: number for number, entry in enumerate(self._entries)}
        self._kinds = kinds
        counts = [len(entry.rows) for entry in self._entries]
        self._ends = np.cumsum(counts, dtype=np.int64)

    @classmethod
    def build(cls, entries: Iterable[Entry], *, layout: Layout) -> "ReferenceIndex":
        found = list(entries)
        return cls(found, layout=layout, kinds=kinds_of(found))

    @property
    def layout(self) -> Layout:
        return self._layout

    @property
    def fields(self) -> Mapping[str, Kind]:
        return {KEY: "text", **self._kinds}

    def __len__(self) -> int:
        return len(self._entries)

    def search(
        self,
        queries: Floats,
        *,
        limit: int,
        where: Filter | None = None,
        among: Booleans | None = None,
    ) -> Hits:
        rows = np.atleast_2d(np.asarray(queries, dtype=np.float32))
        if rows.shape[1:] != (self._layout.width,):
            raise InvalidInput(
                f"The query has shape {rows.shape}; rows have {self._layout.width} numbers."
            )
        check_fields(fields_of(where), self.fields)
        check_order(where, self.fields)
        found = []
        for product, entry in enumerate(self._entries):
            wanted = among is None or (product < len(among) and among[product])
            if wanted and (where is None or matches(where, entry, self.fields)):
                pairs = [
                    (-score, query, row)
                    for query, values in enumerate(rows)
                    for row, score in enumerate(scores(values, entry.rows, self._layout).tolist())
                ]
                score, query, row = min(pairs)
                found.append((score, entry.sku, product, query, row))
        best = sorted(found)[:limit]
        return Hits(
            products=np.array([hit[2] for hit in best], dtype=np.int64),
            rows=np.array([self.product_rows(hit[2])[hit[4]] for hit in best], dtype=np.int64),
            queries=np.array([hit[3] for hit in best], dtype=np.int64),
            scores=np.array([-hit[0] for hit in best], dtype=np.float64),
            complete=len(best) == len(found),
        )

    def select(self, where: Filter | None = None) -> Integers:
        check_fields(fields_of(where), self.fields)
        check_order(where, self.fields)
        passing = [where is None or matches(where, one, self.fields) for one in self._entries]
        return np.flatnonzero(passing)

    def counts(self, field: str, where: Filter | None = None) -> dict[str, int]:
        found: Counter[str] = Counter()
        for product in self.select(where).tolist():
            value = value_of(self._entries[product], field, self.fields)
            if value is not None:
                found.update(set(words_of(value)))
        return dict(found)

    def sku(self, product: int) -> str:
        return self._entries[product].sku

    def skus(self, products: Integers) -> list[str]:
        return [self.sku(product) for product in products.tolist()]

    def with_changes(self, upserts: Sequence[Entry], removed: Sequence[str]) -> "ReferenceIndex":
        entries = {entry.sku: entry for entry in self._entries}
        for sku in removed:
            entries.pop(sku, None)
        entries.update((entry.sku, entry) for entry in upserts)
        kinds = {**kinds_of(upserts), **self._kinds}
        return ReferenceIndex(list(entries.values()), layout=self._layout, kinds=kinds)

    def with_values(self, changes: Sequence[Restated]) -> "ReferenceIndex":
        told = {one.sku: one for one in changes}
        entries = [
            restated(one, told[one.sku]) if one.sku in told else one for one in self._entries
        ]
        kinds = {**kinds_of(one for one in entries if one.sku in told), **self._kinds}
        return ReferenceIndex(entries, layout=self._layout, kinds=kinds)

    def with_field(self, field: str, codes: Codes, words: Sequence[str]) -> "ReferenceIndex":
        entries = []
        for one, code in zip(self._entries, codes.tolist(), strict=True):
            fields = {name: value for name, value in one.fields.items() if name != field}
            entries.append(
                replace(one, fields=fields if code < 0 else {**fields, field: words[code]})
            )
        return ReferenceIndex(entries, layout=self._layout, kinds={**self._kinds, field: "text"})

    def origins(self, before: VectorIndex) -> Integers | None:  # noqa: ARG002
        return None

    @property
    def built(self) -> int:
        return len(self)

    def passing(self, where: Filter | None = None) -> Booleans:
        found = np.zeros(len(self), dtype=np.bool_)
        found[self.select(where)] = True
        return found

    def numbers(self, field: str, products: Integers) -> Doubles:
        found = [value_of(self._entries[p], field, self.fields) for p in products.tolist()]
        isnumber = self.fields.get(field) == "number"
        return np.array([v if isnumber and v is not None else np.nan for v in found], np.float64)

    def number(self, sku: str) -> int | None:
        return self._numbers.get(sku)

    def vectors(self, rows: Integers) -> Floats:
        return np.concatenate([entry.rows for entry in self._entries])[rows]

    def product_rows(self, product: int) -> Integers:
        end = int(self._ends[product])
        return np.arange(end - len(self._entries[product].rows), end, dtype=np.int64)

    def first_rows(self, products: Integers) -> Integers:
        return np.array([self.product_rows(product)[0] for product in products], dtype=np.int64)

    def documents(self, products: Integers) -> list[str]:
        return [self._entries[product].document for product in products.tolist()]

    def codes(self, field: str, products: Integers) -> Integers:
        values = [value_of(entry, field, self.fields) for entry in self._entries]
        different = {
            value: number for number, value in enumerate(v for v in values if v is not None)
        }
        return np.array(
            [-1 if (v := values[p]) is None else different[v] for p in products.tolist()],
            dtype=np.int64,
        )


def restated(entry: Entry, told: Restated) -> Entry:
    """An entry with the values that it has from now on."""
    fields = {**entry.fields, **told.fields}
    there = {name: value for name, value in fields.items() if value is not None}
    return replace(entry, fields=there, document=told.document)


def kinds_of(entries: Iterable[Entry]) -> dict[str, Kind]:
    """The kind of every field, from all its values; the sku is no field here."""
    values: dict[str, list[FieldValue]] = {}
    for entry in entries:
        for field, value in entry.fields.items():
            clean = cleaned(value)
            if clean is not None and field != KEY:
                values.setdefault(field, []).append(clean)
    return {field: kind_of(found) for field, found in values.items()}


def matches(where: Filter, entry: Entry, kinds: Mapping[str, Kind]) -> bool:
    """Whether one product passes a filter; see `domain/filters.py` for missing values."""
    match where:
        case And():
            return all(matches(part, entry, kinds) for part in where.parts)
        case Or():
            return any(matches(part, entry, kinds) for part in where.parts)
        case Not():
            return not matches(where.part, entry, kinds)
        case Ne():
            return not matches(Eq(where.field, where.value), entry, kinds)
        case NotIn():
            return not matches(In(where.field, where.values), entry, kinds)
    value = value_of(entry, where.field, kinds)
    match where:
        case IsMissing():
            return value is None
        case _ if value is None:
            return False
        case Eq():
            return holds(value, where.value, kinds[where.field])
        case In() | ContainsAny():
            return any(holds(value, wanted, kinds[where.field]) for wanted in where.values)
        case ContainsAll():
            return all(holds(value, wanted, kinds[where.field]) for wanted in where.values)
        case Range():
            assert isinstance(value, float)
            return inside(value, where)


def value_of(entry: Entry, field: str, kinds: Mapping[str, Kind]) -> FieldValue | None:
    """A product's value read as the kind of its field; None where missing or not readable."""
    if field == KEY:
        return entry.sku
    value = cleaned(entry.fields.get(field))
    if value is None or field not in kinds:
        return None
    match kinds[field]:
        case "number":
            return number_of(value)
        case "boolean":
            return flag_of(value)
        case "words":
            return words_of(value)
        case "text":
            return text_of(value)


def holds(value: FieldValue, wanted: FieldValue, kind: Kind) -> bool:
    """Whether a field's value is the wanted one, or one of its words is."""
    match kind:
        case "number":
            return value == number_of(wanted)
        case "boolean":
            return value is flag_of(wanted)
        case "words":
            assert isinstance(value, tuple)
            return text_of(wanted) in value
        case "text":
            return value == text_of(wanted)


def inside(value: float, bounds: Range) -> bool:
    """Whether a number lies in a range."""
    low = bounds.low is None or (value > bounds.low if bounds.low_open else value >= bounds.low)
    high = bounds.high is None or (
        value < bounds.high if bounds.high_open else value <= bounds.high
    )
    return low and high


def check_order(where: Filter | None, kinds: Mapping[str, Kind]) -> None:
    """Raises InvalidInput for a range over a field that holds no numbers."""
    match where:
        case And() | Or():
            for part in where.parts:
                check_order(part, kinds)
        case Not():
            check_order(where.part, kinds)
        case Range() if kinds[where.field] != "number":
            raise no_order(where.field, kinds[where.field])
