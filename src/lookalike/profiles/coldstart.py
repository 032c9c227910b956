"""What to show somebody of whom nothing is known: pictures that stand for the whole catalog."""

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers


def representatives(rows: Floats, base: float, *, count: int) -> Integers:
    """Rows that together are alike to as many others as possible, most telling first.

    rows     (n, width) scaled, so that inner products plus `base` are calibrated scores
    returns  (min(count, n),) row numbers

    Greedy facility location: each row chosen adds most to the sum over all rows of the score of
    the nearest one chosen, so choices are both typical of many and unlike one another.  Within
    63 % of the best choice (Nemhauser, Wolsey and Fisher 1978).  Ties go to the lower row.
    Memory and time O(n^2): sample first.
    """
    close: Doubles = np.maximum(rows.astype(np.float64) @ rows.astype(np.float64).T + base, 0)
    nearest = np.zeros(len(rows))
    chosen = np.empty(min(count, len(rows)), dtype=np.int64)
    for place in range(len(chosen)):
        gains = np.maximum(close - nearest, 0).sum(axis=1)
        gains[chosen[:place]] = -1
        best = int(np.argmax(np.round(gains, 6)))
        chosen[place] = best
        np.maximum(nearest, close[best], out=nearest)
    return chosen
