from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.features.encoder import default_encoder
from lookalike.features.familiarity import LEAST_FAMILIAR, familiarity
from lookalike.features.heads import pattern_attribute
from lookalike.features.pattern import PatternGuess, clutter, pattern_guess
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
    return float(texture(pixels, weights, large=pixels)[STATISTICS.index(name)])


def test_edges_of_stripes_run_one_way_and_those_of_checks_two():
    striped, checked = cloth("striped"), cloth("checked")
    assert statistic("line_order", *striped) > 0.8
    assert statistic("line_order", *checked) < 0.4
    assert statistic("cross_order", *checked) > 0.6


def test_turning_stripes_leaves_every_statistic_as_it_was():
    upright, turned = cloth("striped"), cloth("striped", turned=True)
    for name in STATISTICS:
        assert statistic(name, *upright) == pytest.approx(statistic(name, *turned), abs=0.1), name


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
    larger = np.repeat(np.repeat(pixels, 2, axis=0), 2, axis=1)
    found = texture(pixels, weights.astype(np.float32), large=larger)
    assert found is None or (found.shape == (len(STATISTICS),) and np.isfinite(found).all())


def test_a_head_of_other_classes_is_left_alone():
    pixels, weights = cloth("solid")
    head = np.array([0.5, 0.5], np.float32)
    guess = pattern_guess(head, ("plain", "loud"), pixels=pixels, small=pixels, weights=weights)
    assert guess is None


def test_a_small_product_is_read_in_the_larger_picture():
    large, weights = cloth("striped")
    small = np.ascontiguousarray(large[1::3, 1::3])
    found = texture(small, weights[1::3, 1::3], large=large)
    assert found[STATISTICS.index("line_order")] > 0.8


def test_a_sure_head_is_believed_without_a_look_at_the_cloth():
    pixels, weights = cloth("checked")
    for chance, heard in ((0.9, False), (0.5, True)):
        head = np.full(len(CLASSES), (1 - chance) / (len(CLASSES) - 1), np.float32)
        head[1] = chance
        guess = pattern_guess(head, CLASSES, pixels=pixels, small=pixels, weights=weights)
        assert (guess.statistics is not None) == heard
        assert guess.plainness == 1.0
    assert guess.probabilities.sum() == pytest.approx(1, abs=1e-5)


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
    assert alone.statistics is not None


def test_an_undecided_head_is_helped_by_stripes_and_by_checks():
    head = np.full(len(CLASSES), 0.1, np.float32)
    guesses = {}
    for pattern in ("striped", "checked"):
        pixels, weights = cloth(pattern)
        guesses[pattern] = pattern_guess(
            head, CLASSES, pixels=pixels, small=pixels, weights=weights
        ).probabilities
    striped, checked = CLASSES.index("striped"), CLASSES.index("checked")
    assert guesses["striped"][striped] > guesses["checked"][striped]
    assert guesses["checked"][checked] > guesses["striped"][checked]


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
    guess = PatternGuess(chances, plainness=1.0, statistics=None)
    assert pattern_attribute(guess, classes, chances).value == value
    assert pattern_attribute(guess, ("animal", "solid"), chances).value == "solid"
