"""Retrieval figures, compared with a plain second implementation."""

import numpy as np
import pytest
import torch

from encoder_training.evaluation.retrieval import retrieval_scores
from encoder_training.selection import neighbor_agreement


def unit_rows(dice, count, size):
    rows = dice.standard_normal((count, size)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def plain_scores(embeddings, labels):
    """One query at a time: (R@1, R@5, P@10, mAP) and the number of queries."""
    figures = []
    for query, label in enumerate(labels):
        others = [row for row in range(len(labels)) if row != query]
        if label in (None, "NA") or not any(labels[row] == label for row in others):
            continue
        others.sort(key=lambda row, query=query: -float(embeddings[query] @ embeddings[row]))
        hits = [labels[row] == label for row in others]
        precisions = [sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit]
        figures.append(
            (hits[0], any(hits[:5]), np.mean(hits[:10]), sum(precisions) / len(precisions))
        )
    return np.mean(figures, axis=0), len(figures)


@pytest.mark.parametrize("seed", range(8))
def test_scores_equal_a_plain_loop_over_queries(seed):
    dice = np.random.default_rng(seed)
    embeddings = unit_rows(dice, 60, 8)
    labels = [str(n) if n else None for n in dice.integers(0, 9, 60)]
    labels[3] = "once"
    score = retrieval_scores(embeddings, {"x": labels})["x"]
    expected, queries = plain_scores(embeddings, labels)
    got = (
        score.recall_at_1,
        score.recall_at_5,
        score.precision_at_10,
        score.mean_average_precision,
    )
    assert score.queries == queries
    assert got == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_quick_agreement_on_the_device_equals_the_full_measurement(seed):
    dice = np.random.default_rng(seed)
    embeddings = unit_rows(dice, 50, 8)
    labels = [str(n) for n in dice.integers(0, 9, 50)]
    labels[7] = "once"
    full = retrieval_scores(embeddings, {"x": labels})["x"]
    quick = neighbor_agreement(torch.from_numpy(embeddings), labels)
    assert quick == pytest.approx((full.recall_at_1, full.precision_at_10), abs=1e-6)


def test_quick_agreement_leaves_unlabeled_rows_out_of_the_gallery():
    embeddings = torch.tensor([[1.0, 0.0], [0.9, 0.436], [1.0, 0.01]])
    embeddings = torch.nn.functional.normalize(embeddings, dim=1)
    assert neighbor_agreement(embeddings, ["a", "a", None]) == (1.0, 1.0)


def test_perfectly_grouped_embeddings_score_one():
    embeddings = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
    score = retrieval_scores(embeddings, {"x": ["a"] * 4 + ["b"] * 4 + ["c"] * 4})["x"]
    assert score.recall_at_1 == score.mean_average_precision == 1
    assert score.precision_at_10 == pytest.approx(0.3)


def test_a_column_without_any_pair_gives_no_figure():
    assert retrieval_scores(unit_rows(np.random.default_rng(0), 3, 4), {"x": ["a", "b", ""]}) == {}
