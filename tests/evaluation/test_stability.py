"""Shares of disturbed photos, against a plain count and against values from the literature."""

import numpy as np
import pytest

from lookalike.domain.stability import Trial
from lookalike.errors import InvalidInput
from lookalike.evaluation.stability import by, steadiness, wilson, worst_cases


def trial(sku, *, rank=1, color=("red", "red"), disturbance="mirrored", category="shirt"):
    return Trial(sku, category, disturbance, rank, "other", {"color_family": color})


def test_the_interval_is_wilsons():
    """Ten of ten: low = n / (n + z^2), which a reader can check."""
    low, high = wilson(1.0, 10)
    assert low == pytest.approx(10 / (10 + 1.959964**2))
    assert high == 1
    assert wilson(0.5, 0) == (0, 1)


@pytest.mark.parametrize("seed", range(20))
def test_an_interval_solves_the_score_equation_and_holds_its_share(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 500))
    share = int(rng.integers(0, count + 1)) / count
    low, high = wilson(share, count)
    assert 0 <= low <= share <= high <= 1
    for end in {low, high} - {0.0, 1.0, share}:
        assert abs(share - end) == pytest.approx(1.959964 * np.sqrt(end * (1 - end) / count))


def test_a_share_that_is_none_is_refused():
    with pytest.raises(InvalidInput):
        wilson(1.2, 5)


def test_photos_of_one_product_make_no_interval_narrower():
    once = steadiness([trial("a"), trial("b")])
    often = steadiness([trial(sku, disturbance=str(n)) for sku in "ab" for n in range(50)])
    assert once.first.low == often.first.low
    assert (once.first.count, often.first.count) == (2, 100)


def test_unknown_values_are_told_apart_from_wrong_ones():
    found = steadiness(
        [trial("a"), trial("b", color=("red", "unknown")), trial("c", color=("red", "blue"))]
    )
    assert found.kept["color_family"].value == pytest.approx(1 / 3)
    assert found.withheld["color_family"] == pytest.approx(1 / 3)
    assert found.kept["pattern"].count == 0


def test_the_worst_come_first_and_say_what_broke():
    trials = [
        trial("fine"),
        trial("bad", rank=None, color=("red", "blue")),
        trial("meh", rank=3),
    ]
    worst = worst_cases(trials, limit=5)
    assert [one.sku for one in worst] == ["bad", "meh"]
    assert worst[0].failures["mirrored"] == (
        "not found; other came first",
        "color_family red became blue",
    )


def test_groups_keep_their_own_trials():
    found = by(lambda one: one.category, [trial("a"), trial("b", category="shoe", rank=2)])
    assert found["shirt"].first.value == 1
    assert found["shoe"].first.value == 0
