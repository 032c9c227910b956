"""Maximal marginal relevance: relevant, and unlike one another."""

import numpy as np

from lookalike.domain.arrays import Floats, Integers
from lookalike.errors import InvalidInput


def diversify(
    relevance: Floats, similarity: Floats, *, limit: int, relevance_weight: float = 0.7
) -> Integers:
    """Choose rows that are relevant and unlike one another, best first.

    relevance         (n,)    in [0, 1], higher is better
    similarity        (n, n)  in [0, 1], symmetric
    relevance_weight  1 keeps the order of relevance, 0 asks only for variety
    returns           (min(limit, n),) row numbers in the order chosen

    Ties go to the lower row number, so equal input gives equal output, and a larger limit
    only adds rows at the end.
    Raises InvalidInput when the shapes disagree or the weight is outside [0, 1].
    Time O(limit * n).  Carbonell and Goldstein, SIGIR 1998, section 2.
    """
    count = len(relevance)
    if similarity.shape != (count, count):
        raise InvalidInput(
            f"similarity has shape {similarity.shape} but there are {count} candidates.",
            hint=f"Pass a ({count}, {count}) matrix in the order of `relevance`.",
        )
    if not 0 <= relevance_weight <= 1:
        raise InvalidInput(f"relevance_weight is {relevance_weight}; it must lie in [0, 1].")

    chosen = np.empty(min(limit, count), dtype=np.int64)
    gain = np.float32(relevance_weight) * relevance  # becomes -inf for a row once it is chosen
    penalty = np.float32(1 - relevance_weight) * similarity
    closest = np.zeros(count, dtype=np.float32)  # penalty of the nearest row chosen so far
    for position in range(len(chosen)):
        best = int(np.argmax(gain - closest))
        chosen[position] = best
        gain[best] = -np.inf
        np.maximum(closest, penalty[best], out=closest)
    return chosen
