import numpy as np
import pytest

from lookalike.features.foreground import foreground

HEIGHT, WIDTH = 112, 84


def disc(radius=25.0, center=(56, 42)):
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    return np.hypot(down - center[0], across - center[1]) < radius


def picture(mask, product=(200, 30, 40), background=(255, 255, 255)):
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:] = background
    pixels[mask] = product
    return pixels


def overlap(weights, mask):
    found = weights > 0.5
    return (found & mask).sum() / (found | mask).sum()


@pytest.mark.parametrize("background", [(255, 255, 255), (128, 128, 128), (20, 60, 160)])
def test_a_product_on_a_plain_background_is_found_by_the_border(background):
    found = foreground(picture(disc(), background=background), alpha=None, encoder_mask=None)
    assert found.source == "border"
    assert overlap(found.weights, disc()) > 0.98


def test_a_background_that_changes_evenly_is_still_background():
    pixels = picture(disc())
    tone = np.linspace(250, 150, HEIGHT).astype(np.uint8)[:, None]
    pixels[~disc()] = np.broadcast_to(tone, (HEIGHT, WIDTH))[~disc()][:, None]
    found = foreground(pixels, alpha=None, encoder_mask=None)
    assert found.source == "border"
    assert overlap(found.weights, disc()) > 0.95


def test_noise_of_a_jpeg_does_not_become_foreground():
    rng = np.random.default_rng(5)
    noisy = picture(disc(), background=(235, 235, 235)).astype(int)
    noisy += rng.integers(-4, 5, noisy.shape)
    found = foreground(noisy.clip(0, 255).astype(np.uint8), alpha=None, encoder_mask=None)
    assert overlap(found.weights, disc()) > 0.97


def test_a_hole_of_the_background_color_inside_the_product_stays():
    pixels = picture(disc(30))
    pixels[disc(5)] = 255  # a white logo on a red shirt
    found = foreground(pixels, alpha=None, encoder_mask=None)
    assert found.weights[disc(5)].min() == 1


def test_alpha_goes_before_everything_else():
    alpha = disc(center=(30, 30)).astype(np.float32)
    other = disc(center=(80, 50)).astype(np.float32)
    found = foreground(picture(disc()), alpha=alpha, encoder_mask=other)
    assert found.source == "alpha"
    np.testing.assert_array_equal(found.weights, alpha)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_an_alpha_channel_that_says_nothing_is_passed_over(level):
    alpha = np.full((HEIGHT, WIDTH), level, np.float32)
    found = foreground(picture(disc()), alpha=alpha, encoder_mask=disc().astype(np.float32))
    assert found.source == "encoder"


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_mask_that_says_nothing_is_passed_over(level):
    mask = np.full((HEIGHT, WIDTH), level, np.float32)
    found = foreground(picture(disc()), alpha=None, encoder_mask=mask)
    assert found.source == "border"


def test_the_halo_of_a_coarse_mask_is_cut_back_to_the_product():
    coarse = disc(32).astype(np.float32) * 0.8
    coarse[disc(20)] = 1
    found = foreground(picture(disc()), alpha=None, encoder_mask=coarse)
    assert found.source == "encoder"
    assert overlap(found.weights, disc()) > 0.97


def test_a_shadow_on_the_background_is_not_the_product():
    shadow = disc(18, center=(80, 42)) & ~disc()
    pixels = picture(disc())
    pixels[shadow] = 205
    coarse = np.where(disc(), 1, np.where(shadow, 0.6, 0)).astype(np.float32)
    found = foreground(pixels, alpha=None, encoder_mask=coarse)
    assert found.weights[shadow].max() == 0
    assert overlap(found.weights, disc()) > 0.97


@pytest.mark.parametrize("tone", [0, 255])
def test_a_product_in_the_color_of_its_background_keeps_the_mask(tone):
    pixels = np.full((HEIGHT, WIDTH, 3), tone, np.uint8)
    found = foreground(pixels, alpha=None, encoder_mask=disc().astype(np.float32))
    assert found.source == "encoder"
    np.testing.assert_array_equal(found.weights > 0.5, disc())


def test_a_picture_of_one_color_is_taken_whole():
    pixels = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    found = foreground(pixels, alpha=None, encoder_mask=None)
    assert (found.source, found.share) == ("whole", 1)
    assert found.weights.min() == 1


