from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.features.disturb import disturbed
from lookalike.features.encoder import default_encoder
from lookalike.features.familiarity import LEAST_FAMILIAR, familiarity
from lookalike.features.heads import pattern_attribute
from lookalike.features.pattern import PatternGuess, clutter, pattern_guess
from lookalike.features.pipeline import Extractor
from lookalike.sample.canvas import jpeg
from lookalike.sample.patterns import inks
from lookalike.sample.render import picture
from lookalike.sample.shop import sample_shop

CLASSES = default_encoder(threads=2).heads["pattern"]


@cache
def extractor():
    return Extractor(default_encoder(threads=2))


def cloth(pattern, *, seed=3):
    """A (240, 240, 3) square of cloth in navy and cream on white."""
    v, u = np.mgrid[0:200, 0:200].astype(np.float32) / 200
    accent, third = inks(pattern, u, v, softness=0.005, seed=seed)
    return on_white(accent, third)


def on_white(accent, third):
    main = np.array([40, 50, 110]) * (1 - accent - third)[..., None]
    both = main + np.array([240, 230, 205]) * accent[..., None]
    pixels = np.full((240, 240, 3), 255, np.uint8)
    pixels[20:220, 20:220] = both + np.array([140, 140, 150]) * third[..., None]
    return pixels


def pattern_of(pixels):
    return extractor().extract(jpeg(pixels, quality=90)).attributes["pattern"]


def most_likely(pixels):
    """Whatever else the picture might be: a square on white looks like a page, and is unknown."""
    chances = pattern_of(pixels).probabilities
    return max(chances, key=chances.get)


def seen(pixels):
    """What the encoder's head says, and what its early layers see of a picture."""
    encoded = extractor().encode([extractor().prepare(jpeg(pixels, quality=90))])[0]
    return encoded.heads["pattern"][0], encoded.cloth[0]


def weights(side=240, border=20):
    found = np.zeros((side, side), np.float32)
    found[border:-border, border:-border] = 1
    return found


@pytest.mark.parametrize("pattern", ["solid", "striped", "checked", "dotted", "floral"])
def test_a_square_of_cloth_is_called_by_its_pattern(pattern):
    assert most_likely(cloth(pattern)) == pattern


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize(("width", "gap"), [(6, 40), (30, 40), (8, 20)])
def test_thin_wide_and_sparse_stripes_are_stripes(width, gap, upright):
    place = np.arange(200) % (width + gap) < width
    accent = np.broadcast_to(place, (200, 200)).astype(np.float32)
    picture_of = on_white(accent if upright else accent.T, np.zeros_like(accent))
    assert most_likely(picture_of) == "striped"


def test_a_mark_of_the_shop_across_a_plain_picture_is_not_its_pattern():
    shown = kept = 0
    for product in sample_shop(40, seed=11).products:
        drawn = picture(product, product.views[0], size_px=320).image
        before = pattern_of(drawn)
        if before.value == "solid":
            shown += 1
            kept += pattern_of(disturbed(drawn)["watermark"]).value == "solid"
    assert shown >= 15
    assert kept >= 0.9 * shown


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (3, 90), (90, 3), (96, 70)])
@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("level", [-1e6, 0.0, 1e6])
def test_flat_and_tiny_pictures_never_fail(shape, fill, level):
    pixels = np.full((*shape, 3), fill, np.uint8)
    head, said = seen(cloth("solid"))
    said = np.full_like(said, level)
    for weight in (0, 1):
        mask = np.full(shape, weight, np.float32)
        guess = pattern_guess(head, said, CLASSES, small=pixels, weights=mask)
        assert guess.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert np.isfinite(guess.probabilities).all()


def test_an_encoder_without_cloth_or_with_other_classes_is_left_alone():
    pixels = cloth("solid")
    head, said = seen(pixels)
    for shown, classes in ((None, CLASSES), (said[1:], CLASSES), (said, ("plain", "loud"))):
        assert pattern_guess(head, shown, classes, small=pixels, weights=weights()) is None


def test_before_a_busy_scene_the_same_cloth_is_weighed_otherwise():
    pixels = cloth("striped")
    head, said = seen(pixels)
    busy = np.random.default_rng(1).integers(0, 256, pixels.shape, dtype=np.uint8)
    busy[20:220, 20:220] = pixels[20:220, 20:220]
    assert clutter(busy, weights()) > clutter(pixels, weights())
    in_scene = pattern_guess(head, said, CLASSES, small=busy, weights=weights())
    alone = pattern_guess(head, said, CLASSES, small=pixels, weights=weights())
    assert (in_scene.plainness, alone.plainness) == (0.0, 1.0)
    assert np.abs(np.log(in_scene.probabilities / alone.probabilities)).max() > 0.1


def test_most_packshots_of_the_sample_shop_show_their_pattern():
    shown = right = 0
    for product in sample_shop(60, seed=11).products:
        drawn = picture(product, product.views[0], size_px=224)
        value = extractor().extract(jpeg(drawn.image, quality=88)).attributes["pattern"]
        assert value.evidence["method"] == "cloth"
        shown += value.value != "unknown"
        right += value.value == product.pattern
    assert shown >= 45
    assert right >= 0.9 * shown


def test_a_shirt_is_more_familiar_than_a_lamp():
    odds = {"fashion": [], "home": []}
    encoder = default_encoder(threads=2)
    for product in sample_shop(40, seed=11).products:
        drawn = picture(product, product.views[0], size_px=224)
        encoded = extractor().encode([extractor().prepare(jpeg(drawn.image, quality=88))])[0]
        chances = {name: values[0] for name, values in encoded.heads.items()}
        odds[product.domain].append(familiarity(encoded.embedding[0], encoder.heads, chances))
    assert np.median(odds["fashion"]) > np.median(odds["home"])
    assert np.mean(np.array(odds["home"]) < LEAST_FAMILIAR) > 0.9


def test_familiarity_is_not_told_of_other_heads():
    assert familiarity(np.ones(3, np.float32), {"product_type": ("a",)}, {}) is None


@given(st.integers(0, 2**31))
def test_clutter_is_the_mean_step_outside_as_a_loop_finds_it(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (12, 14, 3), dtype=np.uint8)
    weights = (rng.random((12, 14)) < 0.05).astype(np.float32)
    gray = pixels.sum(axis=2, dtype=np.float64) / 765
    steps = [
        abs(gray[y, x] - gray[y - 1, x]) + abs(gray[y, x] - gray[y, x - 1])
        for y in range(1, 12)
        for x in range(1, 14)
        if weights[y, x] == 0 and weights[y - 1, x - 1] == 0
    ]
    expected = np.log(np.mean(steps) + 0.003) + 4.5 if len(steps) > 50 else 0
    assert clutter(pixels, weights) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("chance", "value"), [(0.65, "unknown"), (0.75, "animal")])
def test_a_pattern_that_few_products_have_must_be_surer(chance, value):
    classes = ("solid", "animal")
    chances = np.array([1 - chance, chance], dtype=np.float32)
    guess = PatternGuess(chances, plainness=1.0)
    assert pattern_attribute(guess, classes, chances).value == value
    assert pattern_attribute(guess, ("animal", "solid"), chances).value == "solid"
