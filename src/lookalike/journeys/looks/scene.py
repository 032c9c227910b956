"""From a photo of an outfit or a room to its parts, and to a look that can be bought.

Where the outline tells several things apart they are the parts; else windows over the photo are
looked at, and every slot takes the window that looks most like products of that slot.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.coherence import FACETS
from lookalike.domain.filters import Eq, Filter, IsMissing, Not, NotIn, Range, all_of
from lookalike.domain.looks import Alternative, Look, LookPiece, Scene, ScenePart, SceneRequest
from lookalike.domain.money import exact, one_currency, units_of, units_within, written
from lookalike.domain.query import Crop
from lookalike.domain.results import Document
from lookalike.domain.slot_table import EXCLUSIVE, OUTFIT_SLOTS, ROOM_SLOTS
from lookalike.features.pipeline import Extractor
from lookalike.journeys.looks.candidates import apart
from lookalike.journeys.looks.columns import SLOT, LookView
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS
from lookalike.ranking.explain import band
from lookalike.ranking.look_reasons import scene_reason
from lookalike.ranking.look_solver import EMPTY, Choices, Solution, Task, best_look, swapped

Box = tuple[float, float, float, float]

PORTRAIT: tuple[Box, ...] = (
    # of a person from head to foot: head, torso, whole upper body, hips, legs, feet, whole
    (0.2, 0.0, 0.6, 0.25),
    (0.15, 0.12, 0.7, 0.36),
    (0.1, 0.1, 0.8, 0.5),
    (0.15, 0.4, 0.7, 0.3),
    (0.15, 0.42, 0.7, 0.45),
    (0.15, 0.8, 0.7, 0.2),
    (0.05, 0.35, 0.45, 0.35),
    (0.5, 0.35, 0.45, 0.35),
    (0.05, 0.05, 0.9, 0.85),
)
NEAR_SQUARE = 1.15  # height over width above which a photo is taken for one of a person
GRIDS = (2, 3)  # rows and columns of overlapping windows over a room
LEAST_SCORE = 0.1
"""Calibrated score of the nearest products from which a window shows the slot: 0 is a random
product; by eye on room photos and street photos."""
COMMON = 0.6  # by eye on room photos
NEIGHBORS = 12  # that vote for the slot of a window
MOST_OVERLAP = 0.6  # of the smaller of two windows; beyond, the better one stands for both


@dataclass(frozen=True)
class _Window:
    """A part of the photo with the slot that it shows and the products nearest to it.

    query, base  its calibrated query row, and what every score has in common
    """

    box: Box
    slot: str
    score: float
    query: Floats
    base: float
    products: Integers
    scores: Doubles


def scene_look(seen: LookView, request: SceneRequest, extractor: Extractor) -> Scene:
    """The parts of a photo, what looks like each, and the best look that can be bought of them.

    Raises ImageProblem for a photo that cannot be read.  Looking at a window takes 20 ms.
    """
    where = _where(seen, request)
    boxes = _boxes(request, extractor)
    windows = _windows(boxes, _rows(request, boxes, extractor), seen, where, request.limit)
    parts = [_filled(one, seen, where, request.limit) for one in _parts(windows)]
    documents = _documents(seen, parts)
    currency = one_currency(one.get("currency") for one in documents.values())
    look = _look(seen, request, parts, documents, currency)
    return Scene(
        generation=seen.view.generation,
        collection_id=seen.view.collection_id,
        parts=tuple(_told(one, documents, currency) for one in parts),
        look=look,
        degraded=() if parts else ("parts: nothing in the photo looks like a product with a slot",),
    )


def _boxes(request: SceneRequest, extractor: Extractor) -> list[Box]:
    """Things that stand apart, else windows that suit the shape of the photo."""
    whole = extractor.extract(request.data, crop_box=_crop(request.crop))
    found = [one.box for one in whole.components if one.name == "object"]
    if len(found) >= 2:
        return found
    if whole.height_px > NEAR_SQUARE * whole.width_px:
        return list(PORTRAIT)
    return [box for count in GRIDS for box in _grid(count)]


def _grid(count: int) -> list[Box]:
    """Windows that overlap by half, about one of `count` wide and high."""
    side = 1.4 / count
    starts = np.linspace(0, 1 - side, 2 * count - 1) if side < 1 else np.zeros(1)
    return [(float(x), float(y), side, side) for y in starts for x in starts]


def _rows(request: SceneRequest, boxes: Sequence[Box], extractor: Extractor) -> list[Floats]:
    outer = request.crop or Crop(0, 0, 1, 1)
    inside = [
        (
            outer.x + x * outer.width,
            outer.y + y * outer.height,
            width * outer.width,
            height * outer.height,
        )
        for x, y, width, height in boxes
    ]
    prepared = [extractor.prepare(request.data, crop_box=box) for box in inside]
    pairs = zip(prepared, extractor.encode(prepared), strict=True)
    return [extractor.finish(one, encoded).row for one, encoded in pairs]


def _windows(
    boxes: Sequence[Box],
    rows: Sequence[Floats],
    seen: LookView,
    where: Filter | None,
    limit: int,
) -> list[_Window]:
    """The windows that show something, each with its slot and the products nearest to it.

    A product shot in a room looks like every part of a room.  So of each score COMMON of what
    the product scores on average over all windows is taken away.
    """
    index, calibration = seen.view.index, seen.view.calibration
    whole = np.stack(rows)
    query, offsets, _ = calibrated_query(
        whole, DEFAULT_WEIGHTS, calibration, index.layout, design=whole
    )
    base = float(offsets.sum())
    near = [index.search(one[np.newaxis], limit=NEIGHBORS, where=where).products for one in query]
    found = np.unique(np.concatenate(near)) if near else np.zeros(0, dtype=np.int64)
    if not len(found):
        return []
    scores = query @ index.vectors(index.first_rows(found)).T + base
    own = scores - COMMON * np.maximum(scores.mean(axis=0), 0)
    slots = np.array([seen.slot(number) or "" for number in found.tolist()])
    windows = []
    for row, box in enumerate(boxes):
        order = np.argsort(-own[row], kind="stable")[:NEIGHBORS]
        votes: dict[str, float] = {}
        for place in order.tolist():
            votes[str(slots[place])] = votes.get(str(slots[place]), 0.0) + max(
                0.0, float(own[row, place])
            )
        slot = max(votes, key=lambda one: votes[one])
        share = votes[slot] / max(sum(votes.values()), 1e-9)
        of_slot = np.flatnonzero(slots == slot)
        best = of_slot[np.argsort(-own[row, of_slot], kind="stable")[:limit]]
        score = float(own[row, best[0]]) * share
        if slot and score >= LEAST_SCORE:
            kept = scores[row, best].astype(np.float64)
            windows.append(_Window(box, slot, score, query[row], base, found[best], kept))
    return windows


def _parts(windows: Sequence[_Window]) -> list[_Window]:
    """The best window of every slot, none hidden by a better one and no slots that exclude."""
    kept: list[_Window] = []
    for one in sorted(windows, key=lambda window: -window.score):
        slots = {other.slot for other in kept}
        excluded = any(one.slot in pair and other in pair for pair in EXCLUSIVE for other in slots)
        hidden = any(_overlap(one.box, other.box) > MOST_OVERLAP for other in kept)
        if one.slot not in slots and not excluded and not hidden:
            kept.append(one)
    order = [*OUTFIT_SLOTS, *ROOM_SLOTS]
    fashion = sum(one.score for one in kept if one.slot in OUTFIT_SLOTS)
    home = sum(one.score for one in kept if one.slot in ROOM_SLOTS)
    wanted = OUTFIT_SLOTS if fashion >= home else ROOM_SLOTS
    other_kind = set(order) - set(wanted)
    return sorted(
        (one for one in kept if one.slot not in other_kind),
        key=lambda one: order.index(one.slot) if one.slot in order else len(order),
    )


def _filled(one: _Window, seen: LookView, where: Filter | None, limit: int) -> _Window:
    """The part with as many products of its slot as were asked for."""
    of_slot = all_of(where, Eq(SLOT, one.slot))
    found = seen.view.index.search(one.query[np.newaxis], limit=limit, where=of_slot)
    return replace(one, products=found.products, scores=found.scores + one.base)


def _overlap(one: Box, other: Box) -> float:
    """The part of the smaller box that both have."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, down) / min(one[2] * one[3], other[2] * other[3])


