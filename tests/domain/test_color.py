import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain import color
from lookalike.errors import InvalidInput

rgb_values = st.tuples(*[st.integers(0, 255)] * 3)


def published_oklab(rgb):
    """Ottosson 2020, the two matrices as printed: a second, plain implementation."""
    value = np.asarray(rgb) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    cone = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return lab @ np.cbrt(cone @ linear)


@given(rgb_values)
def test_oklab_agrees_with_the_published_matrices(rgb):
    got = color.oklab(np.array(rgb, np.uint8))
    np.testing.assert_allclose(got, published_oklab(rgb), atol=2e-3)


@given(st.lists(rgb_values, min_size=1, max_size=6))
def test_swatches_are_converted_as_exactly_as_pictures(colors):
    rgb = np.array(colors, np.uint8)
    np.testing.assert_allclose(color.oklab_of_swatches(rgb), color.oklab(rgb), atol=2e-4)


@given(rgb_values)
def test_oklab_and_back_is_the_same_color(rgb):
    back = color.rgb_from_oklab(color.oklab(np.array(rgb, np.uint8)))
    assert np.abs(back.astype(int) - rgb).max() <= 1


def test_colors_outside_srgb_are_clipped():
    assert color.rgb_from_oklab(np.array([2, 0, 0], np.float32)).tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Lab pairs 1, 7, 17 and 25 of Sharma, Wu and Dalal 2005, table 1.
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_difference_formula_gives_the_published_values(first, second, expected):
    got = color.ciede2000(np.array(first, float), np.array(second, float))
    assert got == pytest.approx(expected, abs=1e-4)


def test_conversion_and_difference_agree_with_the_library():
    science = color._colour()
    first, second = np.random.default_rng(1).integers(0, 256, (2, 5000, 3)).astype(np.uint8)
    labs = [science.XYZ_to_Lab(science.sRGB_to_XYZ(rgb / 255)) for rgb in (first, second)]
    np.testing.assert_allclose(color.cielab(first), labs[0], atol=0.01)  # it rounds white
    expected = science.difference.delta_E_CIE2000(*labs)
    np.testing.assert_allclose(color.ciede2000(*labs), expected, atol=1e-9)


def test_delta_e_of_black_and_white_is_a_hundred():
    assert float(color.delta_e("#000000", "#ffffff")) == pytest.approx(100, abs=0.01)


@given(rgb_values, rgb_values)
def test_delta_e_is_symmetric_and_zero_only_for_the_same_color(first, second):
    one, two = (np.array(value, np.uint8) for value in (first, second))
    assert float(color.delta_e(one, two)) == pytest.approx(float(color.delta_e(two, one)), abs=1e-4)
    assert (float(color.delta_e(one, two)) < 1e-6) == (first == second)


def test_delta_e_of_rows_is_that_of_each_pair():
    first = np.array([[255, 0, 0], [10, 20, 30]], np.uint8)
    second = np.array([[0, 0, 255], [10, 20, 40]], np.uint8)
    each = [
        float(color.delta_e(color.hex_from_rgb(one), color.hex_from_rgb(two)))
        for one, two in zip(first, second, strict=True)
    ]
    np.testing.assert_allclose(color.delta_e(first, second), each, atol=1e-3)


@given(rgb_values)
def test_hex_and_back_is_the_same_color(rgb):
    text = color.hex_from_rgb(np.array(rgb, np.uint8))
    assert color.rgb_from_hex(text).tolist() == list(rgb)


@pytest.mark.parametrize("text", ["red", "#12345", "123456#", "#12345g", "#1234567", ""])
def test_a_text_that_is_no_color_is_shown_with_the_right_form(text):
    with pytest.raises(InvalidInput, match=r"is not a color. Write it as #rrggbb"):
        color.rgb_from_hex(text)


def test_the_table_holds_the_color_in_the_middle_of_each_cell():
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (500, 3)).astype(np.uint8)
    middle = (pixels // 8 * 8 + 4).astype(np.uint8)
    np.testing.assert_allclose(
        color.oklab_table()[color.codes(pixels)], color.oklab(middle), atol=1e-6
    )


def test_the_table_cannot_be_changed_by_a_caller():
    with pytest.raises(ValueError, match="read-only"):
        color.oklab_table()[0] = 0
