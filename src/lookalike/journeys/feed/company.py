"""What goes with a user's products: chosen together with them, or of kinds that are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.domain.profile import Profile
from lookalike.index.protocol import Codes
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.feed.shelf import Shelf
from lookalike.profiles.company import (
    ANCHORS,
    FADING,
    NO_COMPANY,
    Company,
    Meeting,
    company,
    of_pairs,
    renumbered,
    resized,
)

MOST_PARTNERS = 120


def company_of(found: list[Meeting], shelf: Shelf) -> Company:
    """Company over the product numbers of one view."""
    return paired(found, shelf).company


@dataclass(frozen=True, eq=False)
class Paired:
    """The company of one view, and the numbers of all that anybody met.

    numbers  sku -> its number, of those that are there
    missing  skus of the others
    codes    field -> (product numbers,) code of each product's value, -1 for none
    """

    company: Company
    numbers: Mapping[str, int]
    missing: frozenset[str]
    codes: Mapping[str, Codes] = field(default_factory=dict)


def paired(found: list[Meeting], shelf: Shelf) -> Paired:
    index = shelf.view.index
    met = sorted({one.sku for one in found})
    numbers = {sku: number for sku in met if (number := index.number(sku)) is not None}
    missing = frozenset(met) - numbers.keys()
    if not found:
        return Paired(NO_COMPANY, numbers, missing)
    codes = _codes(shelf)
    made = company(found, numbers, codes, len(index.passing()))
    return Paired(made, numbers, missing, codes)


def paired_again(known: Paired, shelf: Shelf) -> Paired | None:
    """The same in another view, even of another generation: who met what is about skus.

    None where a product that was met has come or gone, so that all is counted anew.
    """
    index = shelf.view.index
    numbers = {sku: n for sku in known.numbers if (n := index.number(sku)) is not None}
    came = any(index.number(sku) is not None for sku in known.missing)
    if came or len(numbers) < len(known.numbers):
        return None
    if known.company is NO_COMPANY:
        return replace(known, numbers=numbers)
    codes, size = _codes(shelf), len(index.passing())
    old, new = (np.array(list(one.values()), np.int64) for one in (known.numbers, numbers))
    if np.array_equal(old, new) and _alike(known.codes, codes, new):
        made = resized(known.company, size)
    else:
        made = of_pairs(renumbered(known.company.pairs, old, new, size), codes)
    return Paired(made, numbers, known.missing, codes)


def _alike(one: Mapping[str, Codes], other: Mapping[str, Codes], there: Integers) -> bool:
    """Whether what was met has the same codes in tables of the same size."""
    return one.keys() == other.keys() and all(
        np.array_equal(own[there], other[name][there])
        and own.max(initial=-1) == other[name].max(initial=-1)
        for name, own in one.items()
    )


def _codes(shelf: Shelf) -> dict[str, Codes]:
    """Field -> (product numbers,) code of each product's value, -1 for none."""
    index = shelf.view.index
    there = index.passing()
    everything = np.flatnonzero(there)
    codes = {}
    for name in shelf.fields:
        own = np.full(len(there), -1, dtype=np.int32)
        own[everything] = index.codes(name, everything)
        codes[name] = own
    return codes


@dataclass(frozen=True, eq=False)
class Companions:
    """The company of one user's newest products.

    skus      of the products that speak, newest first
    anchors, weights  their numbers and how much each counts
    products, odds, because  what was chosen together with them, ascending; log-odds above a
              product that never was; the place of the anchor that says most
    """

    view: CatalogView
    company: Company
    skus: tuple[str, ...]
    anchors: Integers
    weights: Doubles
    products: Integers
    odds: Doubles
    because: Integers

    @classmethod
    def of(cls, profile: Profile, view: CatalogView, found: Company) -> "Companions":
        """Muted tastes do not speak, and none does while its user is paused."""
        met = {
            one.sku: one for taste in profile.served for one in taste.members if one.sku is not None
        }
        newest = sorted(met.values(), key=lambda one: (one.time, one.source), reverse=True)
        skus: list[str] = []
        anchors: list[int] = []
        weights: list[float] = []
        for one in newest if not found.is_empty else ():
            number = view.index.number(one.sku or "")
            if number is not None and number < len(found.totals) and len(skus) < ANCHORS:
                weights.append(float(np.exp2(-len(skus) / FADING)))
                skus.append(one.sku or "")
                anchors.append(number)
        numbers = np.array(anchors, dtype=np.int64)
        own = np.array(weights)
        products, odds, because = (
            found.partners(numbers, own) if skus else (numbers, own, numbers.copy())
        )
        return cls(view, found, tuple(skus), numbers, own, products, odds, because)

    @cached_property
    def most(self) -> Integers:
        """The products that were chosen with them most above what their popularity explains."""
        return self.products[np.argsort(-self.odds, kind="stable")]

    def together(self, products: Integers) -> Doubles:
        """(n,) log-odds of products; 0 where none was chosen with them."""
        place, there = self._found(products)
        return np.where(there, self.odds[place] if len(self.odds) else 0.0, 0.0)

    def reason(self, product: int) -> str | None:
        """The user's product that speaks most for one; None where none does."""
        place, there = self._found(np.array([product]))
        return self.skus[int(self.because[place[0]])] if there[0] else None

    def kinds(self, names: tuple[str, ...], products: Integers) -> Doubles:
        """(n, names) log-odds of the products' values beside those of the anchors."""
        found = np.zeros((len(products), len(names)))
        if len(self.anchors):
            for column, name in enumerate(names):
                own = self._kinds(name)
                codes = self.view.index.codes(name, products)
                known = (codes >= 0) & (codes < len(own))
                found[known, column] = own[codes[known]]
        return found

    def weighed(self, weights: Mapping[str, float], products: Integers) -> Doubles:
        """(n,) the same by the weight of each field."""
        names = tuple(name for name in weights if weights[name] and name in self.company.values)
        return np.asarray(self.kinds(names, products) @ [weights[name] for name in names])

    def _kinds(self, name: str) -> Doubles:
        codes = self.view.index.codes(name, self.anchors)
        return self.company.kinds(name, codes, self.weights)

    def _found(self, products: Integers) -> tuple[Integers, np.ndarray]:
        if not len(self.products):
            return np.zeros(len(products), np.int64), np.zeros(len(products), np.bool_)
        place = np.minimum(np.searchsorted(self.products, products), len(self.products) - 1)
        return place, self.products[place] == products