def test_a_busy_picture_without_a_mask_is_taken_whole():
    pixels = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    assert foreground(pixels, alpha=None, encoder_mask=None).source == "whole"


def test_one_smooth_color_around_is_plain_and_a_scene_is_not():
    mask = disc().astype(np.float32)
    scene = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    scene[disc()] = (200, 30, 40)
    assert foreground(picture(disc()), alpha=None, encoder_mask=mask).plain
    assert not foreground(scene, alpha=None, encoder_mask=mask).plain
    assert foreground(scene, alpha=mask, encoder_mask=None).plain


def test_trust_falls_with_what_speaks_for_the_mask():
    mask, nothing = disc().astype(np.float32), np.zeros((HEIGHT, WIDTH), np.float32)
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    page = np.ones((HEIGHT, WIDTH), np.float32)
    page[:3] = page[-3:] = page[:, :2] = page[:, -2:] = 0
    red = picture(disc())
    both = foreground(red, alpha=None, encoder_mask=mask)
    unasked = foreground(red, alpha=None, encoder_mask=None)
    disputed = foreground(red, alpha=None, encoder_mask=nothing)
    assert both.trust == 1 > unasked.trust > 0.5 > disputed.trust > 0
    assert foreground(noise, alpha=None, encoder_mask=None).trust == 0
    full = foreground(noise, alpha=None, encoder_mask=page)
    assert (full.source, full.trust) == ("encoder", pytest.approx(0, abs=0.05))


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 2), (112, 1)])
def test_the_smallest_pictures_have_a_foreground_too(size):
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3)).astype(np.uint8)
    found = foreground(pixels, alpha=None, encoder_mask=np.full(size, 0.5, np.float32))
    assert found.weights.shape == size
    assert 0 <= found.weights.min() <= found.weights.max() <= 1


@pytest.mark.parametrize("seed", range(20))
def test_weights_stay_within_bounds_and_share_is_what_the_mask_kept(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (30, 40, 3)).astype(np.uint8)
    if seed % 2:
        pixels[:6] = pixels[-6:] = pixels[:, :6] = pixels[:, -6:] = 240
    found = foreground(pixels, alpha=None, encoder_mask=rng.random((30, 40), dtype=np.float32))
    assert found.weights.dtype == np.float32
    assert 0 <= found.weights.min() <= found.weights.max() <= 1
    assert 0.03 <= found.share <= 0.97 or found.source == "whole"


SKIN, HAIR = (224, 172, 140), (40, 28, 24)


def model(garment):
    """A standing figure: hair, face, garment, two bare arms and legs."""
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    parts = {"garment": np.zeros_like(mask), "skin": np.zeros_like(mask)}
    for name, tone, box in (
        ("hair", HAIR, (4, 12, 34, 50)),
        ("skin", SKIN, (12, 24, 36, 48)),
        ("garment", garment, (24, 84, 24, 60)),
        ("skin", SKIN, (28, 60, 18, 24)),
        ("skin", SKIN, (28, 60, 60, 66)),
        ("skin", SKIN, (84, 106, 30, 38)),
    ):
        top, bottom, left, right = box
        pixels[top:bottom, left:right] = tone
        mask[top:bottom, left:right] = True
        if name in parts:
            parts[name][top:bottom, left:right] = True
    return pixels, mask, parts


def test_skin_and_hair_of_a_model_count_little():
    pixels, mask, parts = model((30, 60, 160))
    weights = foreground(pixels, alpha=None, encoder_mask=mask.astype(np.float32)).weights
    assert weights[parts["garment"]].min() == 1
    assert 0 < weights[parts["skin"]].max() < 0.2
    assert 0 < weights[6, 40] < 0.2


def test_a_skin_colored_product_without_a_person_keeps_its_weight():
    mask = disc(30)
    weights = foreground(
        picture(mask, product=SKIN), alpha=None, encoder_mask=mask.astype(np.float32)
    ).weights
    assert weights[mask].min() == 1


def test_a_beige_dress_on_a_model_keeps_its_weight():
    pixels, mask, parts = model((222, 178, 148))
    weights = foreground(pixels, alpha=None, encoder_mask=mask.astype(np.float32)).weights
    assert weights[parts["garment"]].min() == 1
