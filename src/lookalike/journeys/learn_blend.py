"""Fit the feed's weights to a log: the last things that users went for, told by all before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.events import Event
from lookalike.domain.profile import Learning, Profile
from lookalike.domain.query import Retrieval, UserAnchor
from lookalike.journeys.feed_lanes import NEAR, Candidates
from lookalike.journeys.shelf import Ranks, Shelf, ranks
from lookalike.journeys.user_profiles import facts_of
from lookalike.profiles import blend as blending
from lookalike.profiles.blend import Blend
from lookalike.profiles.fold import profile
from lookalike.profiles.history import kept
from lookalike.profiles.learn import Choice, fitted
from lookalike.profiles.popularity import FEW, day_counts, popularity
from lookalike.storage.events import EventStore

MOST_EVENTS = 60_000  # newest events that are read
PAGE = 10_000
MOST_USERS = 600  # users whose last choice is learned from, those with the newest ones
LEAST_CHOICES = 20  # below it the log says too little, and the defaults stay
SAMPLED = 60  # products beside the popular ones that a choice is compared with
PRECISION = (8.0, 25.0)
"""How hard popularity and likeness, and the many fields, are pulled to their defaults.  Likeness
spreads little over products, so a choice says little of its weight; a field says much."""
PLAIN = 3  # columns before those of fields: popular, lasting, near
ALIKE_PRIOR = 30.0
WANTED = ("purchase", "cart", "save")
ALIKE_BOUNDS = (0.08, 0.75)
NEW_FOLLOWED = 0.2  # places for new products as a share of how often people go for such
NEW_BOUNDS = (0.05, 0.18)


@dataclass(frozen=True)
class Fitted:
    """The weights, and how many choices they stand on; below LEAST_CHOICES the defaults."""

    blend: Blend
    choices: int


def learn_blend(
    events: Iterable[Event], shelf: Shelf, learning: Learning, *, seed: int = 0
) -> Fitted:
    """Fit to the last thing that each of the newest users went for.

    The popularity that explains a choice is counted without the choices that are explained.
    Deterministic: the same events and collection give the same weights.
    """
    ordered = sorted(events, key=lambda one: (one.time, one.event_id))[-MOST_EVENTS:]
    cases = _cases(ordered, shelf)
    if len(cases) < LEAST_CHOICES:
        return Fitted(Blend(), len(cases))
    held = {one.event_id for case in cases for one in case.later}
    counts = day_counts(one for one in ordered if one.event_id not in held)
    known = ranks(popularity(counts, learning.weights), shelf.view)
    rng = np.random.default_rng(seed)
    made = [_Made.of(case, shelf, known, learning, rng) for case in cases]
    return Fitted(_fit([one for one in made if one is not None]), len(cases))


def newest_events(log: EventStore) -> list[Event]:
    """The newest MOST_EVENTS of a log."""
    number = max(0, log.latest() - MOST_EVENTS)
    found: list[Event] = []
    while True:
        page = log.since(number, limit=PAGE)
        found += page.events
        if page.latest == number:
            return found
        number = page.latest


@dataclass(frozen=True)
class _Case:
    """One user's choice: what was known before, what was chosen, and what is held back."""

    before: tuple[Event, ...]
    chosen: str
    later: tuple[Event, ...]


def _cases(events: Sequence[Event], shelf: Shelf) -> list[_Case]:
    wanted = WANTED if any(one.kind in WANTED for one in events) else ("view", "click")
    by_user: dict[str, list[Event]] = defaultdict(list)
    for one in events:
        if one.kind != "impression":
            by_user[one.user_id].append(one)
    found = []
    for own in by_user.values():
        for place in range(len(own) - 1, 0, -1):
            sku = own[place].product_id
            is_new = all(one.product_id != sku for one in own[:place])
            if own[place].kind in wanted and sku is not None and is_new:
                if shelf.view.index.number(sku) is not None:
                    found.append(_Case(tuple(own[:place]), sku, tuple(own[place:])))
                break
    found.sort(key=lambda one: (one.later[0].time, one.later[0].event_id), reverse=True)
    return found[:MOST_USERS]


