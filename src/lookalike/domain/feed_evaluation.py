"""Evaluations of feeds: a log cut in two, the first part known, the second asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lookalike.domain.evaluation import Interval
from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput

FEED_METRICS = ("recall_at_20", "ndcg_at_20")
DEPTH = 20  # places that count: what a shopper scrolls through


@dataclass(frozen=True)
class Split:
    """How a log is replayed.

    time    events before it are known, what happens from it on is to be found
    kinds   what counts as found; None takes purchases, carts and saves, or looks where a log
            has none of them
    sample  at most this many users, drawn with `seed`; None asks about all
    """

    time: datetime
    kinds: tuple[str, ...] | None = None
    sample: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise InvalidInput(f"The split {self.time} has no zone.", hint="Add Z for UTC.")
        if self.sample is not None and self.sample < 1:
            raise InvalidInput(f"sample is {self.sample}; it must be at least 1.")


@dataclass(frozen=True)
class FeedFigures:
    """Of one method over one group of users.

    scores     metric -> mean over users
    intervals  metric -> 95 % bootstrap interval over users
    over       metric -> mean of ours less this method's, user by user (the same users, so the
               interval of the difference is narrower than either)
    over_intervals  of those differences; above 0 throughout: ours is better
    coverage   share of the collection's products that stand in any list; None for a group
    novelty    mean -log2 of the share of users that met what is shown before: higher is rarer
    """

    scores: Mapping[str, float]
    intervals: Mapping[str, Interval]
    over: Mapping[str, float] = field(default_factory=dict)
    over_intervals: Mapping[str, Interval] = field(default_factory=dict)
    coverage: float | None = None
    novelty: float | None = None


@dataclass(frozen=True)
class FeedGroup:
    """One group of users, or of products that they went for, with every method's figures.

    n       users
    wanted  products that they went for, in all
    """

    n: int
    wanted: int
    methods: Mapping[str, FeedFigures]


@dataclass(frozen=True)
class FeedScores:
    """How well feeds tell what users go for next.

    groups     "all" (users with a past), "cold_users" (1 to 3 events), "warm_users",
               "unknown_users" (no past), "cold_products" (those found that nobody had met
               before), "cold_for_cold_users" (of them, those of users with 1 to 3 events),
               "new_arrivals" (lists of such products alone)
    left_out   what was not measured, by reason
    missing    methods that could not run, with the command that installs what they need
    """

    split: datetime
    kinds: tuple[str, ...]
    events_before: int
    events_after: int
    groups: Mapping[str, FeedGroup]
    left_out: Mapping[str, int]
    missing: Mapping[str, str]
    versions: Mapping[str, object]
    problems: Sequence[Problem] = ()
