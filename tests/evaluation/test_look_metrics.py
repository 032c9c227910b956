"""Blanks, fakes and the AUC of looks, against plain definitions."""

import numpy as np
import pytest

from lookalike.evaluation.looks import (
    answered,
    auc,
    blanks,
    fakes,
    fit_of,
    popularity,
    weighted_auc,
    whole,
)


def some_looks(rng, count=30, products=60):
    return [rng.choice(products, int(rng.integers(2, 7)), replace=False) for _ in range(count)]


@pytest.mark.parametrize("seed", range(10))
def test_auc_is_the_share_of_pairs_won(seed):
    rng = np.random.default_rng(seed)
    real, fake = rng.integers(0, 6, 17).astype(float), rng.integers(0, 6, 23).astype(float)
    won = [(a > b) + 0.5 * (a == b) for a in real for b in fake]
    assert auc(real, fake) == pytest.approx(np.mean(won))


@pytest.mark.parametrize("seed", range(10))
def test_the_bootstrap_statistic_is_the_auc_of_looks_drawn_again(seed):
    rng = np.random.default_rng(seed)
    real, fake = rng.integers(0, 6, 12).astype(float), rng.integers(0, 6, 12).astype(float)
    times = rng.integers(0, 3, 12)
    drawn = np.repeat(np.arange(12), times)
    assert weighted_auc(real, fake)(times.astype(float))[0] == pytest.approx(
        auc(real[drawn], fake[drawn])
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_blank_has_the_right_one_first_and_three_others_that_are_not_in_the_look(seed):
    rng = np.random.default_rng(seed)
    looks = some_looks(rng)
    found = blanks(looks, None, 60, rng)
    assert len(found) == len(looks)
    for one in found:
        look = looks[one.look]
        assert sorted([*one.rest, one.choices[0]]) == sorted(look)
        assert len(set(one.choices)) == 4
        assert not set(one.choices[1:]) & set(look)


@pytest.mark.parametrize("seed", range(10))
def test_hard_negatives_are_of_the_right_ones_group(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 12, 60)
    looks = some_looks(rng)
    found = blanks(looks, groups, 60, rng)
    for one in found:
        assert len(set(groups[one.choices])) == 1
        assert len(set(one.choices)) == 4
    left_out = len(looks) - len(found)
    assert left_out < len(looks)
    for look, fake in zip(looks, fakes(looks, groups, 60, rng), strict=True):
        assert (groups[look] == groups[fake]).all()


def test_a_look_whose_group_is_too_small_is_left_out_and_keeps_its_piece_in_the_fake():
    groups = np.array([0, 0, 1, 1, 1, 1, 1])
    rng = np.random.default_rng(0)
    looks = [np.array([0, 1])]
    assert blanks(looks, groups, 7, rng) == []
    assert fakes(looks, groups, 7, rng)[0].tolist() == [0, 1]


def test_fakes_have_as_many_pieces_and_none_of_the_looks():
    rng = np.random.default_rng(1)
    looks = some_looks(rng)
    for look, fake in zip(looks, fakes(looks, None, 60, rng), strict=True):
        assert len(set(fake)) == len(look)
        assert not set(look) & set(fake)


def test_equal_seeds_ask_equal_questions():
    looks = some_looks(np.random.default_rng(2))
    ones, others = (blanks(looks, None, 60, np.random.default_rng(3)) for _ in range(2))
    assert [one.choices.tolist() for one in ones] == [one.choices.tolist() for one in others]


def test_who_says_the_same_of_all_choices_is_right_one_time_in_four():
    assert answered(np.zeros(4)) == 0.25
    assert answered(np.array([2.0, 1.0, 0.0, 2.0])) == 0.5
    assert answered(np.array([1.0, 2.0, 0.0, 0.0])) == 0.0


def test_a_choice_scores_its_mean_with_the_rest_and_a_look_the_mean_of_its_pairs():
    table = np.arange(36.0).reshape(6, 6)
    table = table + table.T

    def totals(first, second):
        return table[np.ix_(first, second)]

    looks = [np.array([0, 1, 2])]
    one = blanks(looks, None, 6, np.random.default_rng(0))[0]
    expected = [np.mean([table[choice, piece] for piece in one.rest]) for choice in one.choices]
    assert fit_of(one, totals) == pytest.approx(expected)
    assert whole(looks[0], totals) == pytest.approx((table[0, 1] + table[0, 2] + table[1, 2]) / 3)


def test_popularity_counts_looks():
    found = popularity([np.array([0, 1]), np.array([1, 3])], 5)
    assert found.tolist() == [1, 2, 0, 1, 0]
