"""Candidates for the slots of a look: one filtered search for each slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from lookalike.domain.arrays import Booleans, Floats, Integers
from lookalike.domain.coherence import FACETS, together
from lookalike.domain.filters import Eq, Filter, In, Ne, Not, NotIn, Range, all_of
from lookalike.domain.looks import LookRequest
from lookalike.domain.product import PRODUCT_FIELDS
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.entries import TWIN_GROUP
from lookalike.journeys.looks.colors import harmony_target
from lookalike.journeys.looks.columns import SLOT, LookView, field_of
from lookalike.journeys.looks.fixed import Fixed
from lookalike.ranking.compatibility import WEIGHTS, LearnedPairs
from lookalike.ranking.pieces import Pieces
from lookalike.ranking.thin import at_most

POOL = 18
"""Products of a slot that are scored against the fixed pieces; reading one takes 100 us."""

DEEPER = 3  # times the pool that a search asks for, as variants and twins are thinned out
LIFTED = 6  # of a slot and a query, candidates for a rule of the merchant's
PER_DESIGN = 2  # colors of one design among the candidates of a slot
LINEAR_TERMS: Mapping[str, str] = {
    "look": "theme",
    "color": "palette",
    "style": "style",
    "material": "material",
}
"""Channel -> the term of compatibility that is linear in it."""
WITHOUT_PALETTE = {channel: term for channel, term in LINEAR_TERMS.items() if channel != "color"}


@dataclass(frozen=True)
class Search:
    """What every search of one request has in common.

    queries what goes with the fixed pieces, as far as that is linear in the rows, (1, width)
            each: once with their palette, once in any color that is in harmony, and where
            looks were learned from once by what these say
    where   the filter without the slot
    budget  what is left for the other pieces
    pool    how many products of a slot are wanted
    lifted  (product numbers,) whom rules prefer, None for nobody: the best of them are candidates,
            however they would rank without
    """

    seen: LookView
    queries: tuple[Floats, ...]
    where: Filter | None
    budget: Decimal | None
    pool: int = POOL
    lifted: Booleans | None = None

    def passing(self, skus: Sequence[str]) -> frozenset[str]:
        """Those of the skus that the filter lets pass."""
        if not skus:
            return frozenset()
        index = self.seen.view.index
        found = index.select(all_of(In("sku", tuple(skus)), self.where))
        return frozenset(index.skus(found))

    def of_slot(self, slot: str, *, count: int = POOL) -> Integers:
        """Products of a slot, the most hopeful first."""
        return self.of(Eq(SLOT, slot), count=count)

    def of(self, kind: Filter | None, *, count: int = POOL) -> Integers:
        """Products that pass, at most PER_DESIGN of a variant group and one of equal photos."""
        index = self.seen.view.index
        where = all_of(kind, self.where)
        limit = DEEPER * count // len(self.queries)
        lists = [index.search(one, limit=limit, where=where).products for one in self.queries]
        if self.lifted is not None:
            lists += [
                index.search(one, limit=LIFTED, where=where, among=self.lifted).products
                for one in self.queries
            ]
        found = in_turns(lists)
        for name, most in (("variant_group", PER_DESIGN), (TWIN_GROUP, 1)):
            found = found[at_most(index.codes(name, found), most)]
        return found[:count]


def search_for(
    request: LookRequest,
    seen: LookView,
    fixed: Sequence[Fixed],
    budget: Decimal | None,
    *,
    learned: LearnedPairs | None,
) -> Search:
    """Raises InvalidInput for a budget where no product has a price, and for mixed currencies.

    learned  asks a query of its own: on outfits that brings the best of a pool within .008 of the
             best of the whole slot, where a pool of three times the size stays .035 below
    """
    pieces = Pieces.joined([one.piece for one in fixed])
    queries = [_query(pieces, seen, LINEAR_TERMS), _query(pieces, seen, WITHOUT_PALETTE)]
    if learned is not None:
        queries.append(learned.query(pieces)[np.newaxis])
    where = filter_of(request, seen, fixed, budget)
    return Search(seen, tuple(queries), where, budget, POOL * len(queries) // 2)


def filter_of(
    request: LookRequest, seen: LookView, fixed: Sequence[Fixed], budget: Decimal | None
) -> Filter | None:
    """Everything that each other piece must hold."""
    fields = seen.view.index.fields
    hidden = dict.fromkeys(
        (*request.exclude, *request.bans, *(one.sku for one in fixed if one.number is not None))
    )
    parts: list[Filter | None] = [request.where]
    if hidden:
        parts.append(NotIn("sku", tuple(hidden)))
    if request.in_stock and "in_stock" in fields:
        parts.append(Not(Eq("in_stock", False)))
    if budget is not None:
        if "price" not in fields:
            raise InvalidInput(
                "There is a budget, and no product of this collection has a price.",
                hint="Index prices, or ask without a budget.",
            )
        parts.append(Range("price", high=float(budget)))
    parts += [_facet(name, seen, fixed) for name in kept_facets(request)]
    parts += [
        _required(rule.attribute, rule.match, seen, fixed)
        for rule in request.rules
        if rule.required
    ]
    return all_of(*parts)


def kept_facets(request: LookRequest) -> tuple[str, ...]:
    """The facets that must not meet, less those that a rule lets go."""
    free = {rule.attribute for rule in request.rules if rule.match == "any"}
    return tuple(name for name in FACETS if name not in free)


def apart(seen: LookView, facets: Sequence[str], products: Integers) -> Booleans:
    """(n, n) True where two products must not meet in one look."""
    found: Booleans = np.zeros((len(products), len(products)), dtype=np.bool_)
    for name in facets:
        words = [seen.facet(name, number) for number in products.tolist()]
        kinds = sorted(set(words))
        if len(kinds) < 2:
            continue
        table = np.array([[not together(one, other) for other in kinds] for one in kinds])
        codes = np.array([kinds.index(word) for word in words])
        found |= table[codes[:, None], codes]
    return found


def _facet(name: str, seen: LookView, fixed: Sequence[Fixed]) -> Filter | None:
    known = [value for one in fixed if (value := facet_of(one, name, seen))]
    if not known:
        return None
    values = seen.facet_values[name]
    barred = [value for value in values if not all(together(value, own) for own in known)]
    if (
        name == "place" and "kids" not in known
    ):  # a plain lamp suits a child's room, not the reverse
        barred.append("kids")
    return NotIn(field_of(name), tuple(barred)) if barred else None


def facet_of(one: Fixed, name: str, seen: LookView) -> str:
    """Of a product of the collection as the view says, else as its own words say."""
    if one.number is not None:
        return seen.facet(name, one.number)
    return one.piece.of[0].words.get(name, "")


def _required(attribute: str, match: str, seen: LookView, fixed: Sequence[Fixed]) -> Filter | None:
    """A required rule as a filter, where it can be one; compatibility judges every pair anyway."""
    if match not in ("same", "different") or attribute not in seen.view.index.fields:
        return None
    values = [value for one in fixed[:1] if isinstance(value := _value(one, attribute), str)]
    if not values or values[0] == "unknown":
        return None
    return Eq(attribute, values[0]) if match == "same" else Ne(attribute, values[0])


def _value(one: Fixed, attribute: str) -> object:
    document = one.document
    if attribute in PRODUCT_FIELDS:
        return document.get(attribute)
    visual = document.get("visual_attributes", {})
    return visual.get(attribute, document.get("extra", {}).get(attribute))


def in_turns(lists: Sequence[Integers]) -> Integers:
    """The first of every list, then the second, ...; each number once."""
    longest = max(len(one) for one in lists)
    turns = [one[rank] for rank in range(longest) for one in lists if rank < len(one)]
    return np.array(list(dict.fromkeys(turns)), dtype=np.int64)


def _query(pieces: Pieces, seen: LookView, terms: Mapping[str, str]) -> Floats:
    """What compatibility says linearly: alike in look, palette, style and material, and colors
    that are in harmony."""
    layout, calibration = seen.view.index.layout, seen.view.calibration
    row = np.zeros(layout.width, dtype=np.float32)
    for channel, term in terms.items():
        if channel in layout.names:
            part = layout.part(channel)
            weight = WEIGHTS.get(term, 0.0) / calibration.std.get(channel, 1.0)
            row[part] += np.float32(weight) * pieces.rows[:, part].mean(axis=0)
    if "color" in layout.names:
        row[layout.part("color")] += np.float32(2 * WEIGHTS["color"]) * harmony_target(pieces)
    return row[np.newaxis]
