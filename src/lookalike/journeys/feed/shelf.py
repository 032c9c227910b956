"""What tastes need to know of a collection: facts of products, and how common each value is."""

import hashlib
import json
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.events import Signal
from lookalike.domain.filters import Eq
from lookalike.domain.profile import Facts
from lookalike.journeys.catalog.carried import TERMS, Passage
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import TWIN_GROUP
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS
from lookalike.profiles.coldstart import representatives
from lookalike.profiles.company import NO_COMPANY, Company
from lookalike.profiles.fold import Lens
from lookalike.profiles.popularity import FEW, Popularity
from lookalike.ranking.thin import at_most

MOST_VALUES = 200  # a field with more distinct values says little about what a user likes
MOST_REPRESENTATIVES = 48
MOST_SEARCHES = 2_000  # kept in memory: 5 MB
SAMPLED = 1_200  # products that representatives are chosen from: 0.1 s and 12 MB, once a generation
NO_CODE = -2
MOST_KEPT = 20_000  # facts of products kept in memory: 50 MB
NOT_LEANED = frozenset(
    {
        *("sku", "name", "url", "variant_group", TWIN_GROUP, "description", "complexity"),
        *TERMS,
    }
)
"""Fields that name one product, or that no shopper chooses by."""

Found = TypeVar("Found")


