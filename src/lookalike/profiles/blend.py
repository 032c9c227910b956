"""How a feed weighs tastes, popularity and novelty: shares of places, and order within them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.profile import Profile, Taste
from lookalike.profiles.leanings import PRIOR

MOST_ODDS = 3.0  # a field alone never says more than 20 to 1
MOST_TASTES = 5  # served at once; with more, none gets a second place in a row of twelve
GROWTH = 0.4  # how much larger the share of tastes is for a user of whom much is known
LEAST_SHARE = 0.04  # a taste below it gets no place: one view of one odd product


@dataclass(frozen=True)
class Blend:
    """What decides which product somebody goes for next, in log-odds, and how places are shared.

    A shop's own log tells these (`profiles/learn.py`); the defaults are what three made-up logs
    have in common (bench/feed_logs.py), and what a short log is pulled to.

    popular     of the product that is most popular now over one that nobody has met
    lasting     of the product that was most popular in the last months
    affinity    of a product that looks like the nearest taste's (1) over a random one (0)
    leanings    field -> of one unit of log-odds of its values
    leaning     the same of all other fields together, shared among them
    together    of one unit of log-odds of a product chosen by those who chose the user's
    kinds       field -> the same of its values: what goes with what, for products nobody met
    alike       share of places for tastes: how often people go for what looks like what they like
    company     share of places for what goes with the user's products
    new         share of places drawn among products that few have met
    varied      share of places for pictures that stand for the catalog, while nothing is known
    dislike     what likeness to a disliked product takes, above `unlike`
    enough      weight of actions at which the share of tastes has grown half its way
    """

    popular: float = 2.5
    lasting: float = 2.5
    affinity: float = 1.0
    leanings: Mapping[str, float] = field(default_factory=dict)
    leaning: float = 1.0
    together: float = 0.5
    kinds: Mapping[str, float] = field(default_factory=dict)
    alike: float = 0.3
    company: float = 0.1
    new: float = 0.1
    varied: float = 0.05
    dislike: float = 3.0
    unlike: float = 0.3
    enough: float = 2.0

    @property
    def unit(self) -> float:
        """What scores are divided by, so that the best are about 1 and variety can weigh in."""
        return max(self.popular + self.lasting + self.affinity / 2, 1.0)

    def popularity(self, now: Doubles, lasting: Doubles) -> Doubles:
        """What popularity adds, of products with these scores."""
        return np.asarray(self.popular * now + self.lasting * lasting)

    @property
    def wants_company(self) -> bool:
        """Whether what is chosen together counts at all."""
        return bool(self.together or self.company or any(self.kinds.values()))

    def weight(self, name: str, fields: int) -> float:
        """Of one unit of log-odds of a field, of so many fields that the user leans in."""
        return self.leanings.get(name, self.leaning / max(1, fields))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Blend":
        """Of what `to_json` gave; keys of another version are left out (Any: JSON)."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


@dataclass(frozen=True)
class Shares:
    """Of the places of a feed; they sum to 1."""

    tastes: tuple[float, ...]
    company: float
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
        new = blend.new / 2  # drawn for nobody in particular, they are half as good a guess
        return Shares((), 0.0, 1 - new - blend.varied, new, blend.varied)
    known = profile.strength / (profile.strength + blend.enough)
    for_tastes = min(blend.alike * (1 + GROWTH * known), 1 - blend.new)
    total = sum(one.importance for one in tastes)
    own = tuple(for_tastes * one.importance / total for one in tastes)
    company = min(blend.company, 1 - blend.new - for_tastes)
    return Shares(own, company, 1 - blend.new - for_tastes - company, blend.new, 0.0)


def leanings(
    profile: Profile, codes: Mapping[str, tuple[Integers, Mapping[int, float]]], count: int
) -> Doubles:
    """(count, fields) log-odds of candidates by field, in the order of `codes`.

    codes  field -> (codes of the candidates, code -> log-odds of the values that were met)

    A value never met has the log-odds of its prior alone: -log(1 + evidence / prior).
    """
    found = np.zeros((count, len(codes)))
    for column, (name, (values, met)) in enumerate(codes.items()):
        own = np.full(count, -np.log1p(profile.evidence[name] / PRIOR))
        for code, log_odds in met.items():
            own[values == code] = log_odds
        own[values < 0] = 0.0
        found[:, column] = np.clip(own, -MOST_ODDS, MOST_ODDS)
    return found


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
