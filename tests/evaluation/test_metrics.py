"""Every metric against a plain second way to compute it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.evaluation.metrics import (
    DEPTH,
    calibration_error,
    class_scores,
    confusion,
    list_scores,
    macro_f1,
)

lists = st.lists(st.lists(st.booleans(), max_size=DEPTH), min_size=1, max_size=6)
answers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=30)


def naive_list_scores(hits, relevant):
    found = dict.fromkeys(("p_at_1", "p_at_10", "map_at_10", "ndcg_at_10"), 0.0)
    seen = 0
    for place, hit in enumerate(hits, start=1):
        if hit:
            seen += 1
            found["p_at_1"] += place == 1
            found["p_at_10"] += 1 / 10
            found["map_at_10"] += seen / place / min(relevant, 10)
            found["ndcg_at_10"] += 1 / math.log2(place + 1)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(relevant, 10) + 1))
    return {**found, "ndcg_at_10": found["ndcg_at_10"] / ideal}


@given(lists, st.integers(0, 20))
def test_list_scores_equal_the_definitions(hits, more):
    table = np.zeros((len(hits), DEPTH), dtype=bool)
    for row, one in enumerate(hits):
        table[row, : len(one)] = one
    relevant = np.array([max(1, sum(one) + more) for one in hits])
    scores = list_scores(table, relevant)
    for row, one in enumerate(hits):
        expected = naive_list_scores(one, int(relevant[row]))
        assert {name: values[row] for name, values in scores.items()} == pytest.approx(expected)


def test_a_perfect_list_scores_one_even_where_fewer_than_ten_could_be_found():
    table = np.zeros((1, DEPTH), dtype=bool)
    table[0, :3] = True
    scores = list_scores(table, np.array([3]))
    assert scores["map_at_10"][0] == scores["ndcg_at_10"][0] == pytest.approx(1)
    assert scores["p_at_10"][0] == pytest.approx(0.3)


def naive_f1(pairs, label):
    hits = sum(truth == said == label for truth, said in pairs)
    said = sum(said == label for _, said in pairs)
    truth = sum(truth == label for truth, _ in pairs)
    precision = hits / said if said else 0
    recall = hits / truth if truth else 0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0
    return precision, recall, f1, truth


@given(answers)
def test_class_scores_and_macro_f1_equal_the_definitions(pairs):
    truth, said = (np.array(column) for column in zip(*pairs, strict=True))
    matrix = confusion(truth, said, 4, np.ones(len(pairs)))
    found = class_scores(matrix)
    expected = [naive_f1(pairs, label) for label in range(4)]
    for number, one in enumerate(expected):
        row = [getattr(found, name)[number] for name in ("precision", "recall", "f1", "support")]
        assert row == pytest.approx(one)
    present = [f1 for _, _, f1, support in expected if support]
    assert macro_f1(matrix) == pytest.approx(sum(present) / len(present))


@given(answers, st.integers(0, 3))
def test_an_item_that_counts_twice_is_the_same_as_two_items(pairs, label):
    truth, said = (np.array(column) for column in zip(*pairs, strict=True))
    times = np.where(truth == label, 2.0, 1.0)
    doubled = [pair for pair in pairs for _ in range(2 if pair[0] == label else 1)]
    truth2, said2 = (np.array(column) for column in zip(*doubled, strict=True))
    weighted = confusion(truth, said, 4, times)
    assert (weighted == confusion(truth2, said2, 4, np.ones(len(doubled)))).all()


def naive_calibration_error(pairs, bins):
    """Bins are filled in the order of confidence; one that ends inside a tie takes it whole."""
    ordered = sorted(pairs)
    edges = sorted({ordered[number * len(ordered) // bins][0] for number in range(1, bins)})
    groups = {}
    for confidence, right in ordered:
        groups.setdefault(sum(edge <= confidence for edge in edges), []).append((confidence, right))
    total = 0.0
    for group in groups.values():
        sure = sum(confidence for confidence, _ in group) / len(group)
        hits = sum(right for _, right in group) / len(group)
        total += len(group) / len(pairs) * abs(sure - hits)
    return total


graded = st.lists(
    st.tuples(st.integers(0, 20).map(lambda step: step / 20), st.booleans()),
    min_size=1,
    max_size=60,
)


@given(graded, st.integers(1, 15), st.randoms(use_true_random=False))
def test_calibration_error_equals_the_definition_in_any_order(pairs, bins, random):
    shuffled = random.sample(pairs, len(pairs))
    found = [
        calibration_error(
            np.array([sure for sure, _ in order]),
            np.array([right for _, right in order]),
            bins=bins,
        )
        for order in (pairs, shuffled)
    ]
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(naive_calibration_error(pairs, bins))


def test_answers_as_sure_as_they_are_right_have_no_calibration_error():
    sure = np.repeat([0.5, 0.8], [10, 10])
    right = np.array([True] * 5 + [False] * 5 + [True] * 8 + [False] * 2)
    assert calibration_error(sure, right) == pytest.approx(0)
    assert calibration_error(np.ones(20), right) == pytest.approx(0.35)
