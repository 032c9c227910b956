"""Typed columns over products: one array operation answers a clause for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Booleans, Doubles, Integers
from lookalike.domain.filters import Range
from lookalike.domain.product import FieldValue
from lookalike.index.texts import Vocabulary
from lookalike.index.values import Kind, flag_of, no_order, number_of, text_of

Codes = NDArray[np.int32]

_FEW = 8  # up to here one comparison per value beats a table: 3 us each against 25 us at 40,000


class Column(Protocol):
    """One field of every product of a segment."""

    @property
    def kind(self) -> Kind | None: ...

    def among(self, values: Sequence[FieldValue]) -> Booleans:
        """(products,) where the field holds at least one of the values."""
        ...

    def within(self, bounds: Range) -> Booleans:
        """(products,) where the number lies in the range.  Raises InvalidInput without order."""
        ...

    def missing(self) -> Booleans: ...

    def codes(self, products: Integers) -> Integers:
        """(len(products),) equal for equal values, -1 where missing."""
        ...

    def counts(self, allowed: Booleans) -> dict[str, int]:
        """Value as text -> how many of the allowed products have it."""
        ...


@dataclass(frozen=True)
class Numbers:
    """values  (products,) float64, NaN where missing"""

    kind: ClassVar[Kind] = "number"
    values: Doubles

    def among(self, values: Sequence[FieldValue]) -> Booleans:
        wanted = [number for value in values if (number := number_of(value)) is not None]
        if len(wanted) > _FEW:
            return np.isin(self.values, wanted)
        return _any_equal(self.values, wanted)

    def within(self, bounds: Range) -> Booleans:
        found: Booleans | None = None
        if bounds.low is not None:
            found = (np.greater if bounds.low_open else np.greater_equal)(self.values, bounds.low)
        if bounds.high is not None:
            below = (np.less if bounds.high_open else np.less_equal)(self.values, bounds.high)
            found = below if found is None else np.logical_and(found, below, out=found)
        return ~self.missing() if found is None else found

    def missing(self) -> Booleans:
        return np.isnan(self.values)

    def codes(self, products: Integers) -> Integers:
        """The bits of the number: equal numbers have equal bits once -0 is 0, and NaN has -1."""
        values = self.values[products] + 0.0
        return np.where(np.isnan(values), -1, values.view(np.int64))

    def counts(self, allowed: Booleans) -> dict[str, int]:
        values, counts = np.unique(self.values[allowed & ~self.missing()], return_counts=True)
        pairs = zip(values.tolist(), counts.tolist(), strict=True)
        return {text_of(value): count for value, count in pairs}


@dataclass(frozen=True)
class Flags:
    """values  (products,) int8: 1 true, 0 false, -1 missing"""

    kind: ClassVar[Kind] = "boolean"
    field: str
    values: NDArray[np.int8]

    def among(self, values: Sequence[FieldValue]) -> Booleans:
        flags = {flag for value in values if (flag := flag_of(value)) is not None}
        return _any_equal(self.values, sorted(flags))

    def within(self, bounds: Range) -> Booleans:
        raise no_order(bounds.field, self.kind)

    def missing(self) -> Booleans:
        return np.less(self.values, 0)

    def codes(self, products: Integers) -> Integers:
        return self.values[products].astype(np.int64)

    def counts(self, allowed: Booleans) -> dict[str, int]:
        found = np.bincount(self.values[allowed] + 1, minlength=3).tolist()
        named = {"false": found[1], "true": found[2]}
        return {text: count for text, count in named.items() if count}


@dataclass(frozen=True)
class Texts:
    """values  (products,) int32 numbers of the vocabulary, -1 where missing"""

    kind: ClassVar[Kind] = "text"
    values: Codes
    vocabulary: Vocabulary

    def among(self, values: Sequence[FieldValue]) -> Booleans:
        wanted = _numbers(values, self.vocabulary)
        if len(wanted) <= _FEW:
            return _any_equal(self.values, wanted)
        return _table(wanted, len(self.vocabulary))[self.values]

    def within(self, bounds: Range) -> Booleans:
        raise no_order(bounds.field, self.kind)

    def missing(self) -> Booleans:
        return np.less(self.values, 0)

    def codes(self, products: Integers) -> Integers:
        return self.values[products].astype(np.int64)

    def counts(self, allowed: Booleans) -> dict[str, int]:
        return _counted(self.values[allowed], self.vocabulary)


@dataclass(frozen=True)
class Words:
    """Several texts per product.

    values  (words of all products,) int32 numbers of the vocabulary
    owners  (words of all products,) int32, the product each belongs to, ascending
    """

    kind: ClassVar[Kind] = "words"
    values: Codes
    owners: Codes
    vocabulary: Vocabulary
    count: int

    def among(self, values: Sequence[FieldValue]) -> Booleans:
        wanted = _numbers(values, self.vocabulary)
        if len(wanted) <= _FEW:
            hits = _any_equal(self.values, wanted)
        else:
            hits = _table(wanted, len(self.vocabulary))[self.values]
        found = np.zeros(self.count, dtype=np.bool_)
        found[self.owners[hits]] = True
        return found

    def within(self, bounds: Range) -> Booleans:
        raise no_order(bounds.field, self.kind)

    def missing(self) -> Booleans:
        found = np.ones(self.count, dtype=np.bool_)
        found[self.owners] = False
        return found

    def codes(self, products: Integers) -> Integers:
        """The product's words as one number each time; the order of the words counts."""
        starts = np.searchsorted(self.owners, products, side="left")
        ends = np.searchsorted(self.owners, products, side="right")
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return np.array([_digest(self.values[start:end]) for start, end in spans], dtype=np.int64)

    def counts(self, allowed: Booleans) -> dict[str, int]:
        pairs = np.stack([self.owners, self.values], axis=1)[allowed[self.owners]]
        return _counted(np.unique(pairs, axis=0)[:, 1], self.vocabulary)


