"""The candidates of a feed: what each taste finds, what is popular, what is new, what varies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.calibration import calibrated_query
from lookalike.domain.filters import fields_of
from lookalike.domain.profile import Profile, Taste
from lookalike.domain.query import Retrieval
from lookalike.journeys.catalog.carried import TERMS
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.feed.company import MOST_PARTNERS, Companions
from lookalike.journeys.feed.shelf import Ranks, Shelf
from lookalike.journeys.rules.rule_book import NO_RULES, Ruled
from lookalike.journeys.rules.ruled_search import best_hits
from lookalike.journeys.search.plan import DEFAULT_WEIGHTS, Plan, plan
from lookalike.journeys.search.start import Start
from lookalike.journeys.search.tell import Page
from lookalike.profiles import blend as blending
from lookalike.profiles.blend import Blend
from lookalike.profiles.company import NO_COMPANY
from lookalike.profiles.popularity import FEW
from lookalike.profiles.slots import Lane

LEAST_DEPTH = 64  # look-alikes read for each taste
DEPTH_PER_LIMIT = 6
LEAST_ALIKE = 12  # nearest products that may have a taste's places, however far they are
MOST_POPULAR = 160
MOST_NEW = 600
"""Up to so many new products are all scored.  Of more, every second, third, ... beginning where the
seed says, so that each has its turn, and those that look like a taste always."""
NEW_POOL = 48
MOST_LIFTED = 160  # products that rules bring among the popular; more reach a feed by a taste
MOST_DISLIKES = 12
CURIOSITY = 1.0  # log-odds of a product that nobody has met in the places for new ones
NEAR = 0.25  # likeness from which a product counts as like a taste: the band "same mood"


@dataclass(frozen=True, eq=False)
class TasteSearch:
    """One taste with its query, and what it found: exact, best first."""

    taste: Taste
    start: Start
    plan: Plan
    found: Page


@dataclass(frozen=True, eq=False)
class Scored:
    """All candidates of one feed, by number from 0.

    products   (n,) product numbers
    likeness   (n, tastes) calibrated score against each taste; -inf where not asked
    rows       (n, tastes) the row of the product that matched
    popular    (n,) popularity, weighed
    leaning    (n,) log-odds of its values, by taste and by what goes with them, weighed
    together   (n,) log-odds of a product chosen by those who chose the user's, weighed
    disliked   (n,) likeness to a dislike beyond what is forgiven
    users      (n,) how many have met it
    vectors    (n, width) scaled first rows
    """

    products: Integers
    likeness: Doubles
    rows: Integers
    popular: Doubles
    leaning: Doubles
    together: Doubles
    disliked: Doubles
    users: Integers
    vectors: Floats

    def similarity(self, candidate: int, base: float) -> Floats:
        close = np.einsum("ij,j->i", self.vectors, self.vectors[candidate]) + np.float32(base)
        return np.asarray(np.clip(close, 0, 1, out=close))


class Candidates:
    """Collects the candidates of one question; every list is exact and its order fixed."""

    def __init__(
        self,
        view: CatalogView,
        question: Retrieval,
        profile: Profile,
        shelf: Shelf,
        ranks: Ranks,
        blend: Blend,
        *,
        seed: int = 0,
        ruled: Ruled = NO_RULES,
    ) -> None:
        self.view, self.question, self.profile = view, question, profile
        self.shelf, self.ranks, self.blend = shelf, ranks, blend
        self.seed, self.ruled = seed, ruled
        self.depth = max(LEAST_DEPTH, DEPTH_PER_LIMIT * question.limit)

    @cached_property
    def tastes(self) -> list[TasteSearch]:
        """The search of every taste that gets places."""
        return [self._search(one) for one in blending.served(self.profile)]

    @cached_property
    def allowed(self) -> Booleans:
        """(products,) that pass the filter of the question and that the user does not have."""
        size = len(self.ranks.users)
        found = self.view.index.passing(self._plain.where)[:size]
        found[self._gone[self._gone < size]] = False
        return found

    @cached_property
    def companions(self) -> Companions:
        """What goes with the user's products; of nobody where it does not count."""
        company = self.ranks.company if self.blend.wants_company else NO_COMPANY
        return Companions.of(self.profile, self.view, company)

    @cached_property
    def together(self) -> Integers:
        """Products chosen by those who chose the user's."""
        inside = self.companions.most
        return self._passing(inside[inside < len(self.ranks.users)], MOST_PARTNERS)

    @property
    def skipped(self) -> tuple[str, ...]:
        """What of the filter was skipped, and why."""
        return self._plain.degraded

    @cached_property
    def popular(self) -> Integers:
        """The most popular products that may be shown, and those that rules lift most."""
        popular = self._passing(self.ranks.order, MOST_POPULAR)
        bonus = self.ruled.bonus
        if bonus is None:
            return popular
        lifted = self._passing(np.flatnonzero(bonus.values > 0), len(bonus.values))
        lifted = lifted[np.argsort(-bonus.values[lifted], kind="stable")[:MOST_LIFTED]]
        return np.concatenate([popular, lifted[~np.isin(lifted, popular)]])

    @cached_property
    def new(self) -> Integers:
        """Products that few have met: those nearest to a taste, or evenly over the catalog."""
        unknown = self._passing(self.ranks.new, len(self.ranks.new))
        if not self.tastes:
            step = -(-len(unknown) // NEW_POOL) or 1
            return np.asarray(unknown[::step])
        step = -(-len(unknown) // MOST_NEW) or 1
        sample = unknown[self.seed % step :: step]
        near = np.unique(np.concatenate([one.found.products for one in self.tastes]))
        index = self.view.index
        first = index.vectors(index.first_rows(sample))
        likeness = _nearest(first, [one.plan for one in self.tastes])
        scores = self.blend.affinity * likeness + self._leaning(sample)
        best = np.argsort(-scores, kind="stable")[:NEW_POOL]
        return np.union1d(sample[best], near[self.ranks.users[near] < FEW])

    def scored(self, varied: Integers) -> Scored:
        """Everything that a lane may place, with all that orders it."""
        index = self.view.index
        lists = [one.found.products for one in self.tastes]
        products = np.unique(
            np.concatenate([*lists, self.together, self.popular, self.new, varied])
        )
        first = index.vectors(index.first_rows(products))
        likeness, rows = self._likeness(products, first)
        return Scored(
            products=products,
            likeness=likeness,
            rows=rows,
            popular=self.blend.popularity(self.ranks.now[products], self.ranks.lasting[products]),
            leaning=self._leaning(products),
            together=self.blend.together * self.companions.together(products),
            disliked=self.disliked(first),
            users=self.ranks.users[products],
            vectors=np.asarray(first * self.shelf.lens.scale),
        )

    def lanes(self, scored: Scored, varied: Integers) -> list[Lane]:
        """One lane for each taste, then together, popular, new, varied."""
        blend = self.blend
        share = blending.shares(self.profile, blend)
        plain = scored.popular + scored.leaning - blend.dislike * scored.disliked
        if self.ruled.bonus is not None:
            plain = plain + blend.unit * self.ruled.bonus.values[scored.products]
        near = scored.likeness.max(axis=1) if self.tastes else np.zeros(len(scored.products))
        popular_places = np.searchsorted(scored.products, self.popular)
        lanes = []
        for number, (one, own) in enumerate(zip(self.tastes, share.tastes, strict=True)):
            alike = self.popular[scored.likeness[popular_places, number] >= NEAR]
            score = plain + blend.affinity * scored.likeness[:, number]
            among = np.union1d(self._like(one), alike)
            lanes.append(_lane(own, scored, among, score / blend.unit))
        score = (plain + scored.together + blend.affinity * near) / blend.unit
        lanes.append(_lane(share.company, scored, self.together, score))
        lanes.append(_lane(share.popular, scored, self.popular, score))
        unmet = CURIOSITY / (1 + scored.users)
        score = score + (unmet - scored.popular) / blend.unit
        lanes.append(_lane(share.new, scored, self.new, score, is_drawn=True))
        place = np.searchsorted(scored.products, varied)
        lanes.append(Lane(share.varied, place, np.linspace(1, 0.5, len(place))))
        return lanes

    def _like(self, search: TasteSearch) -> Integers:
        """What was found that is near, and of a small catalog the nearest few."""
        found = search.found
        near = max(LEAST_ALIKE, int(np.count_nonzero(found.scores >= NEAR)))
        return np.asarray(found.products[:near])

    def _search(self, taste: Taste) -> TasteSearch:
        """What looks like a taste, without what its user has; found once for each product."""
        start = self._start(taste)
        todo = plan(self.question, start, self.view)

        def search() -> Page:
            bonus = self.ruled.bonus
            hits, _ = best_hits(self.view.index, todo, bonus, limit=self.depth)
            likeness = hits.scores + todo.base
            if bonus is not None:
                likeness = likeness - bonus.values[hits.products]
            return Page(hits.products, hits.rows, hits.queries, likeness)

        if taste.sku is None:
            found = search()
        else:
            is_steady = self.ruled.bonus is None and not fields_of(todo.where) & TERMS
            found = self.shelf.kept(self._key(taste.sku), search, is_steady=is_steady)
        keep = ~np.isin(found.products, self._gone)
        return TasteSearch(taste, start, todo, found.take(np.flatnonzero(keep)))

    def _key(self, sku: str) -> tuple[object, ...]:
        asked = self.question
        return (
            sku,
            self.depth,
            repr((asked.where, asked.weights, asked.price_range, asked.exclude)),
            asked.same_category,
            asked.collapse_variants,
            self.ruled.version,
        )

    def _start(self, taste: Taste) -> Start:
        layout = self.view.index.layout
        row = np.zeros(layout.width, np.float32) if taste.row is None else taste.row
        held = tuple(name for name in layout.names if row[layout.part(name)].any())
        document = self.shelf.document(taste.sku) if taste.sku else {}
        return Start(row[np.newaxis], held, document, taste.sku)

    @cached_property
    def _gone(self) -> Integers:
        """Numbers of products that their user has, wants or does not want, or has just met."""
        known = self.profile
        gone = known.owned | known.in_cart | known.hidden | known.saved | set(known.session)
        gone |= {one.sku for taste in known.tastes for one in taste.members if one.sku}
        numbers = [self.view.index.number(sku) for sku in sorted(gone)]
        return np.array([one for one in numbers if one is not None], dtype=np.int64)

    @cached_property
    def _plain(self) -> Plan:
        width = self.view.index.layout.width
        start = Start(np.ones((1, width), np.float32), self.view.index.layout.names, {})
        return plan(self.question, start, self.view)

    def _passing(self, products: Integers, most: int) -> Integers:
        return np.asarray(products[self.allowed[products]][:most])

    def _likeness(self, products: Integers, first: Floats) -> tuple[Doubles, Integers]:
        """Scores of the first image; what a search found keeps the image and score it found."""
        likeness = np.empty((len(products), len(self.tastes)))
        rows = np.repeat(self.view.index.first_rows(products)[:, np.newaxis], len(self.tastes), 1)
        for number, one in enumerate(self.tastes):
            likeness[:, number] = np.einsum("ij,j->i", first, one.plan.queries[0]) + one.plan.base
            place = np.searchsorted(products, one.found.products)
            likeness[place, number] = one.found.scores
            rows[place, number] = one.found.rows
        return likeness, rows

    def _leaning(self, products: Integers) -> Doubles:
        names, odds = self.log_odds(products)
        weights = np.array([self.blend.weight(name, len(names)) for name in names])
        return np.asarray(odds @ weights) + self.companions.weighed(self.blend.kinds, products)

    def log_odds(self, products: Integers) -> tuple[list[str], Doubles]:
        """The fields that the user leans in, and (products, fields) log-odds of the values."""
        profile = self.profile
        if profile.is_paused:
            return [], np.zeros((len(products), 0))
        codes = {
            name: (self.view.index.codes(name, products), self.shelf.coded(name, odds))
            for name, odds in profile.odds.items()
        }
        return list(codes), blending.leanings(profile, codes, len(products))

    def nearest(self, first: Floats) -> Doubles:
        """(n,) likeness of rows to the nearest taste that gets places; 0 without one."""
        tastes = [self._start(one) for one in blending.served(self.profile)]
        if not tastes:
            return np.zeros(len(first))
        return _nearest(first, [plan(self.question, one, self.view) for one in tastes])

    def disliked(self, first: Floats) -> Doubles:
        """How alike each is to a disliked product, in the channels that are to blame."""
        newest = [] if self.profile.is_paused else self.profile.dislikes[:MOST_DISLIKES]
        known = self.shelf.facts([one.sku for one in newest if one.sku])
        layout = self.view.index.layout
        ones = np.ones(layout.width, dtype=np.float32)
        rows, weights, bases = [], [], []
        for one in newest:
            if one.sku in known:
                weight = {name: DEFAULT_WEIGHTS[name] for name in one.channels or layout.names}
                scale, offsets, _ = calibrated_query(ones, weight, self.view.calibration, layout)
                rows.append(known[one.sku].row * scale)
                weights.append(one.weight)
                bases.append(float(offsets.sum()))
        if not rows:
            return np.zeros(len(first))
        near = blending.dislikes(first, np.stack(rows), np.array(weights), np.array(bases))
        return blending.softened(near, self.blend.unlike)


def _nearest(first: Floats, plans: Sequence[Plan]) -> Doubles:
    scores = [np.einsum("ij,j->i", first, one.queries[0]) + one.base for one in plans]
    return np.asarray(np.max(scores, axis=0), dtype=np.float64)


def _lane(
    share: float, scored: Scored, products: Integers, scores: Doubles, *, is_drawn: bool = False
) -> Lane:
    place = np.searchsorted(scored.products, products)
    own = scores[place]
    order = np.argsort(-own, kind="stable")
    return Lane(share, place[order], own[order], is_drawn)
