"""What is chosen together, counted as a naive second implementation counts it."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.profiles.company import (
    FLOOR,
    MOST_LIFT,
    NO_COMPANY,
    SHRINK,
    Meeting,
    company,
)

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
SKUS = [f"sku-{number}" for number in range(6)]
NUMBERS = {sku: number for number, sku in enumerate(SKUS)}
KIND = np.array([0, 0, 1, 1, 2, -1])

logs = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(SKUS), st.integers(0, 3)), max_size=30
).map(lambda rows: [Meeting(who, sku, START + timedelta(days=day)) for who, sku, day in rows])


def naive(found: list[Meeting]) -> np.ndarray:
    last: dict[tuple[str, str], datetime] = {}
    for one in sorted(found, key=lambda one: one.time):
        last[one.user_id, one.sku] = one.time
    baskets: dict[object, list[str]] = defaultdict(list)
    for (user, sku), time in last.items():
        baskets[user].append(sku)
        baskets[user, time.date()].append(sku)
    pairs = np.zeros((len(SKUS), len(SKUS)))
    for own in baskets.values():
        for one, other in permutations(own, 2):
            pairs[NUMBERS[one], NUMBERS[other]] += 1 / (len(own) - 1)
    return pairs


def counted(found: list[Meeting]):
    return company(found, NUMBERS, {"kind": KIND}, len(SKUS))


@given(logs)
def test_pairs_are_those_of_users_and_of_their_days(found) -> None:
    made = counted(found)
    pairs = made.pairs.toarray() if found else np.zeros((len(SKUS), len(SKUS)))
    assert pairs == pytest.approx(naive(found))


@given(logs, st.randoms())
def test_the_order_of_events_leaves_no_trace(found, chance) -> None:
    other = list(found)
    chance.shuffle(other)
    assert counted(other).version == counted(found).version


@given(logs, st.lists(st.sampled_from(range(6)), min_size=1, max_size=3, unique=True))
def test_odds_of_partners_are_those_of_the_shrunken_shares(found, anchors) -> None:
    made, pairs = counted(found), naive(found)
    if made.is_empty:
        return
    weights = np.arange(1.0, len(anchors) + 1)
    products, odds, because = made.partners(np.array(anchors), weights)
    totals = pairs.sum(axis=1)
    for sku in range(len(SKUS)):
        usual = (totals[sku] + FLOOR) / totals.sum()
        parts = [
            weight * pairs[anchor, sku] / usual / (totals[anchor] + SHRINK)
            for anchor, weight in zip(anchors, weights, strict=True)
        ]
        base = sum(
            weight * SHRINK / (totals[anchor] + SHRINK)
            for anchor, weight in zip(anchors, weights, strict=True)
        )
        if max(parts) == 0:
            assert sku not in products
            continue
        place = products.tolist().index(sku)
        expected = min(np.log1p(sum(parts) / base), MOST_LIFT)
        assert odds[place] == pytest.approx(expected)
        assert parts[because[place]] == pytest.approx(max(parts))


def test_a_kind_bought_after_another_is_likely_in_its_company() -> None:
    found = [
        Meeting(f"user-{number}", sku, START)
        for number in range(40)
        for sku in ((SKUS[0], SKUS[2]) if number % 2 else (SKUS[4], SKUS[1]))
    ]
    made = counted(found)
    beside_zero = made.kinds("kind", np.array([KIND[0]]), np.ones(1))
    assert beside_zero[1] > 0.3
    assert beside_zero[0] < 0
    beside_one = made.kinds("kind", np.array([KIND[2]]), np.ones(1))
    assert int(np.argmax(beside_one)) == 0


def test_values_nobody_has_say_nothing() -> None:
    made = counted([Meeting("a", SKUS[0], START), Meeting("a", SKUS[2], START)])
    assert made.kinds("kind", np.array([-1, 99]), np.ones(2)).tolist() == [0, 0, 0]


def test_nothing_met_is_no_company() -> None:
    assert counted([]) is NO_COMPANY
    assert counted([Meeting("a", "gone", START)]) is NO_COMPANY
