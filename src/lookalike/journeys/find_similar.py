"""What looks like this: anchor -> query rows -> candidates -> a varied, explained page."""

import json
from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.domain.results import Recommendation, Recommendations
from lookalike.index.protocol import Hits
from lookalike.index.score import contributions
from lookalike.journeys import paging
from lookalike.journeys.anchors import Start
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.plan import Plan, plan
from lookalike.ranking.diversify import diversify
from lookalike.ranking.explain import Match, band, explanation, sentence
from lookalike.ranking.swatches import swatch_pairs
from lookalike.ranking.thin import at_most

POOL_PER_LIMIT = 4  # candidates looked at for variety per product shown, as METHODS ask at least
LEAST_POOL = 48
DEEPEN = 4  # how much further to look when thinning left too few


def find_similar(view: CatalogView, question: Retrieval, start: Start) -> Recommendations:
    """Answer one question from one state of the collection.

    Exact: the list and its order are what scoring every product would give.
    Raises InvalidInput for an unknown field, channel or cursor.
    """
    limits, degraded = [], []
    if question.limit > MAX_LIMIT:
        limits.append(f"limit: {question.limit} lowered to {MAX_LIMIT}; the cursor leads further")
        question = replace(question, limit=MAX_LIMIT)
    if question.same_category and not start.document.get("category"):
        degraded.append("same_category: skipped, as the anchor has no category")
    offset, moved = paging.offset(question, view)
    if moved:
        degraded.append("cursor: the collection has changed since the first page")

    todo = plan(question, start, view)
    ranking = _ranking(view, question, todo, count=_reach(question, offset))
    page = _page(view, question, todo, ranking, offset=offset)
    end = offset + len(page.products)
    return Recommendations(
        request_id=paging.digest(question, view=view),
        generation=view.generation,
        collection_id=view.collection_id,
        recommendations=_told(view, question, start, todo, page, offset=offset),
        limits=tuple(limits),
        degraded=tuple(degraded),
        cursor=paging.cursor(question, view, offset=end) if end < len(ranking.products) else None,
        anchor=start.document,
    )


@dataclass(frozen=True)
class _Ranking:
    """Products in the order of their score, thinned; a prefix of the whole such list."""

    products: Integers
    rows: Integers
    queries: Integers
    scores: Doubles

    def take(self, which: Integers | slice) -> "_Ranking":
        return _Ranking(
            self.products[which], self.rows[which], self.queries[which], self.scores[which]
        )


def _window(question: Retrieval) -> int:
    """Variety is sought within consecutive windows of the ranking, so that pages never overlap."""
    return max(LEAST_POOL, POOL_PER_LIMIT * question.limit) if question.diversity else 1


def _reach(question: Retrieval, offset: int) -> int:
    """How long a prefix of the ranking the page needs, and one more to know of a next page."""
    window = _window(question)
    return -(-(offset + question.limit) // window) * window + 1


def _ranking(view: CatalogView, question: Retrieval, todo: Plan, *, count: int) -> _Ranking:
    """At least `count` products, or all there are."""
    limit = count
    while True:
        hits = view.index.search(todo.queries, limit=limit, where=todo.where)
        found = _thinned(view, question, todo, hits)
        cut = question.min_score is not None and len(found.products) < len(hits.products)
        if len(found.products) >= count or hits.complete or (cut and _ended(question, todo, hits)):
            return found.take(slice(count))
        limit *= DEEPEN


def _thinned(view: CatalogView, question: Retrieval, todo: Plan, hits: Hits) -> _Ranking:
    scores = hits.scores + todo.offsets.sum()
    ranking = _Ranking(hits.products, hits.rows, hits.queries, scores)
    if question.min_score is not None:
        ranking = ranking.take(slice(int(np.sum(scores >= question.min_score))))
    caps = dict(question.max_per)
    if question.collapse_variants:
        caps = {"variant_group": 1, **caps}
    for name, most in caps.items():
        ranking = ranking.take(
            np.flatnonzero(at_most(view.index.codes(name, ranking.products), most))
        )
    return ranking


def _ended(question: Retrieval, todo: Plan, hits: Hits) -> bool:
    """The hits already reach below the least score asked for."""
    least = question.min_score
    return least is not None and float(hits.scores[-1] + todo.offsets.sum()) < least


def _page(
    view: CatalogView, question: Retrieval, todo: Plan, ranking: _Ranking, *, offset: int
) -> _Ranking:
    end = min(offset + question.limit, len(ranking.products))
    if not question.diversity:
        return ranking.take(slice(offset, end))
    size = _window(question)
    chosen = []
    for first in range(offset // size * size, end, size):
        window = ranking.take(slice(first, first + size))
        order = _varied(view, question, todo, window, limit=end - first)
        chosen.append(order[max(0, offset - first) :] + first)
    return ranking.take(np.concatenate(chosen)) if chosen else ranking.take(slice(0))


def _varied(
    view: CatalogView, question: Retrieval, todo: Plan, window: _Ranking, *, limit: int
) -> Integers:
    vectors = view.index.vectors(window.rows)
    similarity = (vectors * todo.scale) @ vectors.T + np.float32(todo.offsets.sum())
    return diversify(
        np.clip(window.scores, 0, 1).astype(np.float32),
        np.clip(similarity, 0, 1),
        limit=limit,
        relevance_weight=1 - question.diversity,
    )


def _told(
    view: CatalogView,
    question: Retrieval,
    start: Start,
    todo: Plan,
    page: _Ranking,
    *,
    offset: int,
) -> tuple[Recommendation, ...]:
    """The page as recommendations, with reasons from the exact contributions."""
    layout = view.index.layout
    parts = contributions(todo.queries[page.queries], view.index.vectors(page.rows), layout)
    parts = parts + todo.offsets
    selves = contributions(todo.queries, start.rows, layout) + todo.offsets
    documents = [json.loads(text) for text in view.index.documents(page.products)]
    pairs = swatch_pairs(_hexes(start.document), [_hexes(one) for one in documents])
    answer = []
    for number, document in enumerate(documents):
        query = int(page.queries[number])
        own = dict(zip(layout.names, parts[number].tolist(), strict=True))
        most = dict(zip(layout.names, selves[query].tolist(), strict=True))
        first_row = int(view.index.product_rows(int(page.products[number]))[0])
        match = Match(
            contributions=own,
            strengths={name: own[name] / most[name] if most[name] else 0.0 for name in own},
            swatches=pairs[number],
            images=(query, int(page.rows[number]) - first_row),
        )
        score = sum(own.values())
        answer.append(
            Recommendation(
                sku=document["sku"],
                position=offset + number + 1,
                score=score,
                band=band(score),
                reason=sentence(start.document, document, match),
                explanation=explanation(start.document, document, match)
                if question.explain
                else None,
                product=document,
            )
        )
    return tuple(answer)


def _hexes(document: object) -> list[str]:
    swatches = document.get("palette", []) if isinstance(document, dict) else []
    return [swatch["hex"] for swatch in swatches]
