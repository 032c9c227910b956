"""The sample shoppers: deterministic, planted as they say."""

from collections import Counter

import pytest

from lookalike.errors import InvalidInput
from lookalike.sample.shop import sample_shop
from lookalike.sample.shoppers import LAST_DAY, sample_shoppers

SHOP = sample_shop(600)
FOUND = sample_shoppers(SHOP)


def test_equal_arguments_give_equal_shoppers() -> None:
    assert sample_shoppers(SHOP) == FOUND
    assert sample_shoppers(SHOP, seed=8) != FOUND


def test_what_a_shopper_met_is_of_the_taste_that_its_label_says() -> None:
    by_id = {one.event_id: one for one in FOUND.events}
    for shopper in FOUND.shoppers:
        for event_id, label in shopper.labels.items():
            if label >= 0:
                assert by_id[event_id].product_id in shopper.tastes[label].skus


def test_there_are_one_to_three_tastes_noise_drift_and_returns() -> None:
    steady = [one for one in FOUND.shoppers if one.drift is None]
    assert {len(one.tastes) for one in steady} >= {1, 2, 3}
    assert any(one.drift is not None for one in FOUND.shoppers)
    labels = Counter(label for one in FOUND.shoppers for label in one.labels.values())
    assert 0.03 < labels[-1] / sum(labels.values()) < 0.15
    reasons = {one.reason for one in FOUND.events if one.kind == "return"}
    assert len(reasons) > 3


def test_some_shoppers_did_three_things_or_fewer() -> None:
    counts = Counter(one.user_id for one in FOUND.events)
    assert sum(count <= 3 for count in counts.values()) >= 5


def test_events_have_ids_of_their_own_and_are_over_by_the_last_day() -> None:
    assert len({one.event_id for one in FOUND.events}) == len(FOUND.events)
    assert max(one.time for one in FOUND.events) <= LAST_DAY


def test_there_is_no_shop_too_small_for_shoppers() -> None:
    assert sample_shoppers(sample_shop(3), 5).events
    with pytest.raises(InvalidInput):
        sample_shoppers(SHOP, 0)
