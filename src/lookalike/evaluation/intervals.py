"""Bootstrap intervals: how far a score would wander with other products of the same kind."""

from collections.abc import Callable

import numpy as np

from lookalike.domain.arrays import Doubles, Integers

DRAWS = 1_000  # Efron and Tibshirani 1993, section 13: enough for the ends of a 95 % interval
COVERAGE = 0.95

Statistic = Callable[[Doubles], Doubles]
"""(n,) how often each item was drawn -> (scores,)."""


def bootstrap(
    statistic: Statistic, clusters: Integers, *, rng: np.random.Generator, draws: int = DRAWS
) -> tuple[Doubles, Doubles]:
    """The ends of percentile intervals, (scores,) each.

    clusters  (n,) the cluster of every item, numbered from 0 without gaps; whole clusters are
              drawn, as items with one picture are one observation

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.
    """
    count = int(clusters.max()) + 1
    found = np.stack(
        [
            statistic(
                np.bincount(rng.integers(0, count, count), minlength=count)[clusters].astype(
                    np.float64
                )
            )
            for _ in range(draws)
        ]
    )
    outside = (1 - COVERAGE) / 2
    low, high = np.quantile(found, (outside, 1 - outside), axis=0)
    return low, high


def means(values: Doubles) -> Statistic:
    """The statistic of the means of (n, scores) numbers."""

    def weighted(times: Doubles) -> Doubles:
        return np.asarray(times @ values / times.sum())

    return weighted
