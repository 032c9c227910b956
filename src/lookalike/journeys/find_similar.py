"""What looks like this: anchor -> query rows -> candidates -> a varied, explained page."""

from dataclasses import dataclass, field, replace

import numpy as np

from lookalike.domain import observe
from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.domain.results import Recommendation, Recommendations
from lookalike.index.protocol import Hits
from lookalike.journeys import paging
from lookalike.journeys.anchors import Start
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.entries import TWIN_GROUP
from lookalike.journeys.personal_order import STRANGER, PersonalOrder
from lookalike.journeys.plan import Plan, plan
from lookalike.journeys.tell import Page, told
from lookalike.ranking.diversify import diversify
from lookalike.ranking.thin import at_most

POOL_PER_LIMIT = 4  # candidates looked at for variety per product shown, as METHODS asks at least
LEAST_POOL = 48
RECALL = "exact"  # every row is scored; an index that skips some would have another name
RIVALS = 100  # candidates that a reason compares with: see `ranking.explain.decisive`
DEEPEN = 4  # how much further to look when thinning left too few


def find_similar(
    view: CatalogView,
    question: Retrieval,
    start: Start,
    *,
    personal: PersonalOrder | None = None,
) -> Recommendations:
    """Answer one question from one state of the collection.

    personal  whose tastes order what is about equally alike, within the windows of variety

    Exact: the list and its order are what scoring every product would give.
    Raises InvalidInput for an unknown field, channel or cursor.
    """
    limits, degraded = [], []
    if question.limit > MAX_LIMIT:
        limits.append(f"limit: {question.limit} lowered to {MAX_LIMIT}; the cursor leads further")
        question = replace(question, limit=MAX_LIMIT)
    if question.same_category and not start.document.get("category"):
        degraded.append("same_category: skipped, as the anchor has no category")
    asked = paging.digest(question)
    offset, moved = paging.offset(question.cursor, view, asked=asked)
    if moved:
        degraded.append("cursor: the collection has changed since the first page")

    taste = ""
    if personal is not None:
        if not personal.is_known:
            degraded.append(STRANGER)
        question = replace(question, exclude=(*question.exclude, *personal.hidden))
        taste = personal.profile.version
        personal = personal if personal.is_known else None
    search = _Search(view, question, plan(question, start, view), personal)
    degraded.extend(search.plan.degraded)
    with observe.stage("search"):
        ranking = search.ranking(offset)
    with observe.stage("rank"):
        page = search.page(ranking, offset)
    end = offset + len(page.products)
    more = end < len(ranking.products)
    with observe.stage("explain"):
        recommendations = search.told(page, start)
    observe.count("searches", RECALL)
    observe.count_all("degraded", degraded)
    return Recommendations(
        request_id=paging.request_id(view, asked=f"{asked}{taste}", offset=offset),
        generation=view.generation,
        collection_id=view.collection_id,
        recommendations=recommendations,
        limits=tuple(limits),
        degraded=tuple(degraded),
        cursor=paging.cursor(view, asked=asked, offset=end) if more else None,
        anchor=start.document,
    )


def caps(question: Retrieval) -> dict[str, int]:
    """Field -> how many recommendations may share one value of it."""
    collapsed = {"variant_group": 1, TWIN_GROUP: 1} if question.collapse_variants else {}
    return {**collapsed, **question.max_per}


@dataclass
class _Search:
    """One question on its way through the index."""

    view: CatalogView
    question: Retrieval
    plan: Plan
    personal: PersonalOrder | None = None
    _best: Page = field(init=False)

    def told(self, page: Page, start: Start) -> tuple[Recommendation, ...]:
        explain = self.question.explain
        answers = told(page, self.rivals(), start, self.plan, self.view, explain=explain)
        if self.personal is None:
            return answers
        extra = self.personal.bonus(page.products).tolist()
        return tuple(
            self.personal.told(one, bonus) for one, bonus in zip(answers, extra, strict=True)
        )

    def rivals(self) -> Doubles:
        """(count, channels) contributions of the best candidates, once `ranking` was asked."""
        return self._best.take(slice(RIVALS)).contributions(self.plan, self.view)

    def ranking(self, offset: int) -> Page:
        """Products in the order of their score, thinned: a prefix of the whole such list, long
        enough for the page and for one more, which tells whether there is a next page."""
        size = self._window()
        count = -(-(offset + self.question.limit) // size) * size + 1
        limit = max(count, RIVALS)
        while True:
            hits = self.view.index.search(self.plan.queries, limit=limit, where=self.plan.where)
            self._best = Page(hits.products, hits.rows, hits.queries, hits.scores + self.plan.base)
            found = self._thinned(self._best)
            if len(found.products) >= count or hits.complete or self._ended(hits):
                return found.take(slice(count))
            limit *= DEEPEN

    def page(self, ranking: Page, offset: int) -> Page:
        """Variety is sought within consecutive windows of the ranking, so pages never overlap."""
        end = min(offset + self.question.limit, len(ranking.products))
        size = self._window()
        if size == 1 or offset >= end:
            return ranking.take(slice(offset, end))
        chosen = []
        for first in range(offset // size * size, end, size):
            order = self._ordered(ranking.take(slice(first, first + size)), limit=end - first)
            chosen.append(order[max(0, offset - first) :] + first)
        return replace(ranking.take(np.concatenate(chosen)), offset=offset)

    def _window(self) -> int:
        if not self.question.diversity and self.personal is None:
            return 1
        return max(LEAST_POOL, POOL_PER_LIMIT * self.question.limit)

    def _thinned(self, found: Page) -> Page:
        least = self.question.min_score
        if least is not None:
            found = found.take(slice(int(np.sum(found.scores >= least))))
        for name, most in caps(self.question).items():
            codes = self.view.index.codes(name, found.products)
            if codes.max(initial=-1) >= 0:
                found = found.take(np.flatnonzero(at_most(codes, most)))
        return found

    def _ended(self, hits: Hits) -> bool:
        """The hits already reach below the least score asked for."""
        least = self.question.min_score
        return least is not None and float(hits.scores[-1]) + self.plan.base < least

    def _ordered(self, window: Page, *, limit: int) -> Integers:
        """The places of a window by taste, then by variety."""
        if self.personal is None:
            return self._varied(window, limit=limit)
        scores = window.scores + self.personal.bonus(window.products)
        order = np.argsort(-scores, kind="stable")
        if not self.question.diversity:
            return order[:limit]
        liked = replace(window.take(order), scores=scores[order])
        return np.asarray(order[self._varied(liked, limit=limit)])

    def _varied(self, window: Page, *, limit: int) -> Integers:
        vectors = self.view.index.vectors(window.rows)
        weighted = vectors * self.plan.likeness
        base = np.float32(self.plan.unlike)

        def similarity(row: int) -> Floats:
            # Not `@`: BLAS would start threads for it, and 16 questions at once would fight.
            close = np.einsum("ij,j->i", vectors, weighted[row]) + base
            return np.asarray(np.minimum(close, 1, out=close))

        relevance: Doubles = window.scores.clip(0, 1)
        return diversify(
            relevance.astype(np.float32),
            similarity,
            limit=limit,
            relevance_weight=1 - self.question.diversity,
        )
