"""What a product's texts say of its slot, and for whom and for where it is.

Of one product it is read from its document.  Of all products of a generation it is read once for
each different set of words, which the columns of the index tell: that gives the same, sooner.
"""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

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
from lookalike.domain.product import PRODUCT_FIELDS
from lookalike.domain.results import Document
from lookalike.domain.slot_table import ROOM_SLOTS
from lookalike.domain.slots import SlotReading, SlotTable
from lookalike.index.protocol import VectorIndex
from lookalike.journeys.catalog.entries import VISUAL_FIELDS

Codes = NDArray[np.int32]

TYPE_COLUMNS = (
    "slot producttype articletype itemtype type kind producttypename garmentgroupname family"
    " productfamily subcategory productcategory googleproductcategory category class department"
)
"""Endings of column names that say what kind of thing a product is, the most telling first."""

MOST_TITLES = 200_000  # what they say is kept between generations: 30 MB, and 0.3 s for each new

Said = TypeVar("Said", bound=Hashable)


class Worded(Generic[Said]):
    """What products say, each as one of few words.

    codes  (product numbers,) int32 places in `words`, -1 where nothing is said
    """

    def __init__(self, codes: Codes, words: Iterable[Said] = ()) -> None:
        self.codes = codes
        self._numbers = {word: number for number, word in enumerate(words)}

    @property
    def words(self) -> tuple[Said, ...]:
        return tuple(self._numbers)

    def put(self, products: Integers | int, word: Said | None) -> None:
        known = self._numbers
        self.codes[products] = -1 if word is None else known.setdefault(word, len(known))

    def put_where_none(self, products: Integers, word: Said) -> None:
        self.put(products[self.codes[products] < 0], word)


class Readings:
    """The readings of many products, while they are made.

    kinds   the reading of each product
    facets  facet -> the value of each product
    """

    def __init__(
        self,
        index: VectorIndex,
        table: SlotTable,
        kinds: Worded[SlotReading],
        facets: Mapping[str, Worded[str]],
    ) -> None:
        self._index, self._table = index, table
        self.kinds, self.facets = kinds, facets

    def read_each(self, products: Integers, decided: Mapping[str, str]) -> None:
        """Read products from their documents.

        decided  sku -> the product type that a person decided
        """
        texts = self._index.documents(products)
        for number, text in zip(products.tolist(), texts, strict=True):
            document = json.loads(text)
            own = self._table.read(categories_of(document), "", product_type(document))
            if own is None or not _is_sure(own):
                own = self._by_title(document) or own
            if word := decided.get(document["sku"]):
                own = self._table.read([], "", word, decided=True) or own
            self.kinds.put(number, own)
            said = facets_of(document, own.slot if own else None)
            for facet, value in self.facets.items():
                value.put(number, said.get(facet))

    def read_built(self, products: Integers, decided: Mapping[str, str]) -> None:
        """Read all products that were there when the index was built."""
        self._kinds_of(products)
        for sku, word in decided.items():
            number = self._index.number(sku)
            found = self._table.read([], "", word, decided=True)
            if number is not None and number < self._index.built and found:
                self.kinds.put(number, found)
        self._columns_of(products)
        self._titles()
        self._rooms(products)

    def _by_title(self, document: Document) -> SlotReading | None:
        return self._table.read([], str(document["name"] or ""), product_type(document))

    def _kinds_of(self, products: Integers) -> None:
        index = self._index
        fields = ["category", "product_type", *type_columns(index.fields)]
        for members, document in _alike(index, products, fields):
            own = self._table.read(categories_of(document), "", product_type(document))
            if own is not None and _is_sure(own):
                self.kinds.put(members, own)
                continue
            for number, text in zip(members.tolist(), index.documents(members), strict=True):
                self.kinds.put(number, self._by_title(json.loads(text)) or own)

    def _columns_of(self, products: Integers) -> None:
        own = [name for name in self._index.fields if name not in VISUAL_FIELDS]
        for members, document in _alike(self._index, products, ["category", *type_columns(own)]):
            texts = categories_of(document)
            for facet in FACETS:
                if value := said_by_kind(facet, texts[0], texts[1:]):
                    self.facets[facet].put(members, value)
        for facet in FACETS:
            columns = [name for name in own if speaks_of(facet, name)]
            for members, document in _alike(self._index, products, columns) if columns else ():
                if value := _said_in_columns(facet, document):
                    self.facets[facet].put(members, value)

    def _titles(self) -> None:
        index = self._index
        names: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in index.counts("name") if "name" in index.fields else ():
            for said in _title_says(name):
                names[said].append(name)
        for said, named in names.items():
            found = index.select(In("name", tuple(named)))
            _say_title(self.facets, found[found < index.built], *said)

    def _rooms(self, products: Integers) -> None:
        is_room = np.array([*(one.slot in ROOM_SLOTS for one in self.kinds.words), False])
        room = is_room[self.kinds.codes[products]]
        self.facets["place"].put(products[~room], None)
        self.facets["place"].put_where_none(products[room], ANY_ROOM)


def facets_of(document: Document, slot: str | None) -> dict[str, str]:
    """Facet -> its value, of those of which the texts say anything."""
    texts = categories_of(document)
    found = {}
    for facet in FACETS:
        said = _said_in_columns(facet, document) or said_by_kind(facet, texts[0], texts[1:])
        if said:
            found[facet] = said
    for facet, value in _title_says(str(document["name"] or "")):
        if value == "kids" or facet not in found:
            found[facet] = value
    if slot in ROOM_SLOTS:
        found.setdefault("place", ANY_ROOM)
    else:
        found.pop("place", None)
    return found


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


def product_type(document: Document) -> str:
    value = document.get("visual_attributes", {}).get("product_type", UNKNOWN)
    return "" if value == UNKNOWN else str(value)


def _is_sure(reading: SlotReading) -> bool:
    """The title need not be asked."""
    return reading.source in ("category", "merchant")


def _said_in_columns(facet: str, document: Document) -> str:
    cells = {**document, **document["extra"]}
    names = [name for name in cells if name not in VISUAL_FIELDS and speaks_of(facet, name)]
    return joined(values_in(facet, str(cells[name])) for name in names)


def _say_title(
    facets: Mapping[str, Worded[str]], products: Integers, facet: str, value: str
) -> None:
    if value == "kids":  # "Boys' jeans" in a column of men are for kids
        facets[facet].put(products, value)
    else:
        facets[facet].put_where_none(products, value)


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


@lru_cache(maxsize=MOST_TITLES)
def _title_says(name: str) -> tuple[tuple[str, str], ...]:
    """(facet, value) that a title names, and no other value of the facet."""
    return tuple(
        (facet, value)
        for facet, value in TITLE_WORDS
        if title_names(facet, value).search(name) and values_in(facet, name) == value
    )


def _alike(
    index: VectorIndex, products: Integers, fields: Iterable[str]
) -> Iterator[tuple[Integers, Document]]:
    """Products with the same values of these fields, and one of their documents."""
    known = index.fields
    codes = [index.codes(name, products) for name in dict.fromkeys(fields) if name in known]
    if not len(products):
        return
    if not codes:
        codes = [np.zeros(len(products), dtype=np.int64)]
    order = np.lexsort(codes)
    stacked = np.stack(codes)[:, order]
    starts = np.flatnonzero((np.diff(stacked, axis=1) != 0).any(axis=0)) + 1
    for members in np.split(products[order], starts):
        (text,) = index.documents(members[:1])
        yield members, json.loads(text)
