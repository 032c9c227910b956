"""A question as the index needs it: weighted query rows and one filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.filter_parsing import all_of
from lookalike.domain.filters import Eq, Filter, Ne, NotIn, Range
from lookalike.domain.query import Retrieval
from lookalike.errors import InvalidInput
from lookalike.journeys.anchors import Start
from lookalike.journeys.catalog_view import CatalogView

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

    queries  (count, width) float32, calibrated and weighted
    scale    (width,) what a row of ones becomes: turns any row into a query
    offsets  (channels,) the constant part of each channel's contribution
    """

    queries: Floats
    scale: Floats
    offsets: Doubles
    where: Filter | None

    @cached_property
    def base(self) -> float:
        """What every score has in common: the sum of the offsets."""
        return float(self.offsets.sum())


def plan(question: Retrieval, start: Start, view: CatalogView) -> Plan:
    """Raises InvalidInput for an unknown channel or when no weight is left."""
    weights = _weights(question, start, view)
    layout = view.index.layout
    scale, offsets = calibrated_query(
        np.ones(layout.width, dtype=np.float32), weights, view.calibration, layout
    )
    return Plan(start.rows * scale, scale, offsets, _where(question, start))


def _weights(question: Retrieval, start: Start, view: CatalogView) -> dict[str, float]:
    names = view.index.layout.names
    asked = DEFAULT_WEIGHTS if question.weights is None else question.weights
    for name in asked:
        if question.weights is not None and name not in names:
            raise InvalidInput(
                f'"{name}" is not a channel of this collection.',
                hint=f"Give weights for {', '.join(names)}.",
            )
    return {name: float(asked.get(name, 0)) for name in names if name in start.channels}


def _where(question: Retrieval, start: Start) -> Filter | None:
    """Everything that must hold, the merchant's filter and the question's own options."""
    known = start.document
    parts: list[Filter | None] = [question.where]
    hidden = tuple(dict.fromkeys((*question.exclude, *([start.sku] if start.sku else []))))
    if hidden:
        parts.append(NotIn("sku", hidden))
    if question.collapse_variants and known.get("variant_group"):
        parts.append(Ne("variant_group", known["variant_group"]))
    if question.same_category and known.get("category"):
        parts.append(Eq("category", known["category"]))
    if question.price_range is not None:
        low, high = question.price_range
        parts.append(Range("price", low, high))
    return all_of(*parts)
