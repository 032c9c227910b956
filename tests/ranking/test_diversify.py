import numpy as np
import pytest

from lookalike.errors import InvalidInput
from lookalike.ranking.diversify import diversify


def plain_mmr(relevance, similarity, limit, weight):
    """The definition, written as slowly and plainly as the paper states it."""
    left, chosen = list(range(len(relevance))), []
    while left and len(chosen) < limit:

        def value(row):
            worst = max(((np.float32(1 - weight)) * similarity[row][c] for c in chosen), default=0)
            return np.float32(weight) * relevance[row] - np.float32(worst)

        best = max(left, key=lambda row: (value(row), -row))
        chosen.append(best)
        left.remove(best)
    return chosen


def drawn(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 30))
    half = rng.random((count, count), dtype=np.float32)
    return rng.random(count, dtype=np.float32), (half + half.T) / 2, float(rng.random())


@pytest.mark.parametrize("seed", range(25))
def test_agrees_with_the_definition(seed):
    relevance, similarity, weight = drawn(seed)
    got = diversify(relevance, similarity.__getitem__, limit=10, relevance_weight=weight)
    assert got.tolist() == plain_mmr(relevance, similarity, 10, weight)


@pytest.mark.parametrize("seed", range(10))
def test_a_larger_limit_only_adds_rows_at_the_end_so_that_pages_fit_together(seed):
    relevance, similarity, weight = drawn(seed)
    few = diversify(relevance, similarity.__getitem__, limit=4, relevance_weight=weight).tolist()
    more = diversify(relevance, similarity.__getitem__, limit=99, relevance_weight=weight).tolist()
    assert more[: len(few)] == few
    assert sorted(more) == list(range(len(relevance)))


def test_twins_are_parted():
    relevance = np.array([1.0, 0.99, 0.5], np.float32)  # rows 0 and 1 are the same picture
    similarity = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    assert diversify(relevance, similarity.__getitem__, limit=2, relevance_weight=0.5).tolist() == [
        0,
        2,
    ]


def test_full_weight_keeps_the_order_of_relevance():
    relevance = np.array([0.2, 0.9, 0.5], np.float32)
    order = diversify(
        relevance, np.eye(3, dtype=np.float32).__getitem__, limit=3, relevance_weight=1
    )
    assert order.tolist() == [1, 2, 0]


def test_what_was_given_is_not_changed():
    relevance, similarity, weight = drawn(3)
    before = relevance.copy(), similarity.copy()
    diversify(relevance, similarity.__getitem__, limit=5, relevance_weight=weight)
    assert np.array_equal(relevance, before[0])
    assert np.array_equal(similarity, before[1])


def test_weight_outside_the_unit_interval_is_refused_with_its_value():
    with pytest.raises(InvalidInput, match=r"1\.5"):
        diversify(np.ones(1, np.float32), lambda _: np.ones(1), limit=1, relevance_weight=1.5)