@dataclass(eq=False)
class Shelf:
    """One state of a collection as profiles see it; `along` leads to the next."""

    view: CatalogView
    _facts: dict[str, Facts | None] = field(default_factory=dict)
    _codes: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _found: "OrderedDict[object, _Kept]" = field(default_factory=OrderedDict)
    _built: dict[str, Integers] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def along(self, way: Passage) -> "Shelf":
        """The same for another view."""
        with self._lock:
            facts, found = self._facts.copy(), self._found.copy()
            codes = {name: known.copy() for name, known in self._codes.items()}
        for sku in way.touched:
            facts.pop(sku, None)
        if way.is_still:
            steady = OrderedDict((key, one) for key, one in found.items() if one.is_steady)
            shelf = Shelf(way.after, facts, defaultdict(dict, codes), steady, self._built)
            for name in ("_shares", "lens", "fields", "_sample", "representatives"):
                if name in self.__dict__:
                    shelf.__dict__[name] = self.__dict__[name]
            return shelf
        shelf = Shelf(way.after, _built=self._built)
        if shelf.fields == self.fields:  # of which the facts hold the values
            shelf._facts = facts
        if "representatives" in self.__dict__:
            origins = way.origins[shelf._sample]
            if np.array_equal(origins, self._sample):
                shelf.__dict__["representatives"] = self.representatives
        return shelf

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that a user may lean to a value of."""
        return tuple(self._shares)

    @cached_property
    def lens(self) -> Lens:
        layout = self.view.index.layout
        weights = {name: DEFAULT_WEIGHTS.get(name, 0.0) for name in layout.names}
        ones = np.ones(layout.width, dtype=np.float32)
        scale, offsets, _ = calibrated_query(ones, weights, self.view.calibration, layout)
        return Lens(np.sqrt(scale), float(offsets.sum()), self._shares)

    @cached_property
    def _shares(self) -> dict[str, dict[str, float]]:
        index = self.view.index
        there = index.passing()
        moved = np.flatnonzero(~there[: index.built])
        late = index.built + np.flatnonzero(there[index.built :])
        found = {}
        for name, kind in sorted(index.fields.items()):
            if kind not in ("text", "boolean") or name in NOT_LEANED:
                continue
            held = self._built_counts(name).copy()
            held -= _counts_of(index.codes(name, moved), len(held))[: len(held)]
            own = _counts_of(index.codes(name, late), len(held))
            own[: len(held)] += held
            if 1 < np.count_nonzero(own) <= MOST_VALUES:
                counts = index.counts(name)
                total = sum(counts.values())
                found[name] = {value: count / total for value, count in counts.items()}
        return found

    def _built_counts(self, name: str) -> Integers:
        """How often each code was there when the index was built; the same in all its states."""
        if name not in self._built:
            codes = self.view.index.codes(name, np.arange(self.view.index.built))
            self._built[name] = _counts_of(codes, 0)
        return self._built[name]

    def facts(self, skus: Iterable[str]) -> dict[str, Facts]:
        """What is known of products; those that are not in the collection are left out."""
        asked = list(dict.fromkeys(skus))
        with self._lock:
            new = [sku for sku in asked if sku not in self._facts]
            for sku, one in self._read(new):
                self._facts[sku] = one
            found = {sku: one for sku in asked if (one := self._facts[sku]) is not None}
            while len(self._facts) > MOST_KEPT:
                del self._facts[next(iter(self._facts))]
        return found

    def _read(self, skus: list[str]) -> list[tuple[str, Facts | None]]:
        index = self.view.index
        numbers = [(sku, index.number(sku)) for sku in skus]
        there = [(sku, number) for sku, number in numbers if number is not None]
        products = np.array([number for _, number in there], dtype=np.int64)
        rows = index.vectors(index.first_rows(products)) if there else np.zeros((0, 0))
        texts = index.documents(products) if there else []
        known = {
            sku: _facts(sku, rows[place].copy(), json.loads(texts[place]), self.fields)
            for place, (sku, _) in enumerate(there)
        }
        for name in self.fields if there else ():
            codes = index.codes(name, products).tolist()
            for (sku, _), code in zip(there, codes, strict=True):
                value = known[sku].values.get(name)
                if value is not None:
                    self._codes[name][value] = code
        return [(sku, known.get(sku)) for sku in skus]

    def signal_facts(self, source: str, signal: Signal) -> Facts:
        """A direct signal as if it were a product; rows of another extractor say nothing."""
        layout = self.view.index.layout
        row = np.zeros(layout.width, dtype=np.float32)
        if signal.rows and signal.fingerprint in ("", self.view.fingerprint):
            rows = np.array(signal.rows, dtype=np.float32)
            look = layout.part("look")
            if rows.shape[1] == layout.width:
                row = rows.mean(axis=0, dtype=np.float32)
            elif rows.shape[1] == look.stop - look.start:
                mean = rows.mean(axis=0)
                row[look] = mean / max(1e-12, float(np.linalg.norm(mean)))
        return Facts(source, row, dict(signal.attributes))

    def coded(self, name: str, values: Mapping[str, float]) -> dict[int, float]:
        """The same by the index's code of each value; values that no product has are left out."""
        known = self._codes[name]
        for value in values.keys() - known.keys():
            found = self.view.index.select(Eq(name, value))[:1]
            known[value] = int(self.view.index.codes(name, found)[0]) if len(found) else NO_CODE
        return {known[value]: number for value, number in values.items() if known[value] >= 0}

    def document(self, sku: str) -> dict[str, Any]:
        """The product as callers see it (Any: the merchant's own JSON); empty where unknown."""
        number = self.view.index.number(sku)
        if number is None:
            return {}
        (text,) = self.view.index.documents(np.array([number]))
        found: dict[str, Any] = json.loads(text)
        return found

    def kept(self, key: object, make: Callable[[], Found], *, is_steady: bool) -> Found:
        """What `make` gives, made once for a key: the look-alikes of a product do not change
        while the collection does not, whoever asks.

        is_steady  prices and stock have no say in it
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                found: Found = self._found[key].made
                return found
        made = make()
        with self._lock:
            self._found[key] = _Kept(made, is_steady)
            while len(self._found) > MOST_SEARCHES:
                self._found.popitem(last=False)
        return made

    @cached_property
    def representatives(self) -> tuple[str, ...]:
        """Skus of pictures that stand for the catalog, most telling first."""
        return _representatives(self, self._sample, count=MOST_REPRESENTATIVES)

    @cached_property
    def _sample(self) -> Integers:
        """Every third, fourth, ... of the products that were there when the index was built, so
        that it seldom changes; of a catalog that is small, or mostly new, all are asked."""
        index = self.view.index
        step = -(-index.built // SAMPLED) or 1
        there = index.passing()
        if len(index) <= SAMPLED or 2 * np.count_nonzero(there[: index.built]) < len(index):
            return _every(index.select(None))
        sample = np.arange(0, index.built, step)
        return sample[there[sample]]


def _counts_of(codes: Integers, least: int) -> Integers:
    """(codes,) how often each occurs, at least so many of them."""
    return np.bincount(codes[codes >= 0], minlength=least)


class _Kept(NamedTuple):
    made: Any  # what a search found; `kept` gives it back as it came
    is_steady: bool


def representatives_of(shelf: Shelf, products: Integers, *, count: int) -> tuple[str, ...]:
    """The same among these products; one of each design, of photos that are not twins."""
    return _representatives(shelf, _every(products), count=count)


def _every(products: Integers) -> Integers:
    """At most SAMPLED of them, evenly."""
    return products[:: -(-len(products) // SAMPLED) or 1]


def _representatives(shelf: Shelf, sample: Integers, *, count: int) -> tuple[str, ...]:
    index = shelf.view.index
    for name in ("variant_group", TWIN_GROUP):
        codes = index.codes(name, sample)
        if codes.max(initial=-1) >= 0:
            sample = sample[at_most(codes, 1)]
    if not len(sample):
        return ()
    rows = index.vectors(index.first_rows(sample)) * shelf.lens.scale
    chosen = representatives(rows, shelf.lens.base, count=count)
    return tuple(index.skus(sample[chosen]))


@dataclass(frozen=True, eq=False)
class Ranks:
    """Popularity over the product numbers of one view.

    now      (products,) in [0, 1]; 0 where nobody has done anything
    lasting  (products,) the same with slower decay
    users    (products,) how many users a day, summed, met it
    order    products that somebody met, those first that lead in either; ties to the lower sku
    new      products that few have met, in the order of their skus
    version  stands for the counts
    company  what is chosen together
    """

    now: Doubles
    lasting: Doubles
    users: Integers
    order: Integers
    new: Integers
    version: str = ""
    company: Company = NO_COMPANY


_NONE, _NOTHING = np.zeros(0), np.zeros(0, dtype=np.int64)
NOBODY = Ranks(_NONE, _NONE, _NOTHING, _NOTHING, _NOTHING)
"""Ranks for what does not ask for popularity."""


def ranks(popular: Popularity, view: CatalogView) -> Ranks:
    """Popularity by product number, so that a question looks it up in one step."""
    index = view.index
    size = len(index.passing())
    now, lasting = np.zeros(size), np.zeros(size)
    users = np.zeros(size, dtype=np.int64)
    for sku, score in popular.now.items():
        number = index.number(sku)
        if number is not None:
            now[number], lasting[number] = score, popular.lasting[sku]
            users[number] = popular.users[sku]
    return _ranked(now, lasting, users, view)


def ranks_along(found: Ranks, way: Passage, popular: Popularity) -> Ranks:
    """The same for another view."""
    if way.is_still:
        return found
    now, lasting = way.carried(found.now, 0.0), way.carried(found.lasting, 0.0)
    users = way.carried(found.users, 0)
    for number in way.fresh.tolist():
        sku = way.after.index.sku(number)
        if sku in popular.now:
            now[number], lasting[number] = popular.now[sku], popular.lasting[sku]
            users[number] = popular.users[sku]
    return _ranked(now, lasting, users, way.after)


def _ranked(now: Doubles, lasting: Doubles, users: Integers, view: CatalogView) -> Ranks:
    everything = view.index.select(None)
    shown = everything[users[everything] > 0]
    order = shown[
        np.argsort(np.minimum(_places(now[shown]), _places(lasting[shown])), kind="stable")
    ]
    text = now.tobytes() + lasting.tobytes() + users.tobytes()
    version = hashlib.blake2b(text, digest_size=8).hexdigest()
    return Ranks(now, lasting, users, order, everything[users[everything] < FEW], version)


def with_company(found: Ranks, company: Company) -> Ranks:
    """The ranks, and what is chosen together."""
    return replace(found, company=company, version=f"{found.version}{company.version}")


def _places(scores: Doubles) -> Integers:
    """(n,) the place of each in the order of the scores, from 0."""
    found = np.empty(len(scores), dtype=np.int64)
    found[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return found


def _facts(sku: str, row: Floats, document: Mapping[str, Any], fields: Iterable[str]) -> Facts:
    """Any: a document is the merchant's own JSON."""
    extra, visual = document.get("extra", {}), document.get("visual_attributes", {})
    values = {}
    for name in fields:
        value = document.get(name, extra.get(name, visual.get(name)))
        if value is not None and not isinstance(value, list):
            values[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return Facts(sku, np.asarray(row), values, document.get("price"))
