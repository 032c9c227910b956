"""What looks need to know of every product of a view: its slot, for whom and for where it is.

Laid beside the index as text fields, so that a search takes them as filters.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.domain.coherence import FACETS
from lookalike.domain.looks import SlotKind, SlotReport
from lookalike.domain.slot_table import NO_SLOT
from lookalike.domain.slots import SlotReading, SlotTable
from lookalike.journeys.catalog.carried import Passage
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.looks.reading import Readings, Worded, categories_of, product_type
from lookalike.ranking.pieces import Piece

SLOT = "look:slot"
EXAMPLES = 3
MANY_KINDS = 200

Decided = Callable[[frozenset[str] | None], Mapping[str, str]]
"""sku -> the product type that a person decided, of these skus, or of all."""


@dataclass(frozen=True, eq=False)
class LookView:
    """A view whose index holds the slot and the facets of every product.

    readings  what the texts of each product say of its kind
    facets    facet -> the value of each product
    pieces    some of those read so far, by number
    """

    view: CatalogView
    table: SlotTable
    readings: Worded[SlotReading]
    facets: Mapping[str, Worded[str]]
    pieces: dict[int, Piece] = field(default_factory=dict)

    @cached_property
    def products(self) -> Integers:
        """The numbers of all products, in the order of their skus."""
        return self.view.index.select()

    @cached_property
    def kinds(self) -> tuple[SlotReading, ...]:
        return self.readings.words

    @cached_property
    def facet_values(self) -> dict[str, tuple[str, ...]]:
        """Facet -> every value that a product has."""
        found = {}
        for name, one in self.facets.items():
            words, there = one.words, np.unique(one.codes[self.products]).tolist()
            found[name] = tuple(sorted(words[code] for code in there if code >= 0))
        return found

    def slot(self, number: int) -> str | None:
        reading = self.reading_of(number)
        return None if reading is None or reading.slot == NO_SLOT else reading.slot or None

    def reading_of(self, number: int) -> SlotReading | None:
        """What a product was read as."""
        place = self.readings.codes[number]
        return self.kinds[place] if place >= 0 else None

    def facet(self, name: str, number: int) -> str:
        """The value of a facet, "" where nothing is known."""
        code = self.facets[name].codes[number]
        return self._facet_words[name][code] if code >= 0 else ""

    @cached_property
    def _facet_words(self) -> dict[str, tuple[str, ...]]:
        return {name: one.words for name, one in self.facets.items()}


def nobody_decided(skus: frozenset[str] | None) -> Mapping[str, str]:  # noqa: ARG001
    return {}


def look_view(
    view: CatalogView, table: SlotTable, *, decided: Decided = nobody_decided
) -> LookView:
    """Read a view for looks: 2 us a product, and 20 for each different category, kind and title.

    decided  what people said of product types
    """
    index = view.index
    products = index.select()
    size = len(index.passing())
    facets = {facet: Worded[str](_nothing(size)) for facet in FACETS}
    found = Readings(index, table, Worded(_nothing(size)), facets)
    words = decided(None)
    found.read_built(products[products < index.built], words)
    found.read_each(products[products >= index.built], words)
    return _laid(view, table, found)


def looked_along(seen: LookView, way: Passage, *, decided: Decided = nobody_decided) -> LookView:
    """The same for another view, reading only what differs."""
    index, fresh = way.after.index, way.fresh
    kinds = Worded(way.carried(seen.readings.codes, -1), seen.readings.words)
    facets = {
        name: Worded(way.carried(one.codes, -1), one.words) for name, one in seen.facets.items()
    }
    found = Readings(index, seen.table, kinds, facets)
    if len(fresh):
        found.read_each(fresh, decided(frozenset(index.skus(fresh))))
    return replace(_laid(way.after, seen.table, found), pieces=_pieces_along(seen, way))


def _nothing(size: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.full(size, -1, dtype=np.int32)


def _laid(view: CatalogView, table: SlotTable, found: Readings) -> LookView:
    kinds = found.kinds.words
    slots = list(dict.fromkeys(one.slot for one in kinds if one.slot is not None))
    places = [-1 if one.slot is None else slots.index(one.slot) for one in kinds]
    laid = view.index.with_field(
        SLOT, np.array([*places, -1], dtype=np.int32)[found.kinds.codes], slots
    )
    for name, one in found.facets.items():
        laid = laid.with_field(field_of(name), one.codes, one.words)
    return LookView(replace(view, index=laid), table, found.kinds, found.facets)


def _pieces_along(seen: LookView, way: Passage) -> dict[int, Piece]:
    """The pieces of products that were there at the build and have not changed at all."""
    pieces, index = seen.pieces.copy(), way.before.index
    for sku in way.touched:
        number = index.number(sku)
        pieces.pop(-1 if number is None else number, None)
    if way.is_still:
        return pieces
    return {number: piece for number, piece in pieces.items() if way.is_kept(number)}


def field_of(facet: str) -> str:
    return f"look:{facet}"


def slot_report(seen: LookView) -> SlotReport:
    """How the products lie in slots, and what no table knows."""
    index, known = seen.view.index, defaultdict(list)
    codes = seen.readings.codes[seen.products]
    for number, place in zip(seen.products.tolist(), codes.tolist(), strict=True):
        known[place].append(number)
    kinds, unmapped = [], []
    for place, members in known.items():
        if place >= 0:
            one = seen.kinds[place]
            kinds.append(_kind(one.kind, one.slot, one.source, members, index.skus))
    for text, members in _by_text(seen, known.get(-1, [])).items():
        unmapped.append(_kind(text, None, "", members, index.skus))
    slots = (seen.slot(number) for number in seen.products.tolist())
    counts = Counter(slot for slot in slots if slot)
    ranked = tuple(sorted(kinds, key=lambda one: (-one.count, one.kind)))
    left = tuple(sorted(unmapped, key=lambda one: (-one.count, one.kind))[:MANY_KINDS])
    return SlotReport(ranked, left, dict(counts.most_common()), len(seen.products))


def _kind(
    kind: str,
    slot: str | None,
    source: str,
    members: list[int],
    skus: Callable[[Integers], list[str]],
) -> SlotKind:
    examples = tuple(skus(np.array(members[:EXAMPLES])))
    return SlotKind(kind, slot, source, len(members), examples)


def _by_text(seen: LookView, numbers: list[int]) -> dict[str, list[int]]:
    """Unmapped products by the text that a merchant would map: category, else type, else title."""
    found: dict[str, list[int]] = defaultdict(list)
    documents = seen.view.index.documents(np.array(numbers, dtype=np.int64))
    for number, text in zip(numbers, documents, strict=True):
        document = json.loads(text)
        words = [*categories_of(document), product_type(document), str(document["name"] or "")]
        found[next((word for word in words if word), document["sku"])].append(number)
    return found
