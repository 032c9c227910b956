"""`shape` and `complexity`, on outlines right by construction and on the sample shop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ImageDraw import Draw

from lookalike.features.foreground import Foreground, foreground
from lookalike.features.form import COMPLEXITIES, SHAPES, complexity, shape, white_level
from lookalike.features.outline import GRID, outline, shares
from lookalike.features.palette import palette
from lookalike.sample.render import image, mask
from lookalike.sample.shop import sample_shop

RED, WHITE = (200, 40, 50), (255, 255, 255)

TROUSERS = [(70, 20, 130, 60), (70, 60, 97, 220), (103, 60, 130, 220)]
TABLE = [(20, 60, 220, 80), (24, 80, 36, 180), (204, 80, 216, 180)]
T_SHIRT = [(70, 40, 170, 200), (30, 45, 210, 95)]
BOX = [(50, 50, 190, 180)]
BOTTLE = [(90, 20, 150, 160)]
SOFA = [(20, 90, 220, 160)]
BELT = [(10, 110, 230, 130)]


def drawn(boxes=(), *, polygon=None, ellipse=None, size=240):
    """(size, size) weights of shapes given in a square of 240."""
    plane = Image.new("L", (240, 240))
    for box in boxes:
        Draw(plane).rectangle(box, fill=255)
    if polygon:
        Draw(plane).polygon(polygon, fill=255)
    if ellipse:
        Draw(plane).ellipse(ellipse, fill=255)
    resized = plane.resize((size, size), Image.Resampling.BOX)
    return np.asarray(resized, dtype=np.float32) / 255


DRAWINGS = {
    "legged": drawn(TROUSERS),
    "t-shaped": drawn(T_SHIRT),
    "boxy": drawn(BOX),
    "tall": drawn(BOTTLE),
    "wide": drawn(SOFA),
    "slim": drawn(BELT),
    "round": drawn(ellipse=(40, 40, 200, 200)),
    "a-line": drawn(polygon=[(100, 30), (140, 30), (190, 210), (50, 210)]),
    "tapered": drawn(polygon=[(50, 30), (190, 30), (140, 210), (100, 210)]),
    "irregular": drawn(polygon=[(30, 40), (60, 30), (70, 190), (210, 195), (210, 215), (40, 215)]),
}


def worded(weights, source="encoder"):
    found = Foreground(weights, source, float(weights.mean()))
    return shape(found, outline(weights))


@pytest.mark.parametrize("word", DRAWINGS)
def test_a_drawing_gets_the_word_it_was_drawn_for(word):
    assert worded(DRAWINGS[word]).value == word


def test_every_word_has_a_drawing():
    assert set(DRAWINGS) == set(SHAPES)


def test_a_table_and_trousers_stand_on_legs_but_glasses_do_not():
    assert worded(drawn(TABLE)).value == "legged"
    glasses = drawn([(20, 90, 110, 150), (130, 90, 220, 150), (20, 85, 220, 105)])
    assert worded(glasses).value == "wide"


@pytest.mark.parametrize("word", DRAWINGS)
def test_mirror_and_scale_keep_the_word_and_the_confidence(word):
    plain = worded(DRAWINGS[word])
    mirrored = worded(np.ascontiguousarray(DRAWINGS[word][:, ::-1]))
    assert (mirrored.value, mirrored.confidence) == (word, pytest.approx(plain.confidence, abs=0.1))
    small = Image.fromarray((DRAWINGS[word] * 255).astype(np.uint8)).resize((80, 80))
    assert worded(np.asarray(small, dtype=np.float32) / 255).value == word


def test_a_hole_in_the_mask_does_not_change_the_word():
    holed = DRAWINGS["round"].copy()
    holed[80:160, 80:160] = 0
    assert worded(holed).value == "round"


def test_what_fills_the_picture_or_runs_out_of_three_sides_has_no_shape():
    assert worded(np.ones((60, 60), np.float32), source="whole").value == "unknown"
    cut = np.zeros((60, 60), np.float32)
    cut[10:] = 1
    assert worded(cut).value == "unknown"


def test_three_things_beside_one_another_have_no_common_shape():
    three = drawn([(10, 90, 70, 150), (90, 90, 150, 150), (170, 90, 230, 150)])
    assert worded(three).value == "unknown"


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1))
def test_any_mask_gives_a_word_and_a_confidence(seed, height, width, level):
    rng = np.random.default_rng(seed)
    weights = (rng.random((height, width)) < level).astype(np.float32)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    found, form = Foreground(weights, "encoder", float(weights.mean())), outline(weights)
    seen = complexity(pixels, form, palette(pixels, weights), white=white_level(pixels))
    for value, words in ((shape(found, form), SHAPES), (seen, COMPLEXITIES)):
        assert value.value in (*words, "unknown")
        assert 0 <= value.confidence <= 1 + 1e-9
        assert set(value.probabilities) <= set(words)
        assert sum(value.probabilities.values()) <= 1 + 1e-6
        assert value.evidence


@given(st.integers(1, 90), st.integers(1, 60))
def test_shares_average_exactly(count, cells):
    values = np.linspace(3, 7, count)
    got = shares(count, cells) @ values
    fine = np.repeat(values, cells).reshape(cells, count).mean(axis=1)
    np.testing.assert_allclose(got, fine, rtol=1e-5)


def test_the_grid_says_how_full_each_cell_is():
    weights = np.zeros((70, 70), np.float32)
    weights[3 : 3 + 2 * GRID, 5 : 5 + 2 * GRID] = 1
    weights[3 + 2 * GRID - 1, 5 : 5 + GRID] = 0  # half of some cells in the lowest row
    form = outline(weights)
    expected = np.ones((GRID, GRID))
    expected[-1, : GRID // 2] = 0.5
    np.testing.assert_allclose(form.grid, expected, atol=1e-5)


def checked(cells, *, size=90):
    """A red square with as many lighter squares a side as asked, on white."""
    pixels = np.full((size, size, 3), WHITE, np.uint8)
    inner = size * 2 // 3
    row, column = np.indices((inner, inner)) * cells // inner
    light = ((row + column) % 2 == 1) & (cells > 1)
    start = size // 6
    pixels[start : start + inner, start : start + inner] = np.where(
        light[..., None], (240, 200, 200), RED
    )
    return pixels


def seen(pixels, weights=None):
    if weights is None:
        weights = foreground(pixels, alpha=None, encoder_mask=None).weights
    white = white_level(pixels)
    return complexity(pixels, outline(weights), palette(pixels, weights), white=white)


def test_more_squares_are_more_complex():
    scores = [seen(checked(cells)).evidence["score"] for cells in (1, 3, 6, 10)]
    assert scores == sorted(scores)
    assert seen(checked(1)).value == "minimal"
    assert seen(checked(10)).value == "detailed"


def test_even_shading_does_not_make_a_plain_thing_complex():
    pixels = checked(1)
    shaded = pixels[15:75, 15:75] * np.linspace(0.75, 1.2, 60)[None, :, None]
    pixels[15:75, 15:75] = shaded.clip(0, 255).astype(np.uint8)
    assert seen(pixels).value == "minimal"


@pytest.fixture(scope="module")
def pictures():
    """(product, large picture, its true mask) of one product of every kind."""
    first = {}
    for product in sample_shop(120, seed=23).products:
        first.setdefault(product.product_type, product)
    return [
        (one, image(one, one.views[0], size_px=192), mask(one, one.views[0], size_px=192))
        for one in first.values()
    ]


MOST_BLOWN_OUT = 0.05  # of a product; what is lost to white no measure brings back


def small_copy(pixels, inside, size):
    plane = Image.fromarray(np.where(inside, 255, 0).astype(np.uint8))
    return (
        np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BOX)),
        np.asarray(plane.resize((size, size), Image.Resampling.BOX), dtype=np.float32) / 255,
    )


def both(pixels, weights):
    found = Foreground(weights, "encoder", float(weights.mean()))
    return shape(found, outline(weights)).value, seen(pixels, weights).value


def agreement(one, other):
    """Share of the products with a word in both lists that have the same one."""
    assert len(one) >= 12
    known = [pair for pair in zip(one, other, strict=True) if "unknown" not in pair]
    assert len(known) > 0.7 * len(one)
    return sum(first == second for first, second in known) / len(known)


@pytest.mark.parametrize("change", ["third", "darker", "lighter", "mirrored"])
def test_the_words_of_sample_products_survive(pictures, change):
    plain, changed = [], []
    for _, pixels, inside in pictures:
        large = small_copy(pixels, inside, 96)
        plain.append(both(*large))
        if change == "third":
            altered = small_copy(pixels, inside, 64)
        elif change == "mirrored":
            altered = large[0][:, ::-1].copy(), large[1][:, ::-1].copy()
        else:
            factor = 0.8 if change == "darker" else 1.2
            bright = large[0] * factor
            if (bright[large[1] > 0.5].min(axis=-1) > 255).mean() > MOST_BLOWN_OUT:
                plain.pop()
                continue
            altered = bright.clip(0, 255).astype(np.uint8), large[1]
        changed.append(both(*altered))
    for attribute in range(2):
        one = [words[attribute] for words in plain]
        assert agreement(one, [words[attribute] for words in changed]) >= 0.95


def test_sample_shop_kinds_have_the_shape_anyone_would_say(pictures):
    words = {
        one.product_type: both(*small_copy(pixels, inside, 96))[0]
        for one, pixels, inside in pictures
    }
    assert words["trousers"] == words["jeans"] == "legged"
    assert words["t-shirt"] == "t-shaped"
    assert words["sofa"] == "wide"
    assert words["vase"] in ("tall", "slim", "round", "a-line")


def test_patterned_products_are_more_complex_than_plain_ones(pictures):
    scores = {True: [], False: []}
    for one, pixels, inside in pictures:
        value = seen(*small_copy(pixels, inside, 96))
        if one.domain == "fashion" and "score" in value.evidence:
            scores[one.pattern == "solid"].append(value.evidence["score"])
    assert np.median(scores[False]) > np.median(scores[True])
