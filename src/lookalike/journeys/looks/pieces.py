"""Products of a view as pieces of looks: what compatibility needs, read from their documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lookalike.domain.arrays import Integers
from lookalike.domain.attributes import UNKNOWN, VISUAL_ATTRIBUTES
from lookalike.domain.coherence import FACETS, said_of
from lookalike.domain.dressing import formality, warmth
from lookalike.domain.slot_table import NO_SLOT
from lookalike.domain.slots import SlotTable, folded
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.looks.reading import categories_of
from lookalike.ranking.hues import hues_of
from lookalike.ranking.pieces import Piece, Pieces

LONGEST_WORD = 60  # a longer text in a column is a description, not a word to compare


@dataclass(frozen=True)
class _Reading:
    """What a document says, before the slot table is asked."""

    piece: Piece
    categories: tuple[str, ...]
    title: str
    product_type: str


def pieces_of(view: CatalogView, products: Sequence[int] | Integers, table: SlotTable) -> Pieces:
    """The products of these numbers; their rows are those of their first images."""
    numbers = np.asarray(products, dtype=np.int64)
    rows = view.index.vectors(view.index.first_rows(numbers))
    texts = view.index.documents(numbers)
    return Pieces(tuple(piece_of(text, table) for text in texts), rows)


def piece_of(document: str, table: SlotTable) -> Piece:
    """One product from its document; the slot is what the table says today."""
    said = _reading(document)
    found = table.read(said.categories, said.title, said.product_type)
    if found is None:
        return said.piece
    slot = None if found.slot == NO_SLOT else found.slot
    return replace(said.piece, words={**said.piece.words, "kind": found.kind}, slot=slot)


def _reading(document: str) -> _Reading:
    shown = json.loads(document)
    extra: Mapping[str, Any] = shown["extra"]
    visual: Mapping[str, Any] = shown["visual_attributes"]
    category, title = shown["category"] or "", shown["name"] or ""
    words = {
        **_words(extra),
        **_words({name: visual.get(name) for name in VISUAL_ATTRIBUTES}),
        **_words({name: shown[name] for name in ("category", "brand", "variant_group")}),
    }
    categories = tuple(text for text in categories_of(shown) if text)
    for facet in FACETS:
        if said := said_of(facet, {**shown, **extra}, (category, *categories)):
            words[facet] = said
    texts = (category, visual.get("product_type") or "", visual.get("style") or "", title)
    piece = Piece(
        sku=shown["sku"],
        words=words,
        hues=hues_of([(one["hex"], one["share"]) for one in shown["palette"]]),
        formality=formality(texts),
        warmth=warmth((*texts, visual.get("material_appearance") or "")),
        price=shown["price"],
    )
    return _Reading(piece, categories, title, words.get("product_type", ""))


def _words(values: Mapping[str, Any]) -> dict[str, str]:
    """The values that are words, folded, so that "Red" and "red" are one."""
    texts = {
        name: ", ".join(value) if isinstance(value, list | tuple) else str(value)
        for name, value in values.items()
        if value is not None
    }
    return {
        name: folded(text)
        for name, text in texts.items()
        if text.strip() and len(text) <= LONGEST_WORD and text != UNKNOWN
    }
