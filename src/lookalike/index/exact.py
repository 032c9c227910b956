"""The default index: every answer is exact, and proven so for each query."""

import bisect
import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.domain.filters import Filter, fields_of
from lookalike.errors import InvalidInput
from lookalike.index.certified import Part, certified
from lookalike.index.columns import Numbers, Texts
from lookalike.index.masks import mask
from lookalike.index.merge import base_keys
from lookalike.index.protocol import Codes, Entry, Hits, Restated, VectorIndex
from lookalike.index.restating import restated, restated_delta
from lookalike.index.segment import More, Segment, base_segment, check_entry, delta_segment
from lookalike.index.texts import TextList
from lookalike.index.values import KEY, Kind, check_fields


@dataclass(frozen=True, eq=False)
class _Late:
    """A product that came after the build.

    entry  as it is now
    since  as it came: the same object for as long as only `with_values` told of it
    """

    entry: Entry
    since: Entry

    def told(self, one: Restated) -> "_Late":
        values = {name: value for name, value in one.fields.items() if value is not None}
        kept = {name: v for name, v in self.entry.fields.items() if name not in one.fields}
        fields = {**kept, **values}
        return _Late(replace(self.entry, fields=fields, document=one.document), self.since)


class ExactIndex:
    """A base of many products, and beside it the few that changed since it was built.

    Products are numbered over the base, then the changed ones, and so are rows.  A product
    of the base that was replaced or removed keeps its number and is not alive.
    The kind of a field is the base's; a changed value that cannot be read as that kind is
    missing until the next build.
    """

    def __init__(self, base: Segment, layout: Layout) -> None:
        self._layout = layout
        self._base = base
        self._alive: Booleans | None = None  # (base products,), None while all are
        self._late: dict[str, _Late] = {}
        self._delta: Segment | None = None
        self._keys: Integers | None = None
        self._stride = 1
        self._count = len(base)

    @classmethod
    def build(cls, entries: Iterable[Entry], *, layout: Layout) -> "ExactIndex":
        """An index in memory.  Raises InvalidInput for wrong rows and for a sku given twice."""
        checked = list(entries)
        for entry in checked:
            check_entry(entry, layout)
        return cls(base_segment(checked, layout), layout)

    def with_field(self, field: str, codes: Codes, words: Sequence[str]) -> "ExactIndex":
        index = copy.copy(self)
        texts = TextList.of(words)
        count = len(self._base)
        index._base = _with_column(self._base, field, Texts(codes[:count], texts))
        if self._delta is not None:
            index._delta = _with_column(self._delta, field, Texts(codes[count:], texts))
        return index

    def with_values(self, changes: Sequence[Restated]) -> "ExactIndex":
        told = {one.sku: one for one in changes}
        late = {sku: one for sku, one in told.items() if sku in self._late}
        numbers = [(self.number(sku), one) for sku, one in told.items() if sku not in late]
        index = copy.copy(self)
        index._base = restated(self._base, [(n, one) for n, one in numbers if n is not None])
        if self._delta is not None:
            index._late = {**self._late, **{s: self._late[s].told(one) for s, one in late.items()}}
            entries = [index._late[sku].entry for sku in self._delta.skus]
            names = {name for one in told.values() for name in one.fields}
            index._delta = restated_delta(self._delta, entries, names, like=index._base.columns)
        return index

    def origins(self, before: VectorIndex) -> Integers | None:
        if not isinstance(before, ExactIndex) or before._base.rows is not self._base.rows:
            return None
        count = len(self._base)
        found = np.arange(self._size, dtype=np.int64)
        for alive in (self._alive, before._alive):
            if alive is not None:
                found[:count][~alive] = -1
        for place, sku in enumerate(self._delta.skus if self._delta else ()):
            then = before._late.get(sku)
            same = then is not None and then.since is self._late[sku].since
            number = before.number(sku) if same else None
            found[count + place] = -1 if number is None else number
        return found

    @property
    def built(self) -> int:
        return len(self._base)

    @property
    def _size(self) -> int:
        return len(self._base) + (0 if self._delta is None else len(self._delta))

    def passing(self, where: Filter | None = None) -> Booleans:
        if where is not None:
            self._check(where)
        parts = []
        for segment, start, _, _ in self._segments():
            allowed = self._allowed(segment, start, where)
            parts.append(np.ones(len(segment), np.bool_) if allowed is None else allowed)
        return parts[0].copy() if len(parts) == 1 else np.concatenate(parts)

    def numbers(self, field: str, products: Integers) -> Doubles:
        products = np.asarray(products, dtype=np.int64)
        found = np.full(len(products), np.nan)
        for segment, start, _, _ in self._segments():
            mine = (products >= start) & (products < start + len(segment))
            column = segment.column(field, start=start)
            if isinstance(column, Numbers):
                found[mine] = column.values[products[mine] - start]
        return found

    @property
    def layout(self) -> Layout:
        return self._layout

    @property
    def fields(self) -> Mapping[str, Kind]:
        kinds: dict[str, Kind] = {KEY: "text", **self._base.columns.kinds}
        if self._delta is not None:
            kinds = {**self._delta.columns.kinds, **kinds}
        return kinds

    def __len__(self) -> int:
        return self._count

    def search(
        self,
        queries: Floats,
        *,
        limit: int,
        where: Filter | None = None,
        among: Booleans | None = None,
    ) -> Hits:
        rows = checked_queries(queries, self._layout)
        if limit < 1:
            raise InvalidInput(f"limit is {limit}; it must be at least 1.")
        if where is not None:
            self._check(where)
        parts = [
            Part(
                segment,
                start,
                start_row,
                _both(self._allowed(segment, start, where), among, start, len(segment)),
                keys,
                self._stride,
            )
            for segment, start, start_row, keys in self._segments()
        ]
        return certified(parts, rows, limit=limit, layout=self._layout)

    def select(self, where: Filter | None = None) -> Integers:
        if where is not None:
            self._check(where)
        products, keys = [], []
        for segment, start, _, own_keys in self._segments():
            allowed = self._allowed(segment, start, where)
            numbers = np.arange(len(segment)) if allowed is None else np.flatnonzero(allowed)
            products.append(numbers + start)
            keys.append(base_keys(numbers, self._stride) if own_keys is None else own_keys[numbers])
        if len(products) == 1:
            return products[0]
        return np.insert(products[0], np.searchsorted(keys[0], keys[1]), products[1])

    def counts(self, field: str, where: Filter | None = None) -> dict[str, int]:
        if where is not None:
            self._check(where)
        total: Counter[str] = Counter()
        for segment, start, _, _ in self._segments():
            allowed = self._allowed(segment, start, where)
            everything = np.ones(len(segment), dtype=np.bool_)
            column = segment.column(field, start=start)
            total.update(column.counts(everything if allowed is None else allowed))
        return dict(total)

    def sku(self, product: int) -> str:
        segment, start, _ = self._home(product)
        return segment.skus[product - start]

    def skus(self, products: Integers) -> list[str]:
        return [self.sku(product) for product in np.asarray(products).tolist()]

    def with_changes(self, upserts: Sequence[Entry], removed: Sequence[str]) -> "ExactIndex":
        """This index with products removed, then added or replaced (the last of a sku counts)."""
        for entry in upserts:
            check_entry(entry, self._layout)
        changed = dict(self._late)
        alive = np.ones(len(self._base), np.bool_) if self._alive is None else self._alive.copy()
        for sku in [*removed, *(entry.sku for entry in upserts)]:
            changed.pop(sku, None)
            number = self._base.numbers.get(sku)
            if number is not None:
                alive[number] = False
        changed.update((entry.sku, _Late(entry, entry)) for entry in upserts)
        return self._with(alive, changed)

    def number(self, sku: str) -> int | None:
        if sku in self._late and self._delta is not None:
            return len(self._base) + self._delta.numbers[sku]
        number = self._base.numbers.get(sku)
        dead = number is not None and self._alive is not None and not self._alive[number]
        return None if dead else number

    def vectors(self, rows: Integers) -> Floats:
        rows = np.asarray(rows, dtype=np.int64)
        if self._delta is None:
            return np.asarray(self._base.rows[rows])
        start = len(self._base.rows)
        found = np.empty((len(rows), self._layout.width), dtype=np.float32)
        late = rows >= start
        found[~late] = self._base.rows[rows[~late]]
        found[late] = self._delta.rows[rows[late] - start]
        return found

    def product_rows(self, product: int) -> Integers:
        segment, start, start_row = self._home(product)
        return segment.product_rows(product - start) + start_row

    def first_rows(self, products: Integers) -> Integers:
        products = np.asarray(products, dtype=np.int64)
        if self._delta is None:
            return self._base.first_rows(products)
        start = len(self._base)
        late = products >= start
        found = np.empty(len(products), dtype=np.int64)
        found[~late] = self._base.first_rows(products[~late])
        found[late] = self._delta.first_rows(products[late] - start) + len(self._base.rows)
        return found

    def documents(self, products: Integers) -> list[str]:
        found = []
        for product in np.asarray(products).tolist():
            segment, start, _ = self._home(product)
            found.append(segment.documents[product - start])
        return found

    def codes(self, field: str, products: Integers) -> Integers:
        products = np.asarray(products, dtype=np.int64)
        if self._delta is None:
            return self._base.column(field, start=0).codes(products)
        start = len(self._base)
        found = np.empty(len(products), dtype=np.int64)
        late = products >= start
        found[~late] = self._base.column(field, start=0).codes(products[~late])
        found[late] = self._delta.column(field, start=start).codes(products[late] - start)
        return found

    def _segments(self) -> list[tuple[Segment, int, int, Integers | None]]:
        """Each segment with its first product, first row and the sort keys of its products."""
        base = (self._base, 0, 0, None)
        if self._delta is None:
            return [base]
        return [base, (self._delta, len(self._base), len(self._base.rows), self._keys)]

    def _home(self, product: int) -> tuple[Segment, int, int]:
        if self._delta is not None and product >= len(self._base):
            return self._delta, len(self._base), len(self._base.rows)
        return self._base, 0, 0

    def _check(self, where: Filter) -> None:
        """Raises InvalidInput for unknown fields; the kinds of a delta are built only if needed."""
        asked = fields_of(where) - {KEY}
        if not asked <= self._base.columns.kinds.keys():
            check_fields(asked, self.fields)

    def _allowed(self, segment: Segment, start: int, where: Filter | None) -> Booleans | None:
        """(products,) of the segment that pass, or None when all do."""
        alive = self._alive if segment is self._base else None
        if where is None:
            return alive
        found = mask(where, lambda field: segment.column(field, start=start))
        return found if alive is None else np.logical_and(found, alive, out=found)

    def _with(self, alive: Booleans, changed: dict[str, "_Late"]) -> "ExactIndex":
        index = ExactIndex(self._base, self._layout)
        index._alive = None if bool(alive.all()) else alive
        index._late = changed
        index._count = int(np.count_nonzero(alive)) + len(changed)
        if changed:
            entries = (one.entry for one in changed.values())
            delta = delta_segment(entries, self._layout, like=self._base.columns)
            index._delta = delta
            skus = self._base.skus
            places = np.array([bisect.bisect_left(skus, sku) for sku in delta.skus], dtype=np.int64)
            index._stride = len(delta) + 1  # room for all of them before any product of the base
            index._keys = places * index._stride + np.arange(len(delta))
        return index


def _both(
    allowed: Booleans | None, among: Booleans | None, start: int, count: int
) -> Booleans | None:
    """(count,) of a segment that pass and are among the wanted."""
    if among is None:
        return allowed
    own = among[start : start + count]
    if len(own) < count:
        own = np.pad(own, (0, count - len(own)))
    return own if allowed is None else own & allowed


def _with_column(segment: Segment, field: str, column: Texts) -> Segment:
    return segment.changed(columns=More(segment.columns, {field: column}))


def checked_queries(queries: Floats, layout: Layout) -> Floats:
    """(count, width) float32.  Raises InvalidInput for another shape or an infinite value."""
    rows = np.atleast_2d(np.asarray(queries, dtype=np.float32))
    if rows.ndim != 2 or len(rows) == 0 or rows.shape[1] != layout.width:
        raise InvalidInput(
            f"The query has shape {np.shape(queries)}; this index holds rows of {layout.width}.",
            hint=f"Pass (count, {layout.width}), one row per anchor image.",
        )
    if not np.isfinite(rows).all():
        raise InvalidInput("The query holds a value that is not finite.")
    return rows
