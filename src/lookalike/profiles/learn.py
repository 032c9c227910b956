"""What a shop's own log says of the feed's weights: choices between products, refitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles

STEPS = 50  # of Newton's method; it ends in five to ten
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Choice:
    """One product that a user went for, among others that they did not.

    features  (alternatives, features)
    offset    (alternatives,) log of how many products each stands for, where it was sampled
    chosen    the row that they went for
    """

    features: Doubles
    offset: Doubles
    chosen: int


def fitted(choices: Sequence[Choice], prior: Doubles, precision: Doubles) -> Doubles:
    """(features,) weights of a conditional logit that make the choices likeliest.

    prior, precision  (features,) where weights are pulled to, and how hard: as much as
                      `precision` choices that say nothing else

    P(chosen) is proportional to exp(features @ weights + offset): McFadden 1974; the offsets
    correct for sampled alternatives (McFadden 1978).  Newton's method on the penalized
    likelihood, which is concave, so the answer does not depend on the start.
    """
    weights = prior.copy()
    for _ in range(STEPS):
        slope = -precision * (weights - prior)
        curve = np.diag(precision).astype(np.float64)
        for one in choices:
            utility = one.features @ weights + one.offset
            chance = np.exp(utility - utility.max())
            chance /= chance.sum()
            mean = chance @ one.features
            slope += one.features[one.chosen] - mean
            centered = one.features - mean
            curve += (centered * chance[:, np.newaxis]).T @ centered
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < CLOSE:
            break
    return weights
