"""The VectorIndex port: rows are images, answers are products."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.domain.filters import Filter
from lookalike.domain.product import FieldValue
from lookalike.index.values import Kind


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

    def with_field(
        self, field: str, products: Integers, values: Sequence[str | None]
    ) -> "VectorIndex":
        """This index with one more text field, in the place of any other of that name.

        products  numbers of this index, each with its value; the others lack the field
        The field is derived: it is gone from an index that `with_changes` returns.
        """
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
