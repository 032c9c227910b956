"""Measurements of looks, and what learning from looks reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lookalike.domain.evaluation import Interval
from lookalike.domain.problems import Problem

Negatives = Literal["random", "same_category"]
NEGATIVES: tuple[Negatives, ...] = get_args(Negatives)
"""What the wrong choices are: any products of the collection, or those of the right one's
category (its product type where the feed has no category)."""


@dataclass(frozen=True)
class LookFigures:
    """fitb: share of blanks filled right; auc: how well looks are told from fakes."""

    fitb: float
    auc: float
    intervals: Mapping[str, Interval]


@dataclass(frozen=True)
class LookScores:
    """How well pair scores fill blanks and know looks, beside what takes no thought.

    n              looks measured
    blanks         asked about, one or more for each look
    chance         fitb of guessing
    baselines      name -> its figures: random, similarity, popularity, types, rules
    learned        version and share of the learned part that took part; None for rules alone
    new            the blanks whose right product was in no look that was learned from
    learned_looks  how many of these looks were learned from: above 0, the figures flatter
    missing        products of looks that the collection lacks
    left_out       looks with fewer than two products left, or without enough negatives
    """

    fitb: float
    auc: float
    n: int
    blanks: int
    chance: float
    negatives: Negatives
    seed: int
    intervals: Mapping[str, Interval]
    baselines: Mapping[str, LookFigures]
    learned: Mapping[str, float] | None
    new: Mapping[str, float] | None
    learned_looks: int
    missing: int
    left_out: int
    versions: Mapping[str, object]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class LearnReport:
    """What learning from looks found, measured before anything was switched on.

    switched_on  whether questions are answered with what was learned
    reason       why, or why not
    looks        learned from, products of the collection alone
    products     different products in them
    held_out     looks kept back for the comparison
    before       negatives -> fitb and auc of the rules on the held-out looks
    after        of rules and learned part together, on the same questions
    gain         of blanks filled right, from before to after: low end of the 95 % interval over
                 looks, mean, high end; switched on where the low end is above 0
    share        how much of a pair score is learned
    """

    version: int
    switched_on: bool
    reason: str
    looks: int
    products: int
    held_out: int
    before: Mapping[str, Mapping[str, float]]
    after: Mapping[str, Mapping[str, float]]
    gain: tuple[float, float, float]
    share: float
    steps: int
    missing: int
    alone: int
    seconds: float
    problems: tuple[Problem, ...] = ()
