"""Attribute leanings: what a user meets more often than the catalog has it, and how surely."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

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


class Met(NamedTuple):
    """A value that a user met, with its weight, its share of the field and of the catalog.

    with_it, without  weights of the field's values, the prior's pseudo-counts included
    """

    name: str
    value: str
    weight: float
    total: float
    catalog_share: float
    with_it: float
    without: float
    log_odds: float


def met(products: Weighted, catalog: Shares) -> list[Met]:
    """Every value met, with its log-odds against the catalog.

    With an informative Dirichlet prior: Monroe, Colaresi and Quinn, Political Analysis 16
    (2008), equations 16 and 17.
    """
    totals: dict[str, float] = defaultdict(float)
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for facts, weight in products:
        for name, value in facts.values.items():
            totals[name] += weight
            weights[name, value] += weight
    found = []
    for (name, value), weight in weights.items():
        if name in catalog:
            total, whole = totals[name], catalog[name].get(value, 0.0)
            share = min(max(whole, 1e-4), 1 - 1e-4)
            with_it, without = weight + PRIOR * share, total - weight + PRIOR * (1 - share)
            log_odds = math.log(with_it * (1 - share) / (without * share))
            found.append(Met(name, value, weight, total, whole, with_it, without, log_odds))
    return found


def leanings(values: Sequence[Met], *, least: float = LEAST_CONFIDENCE) -> tuple[Leaning, ...]:
    """Leanings towards values, surest first; `least` is the confidence asked for.

    How sure they are follows from their z-score: equations 19 to 22 of the same.
    """
    found = []
    for one in values:
        if one.log_odds <= 0 or one.value == UNKNOWN:
            continue
        z = one.log_odds / math.sqrt(1 / one.with_it + 1 / one.without)
        confidence = 0.5 * (1 + math.erf(z / math.sqrt(2)))
        if confidence >= least:
            share = one.weight / one.total
            found.append(
                Leaning(one.name, one.value, one.log_odds, confidence, share, one.catalog_share)
            )
    return tuple(sorted(found, key=lambda one: (-one.confidence, one.attribute, one.value)))


def odds(values: Sequence[Met]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Field -> value -> log-odds of every value met, and field -> the weight they stand on."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for one in values:
        found[one.name][one.value] = one.log_odds
    return dict(found), {one.name: one.total for one in values}


def price_band(products: Weighted) -> PriceBand | None:
    """The middle of the prices by weight; None where no product has one."""
    priced = sorted((facts.price, weight) for facts, weight in products if facts.price is not None)
    if not priced:
        return None
    prices = np.array([price for price, _ in priced])
    sums = np.cumsum([weight for _, weight in priced])
    low, high = (float(prices[np.searchsorted(sums, part * sums[-1])]) for part in BAND)
    return PriceBand(low, high, float(sums[-1] / (sums[-1] + PRIOR)))
