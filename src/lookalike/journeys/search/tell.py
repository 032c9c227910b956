"""A page of products as recommendations, with reasons from the exact contributions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.domain.results import Recommendation
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.search.anchors import Start
from lookalike.journeys.search.plan import Plan
from lookalike.ranking.explain import (
    Match,
    band,
    decisive,
    explanation,
    known_values,
    sentence,
)
from lookalike.ranking.swatches import swatch_pairs

Detail = Literal["full", "reason", "brief"]


@dataclass(frozen=True)
class Page:
    """Ranked products, each with the row and the query row that matched.

    offset  how many products stand before the first of these
    """

    products: Integers
    rows: Integers
    queries: Integers
    scores: Doubles
    offset: int = 0

    def take(self, which: Integers | slice) -> "Page":
        offset = which.start or 0 if isinstance(which, slice) else 0
        return Page(
            self.products[which], self.rows[which], self.queries[which], self.scores[which], offset
        )

    def joined(self, other: "Page") -> "Page":
        """These, then the others."""
        return Page(
            np.concatenate([self.products, other.products]),
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.queries, other.queries]),
            np.concatenate([self.scores, other.scores]),
            self.offset,
        )

    def contributions(self, plan: Plan, view: CatalogView) -> Doubles:
        """(count, terms) what every term adds to each score."""
        rows = view.index.vectors(self.rows)
        return plan.contributions(rows, view.index.layout, queries=self.queries)


def told(
    page: Page, rivals: Doubles, start: Start, plan: Plan, view: CatalogView, *, detail: Detail
) -> tuple[Recommendation, ...]:
    """Recommendations in the order of the page.

    rivals  (count, terms) contributions of the best candidates, shown or not
    detail  full: reason and explanation; reason: without the explanation; brief: only how
            alike it is, for whom time is short
    """
    if detail == "brief":
        return _brief(page, start, plan, view)
    index = view.index
    names = plan.terms
    parts = page.contributions(plan, view)
    every = np.arange(len(plan.queries))
    selves = plan.contributions(start.rows, index.layout, queries=every)
    shares = (parts / np.where(selves == 0, np.inf, selves)[page.queries]).tolist()
    raised, scores = parts.tolist(), parts.sum(axis=1).tolist()
    orders = decisive(parts, rivals)
    images = (page.rows - index.first_rows(page.products)).tolist()
    queries = page.queries.tolist()
    documents = documents_of(view, page.products)
    palettes = [_hexes(one) for one in documents]
    pairs = swatch_pairs(_hexes(start.document), palettes)
    ours = known_values(start.document)
    own_family = _main_family(start.document)
    answer = []
    for place, document in enumerate(documents):
        match = Match(
            contributions={names[channel]: raised[place][channel] for channel in orders[place]},
            strengths=dict(zip(names, shares[place], strict=True)),
            swatches=pairs[place],
            images=(queries[place], images[place]),
            main_color=next(iter(palettes[place]), ""),
            main_families=(own_family, _main_family(document)),
        )
        theirs = known_values(document)
        score = scores[place]
        answer.append(
            Recommendation(
                sku=document["sku"],
                position=page.offset + place + 1,
                score=score,
                band=band(score, wished=bool(start.wishes)),
                reason=sentence(ours, theirs, match, asked=start.wishes),
                explanation=explanation(ours, theirs, match) if detail == "full" else None,
                product=document,
            )
        )
    return tuple(answer)


def _brief(page: Page, start: Start, plan: Plan, view: CatalogView) -> tuple[Recommendation, ...]:
    scores = page.contributions(plan, view).sum(axis=1).tolist()
    answer = []
    for place, document in enumerate(documents_of(view, page.products)):
        alike = band(scores[place], wished=bool(start.wishes))
        answer.append(
            Recommendation(
                sku=document["sku"],
                position=page.offset + place + 1,
                score=scores[place],
                band=alike,
                reason=f"{alike.capitalize()}.",
                explanation=None,
                product=document,
            )
        )
    return tuple(answer)


def documents_of(view: CatalogView, products: Integers) -> list[dict[str, Any]]:
    """Products as callers see them; `Any` because columns of the merchant's own are among them."""
    return [json.loads(text) for text in view.index.documents(products)]


def _main_family(document: Mapping[str, Any]) -> str:
    palette = document.get("palette")
    return str(palette[0].get("family", "")) if palette else ""


def _hexes(document: Mapping[str, Any]) -> list[str]:
    return [swatch["hex"] for swatch in document.get("palette", ())]
