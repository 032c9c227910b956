"""How often a head is right, and whether its probabilities mean what they say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_JUDGED = 20  # fewer judged photos give no figure worth printing
BINS = 15  # as in Guo et al., ICML 2017

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class HeadScore:
    """Over `judged` photos: shares right at first and among the first three, and the ECE."""

    judged: int
    accuracy: float
    top_3: float
    calibration_error: float


def head_score(probabilities: Floats, truth: Sequence[Collection[int]]) -> HeadScore | None:
    """The score of one head, or None when fewer than MIN_JUDGED photos have a truth.

    probabilities  (n, classes)
    truth          for each photo the classes that count as right; none where unknown
    """
    rows = [row for row, allowed in enumerate(truth) if allowed]
    if len(rows) < MIN_JUDGED:
        return None
    judged = probabilities[rows]
    allowed = [set(truth[row]) for row in rows]
    confidence = judged.max(axis=1)
    order = np.argsort(-judged, axis=1)
    is_right = np.array([first in right for first, right in zip(order[:, 0], allowed, strict=True)])
    top_3 = [bool(set(first) & right) for first, right in zip(order[:, :3], allowed, strict=True)]
    return HeadScore(
        judged=len(rows),
        accuracy=float(is_right.mean()),
        top_3=float(np.mean(top_3)),
        calibration_error=calibration_error(confidence, is_right),
    )


def calibration_error(confidence: Floats, is_right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over equal bins.

    confidence  (n,) in 0..1
    is_right    (n,)

    Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017, equation 3.
    """
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in np.unique(bin_of):
        inside = bin_of == number
        gap = abs(confidence[inside].mean() - is_right[inside].mean())
        error += gap * inside.mean()
    return float(error)


def separation(known: Floats, unknown: Floats) -> float:
    """Chance that a known product is given a higher confidence than an unknown one (AUROC).

    known    (n,) highest probabilities for products that have a class
    unknown  (m,) for products that have none

    Mann and Whitney 1947; ties count by the order of the arrays, which floats hardly have.
    """
    ranks = np.argsort(np.argsort(np.concatenate([known, unknown]), kind="stable"))
    least = (len(known) - 1) / 2
    return float((ranks[: len(known)].mean() - least) / len(unknown))
