"""What looks like this: anchor -> query rows -> candidates -> a varied, explained page."""

from dataclasses import dataclass, field, replace

import numpy as np

from lookalike.domain import observe
from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.domain.results import Recommendation, Recommendations
from lookalike.domain.time_budget import Haste, Remaining, endless
from lookalike.index.protocol import Hits
from lookalike.journeys import paging
from lookalike.journeys.anchors import Start
from lookalike.journeys.answer_size import ALWAYS_FIT, cut, fitting
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.entries import TWIN_GROUP
from lookalike.journeys.personal_order import STRANGER, PersonalOrder
from lookalike.journeys.plan import Plan, plan
from lookalike.journeys.tell import Detail, Page, told
from lookalike.ranking.diversify import diversify
from lookalike.ranking.thin import at_most

POOL_PER_LIMIT = 4  # candidates looked at for variety per product shown, as METHODS asks at least
LEAST_POOL = 48
RECALL = "exact"  # every row is scored; an index that skips some would have another name
RIVALS = 100  # candidates that a reason compares with: see `ranking.explain.decisive`
VARIETY_S = 4e-7  # for each candidate and place shown; 500 of 2,000 took 0.35 s (bench/similar.py)
TOLD_TOGETHER = 12  # recommendations between two looks at the clock
DEEPEN = 4  # how much further to look when thinning left too few


def find_similar(
    view: CatalogView,
    question: Retrieval,
    start: Start,
    *,
    personal: PersonalOrder | None = None,
    remaining: Remaining = endless,
) -> Recommendations:
    """Answer one question from one state of the collection.

    personal   whose tastes order what is about equally alike, within the windows of variety
    remaining  seconds left; the search is always whole, what follows it is skipped in this order:
               tastes and variety, then the reasons of later places

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
    haste = Haste(remaining)
    search = _Search(view, question, plan(question, start, view), personal, haste)
    degraded.extend(search.plan.degraded)
    with observe.stage("search"):
        ranking = search.ranking(offset)
    with observe.stage("rank"):
        page = search.page(ranking, offset)
    if len(page.products) > ALWAYS_FIT:
        shown_count = fitting(view.index.documents(page.products))
        if shown_count < len(page.products):
            limits.append(cut(len(page.products), shown_count))
            page = replace(page.take(slice(shown_count)), offset=offset)
    end = offset + len(page.products)
    more = end < len(ranking.products)
    with observe.stage("explain"):
        shown = search.told(page, start)
    degraded.extend(haste.skipped)
    observe.count("searches", RECALL)
    observe.count_all("degraded", degraded)
    return Recommendations(
        request_id=paging.request_id(view, asked=f"{asked}{taste}{haste.mark}", offset=offset),
        generation=view.generation,
        collection_id=view.collection_id,
        recommendations=shown,
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
    haste: Haste = field(default_factory=Haste)
    _best: Page = field(init=False)
    _is_plain: bool = field(init=False, default=False)

    def told(self, page: Page, start: Start) -> tuple[Recommendation, ...]:
        answers = self._told(page, start)
        if self.personal is None or self._is_plain:
            return answers
        extra = self.personal.bonus(page.products).tolist()
        return tuple(
            self.personal.told(one, bonus) for one, bonus in zip(answers, extra, strict=True)
        )

    def _told(self, page: Page, start: Start) -> tuple[Recommendation, ...]:
        rivals = self.rivals()
        answers: list[Recommendation] = []
        size = TOLD_TOGETHER if self.haste.is_bounded else max(1, len(page.products))
        for first in range(0, len(page.products), size):
            some = replace(page.take(slice(first, first + size)), offset=page.offset + first)
            at = f"reasons and explanations from position {some.offset + 1} on were left out"
            brief = bool(answers) and self.haste.skips(at)
            if brief:
                some = replace(page.take(slice(first, None)), offset=page.offset + first)
            detail: Detail = "brief" if brief else "full" if self.question.explain else "reason"
            answers += told(some, rivals, start, self.plan, self.view, detail=detail)
            if brief:
                break
        return tuple(answers)

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
        skipped = "the order is that of likeness alone, without variety and tastes"
        takes_s = VARIETY_S * size * (end - offset) if size > 1 else 0.0
        self._is_plain = size > 1 and self.haste.skips(skipped, takes_s=takes_s)
        if size == 1 or offset >= end or self._is_plain:
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