def _look(
    seen: LookView,
    request: SceneRequest,
    parts: Sequence[_Window],
    documents: dict[int, Document],
    currency: str | None,
) -> Look | None:
    """One product for each part: the most alike that do not exclude one another, in budget."""
    if not parts:
        return None
    index = seen.view.index
    priced = "price" in index.fields
    slots = tuple(
        Choices(
            one.slot,
            one.scores / len(parts),
            units_of(index.numbers("price", one.products))
            if priced
            else np.zeros(len(one.products), dtype=np.int64),
        )
        for one in parts
    )
    together = {
        (a, b): np.where(_barred(seen, parts[a].products, parts[b].products), -np.inf, 0.0)
        for a, b in combinations(range(len(parts)), 2)
    }
    budget = None if request.budget is None else units_within(request.budget)
    task = Task(slots, together, budget)
    solution = best_look(task)
    if solution is None or set(solution.chosen) == {EMPTY}:
        return None
    return _told_look(task, solution, parts, documents, currency)


def _barred(seen: LookView, first: Integers, second: Integers) -> Booleans:
    both = apart(seen, FACETS, np.concatenate([first, second]))
    return np.asarray(both[: len(first), len(first) :])


def _told_look(
    task: Task,
    solution: Solution,
    parts: Sequence[_Window],
    documents: dict[int, Document],
    currency: str | None,
) -> Look:
    pieces = []
    for part, row in zip(parts, solution.chosen, strict=True):
        if row != EMPTY:
            pieces.append(_piece(part, row, documents, currency))
    known = [one.price for one in pieces if one.price is not None]
    total = written(sum(known, start=Decimal(0)), currency) if known else None
    full = []
    for number, (part, row) in enumerate(zip(parts, solution.chosen, strict=True)):
        if row == EMPTY:
            continue
        piece = next(one for one in pieces if one.slot == part.slot)
        scores, _ = swapped(task, solution, number)
        full.append(_with_swaps(piece, part, row, scores - solution.score, documents, total))
    return Look(
        pieces=tuple(full),
        score=solution.score,
        parts={"similarity": solution.score},
        total=total,
        to_add=total,
        currency=currency,
        prices_unknown=len(pieces) - len(known),
        reason=f"What comes nearest to {len(pieces)} parts of the photo.",
        pairs=(),
        missing=tuple(
            part.slot for part, row in zip(parts, solution.chosen, strict=True) if row == EMPTY
        ),
        short_of=solution.short_of,
    )


