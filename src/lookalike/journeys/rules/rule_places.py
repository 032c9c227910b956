"""The pinned products of one answer, and what rules say on each recommendation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.query import Retrieval
from lookalike.domain.results import Recommendation
from lookalike.domain.rules import RuleMark
from lookalike.index.protocol import Hits
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.rules.rule_book import Ruled
from lookalike.journeys.search.plan import Plan, caps
from lookalike.journeys.search.tell import Page
from lookalike.ranking.rules import Pin, told_reason
from lookalike.ranking.thin import at_most


@dataclass(frozen=True, eq=False)
class Pinned:
    """Those that this question lets pass.

    page    by place, each with its own score, bonus included
    places  where they want to stand, from 1, ascending
    notes   who is left out, and why
    """

    page: Page
    places: tuple[int, ...]
    pins: tuple[Pin, ...]
    notes: tuple[str, ...] = ()

    def marks(self, product: int) -> tuple[RuleMark, ...]:
        """The pin of a product, by its number."""
        numbers = self.page.products.tolist()
        if product not in numbers:
            return ()
        rule = self.pins[numbers.index(product)].rule
        return (RuleMark(rule.name, rule.kind, 0.0, rule.sponsored),)


_NONE = np.zeros(0, dtype=np.int64)
NOBODY = Pinned(Page(_NONE, _NONE, _NONE, np.zeros(0)), (), ())


def pinned(ruled: Ruled, plan: Plan, view: CatalogView, question: Retrieval) -> Pinned:
    """The pinned that pass every condition of the question: its filter, variants, caps, score."""
    if not ruled.pins:
        return NOBODY
    index = view.index
    numbers = [index.number(pin.sku) or 0 for pin in ruled.pins]
    among = np.zeros(max(numbers) + 1, dtype=np.bool_)
    among[numbers] = True
    hits = index.search(plan.queries, limit=len(numbers), where=plan.where, among=among)
    row_of = {product: row for row, product in enumerate(hits.products.tolist())}
    kept, notes = [], []
    for pin, number in zip(ruled.pins, numbers, strict=True):
        row = row_of.get(number)
        least = question.min_score
        if row is None:
            notes.append(_left_out(pin, "it does not pass what the question asks for"))
        elif least is not None and float(hits.scores[row]) + plan.base < least:
            notes.append(_left_out(pin, f"its score is below min_score {least:g}"))
        else:
            kept.append((pin, row))
    page = _page(hits, [row for _, row in kept], plan, ruled)
    pins = [pin for pin, _ in kept]
    for name, most in caps(question).items():
        fits = at_most(index.codes(name, page.products), most).tolist()
        notes += [
            _left_out(pin, f"more than {most} of one {name.replace('_', ' ')} would be shown")
            for pin, fit in zip(pins, fits, strict=True)
            if not fit
        ]
        page = page.take(np.flatnonzero(fits))
        pins = [pin for pin, fit in zip(pins, fits, strict=True) if fit]
    return Pinned(page, tuple(pin.place for pin in pins), tuple(pins), tuple(notes))


def marked(one: Recommendation, marks: Sequence[RuleMark]) -> Recommendation:
    """The recommendation with what rules did to it, so that parts still sum to the score."""
    if not marks:
        return one
    changes = {f"rule: {mark.name}": mark.amount for mark in marks if mark.amount}
    explanation = one.explanation
    if explanation is not None and changes:
        parts = {**explanation.contributions, **changes}
        explanation = replace(explanation, contributions=parts)
    return replace(
        one,
        score=one.score + sum(changes.values()),
        reason=told_reason(one.reason, one.band, marks),
        explanation=explanation,
        rules=tuple(marks),
    )


def _page(hits: Hits, rows: list[int], plan: Plan, ruled: Ruled) -> Page:
    which = np.array(rows, dtype=np.int64)
    products = hits.products[which]
    lift = 0.0 if ruled.bonus is None else ruled.bonus.values[products]
    scores = hits.scores[which] + plan.base + lift
    return Page(products, hits.rows[which], hits.queries[which], scores)


def _left_out(pin: Pin, why: str) -> str:
    return f"rule {pin.rule.name}: {pin.sku} is not pinned: {why}"
