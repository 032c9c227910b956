"""What looks like this: anchor -> query rows -> candidates -> a varied, explained page."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from lookalike.domain import observe
from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.filters import all_of
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.domain.results import Recommendation, Recommendations
from lookalike.domain.time_budget import Haste, Remaining, endless
from lookalike.index.protocol import Hits
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.rules.rule_book import NO_RULES, Ruled
from lookalike.journeys.rules.rule_places import Pinned, marked, pinned
from lookalike.journeys.rules.ruled_search import best_hits
from lookalike.journeys.search import paging
from lookalike.journeys.search.anchors import Start
from lookalike.journeys.search.answer_size import ALWAYS_FIT, cut, fitting
from lookalike.journeys.search.personal_order import STRANGER, PersonalOrder
from lookalike.journeys.search.plan import Plan, caps, plan
from lookalike.journeys.search.tell import Detail, Page, told
from lookalike.ranking.diversify import diversify
from lookalike.ranking.rules import places
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
    ruled: Ruled = NO_RULES,
) -> Recommendations:
    """Answer one question from one state of the collection.

    personal   whose tastes order what is about equally alike, within the windows of variety
    remaining  seconds left; the search is always whole, what follows it is skipped in this order:
               tastes and variety, then the reasons of later places
    ruled      the merchant's rules that act on it

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
    offset, moved = paging.offset(question.cursor, view, asked=asked, rules=ruled.version)
    if moved:
        degraded.append(paging.MOVED[moved])
    question = replace(question, where=all_of(question.where, ruled.hidden))
    limits.extend(ruled.notes)

    taste = ""
    if personal is not None:
        if not personal.is_known:
            degraded.append(STRANGER)
        question = replace(question, exclude=(*question.exclude, *personal.hidden))
        taste = personal.profile.version
        personal = personal if personal.is_known else None
    haste = Haste(remaining)
    search = _Search(view, question, plan(question, start, view), personal, haste, ruled)
    degraded.extend(search.plan.degraded)
    page, more = search.pages(offset)
    limits.extend(search.pins.notes)
    if len(page.products) > ALWAYS_FIT:
        shown_count = fitting(view.index.documents(page.products))
        if shown_count < len(page.products):
            limits.append(cut(len(page.products), shown_count))
            page, more = replace(page.take(slice(shown_count)), offset=offset), True
    end = offset + len(page.products)
    with observe.stage("explain"):
        shown = search.told(page, start)
    degraded.extend(haste.skipped)
    observe.count("searches", RECALL)
    observe.count_all("degraded", degraded)
    of_whom = f"{asked}{taste}{ruled.version}{haste.mark}"
    return Recommendations(
        request_id=paging.request_id(view, asked=of_whom, offset=offset),
        generation=view.generation,
        collection_id=view.collection_id,
        recommendations=shown,
        limits=tuple(limits),
        degraded=tuple(degraded),
        cursor=paging.cursor(view, asked=asked, offset=end, rules=ruled.version) if more else None,
        anchor=start.document,
        rules=ruled.names,
    )


@dataclass
class _Search:
    """One question on its way through the index."""

    view: CatalogView
    question: Retrieval
    plan: Plan
    personal: PersonalOrder | None = None
    haste: Haste = field(default_factory=Haste)
    ruled: Ruled = NO_RULES
    _best: Page = field(init=False)
    _is_plain: bool = field(init=False, default=False)

    @cached_property
    def pins(self) -> Pinned:
        return pinned(self.ruled, self.plan, self.view, self.question)

    def told(self, page: Page, start: Start) -> tuple[Recommendation, ...]:
        answers = self._by_rules(self._told(page, start), page)
        return self._for_user(answers, page)

    def _by_rules(
        self, answers: tuple[Recommendation, ...], page: Page
    ) -> tuple[Recommendation, ...]:
        if not self.ruled.rules:
            return answers
        numbers = page.products.tolist()
        return tuple(
            marked(one, (*self.ruled.marks(number), *self.pins.marks(number)))
            for one, number in zip(answers, numbers, strict=True)
        )

    def _for_user(
        self, answers: tuple[Recommendation, ...], page: Page
    ) -> tuple[Recommendation, ...]:
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

    def pages(self, offset: int) -> tuple[Page, bool]:
        """The page, and whether there is a next one."""
        with observe.stage("search"):
            ranking = self.ranking(offset)
        with observe.stage("rank"):
            return self._laid(ranking, offset)

    def _laid(self, ranking: Page, offset: int) -> tuple[Page, bool]:
        """The page of a ranking, with what is pinned in its places."""
        end, count = offset + self.question.limit, len(ranking.products)
        if not len(self.pins.page.products):
            page = self.page(ranking, offset, end)
            return page, offset + len(page.products) < count
        laid = places(count, self.pins.places, limit=end + 1)
        wanted = laid[offset:end]
        plain = [which for is_pin, which in wanted if not is_pin]
        found = self.page(ranking, plain[0], plain[-1] + 1) if plain else ranking.take(slice(0))
        order = [
            which if is_pin else len(self.pins.places) + which - plain[0]
            for is_pin, which in wanted
        ]
        whole = self.pins.page.joined(found).take(np.array(order, dtype=np.int64))
        return replace(whole, offset=offset), len(laid) > end

    def ranking(self, offset: int) -> Page:
        """Products in the order of their score, thinned: a prefix of the whole such list, long
        enough for the page and for one more, which tells whether there is a next page."""
        size = self._window()
        count = -(-(offset + self.question.limit) // size) * size + 1
        index, bonus = self.view.index, self.ruled.bonus
        limit = max(count, RIVALS) if bonus is None else count + count // 4
        while True:
            hits, rivals = best_hits(index, self.plan, bonus, limit=limit, rivals=RIVALS)
            self._best = _page(rivals, self.plan)
            found = self._thinned(_page(hits, self.plan))
            if len(found.products) >= count or hits.complete or self._ended(hits):
                return found.take(slice(count))
            limit *= DEEPEN

    def page(self, ranking: Page, offset: int, end: int) -> Page:
        """Variety is sought within consecutive windows of the ranking, so pages never overlap."""
        end = min(end, len(ranking.products))
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
        """What is left below the caps, among which the pinned come first, and above min_score,
        which is about likeness: no rule lifts a product over it."""
        least, bonus = self.question.min_score, self.ruled.bonus
        if least is not None:
            lift = 0.0 if bonus is None else bonus.values[found.products]
            found = found.take(np.flatnonzero(found.scores - lift >= least))
        first = self.pins.page.products
        if len(first):
            found = found.take(np.flatnonzero(~np.isin(found.products, first)))
        for name, most in caps(self.question).items():
            codes = self.view.index.codes(name, np.concatenate([first, found.products]))
            if codes.max(initial=-1) >= 0:
                found = found.take(np.flatnonzero(at_most(codes, most)[len(first) :]))
        return found

    def _ended(self, hits: Hits) -> bool:
        """The hits already reach below the least score asked for."""
        least, bonus = self.question.min_score, self.ruled.bonus
        if least is None:
            return False
        lowest = 0.0 if bonus is None else bonus.least
        return float(hits.scores[-1]) + self.plan.base < least + lowest

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

        most = 1 if self.ruled.bonus is None else None  # lifts beyond 1 still have an order
        relevance: Doubles = window.scores.clip(0, most)
        return diversify(
            relevance.astype(np.float32),
            similarity,
            limit=limit,
            relevance_weight=1 - self.question.diversity,
        )


def _page(hits: Hits, todo: Plan) -> Page:
    return Page(hits.products, hits.rows, hits.queries, hits.scores + todo.base)
