"""Scores of lists and of named values against labels."""

from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers

DEPTH = 10
"""How many products of a list count: a row or two of a shop's page."""

CALIBRATION_BINS = 15  # Guo et al., ICML 2017, section 2


def list_scores(relevant: Booleans, relevant_counts: Integers) -> dict[str, Doubles]:
    """Scores of lists, each metric as (lists,) numbers in [0, 1].

    relevant         (lists, DEPTH) whether the product at each place is; False where a list ends
    relevant_counts  (lists,) how many could have been found, >= 1

    p_at_1 and p_at_10 are shares of one and ten places, even of a list that could not be full.
    map_at_10 averages the precision at the places of relevant products over min(count, 10);
    ndcg_at_10 discounts by log2(place + 1) and divides by the best possible list.
    Manning, Raghavan and Schuetze, Introduction to Information Retrieval, section 8.4.
    """
    places = np.arange(1, DEPTH + 1)
    found = relevant.astype(np.float64)
    possible = np.minimum(relevant_counts, DEPTH)
    precision = np.cumsum(found, axis=1) / places
    gains = 1 / np.log2(places + 1)
    ideal = np.cumsum(gains)[possible - 1]
    return {
        "p_at_1": found[:, 0],
        "p_at_10": found.sum(axis=1) / DEPTH,
        "map_at_10": (precision * found).sum(axis=1) / possible,
        "ndcg_at_10": (found * gains).sum(axis=1) / ideal,
    }


@dataclass(frozen=True)
class ClassScores:
    """Of every class, (classes,): shares in [0, 1]; 0 where a share has nothing to divide by."""

    precision: Doubles
    recall: Doubles
    f1: Doubles
    support: Doubles


def confusion(truth: Integers, said: Integers, classes: int, weights: Doubles) -> Doubles:
    """(classes, classes + 1) the weight of every pair; the last column is "unknown".

    truth  (n,) in [0, classes)
    said   (n,) in [0, classes], where `classes` is unknown
    """
    cells = truth * (classes + 1) + said
    counts = np.bincount(cells, weights=weights, minlength=classes * (classes + 1))
    return np.asarray(counts, dtype=np.float64).reshape(classes, classes + 1)


def class_scores(matrix: Doubles) -> ClassScores:
    """From a matrix of `confusion`."""
    hits = np.diagonal(matrix)
    support = matrix.sum(axis=1)
    said = matrix[:, :-1].sum(axis=0)
    return ClassScores(
        precision=_share(hits, said),
        recall=_share(hits, support),
        f1=_share(2 * hits, support + said),
        support=support,
    )


def macro_f1(matrix: Doubles) -> float:
    """The mean F1 over the classes that the labels hold; 0 where they hold none."""
    scores = class_scores(matrix)
    present = scores.support > 0
    return float(scores.f1[present].mean()) if present.any() else 0.0


def calibration_error(
    confidence: Doubles, is_right: Booleans, *, bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error over bins of about equally many answers.

    confidence  (n,) in [0, 1], n >= 1
    is_right    (n,) whether the answer was

    Equal confidences always share a bin, so the order of the answers does not matter.
    Naeini, Cooper and Hauskrecht, AAAI 2015; equal mass as Nixon et al., CVPR workshops 2019.
    """
    ordered = np.sort(confidence)
    starts = np.arange(1, bins) * len(ordered) // bins
    edges = np.unique(ordered[starts])
    numbers = np.searchsorted(edges, confidence, side="right")
    gaps = np.bincount(numbers, weights=confidence - is_right)
    return float(np.abs(gaps).sum() / len(confidence))


def _share(parts: Doubles, wholes: Doubles) -> Doubles:
    return np.divide(parts, wholes, out=np.zeros(len(parts)), where=wholes > 0)
