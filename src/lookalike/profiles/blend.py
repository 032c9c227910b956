"""How a feed weighs tastes, popularity and novelty: shares of places, and order within them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.profile import Profile, Taste

MOST_TASTES = 5  # served at once; with more, none gets a second place in a row of twelve
LEAST_SHARE = 0.04  # a taste below it gets no place: one view of one odd product


@dataclass(frozen=True)
class Blend:
    """The numbers of the feed, fitted on made-up logs (bench/feed_logs.py), checked on others.

    enough      weight of actions at which half of what popularity may take is given to tastes
    tastes      share of places for tastes when next to nothing is known, and when all is
    new         share of places drawn among products that few have met
    varied      share of places for pictures that stand for the catalog, while nothing is known
    popular     what popularity adds to a score within a taste, next to nothing known
    leaning     what one unit of log-odds adds to a score
    affinity    what likeness to the nearest taste adds among popular products
    dislike     what likeness to a disliked product takes, above `unlike`
    """

    enough: float = 2.0
    tastes: tuple[float, float] = (0.5, 0.85)
    new: float = 0.1
    varied: float = 0.15
    popular: float = 0.4
    leaning: float = 0.15
    affinity: float = 0.5
    dislike: float = 0.6
    unlike: float = 0.3

    def known(self, profile: Profile) -> float:
        """How much is known of a user, in [0, 1)."""
        return profile.strength / (profile.strength + self.enough)


@dataclass(frozen=True)
class Shares:
    """Of the places of a feed; they sum to 1."""

    tastes: tuple[float, ...]
    popular: float
    new: float
    varied: float


def served(profile: Profile) -> tuple[Taste, ...]:
    """The tastes that get places, most important first."""
    chosen = [one for one in profile.served if one.importance >= LEAST_SHARE]
    return tuple(chosen[:MOST_TASTES])


def shares(profile: Profile, blend: Blend) -> Shares:
    """Tastes by importance; what they do not take goes to what is popular, new and varied."""
    tastes = served(profile)
    if not tastes:
        return Shares((), 1 - blend.new - blend.varied, blend.new, blend.varied)
    low, high = blend.tastes
    for_tastes = low + (high - low) * blend.known(profile)
    total = sum(one.importance for one in tastes)
    own = tuple(for_tastes * one.importance / total for one in tastes)
    return Shares(own, max(0.0, 1 - blend.new - for_tastes), blend.new, 0.0)


def leaning(
    profile: Profile, codes: Mapping[str, tuple[Integers, Mapping[int, float]]], count: int
) -> Doubles:
    """(count,) mean log-odds of candidates over the fields that a user leans in.

    codes  field -> (codes of the candidates, code -> log-odds of the values that were met)

    A value never met has the log-odds of its prior alone: -log(1 + evidence / prior).
    """
    if not codes:
        return np.zeros(count)
    total = np.zeros(count)
    for name, (values, met) in codes.items():
        own = np.full(count, -np.log1p(profile.evidence[name] / 2.0))
        for code, log_odds in met.items():
            own[values == code] = log_odds
        own[values < 0] = 0.0
        total += np.clip(own, -3, 3)
    mean: Doubles = total / len(codes)
    return mean


def dislikes(vectors: Floats, disliked: Floats, weights: Doubles, base: Doubles) -> Doubles:
    """(n,) how alike each candidate is to the nearest disliked product, by its weight.

    vectors   (n, width) scaled rows of candidates
    disliked  (m, width) scaled rows of what is disliked, its blameless channels zeroed
    base      (m,) what the scores of each share
    """
    if not len(disliked):
        return np.zeros(len(vectors))
    close = np.einsum("ij,kj->ik", vectors, disliked).astype(np.float64) + base
    nearest: Doubles = (close * weights).max(axis=1)
    return nearest


def softened(scores: Sequence[float] | Doubles, threshold: float) -> Doubles:
    """What each score has above the threshold."""
    above: Doubles = np.maximum(np.asarray(scores, dtype=np.float64) - threshold, 0)
    return above