@dataclass(frozen=True, eq=False)
class _Made:
    """A choice as the fit needs it.

    names     the fields that the user leans in, columns after popularity (two) and affinity
    is_alike  the product chosen looks like one of the tastes; None without a taste
    chance    how many popular products do, by their popularity: alike without meaning it
    is_new    few had met the product chosen
    """

    choice: Choice
    names: list[str]
    is_alike: bool | None
    chance: float
    is_new: bool

    @classmethod
    def of(
        cls, case: _Case, shelf: Shelf, known: Ranks, learning: Learning, rng: np.random.Generator
    ) -> "_Made | None":
        events = kept((), case.before)
        who = profile(events, facts_of(events, shelf), shelf.lens, learning=learning)
        if who.as_of is None:
            return None
        found = _Alternatives(who, shelf, known)
        products, offset = found.sampled(case.chosen, rng)
        if products is None:
            return None
        near = found.nearest(shelf.view.index.vectors(shelf.view.index.first_rows(products)))
        names, odds = found.log_odds(products)
        features = np.column_stack([known.now[products], known.lasting[products], near, odds])
        is_alike = bool(near[0] >= NEAR) if blending.served(who) else None
        weights = known.now[products[1:]] + known.lasting[products[1:]]
        chance = float(weights @ (near[1:] >= NEAR) / max(1e-9, weights.sum()))
        is_new = bool(known.users[products[0]] < FEW)
        return cls(Choice(features, offset, 0), names, is_alike, chance, is_new)


class _Alternatives(Candidates):
    """What a user might have chosen, without searching for look-alikes."""

    def __init__(self, who: Profile, shelf: Shelf, known: Ranks) -> None:
        super().__init__(
            shelf.view, Retrieval(UserAnchor(""), explain=False), who, shelf, known, Blend()
        )

    def sampled(self, chosen: str, rng: np.random.Generator) -> tuple[np.ndarray | None, Doubles]:
        """The chosen product, the popular ones, and some of all others with what they stand for."""
        index = self.view.index
        first = index.number(chosen)
        if first is None:
            return None, np.zeros(0)
        popular = self.popular[self.popular != first]
        everything = self.everything
        drawn = np.unique(everything[rng.integers(0, len(everything), SAMPLED)])
        drawn = drawn[~np.isin(drawn, popular) & (drawn != first)]
        products = np.concatenate([[first], popular, drawn])
        rest = max(1, len(everything) - len(popular) - 1)
        offset = np.zeros(len(products))
        offset[1 + len(popular) :] = np.log(max(1.0, rest / max(1, len(drawn))))
        return products, offset

    @property
    def everything(self) -> np.ndarray:
        """Every product number; the ranks hold one entry for each number ever given."""
        return np.flatnonzero(self.ranks.users >= 0)


def _fit(made: Sequence[_Made]) -> Blend:
    """One conditional logit over all choices; each field its own weight, pulled to its share."""
    names = sorted({name for one in made for name in one.names})
    column = {name: place + PLAIN for place, name in enumerate(names)}
    start = Blend()
    plain = [start.popular, start.lasting, start.affinity]
    prior = np.array([*plain, *[start.leaning / len(names)] * len(names)])
    choices = []
    for one in made:
        wide = np.zeros((len(one.choice.features), len(prior)))
        wide[:, :PLAIN] = one.choice.features[:, :PLAIN]
        wide[:, [column[name] for name in one.names]] = one.choice.features[:, PLAIN:]
        choices.append(replace(one.choice, features=wide))
    pull = np.array([PRECISION[0]] * PLAIN + [PRECISION[1]] * len(names))
    weights = fitted(choices, prior, pull)
    told = [one.is_alike - one.chance for one in made if one.is_alike is not None]
    alike = (sum(told) + ALIKE_PRIOR * start.alike) / (len(told) + ALIKE_PRIOR)
    new = NEW_FOLLOWED * sum(one.is_new for one in made) / len(made)
    return replace(
        start,
        popular=round(max(0.0, float(weights[0])), 3),
        lasting=round(max(0.0, float(weights[1])), 3),
        affinity=round(max(0.0, float(weights[2])), 3),
        leanings={name: round(float(weights[column[name]]), 3) for name in names},
        alike=round(float(np.clip(alike, *ALIKE_BOUNDS)), 3),
        new=round(float(np.clip(new, *NEW_BOUNDS)), 3),
    )
