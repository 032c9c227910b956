"""What looks need to know of every product of a view: its slot, for whom and for where it is.

Read from the documents once per state of a collection, for each different set of words once, and
laid beside the index as text fields, so that a search takes them as filters.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.coherence import (
    ANY_ROOM,
    FACETS,
    TITLE_WORDS,
    joined,
    said_by_kind,
    speaks_of,
    title_names,
    values_in,
)
from lookalike.domain.filters import In
from lookalike.domain.looks import SlotKind, SlotReport
from lookalike.domain.product import PRODUCT_FIELDS
from lookalike.domain.results import Document
from lookalike.domain.slot_table import NO_SLOT, ROOM_SLOTS
from lookalike.domain.slots import SlotReading, SlotTable
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import VISUAL_FIELDS
from lookalike.ranking.pieces import Piece

SLOT = "look:slot"
TYPE_COLUMNS = (
    "slot producttype articletype itemtype type kind producttypename garmentgroupname family"
    " productfamily subcategory productcategory googleproductcategory category class department"
)
"""Endings of column names that say what kind of thing a product is, the most telling first."""

MOSTLY_KNOWN = 0.98  # from this share on titles are not asked: reading 40,000 takes 30 ms

MOST_TITLES = 200_000  # what they say is kept between views: 30 MB, and 150 ms for each new price
EXAMPLES = 3
MANY_KINDS = 200


@dataclass(frozen=True)
class LookView:
    """A view whose index holds the slot and the facets of every product.

    kinds    the different readings of slots
    reading  (numbers,) of each product its place in `kinds`; -1 where nothing is known
    pieces   some of those read so far, by number
    """

    view: CatalogView
    table: SlotTable
    kinds: tuple[SlotReading, ...]
    products: Integers
    reading: Integers
    facets: Mapping[str, dict[int, str]]
    pieces: dict[int, Piece] = field(default_factory=dict)

    @cached_property
    def slots(self) -> dict[int, str]:
        """Number of a product -> its slot, of those that have one."""
        return {
            number: slot
            for number, place in zip(self.products.tolist(), self.reading.tolist(), strict=True)
            if place >= 0 and (slot := self.kinds[place].slot) and slot != NO_SLOT
        }

    @cached_property
    def facet_values(self) -> dict[str, tuple[str, ...]]:
        """Facet -> every value that a product has."""
        return {name: tuple(sorted(set(values.values()))) for name, values in self.facets.items()}

    def slot(self, number: int) -> str | None:
        return self.slots.get(number)

    @cached_property
    def _places(self) -> dict[int, int]:
        return dict(zip(self.products.tolist(), self.reading.tolist(), strict=True))

    def reading_of(self, number: int) -> SlotReading | None:
        """What a product was read as."""
        place = self._places.get(number, -1)
        return self.kinds[place] if place >= 0 else None

    def facet(self, name: str, number: int) -> str:
        """The value of a facet, "" where nothing is known."""
        return self.facets[name].get(number, "")


def look_view(
    view: CatalogView, table: SlotTable, *, decided: Mapping[str, str] | None = None
) -> LookView:
    """Read a view for looks.

    decided  sku -> the product type that a person decided
    Costs about 2 us a product and 20 us for each different category, kind and title to be read.
    """
    index = view.index
    products = index.select()
    kinds, reading = _readings(view, table, products, decided or {})
    slots = [kinds[place].slot if place >= 0 else None for place in reading.tolist()]
    laid = index.with_field(SLOT, products, slots)
    facets = _facets(view, products, slots)
    for name, values in facets.items():
        laid = laid.with_field(
            field_of(name), products, [values.get(number) for number in products.tolist()]
        )
    return LookView(replace(view, index=laid), table, kinds, products, reading, facets)


def field_of(facet: str) -> str:
    return f"look:{facet}"


def categories_of(document: Document) -> list[str]:
    """What the feed says of a product's kind, the most telling text first.

    The last part of a category path comes before the columns of types, the path's other parts
    after them.
    """
    path = [
        part.strip() for part in str(document.get("category") or "").replace("/", ">").split(">")
    ]
    extra = document.get("extra", {})
    columns = [str(extra[name]) for name in type_columns(extra) if extra[name] is not None]
    return [path[-1], *columns, *reversed(path[:-1])]


def type_columns(columns: Iterable[str]) -> list[str]:
    """The extra columns that say what kind of thing a product is, the most telling first."""
    return list(_type_columns(tuple(columns)))


@lru_cache(maxsize=1024)  # the rows of a catalog have the same few sets of columns
def _type_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    known = TYPE_COLUMNS.split()
    found = []
    for column in columns:
        plain = "".join(character for character in column.casefold() if character.isalnum())
        ends = [place for place, name in enumerate(known) if plain.endswith(name)]
        if ends and column not in (*PRODUCT_FIELDS, *VISUAL_FIELDS):
            found.append((min(ends), column))
    return tuple(column for _, column in sorted(found))


def slot_report(seen: LookView) -> SlotReport:
    """How the products lie in slots, and what no table knows."""
    index, known = seen.view.index, defaultdict(list)
    for number, place in zip(seen.products.tolist(), seen.reading.tolist(), strict=True):
        known[place].append(number)
    kinds, unmapped = [], []
    for place, members in known.items():
        if place >= 0:
            one = seen.kinds[place]
            kinds.append(_kind(one.kind, one.slot, one.source, members, index.skus))
    for text, members in _by_text(seen, known.get(-1, [])).items():
        unmapped.append(_kind(text, None, "", members, index.skus))
    counts = Counter(seen.slots.values())
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
        words = [*categories_of(document), _product_type(document), str(document["name"] or "")]
        found[next((word for word in words if word), document["sku"])].append(number)
    return found


def _readings(
    view: CatalogView, table: SlotTable, products: Integers, decided: Mapping[str, str]
) -> tuple[tuple[SlotReading, ...], Integers]:
    """The different readings, and for each product which of them it has, -1 for none."""
    index = view.index
    fields = ["category", "product_type", *type_columns(index.fields)]
    kinds: dict[SlotReading, int] = {}
    reading = np.full(len(products), -1, dtype=np.int64)
    for members, document in _alike(view, products, fields):
        own = table.read(categories_of(document), "", _product_type(document))
        by_category = own is not None and own.source in ("category", "merchant")
        if own is not None and by_category:
            reading[members] = kinds.setdefault(own, len(kinds))
            continue
        for place, text in zip(members, index.documents(products[members]), strict=True):
            one = json.loads(text)
            found = table.read([], str(one["name"] or ""), _product_type(one)) or own
            if found is not None:
                reading[place] = kinds.setdefault(found, len(kinds))
    places = {number: place for place, number in enumerate(products.tolist())} if decided else {}
    for sku, word in decided.items():
        number = index.number(sku)
        if number is not None and (found := table.read([], "", word, decided=True)):
            reading[places[number]] = kinds.setdefault(found, len(kinds))
    return tuple(kinds), reading


def _facets(
    view: CatalogView, products: Integers, slots: Sequence[str | None]
) -> dict[str, dict[int, str]]:
    """Facet -> number of a product -> its value, where one is known."""
    numbers = products.tolist()
    found: dict[str, dict[int, str]] = {facet: {} for facet in FACETS}
    own = [name for name in view.index.fields if name not in VISUAL_FIELDS]
    kinds = ["category", *type_columns(own)]
    for members, document in _alike(view, products, kinds):
        texts = categories_of(document)
        for facet in FACETS:
            if value := said_by_kind(facet, texts[0], texts[1:]):
                found[facet].update((numbers[place], value) for place in members.tolist())
    for facet in FACETS:
        columns = [name for name in own if speaks_of(facet, name)]
        for members, document in _alike(view, products, columns) if columns else ():
            cells = {**document, **document["extra"]}
            if value := joined(values_in(facet, str(cells.get(name))) for name in columns):
                found[facet].update((numbers[place], value) for place in members.tolist())
    titled = _titled(view)
    for facet, value in TITLE_WORDS:
        if value == "kids":  # "Boys' jeans" in a column of men are for kids
            found[facet].update(dict.fromkeys(titled(facet, value), value))
        elif len(found[facet]) < MOSTLY_KNOWN * len(numbers):
            for number in titled(facet, value):
                found[facet].setdefault(number, value)
    for number, slot in zip(numbers, slots, strict=True):
        if slot in ROOM_SLOTS:
            found["place"].setdefault(number, ANY_ROOM)
        else:
            found["place"].pop(number, None)
    return found


def _titled(view: CatalogView) -> Callable[[str, str], list[int]]:
    """(facet, value) -> the products whose title names this value of the facet and no other."""
    index = view.index
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in index.counts("name") if "name" in index.fields else ():
        for said in _title_says(name):
            names[said].append(name)

    def products(facet: str, value: str) -> list[int]:
        named = names.get((facet, value))
        found: list[int] = index.select(In("name", tuple(named))).tolist() if named else []
        return found

    return products


@lru_cache(maxsize=MOST_TITLES)
def _title_says(name: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (facet, value)
        for facet, value in TITLE_WORDS
        if title_names(facet, value).search(name) and values_in(facet, name) == value
    )


def _alike(
    view: CatalogView, products: Integers, fields: Iterable[str]
) -> Iterator[tuple[Integers, Document]]:
    """Products with the same values of these fields: their places, and one of their documents."""
    index = view.index
    known = index.fields
    codes = [index.codes(name, products) for name in dict.fromkeys(fields) if name in known]
    if not len(products):
        return
    if not codes:
        codes = [np.zeros(len(products), dtype=np.int64)]
    order = np.lexsort(codes)
    stacked = np.stack(codes)[:, order]
    starts = np.flatnonzero((np.diff(stacked, axis=1) != 0).any(axis=0)) + 1
    for members in np.split(order, starts):
        (text,) = index.documents(products[members[:1]])
        yield members, json.loads(text)


def _product_type(document: Document) -> str:
    value = document.get("visual_attributes", {}).get("product_type", UNKNOWN)
    return "" if value == UNKNOWN else str(value)
