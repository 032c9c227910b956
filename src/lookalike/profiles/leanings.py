"""Attribute leanings: what a user meets more often than the catalog has it, and how surely."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np

from lookalike.domain.profile import Facts, Leaning, PriceBand

PRIOR = 2.0
"""How many purchases the catalog's own shares count for; two real ones begin to outweigh it."""
LEAST_CONFIDENCE = 0.75  # below it a leaning is not told; 1 or 2 actions seldom reach it
BAND = (0.1, 0.9)
UNKNOWN = "unknown"

Weighted = Sequence[tuple[Facts, float]]
"""Products with how much each counts."""
Shares = Mapping[str, Mapping[str, float]]
"""Field -> value -> the share of the catalog's products that have it."""

_normal = NormalDist()


def leanings(
    products: Weighted, catalog: Shares, *, least: float = LEAST_CONFIDENCE
) -> tuple[Leaning, ...]:
    """Leanings towards values, surest first; `least` is the confidence asked for."""
    found = [
        one
        for one in _every(products, catalog)
        if one.log_odds > 0 and one.confidence >= least and one.value != UNKNOWN
    ]
    return tuple(sorted(found, key=lambda one: (-one.confidence, one.attribute, one.value)))


def odds(
    products: Weighted, catalog: Shares
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Field -> value -> log-odds of every value met, and field -> the weight they stand on."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for one in _every(products, catalog):
        found[one.attribute][one.value] = one.log_odds
    weights = {
        name: sum(weight for facts, weight in products if name in facts.values) for name in found
    }
    return dict(found), weights


def _every(products: Weighted, catalog: Shares) -> list[Leaning]:
    """Of all values met: log-odds against the catalog with an informative Dirichlet prior, and
    how sure they are by their z-score.

    Monroe, Colaresi and Quinn, Political Analysis 16 (2008), equations 16 to 22.
    """
    totals: dict[str, float] = defaultdict(float)
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for facts, weight in products:
        for name, value in facts.values.items():
            if name in catalog:
                totals[name] += weight
                weights[name, value] += weight
    return [
        _leaning(name, value, weight, totals[name], catalog[name].get(value, 0.0))
        for (name, value), weight in weights.items()
    ]


def price_band(products: Weighted) -> PriceBand | None:
    """The middle of the prices by weight; None where no product has one."""
    priced = sorted((facts.price, weight) for facts, weight in products if facts.price is not None)
    if not priced:
        return None
    prices = np.array([price for price, _ in priced])
    sums = np.cumsum([weight for _, weight in priced])
    low, high = (float(prices[np.searchsorted(sums, part * sums[-1])]) for part in BAND)
    return PriceBand(low, high, float(sums[-1] / (sums[-1] + PRIOR)))


def _leaning(name: str, value: str, weight: float, total: float, share: float) -> Leaning:
    bounded = min(max(share, 1e-4), 1 - 1e-4)
    with_it = weight + PRIOR * bounded
    without = total - weight + PRIOR * (1 - bounded)
    log_odds = math.log(with_it / without) - math.log(bounded / (1 - bounded))
    spread = math.sqrt(1 / with_it + 1 / without)
    confidence = _normal.cdf(log_odds / spread)
    return Leaning(name, value, log_odds, confidence, weight / total, share)
