"""`shape` and `complexity`, on outlines right by construction and on the sample shop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ImageDraw import Draw

from lookalike.domain.color import codes, oklab_table
from lookalike.features.foreground import Foreground, foreground
from lookalike.features.form import (
    COMPLEXITIES,
    LEAST_SHAPE_CONFIDENCE,
    SHAPES,
    complexity,
    outline_trust,
    shape,
    white_level,
)
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


def lab_of(pixels):
    return oklab_table()[codes(pixels)]


def found_with(weights, source="encoder", trust=1.0):
    lab = np.zeros((*weights.shape, 3), np.float32)
    return Foreground(weights, source, float(weights.mean()), True, trust, lab)


def worded(weights, source="encoder", **options):
    return shape(found_with(weights, source), outline(weights), **{"trust": 1.0} | options)


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


@pytest.mark.parametrize("word", DRAWINGS)
def test_a_mask_nobody_believes_has_no_words(word):
    doubted = worded(DRAWINGS[word], trust=0.3)
    assert doubted.value == "unknown"
    assert doubted.probabilities == worded(DRAWINGS[word]).probabilities
    assert seen(checked(1), trust=0.3).value == "unknown"


def test_a_disk_that_lost_parts_of_its_face_is_round_and_a_shirt_is_not():
    clock = drawn(ellipse=(20, 20, 220, 220))
    clock[60:120, :60] = clock[120:180, 180:] = 0  # bays that reach the outside
    assert worded(clock).value == "round"
    shirt = drawn([(70, 20, 170, 220)], polygon=[(70, 20), (170, 20), (225, 80), (15, 80)])
    assert worded(shirt).value != "round"


def test_what_fills_half_of_its_box_is_no_box():
    rays = drawn(
        [(110, 20, 130, 220), (20, 110, 220, 130)],
        polygon=[(50, 60), (60, 50), (190, 180), (180, 190)],
    )
    assert worded(rays).value != "boxy"


def test_only_a_familiar_thing_is_called_irregular():
    line = drawn([(20, 20, 26, 220), (20, 214, 220, 220)])
    assert worded(line).value == "irregular"
    strange = worded(line, familiar=False)
    assert (strange.value, strange.confidence < LEAST_SHAPE_CONFIDENCE) == ("unknown", True)
    assert worded(DRAWINGS["legged"], familiar=False).value == "legged"


def test_what_fills_the_picture_and_resembles_nothing_is_not_trusted():
    page, chair = found_with(drawn([(8, 8, 231, 231)])), found_with(DRAWINGS["boxy"])
    assert outline_trust(page, category=0.2) == pytest.approx(0, abs=0.01)
    assert outline_trust(page, category=0.9) == outline_trust(page, category=None) == 1
    assert outline_trust(chair, category=0.2) == 1


def test_dust_has_no_outline():
    dust = np.zeros((80, 80), np.float32)
    dust[::6, ::6] = 1
    assert outline(dust) is None


@pytest.mark.parametrize("seed", range(12))
def test_the_measures_are_those_of_their_definitions(seed):
    rng = np.random.default_rng(seed)
    weights = np.zeros((64, 64), np.float32)
    for _ in range(3):
        top, left = rng.integers(0, 40, 2)
        weights[top : top + rng.integers(8, 24), left : left + rng.integers(8, 24)] = 1
    form = outline(weights)
    top, bottom, left, right = form.edges
    assert form.inside.any(axis=1)[[0, -1]].all()
    assert form.inside.any(axis=0)[[0, -1]].all()
    assert np.array_equal(form.inside, weights[top:bottom, left:right] > 0.5)
    assert sum(form.areas) == np.count_nonzero(weights)
    spans, opened = [], 0.0
    for row in form.grid:
        inside = np.flatnonzero(row > 0.5)
        spans.append(inside[-1] + 1 - inside[0] if len(inside) else 0)
        if len(inside):
            opened += float((1 - row[inside[0] : inside[-1] + 1]).sum())
    np.testing.assert_allclose(form.widths, np.reshape(spans, (8, -1)).mean(axis=1) / GRID)
    assert form.open_share == pytest.approx(opened / sum(spans), abs=1e-5)
    either = np.maximum(form.grid, form.grid[:, ::-1]).sum()
    shared = np.minimum(form.grid, form.grid[:, ::-1]).sum()
    assert form.symmetry == pytest.approx(shared / either, rel=1e-5)
    y, x = (one.ravel() for one in np.indices((GRID, GRID)).astype(float))
    spread = np.cov(np.stack([y, x]), aweights=form.grid.ravel(), ddof=0) + np.eye(2) / 12
    scale = np.array([bottom - top, right - left])
    short, long = np.linalg.eigvalsh(spread * np.outer(scale, scale))
    assert form.length == pytest.approx(np.sqrt(long / short), rel=1e-3)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1))
def test_any_mask_gives_a_word_and_a_confidence(seed, height, width, level):
    rng = np.random.default_rng(seed)
    weights = (rng.random((height, width)) < level).astype(np.float32)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    for value, words in ((worded(weights), SHAPES), (seen(pixels, weights), COMPLEXITIES)):
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


def seen(pixels, weights=None, trust=1.0):
    if weights is None:
        weights = foreground(pixels, alpha=None, encoder_mask=None).weights
    lab = lab_of(pixels)
    return complexity(
        lab, outline(weights), palette(pixels, weights), white=white_level(lab), trust=trust
    )


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
    return worded(weights).value, seen(pixels, weights).value


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
