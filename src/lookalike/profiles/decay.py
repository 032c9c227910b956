"""How much an action still counts: decay by age, and what a user does lately."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.profiles.history import History, Like

DAY_S = 86_400.0
LATELY = 10  # newest interactions that tell what a user is after now
LATELY_SHARE = 0.5
"""How much what a user does lately counts against all that is known: with half, ten actions of a
new taste outweigh any past (all older ones keep half), and one visit does not wipe it."""


def decayed(like: Like, as_of: datetime, *, half_life_d: float) -> float:
    """The sum of weight x 2^(-age / half life) over the moments of a source.

    Ages count from `as_of`, the newest event, never from the clock: the shares of tastes do not
    change while nothing happens, and the same log gives the same answer on any day.
    PinnerSage (Pal et al., KDD 2020, section 3.3) with lambda = ln 2 / half life.
    """
    total = 0.0
    for time, weight in like.moments:
        age_d = (as_of - time).total_seconds() / DAY_S
        total += weight * float(2.0 ** (-age_d / half_life_d))
    return total


def lately(past: History) -> Doubles:
    """(likes,) the undecayed weight of each like in the newest LATELY moments and the session."""
    moments = [
        (time, row, weight) for row, like in enumerate(past.likes) for time, weight in like.moments
    ]
    moments.sort(key=lambda one: (one[0], one[1]), reverse=True)
    found = np.zeros(len(past.likes))
    session = set(past.session)
    for place, (_, row, weight) in enumerate(moments):
        if place < LATELY or past.likes[row].sku in session:
            found[row] += weight
    return found


def importance(weights: Doubles, recent: Doubles, clusters: Sequence[Sequence[int]]) -> Doubles:
    """(clusters,) shares that sum to 1: of the decayed weight, blended with that of lately."""
    return LATELY_SHARE * _shares(recent, clusters) + (1 - LATELY_SHARE) * _shares(
        weights, clusters
    )


def _shares(weights: Doubles, clusters: Sequence[Sequence[int]]) -> Doubles:
    own = weights.tolist()
    sums = np.array([sum(own[row] for row in rows) for rows in clusters])
    total = sums.sum()
    return sums / total if total > 0 else np.full(len(sums), 1 / max(1, len(sums)))
