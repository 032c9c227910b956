"""What a shop's own log says of the feed's weights: choices between products, refitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles

STEPS = 50  # of Newton's method; it ends in five to ten
CLOSE = 1e-6
HALVINGS = 30
ARMIJO = 1e-4  # of the rise that the slope promises (Nocedal and Wright 2006, equation 3.4)


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
    likelihood, which is concave, so the answer does not depend on the start.  Steps are halved
    until they are uphill: a full one may overshoot where choices are nearly certain, and then
    every next one throws it further.
    """
    weights = prior.copy()
    value = _value(choices, weights, prior, precision)
    for _ in range(STEPS):
        slope, curve = _derivatives(choices, weights, prior, precision)
        step = np.linalg.solve(curve, slope)
        uphill = float(slope @ step)
        for _ in range(HALVINGS):
            moved = _value(choices, weights + step, prior, precision)
            if moved >= value + ARMIJO * uphill:
                break
            step, uphill = step / 2, uphill / 2
        else:
            break
        weights, value = weights + step, moved
        if np.abs(step).max() < CLOSE:
            break
    return weights


def _value(
    choices: Sequence[Choice], weights: Doubles, prior: Doubles, precision: Doubles
) -> float:
    """The penalized log-likelihood."""
    found = -0.5 * float(precision @ (weights - prior) ** 2)
    for one in choices:
        utility = one.features @ weights + one.offset
        most = utility.max()
        found += float(utility[one.chosen] - most - np.log(np.exp(utility - most).sum()))
    return found


def _derivatives(
    choices: Sequence[Choice], weights: Doubles, prior: Doubles, precision: Doubles
) -> tuple[Doubles, Doubles]:
    """Its gradient and its negated Hessian."""
    slope = -precision * (weights - prior)
    curve = np.diag(precision).astype(np.float64)
    for one in choices:
        utility = one.features @ weights + one.offset
        chance = np.exp(utility - utility.max())
        chance /= chance.sum()
        mean = chance @ one.features
        slope = slope + one.features[one.chosen] - mean
        centered = one.features - mean
        curve += (centered * chance[:, np.newaxis]).T @ centered
    return slope, curve
