import numpy as np
import pytest

from lookalike.domain.color import FAMILIES, delta_e, oklab
from lookalike.features import palette as palette_module
from lookalike.features.foreground import foreground
from lookalike.features.palette import PROTOTYPE_COUNT, channel_of, color_channel, palette

SIZE = 100


def flat(rgb):
    return np.full((SIZE, SIZE, 3), rgb, np.uint8)


def whole():
    return np.ones((SIZE, SIZE), np.float32)


def shirt(background, product=(190, 30, 45)):
    pixels = flat(background)
    pixels[20:80, 25:75] = product
    return pixels


@pytest.mark.parametrize(
    "background", [(255, 255, 255), (128, 128, 128), (0, 0, 0), (210, 190, 160), (40, 90, 60)]
)
def test_the_same_product_has_the_same_palette_on_any_background(background):
    pixels = shirt(background)
    found = palette(pixels, foreground(pixels, alpha=None, encoder_mask=None).weights)
    assert len(found) == 1
    assert float(delta_e(found[0].hex, "#be1e2d")) < 1
    assert (found[0].family, found[0].share) == ("red", pytest.approx(1))


def test_a_yellow_stripe_of_six_percent_is_an_accent():
    pixels = flat((30, 50, 120))
    pixels[:, :6] = (240, 200, 40)
    main, accent = palette(pixels, whole())
    assert (main.family, accent.family) == ("blue", "yellow")
    assert accent.share == pytest.approx(0.06, abs=0.02)  # the edge counts a little less


def test_a_crumb_of_one_percent_is_no_swatch_and_does_not_tint_the_rest():
    pixels = flat((30, 50, 120))
    pixels[:, :1] = (240, 200, 40)
    (only,) = palette(pixels, whole())
    assert float(delta_e(only.hex, "#1e3278")) < 3


def test_folds_of_one_cloth_are_one_swatch():
    shade = 1 + 0.18 * np.sin(np.linspace(0, 20, SIZE))[None, :, None]
    pixels = (np.array([60, 110, 90]) * shade).astype(np.uint8) + np.zeros((SIZE, 1, 1), np.uint8)
    assert len(palette(pixels, whole())) == 1


def test_stripes_are_two_swatches_of_half_each():
    pixels = flat((250, 250, 250))
    pixels[np.arange(SIZE) % 8 < 4] = (25, 35, 80)
    found = palette(pixels, whole())
    assert {swatch.family for swatch in found} == {"white", "blue"}
    assert [swatch.share for swatch in found] == pytest.approx([0.5, 0.5], abs=0.02)


@pytest.mark.parametrize("seed", range(30))
def test_shares_sum_to_one_fall_and_are_at_most_six(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 12))
    tones = rng.integers(0, 256, (count, 3)).astype(np.uint8)
    pixels = tones[rng.integers(count, size=(40, 60))]
    found = palette(pixels, rng.random((40, 60), dtype=np.float32))
    shares = [swatch.share for swatch in found]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert 1 <= len(found) <= 6
    assert min(shares) >= 0.04 or len(found) == 1
    assert {swatch.family for swatch in found} <= set(FAMILIES)


def test_a_noisy_picture_gives_a_palette_too():
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
    found = palette(pixels, whole())
    assert sum(swatch.share for swatch in found) == pytest.approx(1)


def test_the_middle_counts_more_than_the_edge():
    pixels = flat((200, 30, 40))
    pixels[:, 25:75] = (30, 60, 160)
    found = palette(pixels, whole())
    assert found[0].family == "blue"
    assert found[0].share < 0.6


def test_without_weight_there_is_no_palette_and_the_channel_is_zero():
    nothing = np.zeros((SIZE, SIZE), np.float32)
    assert palette(flat((1, 2, 3)), nothing) == ()
    assert not color_channel(flat((1, 2, 3)), nothing).any()


