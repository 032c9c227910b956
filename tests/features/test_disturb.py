"""What a disturbance changes in a photo, and what it must leave alone."""

import io

import numpy as np
from PIL import Image

from lookalike.features.disturb import disturbed, on_backgrounds
from lookalike.features.edges import edges
from lookalike.features.image import ImageLimits
from lookalike.features.same_picture import SAME_PICTURE, picture_difference
from lookalike.sample.canvas import jpeg
from lookalike.sample.render import picture
from lookalike.sample.shop import sample_shop

LIMITS = ImageLimits()


def photo(product, *, size_px=320):
    return picture(product, product.views[0], size_px=size_px)


def drawn():
    return photo(sample_shop(3, seed=7).products[0])


def test_a_background_is_exchanged_and_the_product_is_not():
    shown = drawn()
    pixels = np.asarray(shown.image, np.uint8)
    inside = np.asarray(shown.mask, np.float32)
    made = on_backgrounds(pixels, inside, rng=np.random.default_rng(1))
    assert list(made) == ["on white", "on gray", "on wood", "on gradient", "on noise"]
    for changed in made.values():
        assert np.array_equal(changed[inside == 1], pixels[inside == 1])
    outside = inside == 0
    assert (made["on white"][outside] == 255).all()
    assert (made["on gray"][outside] == 128).all()
    assert made["on noise"][outside].std() > made["on wood"][outside].std() / 2 > 5


def test_the_whole_photo_is_mirrored_cropped_lit_and_shrunk():
    pixels = np.random.default_rng(2).integers(0, 256, (50, 100, 3), dtype=np.uint8)
    made = disturbed(pixels)
    assert np.array_equal(made["mirrored"][:, ::-1], pixels)
    assert np.array_equal(made["cropped to 80 %"], pixels[5:45, 10:90])
    assert np.array_equal(made["20 % darker"], np.rint(pixels * np.float32(0.8)))
    assert made["20 % brighter"].max() == 255
    assert made["a third the size"].shape == (16, 33, 3)
    assert 0.02 < (made["watermark"] != pixels).any(axis=2).mean() < 0.6


def test_a_tiny_photo_stays_one_that_can_be_read():
    made = disturbed(np.zeros((8, 9, 3), dtype=np.uint8))
    assert all(min(one.shape[:2]) >= 8 for one in made.values())


def test_a_copy_is_the_same_picture_and_another_product_is_not():
    products = sample_shop(12, seed=7).products
    shown = [photo(product).image for product in products]
    files = [jpeg(image, quality=90) for image in shown]
    for image, file in zip(shown, files, strict=True):
        whole = Image.fromarray(np.asarray(image, np.uint8))
        for copy in (whole.resize((240, 240)), whole.crop((6, 6, 314, 314))):
            saved = io.BytesIO()
            copy.save(saved, "JPEG", quality=70)
            assert picture_difference(file, saved.getvalue(), limits=LIMITS) <= SAME_PICTURE
    others = [picture_difference(files[0], file, limits=LIMITS) for file in files[1:]]
    assert min(others) > SAME_PICTURE


def test_edges_see_the_design_and_not_its_color():
    shop = sample_shop(90, seed=7)
    by_group = {}
    for product in shop.products:
        if product.variant_group:
            by_group.setdefault(product.variant_group, []).append(product)
    first, second = next(group for group in by_group.values() if len(group) > 1)[:2]
    stranger = next(one for one in shop.products if one.product_type != first.product_type)
    one, twin, other = (
        edges(jpeg(photo(product).image, quality=90), limits=LIMITS)
        for product in (first, second, stranger)
    )
    assert np.linalg.norm(one) == np.float32(1) or abs(np.linalg.norm(one) - 1) < 1e-5
    assert one @ twin > one @ other


def test_a_flat_photo_has_no_edges():
    near_white = np.full((40, 40, 3), 250, np.uint8)
    near_white[0, 0] = 200  # a photo of one color is refused before
    near_white[0, 1] = 200
    described = edges(jpeg(near_white, quality=90), limits=LIMITS)
    assert np.isfinite(described).all()
