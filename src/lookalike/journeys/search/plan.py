"""A question as the index needs it: weighted query rows and one filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.calibration import CalibratedQuery, calibrated_query
from lookalike.domain.channels import Layout
from lookalike.domain.design import DESIGN
from lookalike.domain.filter_parsing import all_of
from lookalike.domain.filters import And, Eq, Filter, Ne, NotIn, Range
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.errors import InvalidInput
from lookalike.index.score import contributions
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import TWIN_GROUP
from lookalike.journeys.search.start import Start

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "look": 1.0,
    "design": 0.6,
    "color": 0.6,
    "pattern": 0.2,
    "style": 0.1,
    "material": 0.1,
    "type": 0.3,
    "shape": 0.2,
}
"""Weights of the calibrated terms: docs/decisions/0004-default-weights.md."""

_IN_STOCK = Eq("in_stock", True)


@dataclass(frozen=True)
class Plan:
    """What to search with.

    queries   (count, width) float32, calibrated and weighted
    terms     what a score is the sum of: the channels, and the design where there is a metric
    offsets   (terms,) the constant part of each term's contribution
    design    (count, width) the part of `queries` that asks for the design; None without one
    likeness  (width,) turns a row into a query of its channels alone: how alike two answers are
    unlike    what is added to that
    degraded  what was skipped, and why
    """

    queries: Floats
    terms: tuple[str, ...]
    offsets: Doubles
    design: Doubles | None
    likeness: Floats
    unlike: float
    where: Filter | None
    degraded: tuple[str, ...] = ()

    @cached_property
    def base(self) -> float:
        """What every score has in common: the sum of the offsets."""
        return float(self.offsets.sum())

    def contributions(
        self, rows: Floats, layout: Layout, *, queries: Integers | int = 0
    ) -> Doubles:
        """(count, terms) what every term adds to the score of each row; the sum is the score.

        rows     (count, width)
        queries  which query row each one meets
        """
        asked: Doubles = self.queries[queries].astype(np.float64)
        if self.design is None:
            found = contributions(asked, rows, layout)
            missing = len(self.terms) - found.shape[1]
            return np.pad(found, ((0, 0), (0, missing))) + self.offsets
        design = self.design[queries]
        channels = contributions(asked - design, rows, layout)
        alike = contributions(design, rows, layout).sum(axis=1, keepdims=True)
        return np.concatenate([channels, alike], axis=1) + self.offsets


def plan(question: Retrieval, start: Start, view: CatalogView) -> Plan:
    """Raises InvalidInput for an unknown channel or when no weight is left."""
    asked = _mix(question, start, view) if start.parts else _asked(question, start, view)
    likeness, constants = _likeness(question, start, view)
    where, degraded = _granted(question, start, view)
    return Plan(
        queries=asked.rows,
        terms=view.calibration.terms(view.index.layout),
        offsets=asked.offsets,
        design=asked.design,
        likeness=likeness,
        unlike=float(constants.sum()),
        where=where,
        degraded=(*start.degraded, *degraded),
    )


def caps(question: Retrieval) -> dict[str, int]:
    """Field -> how many recommendations may share one value of it."""
    collapsed = {"variant_group": 1, TWIN_GROUP: 1} if question.collapse_variants else {}
    return {**collapsed, **question.max_per}


def _asked(question: Retrieval, start: Start, view: CatalogView) -> CalibratedQuery:
    weights = _weights(question, start, view)
    layout = view.index.layout
    return calibrated_query(start.rows, weights, view.calibration, layout, design=start.design)


def _likeness(question: Retrieval, start: Start, view: CatalogView) -> tuple[Floats, Doubles]:
    """The calibrated channels by the question's weights, or the look where it weighs none."""
    layout = view.index.layout
    weights = {n: w for n, w in _weights(question, start, view).items() if n != DESIGN}
    if not any(weights.values()):
        weights = {"look": 1.0}
    ones = np.ones(layout.width, dtype=np.float32)
    rows, offsets, _ = calibrated_query(ones, weights, view.calibration, layout)
    return rows, offsets


def _mix(question: Retrieval, start: Start, view: CatalogView) -> CalibratedQuery:
    """One row: the weighted mean of the parts' own queries and offsets.

    The weights are divided by the sum of the positive ones, or of all sizes where none is:
    what is all that every liked part asks for scores 1 less what the disliked ones take.
    """
    unit = sum(weight for _, weight in start.parts if weight > 0) or sum(
        -weight for _, weight in start.parts
    )
    shape = (1, view.index.layout.width)
    rows, design = np.zeros(shape), np.zeros(shape)
    offsets = np.zeros(len(view.calibration.terms(view.index.layout)))
    for part, weight in start.parts:
        asked = _asked(question, part, view)
        rows += weight / unit * asked.rows
        offsets += weight / unit * asked.offsets
        if asked.design is not None:
            design += weight / unit * asked.design
    return CalibratedQuery(rows.astype(np.float32), offsets, design if design.any() else None)


def _weights(question: Retrieval, start: Start, view: CatalogView) -> dict[str, float]:
    """Of every term that the start can ask for; those that the question names are as it says."""
    names = view.calibration.terms(view.index.layout)
    given = question.weights or {}
    for name in given:
        if name not in names:
            raise InvalidInput(
                f'"{name}" is not a channel of this collection.',
                hint=f"Give weights for {', '.join(names)}.",
            )
    usual = DEFAULT_WEIGHTS if question.weights is None else {}
    asked = {**usual, **start.weights, **given}
    able = start.channels if start.design is None else (*start.channels, DESIGN)
    return {name: float(asked.get(name, 0)) for name in names if name in able}


def _granted(
    question: Retrieval, start: Start, view: CatalogView
) -> tuple[Filter | None, tuple[str, ...]]:
    """The filter; wished values belong to it where they leave enough for one page.

    Otherwise they only pull, so that the list stays full, and the answer says so.
    """
    where, said_of_stock = _known_stock(_where(question, start), view)
    if start.granted is None:
        return where, said_of_stock
    strict = all_of(where, start.granted)
    count = len(view.index.select(strict))
    if count >= min(question.limit, MAX_LIMIT):
        return strict, said_of_stock
    wished = " and ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in start.document["visual_attributes"].items()
        if name in start.wishes
    )
    said = f"wish: {count} products have {wished}, fewer than the limit, so others follow"
    return where, (*said_of_stock, said)


def _known_stock(where: Filter | None, view: CatalogView) -> tuple[Filter | None, tuple[str, ...]]:
    """The filter without "in stock" where the catalog never says what is, as a folder of images.

    Pages ask for what is in stock by habit, the recipe's too; of a field that some products
    have it is a condition like any other.
    """
    parts = where.parts if isinstance(where, And) else (where,)
    if "in_stock" in view.index.fields or _IN_STOCK not in parts:
        return where, ()
    said = "in_stock: the catalog says of no product whether it is in stock, so none is held back"
    return all_of(*(part for part in parts if part != _IN_STOCK)), (said,)


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
