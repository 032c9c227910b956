"""What a look as a whole minds: uniforms and prints; and the sentences that are said of it."""

import numpy as np

from lookalike.ranking.hues import Hues
from lookalike.ranking.look_reasons import look_reason, scene_reason
from lookalike.ranking.look_variety import (
    SAME_COLOR,
    TWO_PRINTS,
    UNNAMED,
    busy,
    clashes,
    monotony,
    same_color,
)
from lookalike.ranking.pieces import Piece, Pieces


def pieces(*made):
    return Pieces(tuple(made), np.zeros((len(made), 1), np.float32))


def colored(angle, weight=1.0, **more):
    return Piece("", {}, Hues((angle, 0.0), (weight, 0.0)), **more)


def test_two_strong_reds_are_one_color_and_neutrals_are_of_none():
    red, other, blue, gray = colored(20), colored(22), colored(250), colored(20, 0.0)
    found = same_color(pieces(red, gray), pieces(other, blue, gray))
    assert found[0, 0] > 0.9
    assert found[0, 1] == 0
    assert not found[1].any()
    assert not found[:, 2].any()
    assert same_color(pieces(colored(358)), pieces(colored(2)))[0, 0] > 0.85  # the wheel is round


def test_what_is_given_may_be_repeated_and_a_third_of_its_color_costs():
    reds = pieces(colored(20), colored(20), colored(20))
    cost = monotony(reds, np.zeros(3), np.array([True, False, False]))
    assert cost[0, 1] == cost[0, 2] == 0
    assert cost[1, 2] == cost[2, 1] == SAME_COLOR


def test_two_prints_cost_and_a_print_beside_plain_does_not():
    words = [{"pattern": "floral"}, {"pattern": "checked"}, {"pattern": "solid"}, {}]
    made = pieces(*(Piece("", one, Hues()) for one in words))
    patterned = busy(made, np.array([0.1, 0.1, 0.1, 0.3]))
    assert patterned.tolist() == [1.0, 1.0, 0.0, UNNAMED]
    cost = monotony(made, patterned, np.zeros(4, dtype=bool))
    assert cost[0, 1] == TWO_PRINTS
    assert cost[0, 2] == 0
    assert 0 < cost[0, 3] < TWO_PRINTS
    assert (cost == cost.T).all()


def test_a_plain_piece_of_colors_far_apart_counts_as_patterned():
    plain = pieces(*(Piece("", {"pattern": "solid"}, Hues()) for _ in range(3)))
    found = busy(plain, np.array([0.1, 0.22, 0.4]))
    assert found[0] == 0 < found[1] < found[2] == UNNAMED


def test_a_gala_beside_the_beach_costs_and_what_is_unknown_does_not():
    made = pieces(*(colored(0, 0.0, formality=value) for value in (0.05, 0.3, 0.95, None)))
    cost = clashes(made, made, np.zeros(4), np.zeros(4))
    assert cost[0, 1] < cost[0, 2]
    assert not cost[3].any()
    assert not np.diag(cost).any()


def test_sentences_speak_of_things():
    assert look_reason(["top", "outer"], 0.4) == "Top and outer layer that go together well."
    assert scene_reason("outer", "very similar") == "Very similar to the outer layer in the photo."
    assert scene_reason("shoes", "different") == "The nearest to the shoes in the photo."
