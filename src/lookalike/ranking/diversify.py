"""Maximal marginal relevance: relevant, and unlike one another."""

from collections.abc import Callable

import numpy as np

from lookalike.domain.arrays import Floats, Integers
from lookalike.errors import InvalidInput


def diversify(
    relevance: Floats,
    similarity: Callable[[int], Floats],
    *,
    limit: int,
    relevance_weight: float = 0.7,
) -> Integers:
    """Choose rows that are relevant and unlike one another, best first.

    relevance         (n,)    in [0, 1], higher is better
    similarity        gives (n,), at most 1, of one row to all; below 0 counts as 0; asked once
                      for each row chosen
    relevance_weight  1 keeps the order of relevance, 0 asks only for variety
    returns           (min(limit, n),) row numbers in the order chosen

    Ties go to the lower row number, so equal input gives equal output, and a larger limit
    only adds rows at the end.
    Raises InvalidInput when the weight is outside [0, 1].
    Time O(limit * n).  Carbonell and Goldstein, SIGIR 1998, section 2.
    """
    if not 0 <= relevance_weight <= 1:
        raise InvalidInput(f"relevance_weight is {relevance_weight}; it must lie in [0, 1].")

    variety_weight = np.float32(1 - relevance_weight)
    chosen = np.empty(min(limit, len(relevance)), dtype=np.int64)
    gain = np.float32(relevance_weight) * relevance  # becomes -inf for a row once it is chosen
    closest = np.zeros(len(relevance), dtype=np.float32)  # to any row chosen so far, weighted
    for position in range(len(chosen)):
        best = int(np.argmax(gain - closest))
        chosen[position] = best
        gain[best] = -np.inf
        if position + 1 < len(chosen):
            np.maximum(closest, variety_weight * similarity(best), out=closest)
    return chosen
