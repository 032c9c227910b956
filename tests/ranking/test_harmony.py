"""Color harmony: the fast table against the plain formula, and what a colorist would expect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.ranking.harmony import (
    CLASH,
    NEUTRAL_HARMONY,
    TEMPLATES,
    color_evidence,
    harmony,
    hue_harmony,
    template_of,
)
from lookalike.ranking.hues import hues_of
from lookalike.ranking.pieces import Piece, Pieces

COLORS = ["#c0392b", "#27ae60", "#2c5fd4", "#f2c200", "#8e44ad", "#e67e22", "#16a085"]
NEUTRALS = ["#ffffff", "#000000", "#808080", "#f4f1ea", "#1b1f2a"]

palettes = st.lists(
    st.tuples(st.sampled_from(COLORS + NEUTRALS), st.floats(0.05, 1)), min_size=0, max_size=5
)


def pieces(*found):
    made = tuple(Piece(f"S{i}", {}, hues_of(one)) for i, one in enumerate(found))
    return Pieces(made, np.zeros((len(made), 1), dtype=np.float32))


def plain(one, other):
    """The sum over pairs of hues, written out."""
    total, colored = 0.0, 0.0
    for a, wa in zip(one.hues.angles, one.hues.weights, strict=True):
        for b, wb in zip(other.hues.angles, other.hues.weights, strict=True):
            steps = abs(round(a / 0.5) - round(b / 0.5))
            angle = min(steps, 720 - steps) * 0.5
            best = max(
                CLASH + (top - CLASH) * 2 ** -(((angle - at) / half) ** 2)
                for _, at, half, top in TEMPLATES
            )
            total += wa * wb * best
            colored += wa * wb
    return total + (1 - colored) * NEUTRAL_HARMONY


@given(st.lists(palettes, min_size=1, max_size=4), st.lists(palettes, min_size=1, max_size=4))
def test_every_pair_is_as_the_plain_sum_over_its_hues(first, second):
    ones, others = pieces(*first), pieces(*second)
    expected = [[plain(a, b) for b in others.of] for a in ones.of]
    assert harmony(ones, others) == pytest.approx(np.array(expected), abs=1e-9)


@given(palettes, palettes)
def test_the_value_can_be_computed_from_the_evidence_alone(one, other):
    said = color_evidence(*pieces(one, other).of)
    ours, theirs = said.hues
    colored = sum(wa * wb for _, wa in ours for _, wb in theirs)
    value = (1 - colored) * NEUTRAL_HARMONY
    for a, wa in ours:
        for b, wb in theirs:
            steps = abs(round(a / 0.5) - round(b / 0.5))
            value += wa * wb * float(hue_harmony(np.array(min(steps, 720 - steps) * 0.5)))
    assert said.value == pytest.approx(value, abs=1e-9)
    assert harmony(*[pieces(x) for x in (one, other)])[0, 0] == pytest.approx(value, abs=1e-9)


@given(palettes, palettes)
def test_harmony_is_mutual_and_bounded(one, other):
    both = pieces(one, other)
    values = harmony(both, both)
    assert values == pytest.approx(values.T)
    assert values.min() >= CLASH
    assert values.max() <= 1


@pytest.mark.parametrize("neutral", NEUTRALS)
@pytest.mark.parametrize("color", COLORS)
def test_a_neutral_goes_equally_well_with_every_color(neutral, color):
    values = harmony(pieces([(neutral, 1.0)]), pieces([(color, 1.0)]))
    assert values[0, 0] == pytest.approx(NEUTRAL_HARMONY)


def test_the_same_hue_beats_every_other_and_a_right_angle_clashes():
    assert hue_harmony(np.arange(1, 181)).max() < hue_harmony(np.array(0.0))
    assert hue_harmony(np.array(80.0)) < 0


def test_hues_wrap_around():
    assert hue_harmony(np.array(350.0)) == pytest.approx(hue_harmony(np.array(10.0)))


@pytest.mark.parametrize(("angle", "name"), [(0, "same hue"), (30, "analogous"), (120, "triadic")])
def test_a_template_is_named_by_its_angle(angle, name):
    assert template_of(angle) == name


def test_two_swatches_of_one_hue_are_one_hue_and_shares_are_kept():
    found = hues_of([("#c0392b", 0.3), ("#d0402f", 0.3), ("#ffffff", 0.4)])
    assert found.weights[0] == pytest.approx(0.6, abs=0.01)
    assert found.weights[1] == 0
    assert found.neutral == pytest.approx(0.4, abs=0.01)
