"""What is popular now: users a day that did something with a product, the newest most."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from lookalike.domain.events import Event
from lookalike.domain.profile import ACTION_WEIGHTS

NOW_D, SEASON_D = 7.0, 90.0
"""Half-lives of what is popular now and of what lasts.  Which of the two tells more differs between
shops, so a feed weighs them apart (`profiles/learn.py`)."""
FEW = 5  # users below which a product counts as new: nobody knows yet how it does


class DayCount(NamedTuple):
    """How many different users did something with a product on a day (UTC)."""

    sku: str
    kind: str
    day: date
    users: int


@dataclass(frozen=True)
class Popularity:
    """Of every product that anybody did something with.

    now      sku -> (0, 1], the logarithm of its weight decayed by NOW_D; 1 is the most popular
    lasting  the same by SEASON_D
    users    sku -> users a day, summed: how much is known of it
    """

    now: Mapping[str, float] = field(default_factory=dict)
    lasting: Mapping[str, float] = field(default_factory=dict)
    users: Mapping[str, int] = field(default_factory=dict)


def popularity(
    counts: Iterable[DayCount], weights: Mapping[str, float] = ACTION_WEIGHTS
) -> Popularity:
    """Ages count from the newest day among the counts, so equal logs give equal answers."""
    known = [one for one in counts if weights.get(one.kind, 0) > 0]
    if not known:
        return Popularity()
    newest = max(one.day for one in known)
    now: dict[str, float] = defaultdict(float)
    lasting: dict[str, float] = defaultdict(float)
    users: dict[str, int] = defaultdict(int)
    for sku, kind, day, count in sorted(known):
        age, weight = (newest - day).days, weights[kind] * count
        now[sku] += weight * math.exp2(-age / NOW_D)
        lasting[sku] += weight * math.exp2(-age / SEASON_D)
        users[sku] += count
    least = min(weights[one.kind] for one in known)
    return Popularity(_logs(now, least), _logs(lasting, least), dict(users))


def _logs(weights: Mapping[str, float], least: float) -> dict[str, float]:
    """The logarithm of 1 + weight in units of the least action, as shares of the largest."""
    logs = {sku: math.log1p(value / least) for sku, value in weights.items()}
    most = max(logs.values())
    return {sku: value / most for sku, value in logs.items()}


def day_counts(events: Iterable[Event]) -> list[DayCount]:
    """The counts of a log; ten views of one user on one day are one."""
    seen: dict[tuple[str, str, date], set[str]] = defaultdict(set)
    for one in events:
        if one.product_id is not None:
            seen[one.product_id, one.kind, one.time.date()].add(one.user_id)
    return [DayCount(*key, len(users)) for key, users in sorted(seen.items())]
