"""Fit the feed's weights to a log: what users went for in each of its last weeks, told before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.events import Event
from lookalike.domain.profile import Learning, Profile
from lookalike.domain.query import Retrieval, UserAnchor
from lookalike.journeys.feed.company import company_of
from lookalike.journeys.feed.lanes import Candidates
from lookalike.journeys.feed.learn_shares import Sought, sought, with_shares
from lookalike.journeys.feed.shelf import Ranks, Shelf, ranks, with_company
from lookalike.journeys.feed.user_profiles import facts_of
from lookalike.profiles.blend import Blend
from lookalike.profiles.company import meetings
from lookalike.profiles.fold import profile
from lookalike.profiles.history import kept
from lookalike.profiles.learn import Choice, fitted
from lookalike.profiles.popularity import day_counts, popularity
from lookalike.storage.events import EventStore

MOST_EVENTS = 60_000  # newest events that are read
PAGE = 10_000
WINDOWS = 4  # stretches at the end of the log, each told by all that came before it
WINDOW = timedelta(days=7)
MOST_CHOICES = 800  # the newest are learned from
MOST_PER_USER = 2  # in one window
ENOUGH = 200  # with fewer choices in such windows, longer ones are taken
LEAST_CHOICES = 20  # below it the log says too little, and the defaults stay
SAMPLED = 60  # products beside the popular ones that a choice is compared with
PRECISION = (8.0, 25.0)
"""How hard popularity, likeness and company, and the many fields, are pulled to their defaults.
Likeness spreads little over products, so a choice says little of its weight; a field says much."""
PLAIN = 4  # columns before those of fields: popular, lasting, near, together
WANTED = ("purchase", "cart", "save")


@dataclass(frozen=True)
class Fitted:
    """The weights, and how many choices they stand on; below LEAST_CHOICES the defaults."""

    blend: Blend
    choices: int


def learn_blend(
    events: Iterable[Event], shelf: Shelf, learning: Learning, *, seed: int = 0
) -> Fitted:
    """Fit to what users went for in the last weeks, as a feed at the start of each would tell it.

    Nothing that explains a choice is younger than its week: neither what its user did, nor what
    was popular or chosen together.
    Deterministic: the same events and collection give the same weights.
    """
    ordered = sorted(events, key=lambda one: (one.time, one.event_id))[-MOST_EVENTS:]
    cases = _cases(ordered, shelf)
    if len(cases) < LEAST_CHOICES:
        return Fitted(Blend(), len(cases))
    rng = np.random.default_rng(seed)
    held = {event_id for case in cases for event_id in case.held}
    states = {}
    for start in {case.start for case in cases}:
        before = [one for one in ordered if one.time < start and one.event_id not in held]
        known = ranks(popularity(day_counts(before), learning.weights), shelf.view)
        states[start] = with_company(known, company_of(meetings(before), shelf))
    told = [(case, _profile(case, shelf, learning)) for case in cases]
    made = [_Made.of(case, who, shelf, states[case.start], rng) for case, who in told]
    blend = _fit([one for one in made if one is not None])
    found = [_sought(case, who, shelf, states[case.start], blend) for case, who in told]
    return Fitted(with_shares(blend, [one for one in found if one is not None]), len(cases))


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
    """One user's choice, told by what they had done before and by the log up to `start`.

    held  ids of events before it that must not tell
    """

    start: datetime
    before: tuple[Event, ...]
    chosen: str
    time: datetime
    held: tuple[str, ...] = ()


def _cases(events: Sequence[Event], shelf: Shelf) -> list[_Case]:
    """Choices in windows of a week; where these hold few, in longer ones.

    A log of single visits has nobody who came back: there, the last choice of each user, told by
    the rest of the log.
    """
    if not events:
        return []
    end = events[-1].time
    span = end - events[0].time
    found: list[_Case] = []
    for length in (WINDOW, 2 * WINDOW, 4 * WINDOW):
        found = _in_windows(events, shelf, end, min(length, span / (2 * WINDOWS)))
        if len(found) >= ENOUGH:
            break
    if len(found) < LEAST_CHOICES:
        found = _last_choices(events, shelf)
    found.sort(key=lambda one: (one.time, one.before[0].event_id, one.chosen), reverse=True)
    return found[:MOST_CHOICES]


def _last_choices(events: Sequence[Event], shelf: Shelf) -> list[_Case]:
    wanted, after = _wanted(events), events[-1].time + WINDOW
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
                    held = tuple(one.event_id for one in own[place:])
                    found.append(_Case(after, tuple(own[:place]), sku, own[place].time, held))
                break
    return found


def _wanted(events: Sequence[Event]) -> tuple[str, ...]:
    return WANTED if any(one.kind in WANTED for one in events) else ("view", "click")


def _in_windows(
    events: Sequence[Event], shelf: Shelf, end: datetime, length: timedelta
) -> list[_Case]:
    wanted = _wanted(events)
    starts = [end - length * number for number in range(WINDOWS, 0, -1)]
    past: dict[str, list[Event]] = defaultdict(list)
    during: dict[tuple[int, str], dict[str, Event]] = defaultdict(dict)
    frozen: dict[tuple[int, str], int] = {}
    for one in events:
        if one.kind == "impression":
            continue
        window = sum(one.time >= start for start in starts) - 1
        own = past[one.user_id]
        if window >= 0:
            key = (window, one.user_id)
            frozen.setdefault(key, len(own))
            known, sku = own[: frozen[key]], one.product_id
            is_choice = bool(known) and one.kind in wanted and sku is not None
            if is_choice and all(other.product_id != sku for other in known):
                during[key].setdefault(sku or "", one)
        own.append(one)
    return [
        _Case(starts[window], tuple(past[user][: frozen[window, user]]), sku, one.time)
        for (window, user), choices in during.items()
        for sku, one in list(choices.items())[:MOST_PER_USER]
        if shelf.view.index.number(sku) is not None
    ]


def _profile(case: _Case, shelf: Shelf, learning: Learning) -> Profile:
    events = kept((), case.before)
    return profile(events, facts_of(events, shelf), shelf.lens, learning=learning)


def _sought(case: _Case, who: Profile, shelf: Shelf, known: Ranks, blend: Blend) -> Sought | None:
    number = shelf.view.index.number(case.chosen)
    return None if number is None else sought(number, who, shelf, known, blend)


@dataclass(frozen=True, eq=False)
class _Made:
    """A choice as the fit needs it.

    leaned, met  the fields of the columns after the plain ones: those that the user leans in,
                 and those of the company of their products
    """

    choice: Choice
    leaned: list[str]
    met: tuple[str, ...]

    @classmethod
    def of(
        cls, case: _Case, who: Profile, shelf: Shelf, known: Ranks, rng: np.random.Generator
    ) -> "_Made | None":
        if who.as_of is None:
            return None
        found = _Alternatives(who, shelf, known)
        products, offset = found.sampled(case.chosen, rng)
        if products is None:
            return None
        near = found.nearest(shelf.view.index.vectors(shelf.view.index.first_rows(products)))
        leaned, odds = found.log_odds(products)
        met = tuple(known.company.values)
        features = np.column_stack(
            [
                known.now[products],
                known.lasting[products],
                near,
                found.companions.together(products),
                odds,
                found.companions.kinds(met, products),
            ]
        )
        return cls(Choice(features, offset, 0), leaned, met)


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
        sure = np.union1d(popular, self.together)
        sure = sure[sure != first]
        drawn = np.unique(everything[rng.integers(0, len(everything), SAMPLED)])
        drawn = drawn[~np.isin(drawn, sure) & (drawn != first)]
        products = np.concatenate([[first], sure, drawn])
        rest = max(1, len(everything) - len(sure) - 1)
        offset = np.zeros(len(products))
        offset[1 + len(sure) :] = np.log(max(1.0, rest / max(1, len(drawn))))
        return products, offset

    @property
    def everything(self) -> np.ndarray:
        """Every product number; the ranks hold one entry for each number ever given."""
        return np.flatnonzero(self.ranks.users >= 0)


def _fit(made: Sequence[_Made]) -> Blend:
    """One conditional logit over all choices; each field its own weight, pulled to its share."""
    leaned = sorted({name for one in made for name in one.leaned})
    met = sorted({name for one in made for name in one.met})
    column = {name: place + PLAIN for place, name in enumerate(leaned)}
    beside = {name: place + PLAIN + len(leaned) for place, name in enumerate(met)}
    start = Blend()
    plain = [start.popular, start.lasting, start.affinity, start.together]
    fields = [start.leaning / max(1, len(leaned))] * len(leaned) + [0.0] * len(met)
    choices = []
    for one in made:
        wide = np.zeros((len(one.choice.features), PLAIN + len(fields)))
        places = [column[name] for name in one.leaned] + [beside[name] for name in one.met]
        wide[:, :PLAIN] = one.choice.features[:, :PLAIN]
        wide[:, places] = one.choice.features[:, PLAIN:]
        choices.append(replace(one.choice, features=wide))
    pull = np.array([PRECISION[0]] * PLAIN + [PRECISION[1]] * len(fields))
    weights = fitted(choices, np.array([*plain, *fields]), pull)
    popular, lasting, affinity, together = (round(max(0.0, float(one)), 3) for one in weights[:4])
    return replace(
        start,
        popular=popular,
        lasting=lasting,
        affinity=affinity,
        together=together,
        leanings={name: round(float(weights[column[name]]), 3) for name in leaned},
        kinds={name: round(float(weights[beside[name]]), 3) for name in met},
    )
