import io

import numpy as np
import pytest
from image_files import UPRIGHT, corners, quadrants
from PIL import Image

from lookalike.errors import InvalidInput
from lookalike.features.image import Decoded
from lookalike.features.image_fit import (
    crop,
    encode_jpeg,
    encode_png,
    fit_square,
    sampled,
    thumbnail,
    unpad,
)


def decoded(pixels, alpha=None, reduced=1):
    height, width = pixels.shape[:2]
    return Decoded(pixels, alpha, width * reduced, height * reduced, "PNG")


def evaluation_square(pixels, side):
    """The preprocessing with which the default encoder was evaluated, as its script has it."""
    picture = Image.fromarray(pixels)
    width, height = picture.size
    longest = max(width, height)
    canvas = Image.new("RGB", (longest, longest), (255, 255, 255))
    canvas.paste(picture, ((longest - width) // 2, (longest - height) // 2))
    return np.asarray(canvas.resize((side, side), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("size", [(60, 80), (80, 60), (207, 290), (560, 420), (224, 224), (9, 300)])
def test_padding_matches_the_evaluation_of_the_default_encoder(size):
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    assert np.array_equal(fit_square(pixels, 224), evaluation_square(pixels, 224))


def test_the_three_fits():
    wide = quadrants(400, 200)
    assert fit_square(wide, 100, fit="pad", fill=0)[5, 50].tolist() == [0, 0, 0]
    assert corners(fit_square(wide, 100, fit="stretch")) == UPRIGHT
    assert corners(fit_square(wide, 100, fit="crop")) == UPRIGHT
    left = np.zeros((200, 400, 3), np.uint8)
    left[:, :100] = 255  # exactly what the crop cuts off
    assert fit_square(left, 100, fit="crop")[:, 2:].max() == 0


def test_a_panorama_makes_no_enormous_square():
    strip = np.zeros((10, 20_000, 3), np.uint8)
    fitted = fit_square(strip, 32)
    assert fitted.shape == (32, 32, 3)
    assert fitted[0, 0].tolist() == [255, 255, 255]
    assert fitted[15:17].min() < 255


def test_a_crop_is_what_the_box_frames():
    top_right = crop(decoded(quadrants(), reduced=10), (0.5, 0, 0.5, 0.5))
    assert (top_right.pixels == [0, 255, 0]).all()
    assert top_right.pixels.shape == (16, 24, 3)
    assert (top_right.width_px, top_right.height_px) == (240, 160)


def test_a_crop_takes_its_part_of_alpha():
    alpha = np.zeros((32, 48), np.uint8)
    alpha[:16] = 255
    top = crop(decoded(quadrants(), alpha), (0, 0, 1, 0.5)).alpha
    assert top is not None
    assert top.min() == 255


@pytest.mark.parametrize(
    "box",
    [
        (-0.1, 0, 0.5, 0.5),
        (0.6, 0, 0.5, 0.5),
        (0, 0, 0, 1),
        (0, 0, 1, -1),
        (0, 0, 2, 1),
        (float("nan"), 0, 1, 1),
        (0, 0, 1, float("nan")),
        (0, 0, float("inf"), 1),
    ],
)
def test_a_crop_outside_the_image_says_how_a_box_is_written(box):
    with pytest.raises(InvalidInput, match=r"does not lie inside.*fractions of the image"):
        crop(decoded(quadrants()), box)


def test_a_crop_of_a_few_pixels_is_refused_with_their_number():
    with pytest.raises(InvalidInput, match=r"holds 5 x 32 pixels.*At least 8"):
        crop(decoded(quadrants()), (0, 0, 0.1, 1))


def test_the_whole_image_is_a_crop_of_itself():
    assert np.array_equal(crop(decoded(quadrants()), (0, 0, 1, 1)).pixels, quadrants())


def test_a_thumbnail_keeps_the_mean_color_and_is_never_larger():
    pixels = np.random.default_rng(2).integers(0, 255, (300, 200, 3), dtype=np.uint8)
    small, alpha = thumbnail(decoded(pixels), 50)
    assert small.shape == (50, 33, 3)
    assert alpha is None
    assert np.abs(small.mean(axis=(0, 1)) - pixels.mean(axis=(0, 1))).max() < 0.6
    same, _ = thumbnail(decoded(pixels), 300)
    assert np.array_equal(same, pixels)


def test_a_thumbnail_gives_alpha_as_a_share():
    alpha = np.full((300, 200), 255, np.uint8)
    alpha[:150] = 0
    _, small = thumbnail(decoded(np.zeros((300, 200, 3), np.uint8), alpha), 50)
    assert small is not None
    assert small.dtype == np.float32
    assert (small.min(), small.max()) == (0, 1)
    assert abs(small.mean() - 0.5) < 0.01


@pytest.mark.parametrize("size", [(60, 80), (112, 70), (112, 112), (30, 112)])
def test_a_mask_over_the_padded_square_comes_back_to_the_image(size):
    """A disc is drawn on an image, padded as pictures are, reduced to a mask and brought back."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    disc = (x - width * 0.4) ** 2 + (y - height * 0.6) ** 2 < (min(size) * 0.3) ** 2
    picture = np.where(disc[..., None], 0, 255).astype(np.uint8).repeat(3, axis=2)
    square = fit_square(picture, 224)
    mask = 1 - square[..., 0].reshape(56, 4, 56, 4).mean(axis=(1, 3), dtype=np.float32) / 255
    back = unpad(mask, size)
    assert back.shape == (height, width)
    assert back.dtype == np.float32
    overlap = ((back > 0.5) & disc).sum() / ((back > 0.5) | disc).sum()
    assert overlap > 0.9


def test_a_mask_over_a_stretched_square_covers_the_whole_image():
    mask = np.zeros((8, 8), np.float32)
    mask[:, 4:] = 1
    back = unpad(mask, (100, 20), padded=False)
    assert back[:, :40].max() == 0
    assert back[:, 60:].min() == 1


def test_a_jpeg_thumbnail_has_the_size_asked_for():
    picture = Image.open(io.BytesIO(encode_jpeg(quadrants(480, 320), max_side_px=120)))
    assert (picture.format, picture.size) == ("JPEG", (120, 80))
    assert corners(np.asarray(picture)) == UPRIGHT


def test_samples_of_a_fine_check_keep_its_two_colors_where_an_average_is_gray():
    check = np.where(np.indices((100, 60)).sum(axis=0) % 2, 0, 255).astype(np.uint8)
    whole = decoded(np.repeat(check[..., None], 3, axis=2))
    assert set(np.unique(sampled(whole, (17, 29)))) == {0, 255}
    assert 0 < thumbnail(whole, 29)[0].mean() < 255


def test_a_sample_at_full_size_is_the_image():
    pixels = np.random.default_rng(3).integers(0, 256, (7, 5, 3)).astype(np.uint8)
    np.testing.assert_array_equal(sampled(decoded(pixels), (5, 7)), pixels)


def test_a_png_keeps_every_pixel():
    pixels = np.random.default_rng(1).integers(0, 256, (30, 41, 3), dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(pixels)))), pixels)
