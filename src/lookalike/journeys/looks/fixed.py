"""The pieces that are in a look from the start: anchors, owned and locked products."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.dressing import formality, warmth
from lookalike.domain.looks import LookRequest, Role
from lookalike.domain.money import exact
from lookalike.domain.product import PRODUCT_FIELDS
from lookalike.domain.query import Anchor, ProductAnchor
from lookalike.domain.results import Document
from lookalike.domain.slot_table import NO_SLOT
from lookalike.errors import InvalidInput, NotFound
from lookalike.journeys.looks.colors import palette_of
from lookalike.journeys.looks.columns import LookView
from lookalike.journeys.looks.pieces import piece_of
from lookalike.journeys.looks.reading import categories_of
from lookalike.journeys.search.start import Start
from lookalike.ranking.pieces import Piece, Pieces

MOST_KEPT = 20_000  # pieces of a view that are kept read: about 2 kB each

ReadAnchor = Callable[[Anchor], Start]
"""Turns an anchor into query rows and what is known of it."""


@dataclass(frozen=True)
class Fixed:
    """One piece that is in every look.

    piece   one product
    number  of a product of the collection, else None
    price   what it adds to the total; None where nobody knows
    """

    role: Role
    slot: str | None
    piece: Pieces
    document: Document
    number: int | None = None

    @property
    def sku(self) -> str:
        return str(self.document["sku"])

    @property
    def price(self) -> Decimal | None:
        return exact(self.document.get("price"))

    @property
    def paid(self) -> bool:
        return self.role != "owned"


def fixed_pieces(
    request: LookRequest, seen: LookView, read: ReadAnchor
) -> tuple[tuple[Fixed, ...], dict[str, tuple[int, ...]], tuple[str, ...]]:
    """Anchors, locked and owned pieces; wardrobes of several owned pieces a slot; and notes.

    Of what is owned only the slots that no anchor and no locked piece fills are used.
    Raises NotFound for an unknown product and InvalidInput where two anchors or locked pieces
    want one slot.
    """
    notes: list[str] = []
    owned = set(request.owned)
    found: list[Fixed] = []
    for anchor in request.anchors:
        made = _anchor(anchor.anchor, anchor.attributes, seen, read)
        found.append(replace(made, role="owned") if made.sku in owned else made)
    taken: set[int | None] = {one.number for one in found if one.number is not None}
    for sku in dict.fromkeys(request.locked):
        one = product_piece(sku, seen, "locked")
        if one.number not in taken:
            found.append(one)
            taken.add(one.number)
    by_slot: dict[str, str] = {}
    for one in found:
        if one.slot is not None and by_slot.setdefault(one.slot, one.sku) != one.sku:
            raise InvalidInput(
                f'"{by_slot[one.slot]}" and "{one.sku}" both are the {one.slot} of the look.',
                hint="Start from one of them, or name what the shopper has as owned.",
            )
    wardrobe: dict[str, list[Fixed]] = {}
    for sku in dict.fromkeys(request.owned):
        one = product_piece(sku, seen, "owned")
        if one.number in taken:
            continue
        if one.slot is None:
            notes.append(f"owned: {sku} has no slot and is left out")
        elif one.slot in by_slot:
            notes.append(f"owned: {sku} is left out, as {by_slot[one.slot]} is the {one.slot}")
        else:
            wardrobe.setdefault(one.slot, []).append(one)
    several = {}
    for slot, pieces in wardrobe.items():
        if len(pieces) == 1:
            found.append(pieces[0])
        else:
            several[slot] = tuple(one.number for one in pieces if one.number is not None)
    return tuple(found), several, tuple(notes)


def product_piece(sku: str, seen: LookView, role: Role) -> Fixed:
    """A product of the collection.  Raises NotFound."""
    index = seen.view.index
    number = index.number(sku)
    if number is None:
        raise NotFound(
            f'"{sku}" is not a product of the collection "{seen.view.collection_id}" with an'
            " image.",
            hint=f"`lookalike products {sku}` says whether it is known and what is wrong with it.",
        )
    return numbered_piece(number, seen, role)


def numbered_piece(number: int, seen: LookView, role: Role) -> Fixed:
    """The product of that number as a piece in its slot."""
    numbers = np.array([number])
    (document,) = seen.view.index.documents(numbers)
    slot = seen.slot(number)
    return Fixed(role, slot, pieces_in(numbers, seen), json.loads(document), number)


def pieces_in(numbers: Sequence[int] | np.ndarray[Any, Any], seen: LookView) -> Pieces:
    """Products as pieces, with the slots of the view."""
    places = np.asarray(numbers, dtype=np.int64)
    wanted = places.tolist()
    known = {number: seen.pieces.get(number) for number in wanted}
    fresh = [number for number, piece in known.items() if piece is None]
    texts = seen.view.index.documents(np.array(fresh, dtype=np.int64))
    read = {
        number: _as_read(piece_of(text, seen.table), seen, number)
        for number, text in zip(fresh, texts, strict=True)
    }
    if len(seen.pieces) > MOST_KEPT:
        seen.pieces.clear()  # other threads hold what they have looked up
    seen.pieces.update(read)
    rows = seen.view.index.vectors(seen.view.index.first_rows(places))
    return Pieces(tuple(known[number] or read[number] for number in wanted), rows)


def _as_read(piece: Piece, seen: LookView, number: int) -> Piece:
    """The piece with the slot and the kind that the view read, which knows more columns."""
    reading, slot = seen.reading_of(number), seen.slot(number)
    kind = reading.kind if reading else None
    told = (kind,) if kind else ()
    same = piece.slot == slot and piece.words.get("kind") == kind
    if same and None not in (piece.warmth, piece.formality):
        return piece
    words = {**piece.words, "kind": kind} if kind else piece.words
    return replace(
        piece,
        slot=slot,
        words=words,
        warmth=warmth(told) if piece.warmth is None else piece.warmth,
        formality=formality(told) if piece.formality is None else piece.formality,
    )


def _anchor(
    anchor: Anchor, attributes: Mapping[str, Any], seen: LookView, read: ReadAnchor
) -> Fixed:
    if isinstance(anchor, ProductAnchor) and not attributes:
        return product_piece(anchor.sku, seen, "anchor")
    start = read(anchor)
    document = _document(start, attributes, seen)
    number = seen.view.index.number(start.sku) if start.sku else None
    slot = str(attributes.get("slot") or "") or None
    if slot is None and number is not None:
        slot = seen.slot(number)
    if slot is None:
        visual = document["visual_attributes"]
        reading = seen.table.read(
            categories_of(document),
            str(document["name"] or ""),
            str(visual.get("product_type") or ""),
        )
        slot = reading.slot if reading and reading.slot != NO_SLOT else None
    piece = replace(piece_of(json.dumps(document), seen.table), slot=slot)
    return Fixed("anchor", slot, Pieces((piece,), start.rows[:1]), document, number)


def _document(start: Start, attributes: Mapping[str, Any], seen: LookView) -> dict[str, Any]:
    """A product's document for what may be none: what the rows show, then what the caller says."""
    known = dict(start.document)
    said = {name: value for name, value in attributes.items() if value is not None}
    visual = {
        **dict(known.get("visual_attributes", {})),
        **{name: value for name, value in said.items() if name in VISUAL_ATTRIBUTES},
    }
    own = {name: value for name, value in said.items() if name in PRODUCT_FIELDS}
    if own.get("price") is not None:
        own["price"] = float(own["price"])
    extra = {
        **dict(known.get("extra", {})),
        **{
            name: value
            for name, value in said.items()
            if name not in (*VISUAL_ATTRIBUTES, *PRODUCT_FIELDS, "slot")
        },
    }
    palette = known.get("palette") or palette_of(start, seen.view.index.layout)
    return {
        **dict.fromkeys(PRODUCT_FIELDS),
        "images": [],
        **known,
        **own,
        "sku": str(own.get("sku") or start.sku or ""),
        "extra": extra,
        "visual_attributes": visual,
        "palette": palette,
    }
