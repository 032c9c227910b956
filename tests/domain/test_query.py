"""What a question may hold, and what a wish makes of a row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.color import oklab, rgb_from_hex
from lookalike.domain.query import (
    AttributeAnchor,
    ImageAnchor,
    MixAnchor,
    MixPart,
    ProductAnchor,
    TextAnchor,
)
from lookalike.domain.steering import shifted, wished_part
from lookalike.errors import InvalidInput


def test_equal_wishes_are_equal_questions_in_whatever_order():
    one = ProductAnchor("A", {"price": "cheaper", "color_family": "green"})
    other = ProductAnchor("A", {"color_family": "green", "price": "cheaper"})
    assert repr(one) == repr(other)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ProductAnchor("A", {"colour_family": "green"}), 'mean "color_family"'),
        (lambda: ImageAnchor(b"", None, {"price": "cheeper"}), 'mean "cheaper"'),
        (lambda: ProductAnchor("A", {"pattern": ""}), "must be a word"),
        (lambda: AttributeAnchor({}), "no attribute"),
        (lambda: AttributeAnchor({"price": "cheaper"}), "not a visual attribute"),
        (lambda: AttributeAnchor({"complexity": "simpler"}), "starts from nothing"),
        (lambda: TextAnchor("  "), "empty"),
        (lambda: MixAnchor(()), "1 to 50 parts"),
        (lambda: MixPart(ProductAnchor("A"), 0.0), "not zero"),
        (lambda: MixPart(ProductAnchor("A"), float("nan")), "finite"),
        (lambda: MixAnchor((MixPart(MixAnchor((MixPart(ProductAnchor("A")),))),)), "a mix"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused_with_the_nearest_word(make, said):
    with pytest.raises(InvalidInput, match=said):
        make()


@given(st.integers(0, 2**32 - 1), st.integers(3, 30), st.integers(1, 40), st.floats(0, 0.9))
def test_a_wished_part_is_1_for_those_that_have_it_and_the_base_for_the_others(
    seed, size, count, base
):
    rng = np.random.default_rng(seed)
    ours, theirs = rng.random((count, size)) + np.eye(size)[0], rng.random((count + 3, size))
    part = wished_part(ours.astype(np.float32), theirs.astype(np.float32), base=base)
    assert np.mean(ours @ part) == pytest.approx(1, abs=1e-3)
    assert np.mean(theirs @ part) == pytest.approx(base, abs=1e-3)


def test_a_wish_without_others_or_without_a_difference_is_the_mean_of_those_that_have_it():
    rows = np.eye(4, dtype=np.float32)[[0, 0]]
    for others in (rows[:0], rows):
        assert wished_part(rows, others, base=0.5) == pytest.approx([1, 0, 0, 0])


@given(st.integers(0x303030, 0xC0C0C0))
def test_brighter_and_darker_move_the_lightness_their_way(number):
    color = f"#{number:06x}"
    lightness = {
        wish: oklab(rgb_from_hex(next(iter(shifted({color: 1.0}, {"lightness": wish})))))[0]
        for wish in ("brighter", "darker")
    }
    assert lightness["darker"] < oklab(rgb_from_hex(color))[0] < lightness["brighter"]
