"""What is worked out of a view, carried from view to view: only what changed is worked out anew.

A collection changes many times a minute, and mostly a few products in price and stock.  Reading
the slots, the shares or the company of 40,000 products for each of those states would cost more
than all answers; so whatever is derived from a view says two things: how it is read from a view,
and how it goes along a `Passage` to the next one.  Both give the same.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Booleans, Integers
from lookalike.journeys.catalog.catalog_view import CatalogView

Made = TypeVar("Made")
Kept = TypeVar("Kept", bound=np.generic)

TERMS = frozenset({"price", "currency", "in_stock"})
"""The fields that may change while a product stays what it is."""


@dataclass(frozen=True, eq=False)
class Passage:
    """The way from one view of a generation to another.

    origins  (product numbers of `after`,) the number of the same product in `before`, with the
             same images and texts; -1 where it was another or none, or is none now
    """

    before: CatalogView
    after: CatalogView
    origins: Integers

    @cached_property
    def is_still(self) -> bool:
        """Nothing but prices and stock changed; all products have the numbers they had."""
        if not np.array_equal(self.before.index.passing(), self.alive):
            return False
        numbers = np.arange(len(self.alive))
        return np.array_equal(self.origins[self.alive], numbers[self.alive])

    @cached_property
    def fresh(self) -> Integers:
        """The products that nothing is known of from before, ascending by number."""
        return np.flatnonzero((self.origins < 0) & self.alive)

    @cached_property
    def alive(self) -> Booleans:
        """(product numbers,) which are there now."""
        return self.after.index.passing()

    @cached_property
    def touched(self) -> frozenset[str]:
        """The skus of all that may differ, if only in price or stock, or are gone."""
        earlier, later = sorted((self.before, self.after), key=lambda view: view.change)
        return frozenset(sku for sku, change in later.touched.items() if change > earlier.change)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The skus of all whose images or texts may differ, and of those that came or went."""
        index, fresh = self.after.index, frozenset(self.fresh.tolist())
        return frozenset(
            sku for sku in self.touched if (n := index.number(sku)) is None or n in fresh
        )

    def is_kept(self, number: int) -> bool:
        """Whether a product of `before` is the same one now, by the same number."""
        return number < len(self.origins) and bool(self.origins[number] == number)

    def carried(self, values: NDArray[Kept], nothing: float) -> NDArray[Kept]:
        """(product numbers of `after`,) values that products had before; `nothing` for the rest."""
        if self.is_still:
            return values
        found = np.full(len(self.origins), nothing, dtype=values.dtype)
        known = self.origins >= 0
        found[known] = values[self.origins[known]]
        return found


def passage(before: CatalogView, after: CatalogView) -> Passage | None:
    """None where nothing can be carried: another generation, or another collection."""
    origins = after.index.origins(before.index)
    if origins is None or before.generation != after.generation:
        return None
    return Passage(before, after, origins)


class Carried(Generic[Made]):
    """Keeps what was made of the newest view; safe to share between threads.

    A question that began with an earlier view is led back to it, which is not kept: views would
    stay in memory.  Only across generations, where nothing leads, the one before is kept as well,
    until the newest generation has its second view.

    read   makes it from a view alone
    along  makes the same from what was made of another view of the generation, and the way
    """

    def __init__(
        self,
        read: Callable[[CatalogView], Made],
        along: Callable[[Made, Passage], Made],
    ) -> None:
        self._read = read
        self._along = along
        self._lock = threading.Lock()
        self._known: tuple[tuple[CatalogView, Made], ...] = ()

    def of(self, view: CatalogView) -> Made:
        for known, made in self._known:
            if known is view:
                return made
        with self._lock:  # one thread works it out, the others wait for it
            for known, made in self._known:
                if known is view:
                    return made
            found = self._worked_out(view)
            newest, *rest = sorted((*self._known, (view, found)), key=_age, reverse=True)
            before = [one for one in rest if one[0].generation != newest[0].generation]
            is_first = all(one[0].generation != newest[0].generation for one in rest)
            self._known = (newest, *before[:1]) if is_first else (newest,)
            return found

    def _worked_out(self, view: CatalogView) -> Made:
        for known, made in self._known:
            way = passage(known, view)
            if way is not None:
                return self._along(made, way)
        return self._read(view)


def _age(known: tuple[CatalogView, object]) -> tuple[int, int]:
    return known[0].generation, known[0].change
