"""Formality and warmth from words: a few facts that nobody would dispute."""

import pytest

from lookalike.domain.dressing import FORMALITY, WARMTH, formality, warmth


def test_a_gown_is_dressier_than_a_blazer_and_that_than_a_hoodie():
    assert formality(["Evening gown"]) > formality(["Blazers"]) > formality(["Hoodies"])


def test_a_coat_is_warmer_than_a_cardigan_and_that_than_shorts():
    assert warmth(["Wool coat"]) > warmth(["Cardigans"]) > warmth(["Bermuda shorts"])


@pytest.mark.parametrize("number", [formality, warmth])
def test_words_that_say_nothing_leave_it_unknown(number):
    assert number(["Lamp", ""]) is None


def test_several_words_are_averaged():
    both = formality(["formal", "jeans"])
    assert both == pytest.approx((formality(["formal"]) + formality(["jeans"])) / 2)


@pytest.mark.parametrize(("table", "least"), [(FORMALITY, 0), (WARMTH, -1)])
def test_no_word_stands_for_two_numbers(table, least):
    words = [word for words in table.values() for word in words.split()]
    assert len(words) == len(set(words))
    assert all(least <= number <= 1 for number in table)
