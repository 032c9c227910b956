"""Evaluations: which labels one stands on, and what it found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lookalike.domain.filters import Filter
from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput

Interval = tuple[float, float]
"""The ends of a 95 % bootstrap interval."""

ValueSource = Literal["image", "believed"]
"""image: what the pictures say, whatever the feed claims; believed: what the product shows."""

RETRIEVAL_METRICS = ("p_at_1", "p_at_10", "map_at_10", "ndcg_at_10")
ATTRIBUTE_METRICS = ("accuracy", "top2", "macro_f1", "coverage", "accuracy_known")


@dataclass(frozen=True)
class LabelColumn:
    """The labels to measure against: one column of a delimited file with `sku` (or `id`).

    where   only products that pass
    sample  at most this many products are asked about, drawn with `seed`; None asks about all
    """

    file: str
    column: str
    where: Filter | None = None
    sample: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sample is not None and self.sample < 1:
            raise InvalidInput(f"sample is {self.sample}; it must be at least 1.")


@dataclass(frozen=True)
class LeftOut:
    """Rows of labels that were not measured, by reason.

    missing    not in the collection, or without an image that can be read
    unlabeled  the cell is empty, or the map gives null for it
    filtered   the product does not pass the filter
    alone      no other candidate carries the label (retrieval only)
    sampled    not drawn into the sample
    """

    missing: int = 0
    unlabeled: int = 0
    filtered: int = 0
    alone: int = 0
    sampled: int = 0


@dataclass(frozen=True)
class RetrievalItem:
    """One query: its scores and what stood in its list, best first."""

    sku: str
    label: str
    scores: Mapping[str, float]
    relevant: int
    nearest: tuple[str, ...]
    nearest_labels: tuple[str, ...]


@dataclass(frozen=True)
class RetrievalScores:
    """How often the products found carry the label of the product asked about.

    n            queries that were measured
    candidates   labeled products, those that could be found
    chance       the expected p_at_1 of a random order, over the same queries
    macro        every metric as the mean over labels, so that frequent ones count no more
    intervals    metric -> bootstrap interval over queries; the candidates stay the same
    per_label    label -> its metrics and its `n`, most frequent first
    """

    label: str
    p_at_1: float
    p_at_10: float
    map_at_10: float
    ndcg_at_10: float
    n: int
    candidates: int
    chance: float
    macro: Mapping[str, float]
    intervals: Mapping[str, Interval]
    per_label: Mapping[str, Mapping[str, float]]
    left_out: LeftOut
    versions: Mapping[str, object]
    problems: tuple[Problem, ...] = ()
    items: tuple[RetrievalItem, ...] = field(default=(), repr=False)

    @property
    def missing(self) -> int:
        return self.left_out.missing


@dataclass(frozen=True)
class AttributeItem:
    """One product: what its label says and what was answered, the most probable values first."""

    sku: str
    label: str
    truth: str
    value: str
    confidence: float
    ranking: tuple[str, ...]


@dataclass(frozen=True)
class AttributeScores:
    """How often a value agrees with the label.

    accuracy           an unknown value counts as wrong
    accuracy_known     among the products whose value is known
    top2               the label is among the two most probable values, known or not
    macro_f1           mean over the classes of the labels
    ece                expected calibration error of the best guess, known or not; None where
                       there is no guess at all
    coverage           share of products whose value is known
    per_class          class -> precision, recall, f1, support
    confusion          label -> value -> how often
    majority_baseline  always saying the most frequent label: value, accuracy, macro_f1
    never_said         labels that no answer holds, even as a less probable value
    """

    attribute: str
    column: str
    source: ValueSource
    accuracy: float
    accuracy_known: float
    top2: float
    macro_f1: float
    ece: float | None
    coverage: float
    n: int
    per_class: Mapping[str, Mapping[str, float]]
    confusion: Mapping[str, Mapping[str, int]]
    majority_baseline: Mapping[str, str | float]
    never_said: tuple[str, ...]
    intervals: Mapping[str, Interval]
    left_out: LeftOut
    versions: Mapping[str, object]
    problems: tuple[Problem, ...] = ()
    items: tuple[AttributeItem, ...] = field(default=(), repr=False)

    @property
    def missing(self) -> int:
        return self.left_out.missing