def test_a_pixel_without_weight_changes_nothing():
    pixels, weights = shirt((255, 255, 255)), np.zeros((SIZE, SIZE), np.float32)
    weights[20:80, 25:75] = 1
    other = shirt((0, 255, 0))
    assert palette(pixels, weights) == palette(other, weights)
    np.testing.assert_array_equal(color_channel(pixels, weights), color_channel(other, weights))


@pytest.mark.parametrize("seed", range(10))
def test_mirror_and_order_of_the_pixels_change_nothing(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
    weights = rng.random((SIZE, SIZE), dtype=np.float32)
    for axis in (0, 1):
        turned, moved = np.flip(pixels, axis), np.flip(weights, axis)
        np.testing.assert_allclose(
            color_channel(turned, moved), color_channel(pixels, weights), atol=1e-5
        )
        for one, two in zip(palette(pixels, weights), palette(turned, moved), strict=True):
            assert float(delta_e(one.hex, two.hex)) < 1.5
            assert one.share == pytest.approx(two.share, abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_the_channel_has_unit_length_and_no_negative_part(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (30, 20, 3)).astype(np.uint8)
    row = color_channel(pixels, rng.random((30, 20), dtype=np.float32))
    assert (row.shape, row.dtype) == ((PROTOTYPE_COUNT,), np.float32)
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)
    assert row.min() >= 0


def test_the_channel_is_the_square_root_of_a_plain_weighted_histogram():
    rng = np.random.default_rng(2)
    pixels = (rng.integers(0, 32, (12, 9, 3)) * 8 + 4).astype(np.uint8)  # middles of cells
    weights = rng.random((12, 9), dtype=np.float32)
    plain = np.zeros(PROTOTYPE_COUNT)
    for down in range(12):
        for across in range(9):
            far = ((down / 11 * 2 - 1) ** 2 + (across / 8 * 2 - 1) ** 2) / 2
            one = channel_of({f"#{bytes(pixels[down, across].tolist()).hex()}": 1.0})
            plain += weights[down, across] * (1 + 0.3 * (1 - far)) * one.astype(np.float64) ** 2
    np.testing.assert_allclose(
        color_channel(pixels, weights), np.sqrt(plain / plain.sum()), atol=2e-3
    )


def test_the_prototypes_are_as_many_as_promised_and_none_is_near_the_limit():
    colors = palette_module._stretched(palette_module.oklab_table())
    lattice = palette_module._lattice(colors)
    assert len(lattice) == PROTOTYPE_COUNT
    limit = palette_module.GAMUT_MARGIN * palette_module.SPACING
    steps = np.arange(-12, 13)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    points = np.concatenate([cube, cube + 0.5]) * palette_module.SPACING
    outside = palette_module.cKDTree(colors).query(points)[0]
    assert np.abs(outside - limit).min() > 1e-6  # so rounding cannot change the row's width


def test_similarity_of_channels_falls_with_the_distance_of_the_colors():
    rng = np.random.default_rng(11)
    rgb = rng.integers(0, 256, (300, 2, 3)).astype(np.uint8)
    rows = [[channel_of({f"#{bytes(one.tolist()).hex()}": 1.0}) for one in pair] for pair in rgb]
    similarity = np.array([float(first @ second) for first, second in rows])
    lab = oklab(rgb)
    distance = np.linalg.norm(lab[:, 0] - lab[:, 1], axis=1)
    assert np.all(similarity[distance > 0.5] < 0.05)
    steps = [(200 + step, 40, 40) for step in (0, 8, 24, 55)]
    line = [channel_of({f"#{bytes(tone).hex()}": 1.0}) for tone in steps]
    falling = [float(line[0] @ other) for other in line]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] == pytest.approx(1, abs=1e-6)


def test_a_query_for_green_prefers_green_over_blue_and_red():
    green = channel_of({"#2f7d4a": 1.0})
    near, blue, red = (
        color_channel(flat(tone), whole()) for tone in ((60, 140, 80), (40, 80, 170), (190, 40, 40))
    )
    assert green @ near > green @ blue
    assert green @ near > green @ red