@dataclass(frozen=True)
class Keys:
    """The sku: every product has its own, so a value is looked up instead of compared.

    numbers  sku -> product number within the segment
    start    the number of the segment's first product within the index
    """

    kind: ClassVar[Kind] = "text"
    numbers: Mapping[str, int]
    start: int

    def among(self, values: Sequence[FieldValue]) -> Booleans:
        found = np.zeros(len(self.numbers), dtype=np.bool_)
        found[
            [number for value in values if (number := self.numbers.get(text_of(value))) is not None]
        ] = True
        return found

    def within(self, bounds: Range) -> Booleans:
        raise no_order(bounds.field, self.kind)

    def missing(self) -> Booleans:
        return np.zeros(len(self.numbers), dtype=np.bool_)

    def codes(self, products: Integers) -> Integers:
        return np.asarray(products, dtype=np.int64) + self.start

    def counts(self, allowed: Booleans) -> dict[str, int]:
        return {sku: 1 for sku, number in self.numbers.items() if allowed[number]}


@dataclass(frozen=True)
class Nothing:
    """A field that no product of this segment has, though one of the other segment may."""

    kind: ClassVar[None] = None
    count: int

    def among(self, values: Sequence[FieldValue]) -> Booleans:  # noqa: ARG002
        return np.zeros(self.count, dtype=np.bool_)

    def within(self, bounds: Range) -> Booleans:  # noqa: ARG002
        return np.zeros(self.count, dtype=np.bool_)

    def missing(self) -> Booleans:
        return np.ones(self.count, dtype=np.bool_)

    def codes(self, products: Integers) -> Integers:
        return np.full(len(products), -1, dtype=np.int64)

    def counts(self, allowed: Booleans) -> dict[str, int]:  # noqa: ARG002
        return {}


def _any_equal(column: NDArray[np.generic], wanted: Sequence[float]) -> Booleans:
    if not wanted:
        return np.zeros(len(column), dtype=np.bool_)
    found: Booleans = np.equal(column, wanted[0])
    for value in wanted[1:]:
        found |= np.equal(column, value)
    return found


def _counted(numbers: Codes, vocabulary: Vocabulary) -> dict[str, int]:
    counts = np.bincount(numbers[numbers >= 0], minlength=1)
    return {vocabulary[number]: int(counts[number]) for number in np.flatnonzero(counts).tolist()}


def _numbers(values: Sequence[FieldValue], vocabulary: Vocabulary) -> list[int]:
    found = {vocabulary.number(text_of(value)) for value in values}
    return [number for number in found if number is not None]


def _digest(words: Codes) -> int:
    """56 bits of a hash: two different word lists collide once in 2**28 lists, by birthday."""
    return int.from_bytes(blake2b(words.tobytes(), digest_size=7).digest()) if len(words) else -1


def _table(wanted: Sequence[int], size: int) -> Booleans:
    """One answer per word of the vocabulary; the last, which -1 reaches, is for missing."""
    table = np.zeros(size + 1, dtype=np.bool_)
    table[wanted] = True
    return table
