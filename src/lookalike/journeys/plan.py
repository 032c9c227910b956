"""A question as the index needs it: weighted query rows and one filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.filter_parsing import all_of
from lookalike.domain.filters import Eq, Filter, Ne, NotIn, Range
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.entries import TWIN_GROUP
from lookalike.journeys.start import Start

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "look": 1.0,
    "color": 0.5,
    "pattern": 0.2,
    "style": 0.1,
    "material": 0.1,
    "type": 0.3,
    "shape": 0.2,
}
"""Weights of the calibrated channels: docs/decisions/0004-default-weights.md."""


@dataclass(frozen=True)
class Plan:
    """What to search with.

    queries   (count, width) float32, calibrated and weighted
    scale     (width,) what a row of ones becomes: turns any row into a query
    offsets   (channels,) the constant part of each channel's contribution
    degraded  what was skipped, and why
    """

    queries: Floats
    scale: Floats
    offsets: Doubles
    where: Filter | None
    degraded: tuple[str, ...] = ()

    @cached_property
    def base(self) -> float:
        """What every score has in common: the sum of the offsets."""
        return float(self.offsets.sum())


def plan(question: Retrieval, start: Start, view: CatalogView) -> Plan:
    """Raises InvalidInput for an unknown channel or when no weight is left."""
    scale, offsets = _scale(question, start, view)
    queries = start.rows * scale
    if start.parts:
        queries, offsets = _mix(question, start, view)
    where, degraded = _granted(question, start, view)
    return Plan(queries, scale, offsets, where, (*start.degraded, *degraded))


def _scale(question: Retrieval, start: Start, view: CatalogView) -> tuple[Floats, Doubles]:
    layout = view.index.layout
    ones = np.ones(layout.width, dtype=np.float32)
    return calibrated_query(ones, _weights(question, start, view), view.calibration, layout)


def _mix(question: Retrieval, start: Start, view: CatalogView) -> tuple[Floats, Doubles]:
    """(1, width) and (channels,): the weighted mean of the parts' own queries and offsets.

    The weights are divided by the sum of the positive ones, or of all sizes where none is:
    what is all that every liked part asks for scores 1 less what the disliked ones take.
    """
    unit = sum(weight for _, weight in start.parts if weight > 0) or sum(
        -weight for _, weight in start.parts
    )
    queries = np.zeros((1, view.index.layout.width), dtype=np.float32)
    offsets = np.zeros(len(view.index.layout.names))
    for part, weight in start.parts:
        scale, constant = _scale(question, part, view)
        queries += np.float32(weight / unit) * part.rows * scale
        offsets += weight / unit * constant
    return queries, offsets


def _weights(question: Retrieval, start: Start, view: CatalogView) -> dict[str, float]:
    """Of every channel that the start holds; those that the question names are as it says."""
    names = view.index.layout.names
    given = question.weights or {}
    for name in given:
        if name not in names:
            raise InvalidInput(
                f'"{name}" is not a channel of this collection.',
                hint=f"Give weights for {', '.join(names)}.",
            )
    usual = DEFAULT_WEIGHTS if question.weights is None else {}
    asked = {**usual, **start.weights, **given}
    return {name: float(asked.get(name, 0)) for name in names if name in start.channels}


def _granted(
    question: Retrieval, start: Start, view: CatalogView
) -> tuple[Filter | None, tuple[str, ...]]:
    """The filter; wished values belong to it where they leave enough for one page.

    Otherwise they only pull, so that the list stays full, and the answer says so.
    """
    where = _where(question, start)
    if start.granted is None:
        return where, ()
    strict = all_of(where, start.granted)
    count = len(view.index.select(strict))
    if count >= min(question.limit, MAX_LIMIT):
        return strict, ()
    wished = " and ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in start.document["visual_attributes"].items()
        if name in start.wishes
    )
    said = f"wish: {count} products have {wished}, fewer than the limit, so others follow"
    return where, (said,)


def _where(question: Retrieval, start: Start) -> Filter | None:
    """Everything that must hold, the merchant's filter and the question's own options.

    A wish may be granted by another variant of the anchor's own design: none is hidden then.
    """
    known = start.document
    parts: list[Filter | None] = [question.where, start.must]
    hidden = tuple(dict.fromkeys((*question.exclude, *([start.sku] if start.sku else []))))
    if hidden:
        parts.append(NotIn("sku", hidden))
    if question.collapse_variants and known.get("variant_group") and not start.wishes:
        parts.append(Ne("variant_group", known["variant_group"]))
    if question.collapse_variants and known.get(TWIN_GROUP):
        parts.append(Ne(TWIN_GROUP, known[TWIN_GROUP]))
    if question.same_category and known.get("category"):
        parts.append(Eq("category", known["category"]))
    if question.price_range is not None:
        low, high = question.price_range
        parts.append(Range("price", low, high))
    return all_of(*parts)
