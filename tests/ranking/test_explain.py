import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lookalike.domain.results import SwatchPair
from lookalike.ranking.explain import Match, band, decisive, explanation, known_values, sentence
from lookalike.ranking.swatches import swatch_pairs


def product(**attributes):
    return known_values({"visual_attributes": attributes})


def match(swatches=(), strengths=None, main_color="", families=("", ""), **contributions):
    return Match(
        main_color=main_color,
        main_families=families,
        contributions=contributions,
        strengths=strengths or dict.fromkeys(contributions, 1.0),
        swatches=tuple(swatches),
        images=(0, 0),
    )


BLUE_DOTS = product(color_family="blue", pattern="dotted", style="casual")
RED_DOTS = product(color_family="red", pattern="dotted", style="unknown")


def test_the_most_decisive_channel_is_named_first():
    told = sentence(BLUE_DOTS, RED_DOTS, match(pattern=0.2, look=0.3))
    assert told == "Same dotted pattern; nearly the same overall look."


def test_a_decisive_channel_without_a_shared_value_is_named_in_general():
    strengths = {"color": 0.6, "pattern": 1.0}
    told = sentence(BLUE_DOTS, RED_DOTS, match(color=0.3, pattern=0.2, strengths=strengths))
    assert told == "Similar colors; same dotted pattern."


@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.just(3)), elements=st.floats(-1, 1)),
    arrays(np.float64, st.tuples(st.integers(0, 9), st.just(3)), elements=st.floats(-1, 1)),
)
def test_the_first_channel_is_the_one_whose_loss_costs_most_places(parts, rivals):
    for own, order in zip(parts, decisive(parts, rivals), strict=True):
        lost = [
            sum(rival.sum() - rival[channel] > own.sum() - own[channel] for rival in rivals)
            for channel in range(3)
        ]
        assert sorted(order) == [0, 1, 2]
        assert [lost[channel] for channel in order] == sorted(lost, reverse=True)


def test_what_all_rivals_share_does_not_decide():
    (order,) = decisive(np.array([[0.6, 0.3]]), np.array([[0.6, 0.1], [0.6, 0.2], [0.5, 0.3]]))
    assert order == [1, 0]  # without the second, two rivals pass; without the first, none


def test_an_attribute_that_differs_or_is_unknown_is_never_called_the_same():
    told = sentence(BLUE_DOTS, RED_DOTS, match(color=0.5, style=0.4, pattern=0.1))
    assert "blue" not in told
    assert "casual" not in told
    assert explanation(BLUE_DOTS, RED_DOTS, match(color=0.5)).shared == ("pattern: dotted",)


def test_what_differs_is_said_with_both_values():
    assert explanation(BLUE_DOTS, RED_DOTS, match()).differs == (
        "color family: red instead of blue",
    )


def test_a_channel_that_lowered_the_score_is_not_given_as_a_reason():
    told = sentence(BLUE_DOTS, product(color_family="blue"), match(color=-0.1, look=0.4))
    assert told == "Nearly the same overall look."


def test_two_families_are_called_close_only_where_their_swatches_are():
    near, far = SwatchPair("#000080", "#101070", 5.0), SwatchPair("#000080", "#ff0000", 60.0)
    navy, blue = product(color_family="navy"), product(color_family="blue")
    main = match([near], main_color="#101070", families=("navy", "blue"), color=0.3)
    assert "Blue close to the navy" in sentence(navy, blue, main)
    assert "close" not in sentence(navy, blue, match([far], main_color="#ff0000", color=0.3))
    called_otherwise = match([near], main_color="#101070", families=("brown", "blue"), color=0.3)
    assert "close" not in sentence(navy, blue, called_otherwise)
    accent = match([near], main_color="#ffd700", families=("navy", "gold"), color=0.3)
    assert "close" not in sentence(navy, product(color_family="gold"), accent)


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (1.0, "near-identical"),
        (0.75, "very similar"),
        (0.5, "similar"),
        (0.3, "same mood"),
        (0, "different"),
    ],
)
def test_bands_follow_the_score(score, word):
    assert band(score) == word


def test_every_color_of_the_anchor_is_answered_by_the_nearest_one():
    (pairs,) = swatch_pairs(["#ff0000", "#0000ff"], [["#0000ee", "#ee0000"]])
    assert [(pair.anchor, pair.product) for pair in pairs] == [
        ("#ff0000", "#ee0000"),
        ("#0000ff", "#0000ee"),
    ]
    assert all(0 < pair.delta_e < 8 for pair in pairs)


def test_products_without_a_palette_have_no_pairs():
    assert swatch_pairs(["#ff0000"], [[], ["#ff0000"]])[0] == ()
    assert swatch_pairs([], [["#ff0000"]]) == [()]
