import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.features.shape import SILHOUETTE_SIZE, silhouette


def draw(boxes, *, height=112, width=84, scale=1.0, shift=(0, 0)):
    mask = np.zeros((height, width), np.float32)
    for top, bottom, left, right in boxes:
        rows = slice(int(top * scale) + shift[0], int(bottom * scale) + shift[0])
        columns = slice(int(left * scale) + shift[1], int(right * scale) + shift[1])
        mask[rows, columns] = 1
    return mask


TROUSERS = [(10, 30, 20, 60), (30, 100, 20, 36), (30, 100, 44, 60)]
LEGGINGS = [(10, 28, 24, 56), (28, 100, 24, 38), (28, 100, 42, 56)]
SHIRT = [(10, 70, 24, 60), (12, 34, 8, 76)]
BLOUSE = [(10, 66, 26, 58), (12, 38, 10, 74)]
BAG = [(20, 40, 30, 34), (20, 40, 50, 54), (20, 24, 30, 54), (40, 80, 16, 68)]
SHOE = [(40, 60, 10, 40), (50, 62, 10, 76)]


def likeness(first, second):
    return float(silhouette(first) @ silhouette(second))


def test_the_same_kind_of_thing_is_nearer_than_another_kind():
    pairs = [(TROUSERS, LEGGINGS), (SHIRT, BLOUSE)]
    for (one, twin), (other, also) in (pairs, pairs[::-1]):
        for strange in (other, also, BAG, SHOE):
            assert likeness(draw(one), draw(twin)) > likeness(draw(one), draw(strange))


@pytest.mark.parametrize("boxes", [TROUSERS, SHIRT, BAG, SHOE])
def test_mirror_position_and_scale_change_next_to_nothing(boxes):
    plain = draw(boxes)
    assert likeness(plain, plain[:, ::-1]) == pytest.approx(1, abs=1e-6)
    assert likeness(plain, draw(boxes, shift=(4, 3))) == pytest.approx(1, abs=1e-6)
    assert likeness(plain, draw(boxes, scale=2, height=230, width=170)) > 0.999
    assert likeness(plain, draw(boxes, scale=0.5)) > 0.97


def test_an_empty_mask_is_like_nothing_that_has_a_shape():
    empty = np.zeros((20, 20), np.float32)
    assert likeness(empty, empty) == 1
    assert likeness(empty, draw(SHIRT)) == 0


def test_the_widths_are_the_mean_of_each_slice():
    mask = np.zeros((24, 10), np.float32)
    for row in range(24):
        mask[row, : 1 + row % 10] = 1
    row = silhouette(mask).astype(np.float64)
    slices = np.array([mask[2 * part : 2 * part + 2].mean() for part in range(12)])
    got = row[:12] / np.linalg.norm(row[:12])
    np.testing.assert_allclose(got, slices / np.linalg.norm(slices), atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30))
def test_any_mask_gives_a_unit_vector_without_negative_parts(seed, height, width):
    weights = np.random.default_rng(seed).random((height, width), dtype=np.float32)
    row = silhouette(weights)
    assert (row.shape, row.dtype) == ((SILHOUETTE_SIZE,), np.float32)
    assert row.min() >= 0
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)
