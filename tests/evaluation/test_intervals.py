"""Intervals cover what they should; products with one picture are one observation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.evaluation.identical import clusters, kin
from lookalike.evaluation.intervals import bootstrap, means

SHOPS, PRODUCTS, RATE = 200, 120, 0.7


def covered(*, copies, as_clusters):
    """The share of simulated shops whose interval holds the true rate."""
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(SHOPS):
        right = np.repeat(rng.random(PRODUCTS) < RATE, copies).astype(float)
        numbers = np.arange(len(right)) // (copies if as_clusters else 1)
        low, high = bootstrap(means(right[:, np.newaxis]), numbers, rng=rng, draws=200)
        hits += low[0] <= RATE <= high[0]
    return hits / SHOPS


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    assert 0.91 <= covered(copies=1, as_clusters=True) <= 0.99


def test_copies_of_one_picture_do_not_make_an_interval_narrower():
    assert 0.91 <= covered(copies=4, as_clusters=True) <= 0.99
    assert covered(copies=4, as_clusters=False) < 0.8


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(0).random((30, 2))
    ends = [bootstrap(means(values), np.arange(30), rng=np.random.default_rng(5)) for _ in range(2)]
    np.testing.assert_array_equal(ends[0], ends[1])
    assert (ends[0][0] < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < ends[0][1]).all()


keys = st.lists(st.sets(st.integers(0, 12), min_size=1, max_size=3), min_size=1, max_size=14)


@given(keys)
def test_kin_share_a_picture_and_clusters_close_over_them(images):
    count = len(images)
    related = kin(images)
    for one in range(count):
        assert related[one] == {other for other in range(count) if images[one] & images[other]}
    numbers = clusters(images)
    assert sorted(set(numbers.tolist())) == list(range(numbers.max() + 1))
    reach = [set(own) for own in related]
    for _ in range(count):
        reach = [set().union(*(reach[other] for other in own)) for own in reach]
    for one in range(count):
        assert reach[one] == {n for n in range(count) if numbers[n] == numbers[one]}


def test_an_interval_of_certain_scores_is_a_point():
    low, high = bootstrap(means(np.ones((8, 1))), np.arange(8), rng=np.random.default_rng(0))
    assert low[0] == high[0] == pytest.approx(1)