def _with_swaps(
    piece: LookPiece,
    part: _Window,
    row: int,
    changes: Doubles,
    documents: dict[int, Document],
    total: Decimal | None,
) -> LookPiece:
    swaps = []
    for other in np.argsort(-changes, kind="stable").tolist():
        if other == row or changes[other] == -np.inf:
            continue
        one = _piece(part, other, documents, None)
        change = None if one.price is None or piece.price is None else one.price - piece.price
        after = None if change is None or total is None else total + change
        swaps.append(
            Alternative(one.sku, one.product, one.reason, after, change, float(changes[other]))
        )
    return LookPiece(
        piece.sku,
        piece.slot,
        piece.role,
        piece.product,
        piece.price,
        piece.score,
        piece.reason,
        tuple(swaps),
    )


def _piece(
    part: _Window, row: int, documents: dict[int, Document], currency: str | None
) -> LookPiece:
    document = documents[int(part.products[row])]
    price = exact(document.get("price"))
    score = float(part.scores[row])
    return LookPiece(
        sku=str(document["sku"]),
        slot=part.slot,
        role="chosen",
        product=document,
        price=None if price is None else written(price, currency or document.get("currency")),
        score=score,
        reason=scene_reason(part.slot, band(score)),
    )


def _told(part: _Window, documents: dict[int, Document], currency: str | None) -> ScenePart:
    return ScenePart(
        box=part.box,
        slot=part.slot,
        score=part.score,
        similar=tuple(_piece(part, row, documents, currency) for row in range(len(part.products))),
    )


def _documents(seen: LookView, parts: Sequence[_Window]) -> dict[int, Document]:
    numbers = sorted({number for one in parts for number in one.products.tolist()})
    texts = seen.view.index.documents(np.array(numbers, dtype=np.int64))
    return {number: json.loads(text) for number, text in zip(numbers, texts, strict=True)}


def _where(seen: LookView, request: SceneRequest) -> Filter | None:
    """Products with a slot that may be sold."""
    fields = seen.view.index.fields
    parts: list[Filter | None] = [request.where, NotIn(SLOT, ("none",)), Not(IsMissing(SLOT))]
    if request.in_stock and "in_stock" in fields:
        parts.append(Not(Eq("in_stock", False)))
    if request.budget is not None and "price" in fields:
        parts.append(Range("price", high=float(request.budget)))
    if request.look_type in ("outfit", "room"):
        wrong = ROOM_SLOTS if request.look_type == "outfit" else OUTFIT_SLOTS
        parts.append(NotIn(SLOT, wrong))
    return all_of(*parts)


def _crop(crop: Crop | None) -> Box | None:
    return None if crop is None else (crop.x, crop.y, crop.width, crop.height)
