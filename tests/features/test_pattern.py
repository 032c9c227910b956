from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.features.encoder import default_encoder
from lookalike.features.familiarity import LEAST_FAMILIAR, familiarity
from lookalike.features.pattern import clutter, pattern_guess
from lookalike.features.pipeline import Extractor
from lookalike.features.texture import STATISTICS, texture
from lookalike.sample.canvas import jpeg
from lookalike.sample.patterns import inks
from lookalike.sample.render import picture
from lookalike.sample.shop import sample_shop

CLASSES = default_encoder(threads=2).heads["pattern"]


@cache
def extractor():
    return Extractor(default_encoder(threads=2))


def cloth(pattern, *, seed=3, turned=False):
    """A (120, 120, 3) square of cloth in navy and cream on white, and where it is."""
    v, u = np.mgrid[0:100, 0:100].astype(np.float32) / 100
    if turned:
        u, v = v, u
    accent, third = inks(pattern, u, v, softness=0.01, seed=seed)
    main = np.array([40, 50, 110]) * (1 - accent - third)[..., None]
    both = main + np.array([240, 230, 205]) * accent[..., None]
    pixels = np.full((120, 120, 3), 255, np.uint8)
    pixels[10:110, 10:110] = both + np.array([140, 140, 150]) * third[..., None]
    weights = np.zeros((120, 120), np.float32)
    weights[10:110, 10:110] = 1
    return pixels, weights


def statistic(name, pixels, weights):
    return float(texture(pixels, weights)[STATISTICS.index(name)])


def test_edges_of_stripes_run_one_way_and_those_of_checks_two():
    striped, checked = cloth("striped"), cloth("checked")
    assert statistic("line_order", *striped) > 0.8
    assert statistic("line_order", *checked) < 0.4
    assert statistic("cross_order", *checked) > 0.6


def test_turning_stripes_turns_only_their_direction():
    upright, turned = cloth("striped"), cloth("striped", turned=True)
    assert statistic("across", *upright) * statistic("across", *turned) < 0
    assert statistic("line_order", *upright) == pytest.approx(
        statistic("line_order", *turned), abs=0.05
    )


def test_a_plain_cloth_has_less_detail_than_any_pattern():
    plain = statistic("usual_detail", *cloth("solid"))
    for pattern in ("striped", "checked", "dotted", "floral", "animal"):
        assert statistic("usual_detail", *cloth(pattern)) > plain + 1


def test_a_graphic_stays_in_one_place_and_dots_do_not():
    assert statistic("second_spread", *cloth("graphic")) < statistic(
        "second_spread", *cloth("dotted")
    )


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (3, 90), (90, 3), (96, 70)])
@pytest.mark.parametrize("fill", [0, 255])
def test_flat_and_tiny_pictures_never_fail(shape, fill):
    pixels = np.full((*shape, 3), fill, np.uint8)
    head = np.full(len(CLASSES), 0.1, np.float32)
    for weight in (0, 1):
        weights = np.full(shape, weight, np.float32)
        guess = pattern_guess(head, CLASSES, pixels=pixels, small=pixels, weights=weights)
        assert guess.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert np.isfinite(guess.probabilities).all()


@given(st.integers(0, 2**31))
def test_statistics_are_finite_whatever_the_picture(seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(4, 60, 2)
    pixels = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    weights = rng.random((rows, columns)).astype(np.float32) ** rng.uniform(0.1, 3)
    found = texture(pixels, weights.astype(np.float32))
    assert found is None or (found.shape == (len(STATISTICS),) and np.isfinite(found).all())


def test_a_head_of_other_classes_is_left_alone():
    pixels, weights = cloth("solid")
    head = np.array([0.5, 0.5], np.float32)
    guess = pattern_guess(head, ("plain", "loud"), pixels=pixels, small=pixels, weights=weights)
    assert guess is None


def test_the_cloth_is_not_heard_before_a_busy_scene():
    pixels, weights = cloth("striped")
    busy = np.random.default_rng(1).integers(0, 256, pixels.shape, dtype=np.uint8)
    busy[10:110, 10:110] = pixels[10:110, 10:110]
    assert clutter(busy, weights) > clutter(pixels, weights)
    head = np.full(len(CLASSES), 0.1, np.float32)
    in_scene = pattern_guess(head, CLASSES, pixels=busy, small=busy, weights=weights)
    alone = pattern_guess(head, CLASSES, pixels=pixels, small=pixels, weights=weights)
    assert (in_scene.plainness, in_scene.statistics) == (0.0, None)
    assert alone.plainness == 1.0
    assert alone.probabilities[1] > 2 * in_scene.probabilities[1]


def test_most_packshots_of_the_sample_shop_show_their_pattern():
    shown = right = 0
    for product in sample_shop(60, seed=11).products:
        drawn = picture(product, product.views[0], size_px=224)
        value = extractor().extract(jpeg(drawn.image, quality=88)).attributes["pattern"]
        assert value.evidence["method"] in ("head", "head and cloth")
        shown += value.value != "unknown"
        right += value.value == product.pattern
    assert shown >= 45
    assert right >= 0.8 * shown


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
