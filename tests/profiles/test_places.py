"""Who gets which place of a feed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.profiles.slots import TEMPERATURE, Lane, Placed, merged

EACH = 40


def lanes(shares, *, drawn=()) -> list[Lane]:
    return [
        Lane(
            share,
            np.arange(EACH * lane, EACH * (lane + 1)),
            np.linspace(1, 0.2, EACH),
            lane in drawn,
        )
        for lane, share in enumerate(shares)
    ]


def placed(shares, limit: int, *, drawn=(), groups=(), seed: int = 0) -> list[Placed]:
    found = lanes(shares, drawn=drawn)
    count = EACH * len(found)
    apart = np.zeros(count, dtype=np.float32)
    return merged(
        found,
        lambda _: apart,
        groups,
        count=count,
        limit=limit,
        diversity=0.2,
        rng=np.random.default_rng(seed),
    )


shares = st.lists(st.floats(0.05, 1), min_size=1, max_size=5)


@given(shares, st.integers(1, 30))
def test_every_beginning_is_shared_as_the_whole_is(parts, limit: int) -> None:
    found = placed(parts, limit)
    total = sum(parts)
    for place in range(1, limit + 1):
        for lane, share in enumerate(parts):
            got = sum(one.lane == lane for one in found[:place])
            assert abs(got - place * share / total) < len(parts)


@given(shares, st.integers(1, 20), st.integers(0, 20))
def test_a_longer_feed_begins_as_the_shorter_one(parts, limit: int, more: int) -> None:
    drawn = (len(parts) - 1,)
    short = placed(parts, limit, drawn=drawn)
    assert placed(parts, limit + more, drawn=drawn)[:limit] == short


def test_no_candidate_is_placed_twice() -> None:
    found = placed((1, 1, 1), 100)
    assert len({one.candidate for one in found}) == len(found) == 100


def test_a_lane_that_has_run_out_is_passed_over() -> None:
    found = placed((0.9, 0.1), 60)
    assert sum(one.lane == 0 for one in found) == EACH
    assert len(found) == 60


def test_a_group_gets_no_more_places_than_it_may_have() -> None:
    codes = np.arange(2 * EACH) // 4
    found = placed((1, 1), 20, groups=[(codes, 1)])
    assert len({codes[one.candidate] for one in found}) == 20


def test_nothing_is_left_to_chance_where_nothing_is_drawn() -> None:
    assert {one.propensity for one in placed((1, 1), 20)} == {1.0}


def test_propensities_are_the_true_chances_of_a_draw() -> None:
    draws = [placed((1,), 1, drawn=(0,), seed=seed)[0] for seed in range(4_000)]
    counts = np.bincount([one.candidate for one in draws], minlength=EACH) / len(draws)
    for one in draws[:50]:
        assert one.propensity == pytest.approx(counts[one.candidate], abs=0.03)
    best = max(draws, key=lambda one: one.propensity)
    odds = np.exp(0.8 * (np.linspace(1, 0.2, EACH)[:32] - 1) / TEMPERATURE)
    assert best.candidate == 0
    assert best.propensity == pytest.approx(1 / odds.sum())
