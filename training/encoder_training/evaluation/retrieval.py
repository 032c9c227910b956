"""How often the nearest products by cosine carry the same label; nothing is fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_LABEL = {"", "None", "NA", "nan"}
BLOCK = 512  # queries at once, by memory
ITSELF = -9.0  # below any cosine

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class RetrievalScore:
    """Means over the queries, each in 0..1.

    queries          how many photos took part as a query
    recall_at_1, _5  share of queries with the label among the first 1 or 5 neighbors
    precision_at_10  mean share of the label among the first 10
    mean_average_precision  over the whole gallery
    """

    queries: int
    recall_at_1: float
    recall_at_5: float
    precision_at_10: float
    mean_average_precision: float


def retrieval_scores(
    embeddings: Floats, columns: Mapping[str, Sequence[object | None]]
) -> dict[str, RetrievalScore]:
    """Leave-one-out scores for each column of labels; columns without any pair are left out.

    embeddings  (n, d) unit length
    columns     label name: n values; None, "", "None" and "NA" mean unknown

    A query whose label is unknown or occurs once is left out but stays in the gallery.
    Time O(n * n * d) and n * n * 4 bytes, computed once for all columns.
    """
    order = neighbors(embeddings)
    scores = {}
    for name, values in columns.items():
        numbers, is_query = _numbered(values)
        queries = np.nonzero(is_query)[0]
        if len(queries):
            scores[name] = _score(order, numbers, queries)
    return scores


def neighbors(embeddings: Floats) -> NDArray[np.int32]:
    """All other rows by falling cosine, for each row: (n, n - 1)."""
    count = len(embeddings)
    order = np.empty((count, count - 1), np.int32)
    for start in range(0, count, BLOCK):
        cosines = embeddings[start : start + BLOCK] @ embeddings.T
        rows = np.arange(len(cosines))
        cosines[rows, start + rows] = ITSELF
        order[start : start + BLOCK] = np.argsort(-cosines, axis=1, kind="stable")[:, :-1]
    return order


def _numbered(values: Sequence[object | None]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Labels as numbers, and whether each is known and occurs again."""
    texts = np.array([str(value) for value in values])
    _, numbers, counts = np.unique(texts, return_inverse=True, return_counts=True)
    is_known = ~np.isin(texts, list(NO_LABEL))
    return numbers, is_known & (counts[numbers] > 1)


def _score(
    order: NDArray[np.int32], numbers: NDArray[np.intp], queries: NDArray[np.intp]
) -> RetrievalScore:
    first, first_five, share_of_ten, average = 0.0, 0.0, 0.0, 0.0
    ranks = np.arange(1, order.shape[1] + 1, dtype=np.float32)
    for start in range(0, len(queries), BLOCK):
        block = queries[start : start + BLOCK]
        is_hit = numbers[order[block]] == numbers[block][:, None]
        first += is_hit[:, 0].sum()
        first_five += is_hit[:, :5].any(axis=1).sum()
        share_of_ten += is_hit[:, :10].mean(axis=1).sum()
        precision = np.cumsum(is_hit, axis=1, dtype=np.float32) / ranks
        average += ((precision * is_hit).sum(axis=1) / is_hit.sum(axis=1)).sum()
    count = len(queries)
    return RetrievalScore(
        queries=count,
        recall_at_1=float(first / count),
        recall_at_5=float(first_five / count),
        precision_at_10=float(share_of_ten / count),
        mean_average_precision=float(average / count),
    )
