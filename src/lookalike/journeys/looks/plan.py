"""Which slots a look has left to fill, in which variants, and with which candidates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.domain.filters import Eq, Filter, Ne, Range, all_of
from lookalike.domain.look_templates import COLLECTION, Template
from lookalike.domain.looks import LookRequest
from lookalike.domain.slot_table import EXCLUSIVE, NO_SLOT
from lookalike.errors import InvalidInput
from lookalike.journeys.looks.candidates import Search, filter_of
from lookalike.journeys.looks.columns import SLOT, LookView
from lookalike.journeys.looks.fixed import Fixed
from lookalike.journeys.looks.reading import categories_of

COLLECTION_SLOTS = 5  # pieces of a collection beside the anchor
COLLECTION_POOL = 160  # products among which they are sought
LEAST_OF_BRAND = 8  # fewer other products of the brand do not make a collection of their own
CHEAPEST = 3  # of a slot, always among the candidates when there is a budget
CHEAP_PLAN = 10  # of a slot, where a budget forbids everything better


@dataclass(frozen=True)
class Open:
    """A slot to be filled.

    products  numbers of its candidates, the most hopeful first
    owned     the candidates are the shopper's own, for nothing
    """

    slot: str
    required: bool
    products: Integers
    owned: bool = False


@dataclass(frozen=True)
class LookPlan:
    """What there is to choose from.

    variants  ways to fill the look, each the slots to be filled: with a dress, or top and bottom
    slots     every open slot with its candidates
    absent    slots that no product of the collection has
    notes     what was skipped, and why
    """

    look_type: str
    variants: tuple[tuple[str, ...], ...]
    slots: Mapping[str, Open]
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def variant(self, number: int) -> tuple[Open, ...]:
        return tuple(self.slots[slot] for slot in self.variants[number])


def look_plan(
    request: LookRequest,
    seen: LookView,
    fixed: Sequence[Fixed],
    *,
    look_type: str,
    search: Search,
    wardrobe: Mapping[str, tuple[int, ...]],
) -> LookPlan:
    """Raises InvalidInput for an unknown look type and for pieces that exclude one another."""
    filled = {one.slot for one in fixed if one.slot is not None}
    for one, other in EXCLUSIVE:
        if one in filled and other in filled:
            raise InvalidInput(
                f"The look already has a {one}, which is worn in the place of a {other}.",
                hint="Start from one of the two.",
            )
    if look_type == COLLECTION:
        return _collection(request, seen, fixed, search)
    template = seen.table.template(look_type)
    variants = _variants(template, filled, set(request.without))
    named = list(dict.fromkeys(slot for one in variants for slot in one))
    need = {slot for slot in named if _is_required(slot, template)}
    share = max(1, min(len([slot for slot in one if slot in need]) for one in variants))
    count = max(search.pool, -(-request.limit // max(1, len(named))) + 1)
    slots = {
        slot: _open(slot, slot in need, search, wardrobe, share=share, count=count)
        for slot in named
    }
    empty = [slot for slot, one in slots.items() if not len(one.products)]
    absent = tuple(_absent(empty, request, seen, fixed))
    slots = {slot: one for slot, one in slots.items() if slot not in absent}
    notes = tuple(f"{slot}: skipped, as nothing in the collection can be it" for slot in absent)
    kept = tuple(
        dict.fromkeys(tuple(slot for slot in one if slot not in absent) for one in variants)
    )
    return LookPlan(look_type, _told_apart(kept, absent, variants), slots, absent, notes)


def _absent(
    slots: Sequence[str], request: LookRequest, seen: LookView, fixed: Sequence[Fixed]
) -> list[str]:
    """Those that nothing in the collection can fill, whatever the request would give up."""
    whole = replace(request, where=None, in_stock=False, exclude=(), bans=(), budget=None)
    bare = filter_of(whole, seen, fixed, None) if slots else None
    select = seen.view.index.select
    return [slot for slot in slots if not len(select(all_of(Eq(SLOT, slot), bare)))]


def _told_apart(
    kept: tuple[tuple[str, ...], ...],
    absent: tuple[str, ...],
    variants: Sequence[tuple[str, ...]],
) -> tuple[tuple[str, ...], ...]:
    """Of several variants those that lack nothing, where there are such."""
    whole = [one for one in variants if not set(one) & set(absent)]
    return tuple(whole) or kept


def _is_required(slot: str, template: Template) -> bool:
    return slot not in template.optional


def _variants(
    template: Template, filled: set[str], without: set[str]
) -> tuple[tuple[str, ...], ...]:
    """The open slots of every way to fill the template."""
    ways = []
    for groups in product(*template.either) if template.either else [()]:
        chosen = {slot for group in groups for slot in group}
        others = {slot for way in template.either for group in way for slot in group} - chosen
        if others & filled:
            continue
        slots = (*(slot for group in groups for slot in group), *template.required)
        ways.append(
            tuple(
                slot
                for slot in (*slots, *template.optional)
                if slot not in filled and slot not in without
            )
        )
    return tuple(dict.fromkeys(ways)) or ((),)


def _open(
    slot: str,
    required: bool,
    search: Search,
    wardrobe: Mapping[str, tuple[int, ...]],
    *,
    share: int,
    count: int,
) -> Open:
    if slot in wardrobe:
        return Open(slot, required, np.array(wardrobe[slot], dtype=np.int64), owned=True)
    found = search.of_slot(slot, count=count)
    if search.budget is not None and len(found):
        cheap = Range("price", high=float(search.budget) / share)
        more = search.of(all_of(Eq(SLOT, slot), cheap), count=count // 2) if share > 1 else found
        found = _first_of(found, more, cheapest(search, slot, CHEAPEST))
    return Open(slot, required, found)


def cheapest(search: Search, slot: str, count: int) -> Integers:
    """The cheapest products of a slot that pass the filter, those without a price left out."""
    return _cheapest(search.seen, all_of(Eq(SLOT, slot), search.where), count)


def cheap_plan(plan: LookPlan, seen: LookView, where: Filter | None) -> LookPlan:
    """The plan with the cheapest products of every slot as its only candidates."""
    slots = {
        name: one
        if one.owned
        else replace(one, products=_cheapest(seen, all_of(Eq(SLOT, name), where), CHEAP_PLAN))
        for name, one in plan.slots.items()
    }
    return replace(plan, slots=slots)


def _cheapest(seen: LookView, where: Filter | None, count: int) -> Integers:
    index = seen.view.index
    passing = index.select(where)
    prices = index.numbers("price", passing)
    known = np.flatnonzero(np.isfinite(prices))
    return passing[known[np.argsort(prices[known], kind="stable")[:count]]]


def _first_of(*lists: Integers) -> Integers:
    """All numbers in order, each once."""
    joined = np.concatenate(lists)
    _, first = np.unique(joined, return_index=True)
    return joined[np.sort(first)]


def _collection(
    request: LookRequest, seen: LookView, fixed: Sequence[Fixed], search: Search
) -> LookPlan:
    """One brand where it has enough, else one palette and style; each piece of another kind."""
    notes: list[str] = []
    own = fixed[0].document
    index = seen.view.index
    where, brand = None, own.get("brand")
    if brand and "brand" in index.fields:
        where = Eq("brand", brand)
        if len(index.select(all_of(where, search.where))) < LEAST_OF_BRAND:
            where = None
            notes.append(f"collection: too little else of {brand}, so other brands may appear")
    other = own.get("category")
    kind = Ne("category", other) if other and "category" in index.fields else None
    found = search.of(all_of(where, kind), count=max(COLLECTION_POOL, request.limit))
    groups: dict[str, list[int]] = {}
    refused = {one.slot or _group(seen, one.number) for one in fixed} | set(request.without)
    for one in fixed:
        refused |= _excluded_by(one.slot or "")
    for number in found.tolist():
        name = _group(seen, number)
        if name and name not in refused:
            if name not in groups:
                refused |= _excluded_by(name)
            groups.setdefault(name, []).append(number)
    chosen = list(groups)[:COLLECTION_SLOTS]
    slots = {name: Open(name, False, np.array(groups[name], dtype=np.int64)) for name in chosen}
    return LookPlan(COLLECTION, (tuple(chosen),), slots, (), tuple(notes))


def _group(seen: LookView, number: int | None) -> str:
    """The slot of a product, else its kind or category; "" for what belongs to no look."""
    if number is None:
        return ""
    reading = seen.reading_of(number)
    if reading is not None:
        return "" if reading.slot == NO_SLOT else reading.slot or reading.kind
    (document,) = seen.view.index.documents(np.array([number]))
    return next((text for text in categories_of(json.loads(document)) if text), "")


def _excluded_by(slot: str) -> set[str]:
    """Slots that a look with this one has not."""
    return {other for pair in EXCLUSIVE if slot in pair for other in pair if other != slot}


def with_pins(plan: LookPlan, pins: Sequence[int], seen: LookView) -> LookPlan:
    """The plan with pinned products first among the candidates of their slots."""
    slots = dict(plan.slots)
    for number in pins:
        slot = seen.slot(number) if plan.look_type != COLLECTION else _group(seen, number)
        one = slots.get(slot or "")
        if one is not None and not one.owned:
            first = np.array([number], dtype=np.int64)
            slots[one.slot] = replace(one, products=_first_of(first, one.products))
    return replace(plan, slots=slots)
