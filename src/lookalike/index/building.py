"""Columns from the fields of products, one product after the other."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Integers
from lookalike.domain.product import FieldValue
from lookalike.index.columns import Codes, Column, Flags, Numbers, Texts, Words
from lookalike.index.texts import TextList, Vocabulary, extended
from lookalike.index.values import (
    KEY,
    Kind,
    cleaned,
    flag_of,
    kind_of,
    number_of,
    text_of,
    words_of,
)

Kept = TypeVar("Kept", bound=np.generic)


class ColumnsBuilder:
    """Collects fields; memory grows with the distinct values, plus 4 bytes per value."""

    def __init__(self) -> None:
        self._count = 0
        self._fields: dict[str, _Coded] = {}

    def add(self, fields: Mapping[str, FieldValue]) -> None:
        """The fields of the next product.  Raises InvalidInput for a value no field can have."""
        for name, value in fields.items():
            if name != KEY:
                coded = self._fields.get(name)
                if coded is None:
                    coded = self._fields[name] = _Coded()
                coded.add(value, self._count)
        self._count += 1

    def columns(self) -> dict[str, Column]:
        """Every field that at least one product has a value of, except the sku."""
        return {
            name: column_of(
                name, coded.distinct, coded.codes(self._count), kind=kind_of(coded.distinct)
            )
            for name, coded in self._fields.items()
            if coded.distinct
        }


def single_column(name: str, values: Sequence[FieldValue | None], *, like: Column | None) -> Column:
    """The column of one field, of the kind of `like` and numbered as it is, where given."""
    coded = _Coded()
    for place, value in enumerate(values):
        coded.add(value, place)
    kind = kind_of(coded.distinct) if like is None or like.kind is None else like.kind
    known = like.vocabulary if isinstance(like, (Texts, Words)) else None
    return column_of(name, coded.distinct, coded.codes(len(values)), kind=kind, known=known)


def amended(
    name: str,
    column: Column | None,
    places: Integers,
    values: Sequence[FieldValue | None],
    *,
    count: int,
) -> Column:
    """A column with other values in some places; a value it cannot read is missing there.

    column  as it is; None where nobody has a value yet
    count   products of the segment
    """
    own = single_column(name, values, like=column)
    match column, own:
        case Numbers(), Numbers():
            return Numbers(_put(column.values, places, own.values))
        case Flags(), Flags():
            return Flags(name, _put(column.values, places, own.values))
        case Texts(), Texts():
            return Texts(_put(column.values, places, own.values), own.vocabulary)
        case Words(), Words():
            kept = ~np.isin(column.owners, places)
            owners = np.concatenate([column.owners[kept], places[own.owners].astype(np.int32)])
            order = np.argsort(owners, kind="stable")
            words = np.concatenate([column.values[kept], own.values])
            return Words(words[order], owners[order], own.vocabulary, count)
    told = dict(zip(places.tolist(), values, strict=True))
    return single_column(name, [told.get(place) for place in range(count)], like=None)


def _put(values: NDArray[Kept], places: Integers, new: NDArray[Kept]) -> NDArray[Kept]:
    found = values.copy()
    found[places] = new
    return found


def column_of(
    name: str,
    distinct: Sequence[FieldValue],
    codes: Codes,
    *,
    kind: Kind,
    known: Vocabulary | None = None,
) -> Column:
    """A column of a kind; a value that cannot be read as that kind is missing.

    distinct  the different values
    codes     (products,) int32 numbers of `distinct`, -1 where missing
    known     a vocabulary whose numbers are kept; new texts are numbered after it
    """
    match kind:
        case "number":
            numbers = [number_of(value) for value in distinct]
            table = [np.nan if number is None else number for number in numbers]
            return Numbers(np.array([*table, np.nan], dtype=np.float64)[codes])
        case "boolean":
            flags = [flag_of(value) for value in distinct]
            small = [-1 if flag is None else int(flag) for flag in flags]
            return Flags(name, np.array([*small, -1], dtype=np.int8)[codes])
        case "text":
            texts = [text_of(value) for value in distinct]
            vocabulary = _vocabulary(texts, known)
            numbered = [vocabulary.number(text) for text in texts]
            return Texts(np.array([*numbered, -1], dtype=np.int32)[codes], vocabulary)
        case "words":
            return _words_column([words_of(value) for value in distinct], codes, known)


def _words_column(
    groups: Sequence[tuple[str, ...]], codes: Codes, known: Vocabulary | None
) -> Words:
    vocabulary = _vocabulary([word for group in groups for word in group], known)
    numbered = [np.array([vocabulary.number(word) for word in g], np.int32) for g in groups]
    present = np.flatnonzero(codes >= 0)
    parts = [numbered[code] for code in codes[present].tolist()]
    values = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    owners = np.repeat(present, [len(part) for part in parts]).astype(np.int32)
    return Words(values, owners, vocabulary, len(codes))


def _vocabulary(texts: Iterable[str], known: Vocabulary | None) -> Vocabulary:
    distinct = list(dict.fromkeys(texts))
    return TextList.of(distinct) if known is None else extended(known, distinct)


class _Coded:
    """One field: its distinct values and which product has which."""

    def __init__(self) -> None:
        self.distinct: list[FieldValue] = []
        self._numbers: dict[tuple[type, FieldValue], int] = {}
        self._codes = array("i")

    def add(self, value: object, product: int) -> None:
        clean = cleaned(value)
        if clean is None:
            return
        key = (clean.__class__, clean)  # 1, 1.0 and True are equal and yet different values
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.distinct)
            self.distinct.append(clean)
        self._fill(product)
        self._codes.append(number)

    def codes(self, count: int) -> Codes:
        self._fill(count)
        return np.array(self._codes, dtype=np.int32)

    def _fill(self, product: int) -> None:
        gap = product - len(self._codes)
        if gap:
            self._codes.extend([-1] * gap)
