"""Groups of alike products and the product in the middle of each."""

from itertools import pairwise

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist, squareform

from lookalike.domain.arrays import Doubles, Floats

LEAST_ALIKE = 0.2
"""Groups are one taste while their products score this much on average; 0 is a random pair.
Measured on planted users (bench/tastes.py): docs/decisions/0045."""


def clusters(similarity: Doubles) -> list[list[int]]:
    """The rows of each group, ascending; groups in the order of their first row.

    similarity  (n, n) calibrated scores, symmetric

    Agglomerative, average linkage, cut at LEAST_ALIKE.  PinnerSage (Pal et al., KDD 2020,
    section 3.2) merges by Ward; average linkage recovers planted tastes as well as Ward at its
    best cut, and its cut means the same however many products a taste has.
    """
    count = len(similarity)
    if count < 2:
        return [[row] for row in range(count)]
    upper = np.triu_indices(count, 1)
    distances = 1 - np.minimum(similarity[upper], 1)
    labels = fcluster(linkage(distances, "average"), 1 - LEAST_ALIKE, "distance")
    order = np.argsort(labels, kind="stable")
    edges = [0, *(np.flatnonzero(np.diff(labels[order])) + 1).tolist(), count]
    return sorted(order[start:end].tolist() for start, end in pairwise(edges))


def similarities(rows: Floats, base: float) -> Doubles:
    """(n, n) calibrated scores of rows that `scaled` gave; `base` is what all scores share."""
    # Not `rows @ rows.T`: BLAS starts threads for it, and on a busy machine they wait 50 ms.
    squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
    apart = squareform(pdist(rows, "sqeuclidean"))
    found: Doubles = (squares[:, np.newaxis] + squares - apart) / 2 + base
    return found


def medoid(similarity: Doubles, weights: Doubles, rows: list[int]) -> int:
    """The row most alike to the others by weight; ties go to the heavier, then the first."""
    if len(rows) == 1:
        return rows[0]
    own = similarity[np.ix_(rows, rows)] @ weights[rows]
    best = np.lexsort((np.array(rows), -weights[rows], -np.round(own, 7)))[0]
    return rows[int(best)]
