"""The VectorIndex port: rows are images, answers are products."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.domain.filters import Filter
from lookalike.domain.product import FieldValue
from lookalike.index.values import Kind

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Entry:
    """One product as an index holds it.

    rows      (images, width) float32, one or more
    fields    what filters see: sku, price, in_stock, color_family, ...; a missing field is absent
    document  JSON text of the product, returned as it is
    """

    sku: str
    rows: Floats
    fields: Mapping[str, FieldValue]
    document: str


@dataclass(frozen=True)
class Restated:
    """Other values in some fields of a product that is the same product with the same images.

    fields    name -> the value from now on; None takes it away
    document  JSON text of the product from now on
    """

    sku: str
    fields: Mapping[str, FieldValue | None]
    document: str


@dataclass(frozen=True)
class Hits:
    """Products, best first; ties go to the lower sku (by code point).

    products  (count,) product numbers of this index, valid until it changes
    rows      (count,) the row (image) that matched best, numbered over the whole index
    queries   (count,) which query row it matched
    scores    (count,) float64
    complete  no further product passes the filter
    """

    products: Integers
    rows: Integers
    queries: Integers
    scores: Doubles
    complete: bool


class VectorIndex(Protocol):
    """Exact or approximate maximum inner product search over products.

    An index value is immutable: `with_changes` returns a new one that shares what it can,
    so a query reads one state from start to end and takes no lock.
    """

    @property
    def layout(self) -> Layout: ...

    @property
    def fields(self) -> Mapping[str, Kind]:
        """The fields that a filter may use and the kind of each."""
        ...

    def __len__(self) -> int:
        """How many products it holds."""
        ...

    def search(
        self,
        queries: Floats,
        *,
        limit: int,
        where: Filter | None = None,
        among: Booleans | None = None,
    ) -> Hits:
        """The `limit` best products that pass the filter, exactly.

        queries  (count, width) float32; a product scores the best over queries x its rows
        among    (product numbers,) True where a product may be found; what is beyond the end may
                 not.  For a set that many questions share, whose filter is then evaluated once
        Score of a pair = sum over channels of the float64 inner product of that channel.
        Raises InvalidInput for a wrong shape, an unknown field or an operator the field's
        type does not have.
        """
        ...

    def with_changes(self, upserts: Sequence[Entry], removed: Sequence[str]) -> "VectorIndex":
        """This index with products removed, then replaced or added; of one sku the last counts."""
        ...

    def with_values(self, changes: Sequence[Restated]) -> "VectorIndex":
        """This index with other values in some fields; every product keeps its number.

        It costs one copy of each column named, and a product that is not here is passed over.
        """
        ...

    def with_field(self, field: str, codes: Codes, words: Sequence[str]) -> "VectorIndex":
        """This index with one more text field, in the place of any other of that name.

        codes  (product numbers,) which of the words each product has, -1 for none
        words  all different
        The field is derived: lay it on the newest index, and not on one that is changed further.
        """
        ...

    def origins(self, before: "VectorIndex") -> Integers | None:
        """(product numbers,) the number that each product has in another state of this index.

        -1 for a product that is not there, or is there with other images or texts: the two agree
        about all but the values that `with_values` gave.  None where `before` was not built
        together with this index, so that nothing is known.
        """
        ...

    @property
    def built(self) -> int:
        """Products below this number were there when the index was built; their columns hold all
        that their fields say."""
        ...

    def passing(self, where: Filter | None = None) -> Booleans:
        """(product numbers,) which are here and pass the filter: `select` for many questions."""
        ...

    def numbers(self, field: str, products: Integers) -> Doubles:
        """(len(products),) the number each has in a field; NaN where it has none."""
        ...

    def select(self, where: Filter | None = None) -> Integers:
        """The numbers of all products that pass the filter, in the order of their skus."""
        ...

    def counts(self, field: str, where: Filter | None = None) -> dict[str, int]:
        """Value as text -> how many products have it; empty for a field no product has."""
        ...

    def sku(self, product: int) -> str: ...

    def skus(self, products: Integers) -> list[str]: ...

    def number(self, sku: str) -> int | None:
        """The product's number, or None when it is not here."""
        ...

    def vectors(self, rows: Integers) -> Floats:
        """(len(rows), width) float32."""
        ...

    def product_rows(self, product: int) -> Integers:
        """The rows (images) of one product, in the order of its images."""
        ...

    def first_rows(self, products: Integers) -> Integers:
        """(len(products),) the row of each product's first image."""
        ...

    def documents(self, products: Integers) -> list[str]:
        """The JSON text of each product."""
        ...

    def codes(self, field: str, products: Integers) -> Integers:
        """An integer for each product: equal numbers mean equal values; -1 where missing.

        Used for grouping (variants, caps); the numbers hold for this index only.  A field
        that no product has is missing everywhere.
        """
        ...
