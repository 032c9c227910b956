"""Pictures of the sample shop are repeatable, well framed and true to their product."""

import numpy as np
import pytest

from lookalike.errors import InvalidInput
from lookalike.sample.colors import from_hex
from lookalike.sample.render import image, mask, picture
from lookalike.sample.shop import sample_shop

SIZE_PX = 96
# A surface that faces the viewer keeps its color; half of a product's pixels slope and
# may be darker or lighter by up to a third, so the median may move by half of that.
LIGHT_TOLERANCE = 0.17
LIGHTEST_CORNER = 0.85  # packshot backgrounds stay above this brightness


@pytest.fixture(scope="module")
def products():
    """One product of each type."""
    every = {product.product_type: product for product in sample_shop(250, seed=5).products}
    return list(every.values())


def test_a_picture_is_drawn_the_same_every_time(products):
    for product in products[::8]:
        for view in product.views:
            first = image(product, view, size_px=SIZE_PX)
            assert first.tobytes() == image(product, view, size_px=SIZE_PX).tobytes()


def test_other_seeds_draw_other_pictures():
    first, second = (sample_shop(1, seed=seed).products[0] for seed in (1, 2))
    assert not np.array_equal(
        image(first, first.views[0], size_px=SIZE_PX),
        image(second, second.views[0], size_px=SIZE_PX),
    )


def test_images_are_rgb_bytes_of_the_asked_size(products):
    shot = picture(products[0], products[0].views[0], size_px=64)
    assert shot.image.shape == (64, 64, 3)
    assert shot.image.dtype == np.uint8
    assert shot.mask.shape == (64, 64)
    assert shot.mask.dtype == np.bool_


def test_a_picture_too_small_to_see_is_refused(products):
    with pytest.raises(InvalidInput):
        image(products[0], products[0].views[0], size_px=8)


def test_every_mask_covers_between_a_fiftieth_and_almost_all_of_the_picture(products):
    for product in products:
        for view in product.views:
            share = mask(product, view, size_px=SIZE_PX).mean()
            low = 0.05 if view.name == "packshot" else 0.005
            assert low <= share <= 0.95, (product.sku, product.name, view.name, share)


def test_corners_of_packshots_are_light_background(products):
    for product in products:
        shot = picture(product, product.views[0], size_px=SIZE_PX)
        corners = shot.image[[0, 0, -1, -1], [0, -1, 0, -1]] / 255
        assert corners.min() >= LIGHTEST_CORNER
        assert not shot.mask[[0, 0, -1, -1], [0, -1, 0, -1]].any()


def test_the_median_color_of_a_solid_packshot_is_the_true_color():
    checked = 0
    for product in sample_shop(120, seed=9).products:
        if product.pattern != "solid" or product.material == "metal":
            continue  # metal reflects bright and dark bands, so it has no one color
        shot = picture(product, product.views[0], size_px=SIZE_PX)
        if shot.main_share < 0.7:
            continue
        seen = np.median(shot.image[shot.mask] / 255, axis=0)
        distance = np.abs(seen - np.array(from_hex(product.main_color))).max()
        assert distance <= LIGHT_TOLERANCE, (product.sku, product.name, distance)
        checked += 1
    assert checked >= 30


def test_the_share_of_the_main_color_falls_when_there_is_a_pattern():
    products = sample_shop(120, seed=9).products
    shares = {
        solid: np.mean(
            [
                picture(product, product.views[0], size_px=64).main_share
                for product in products
                if product.domain == "fashion" and (product.pattern == "solid") == solid
            ]
        )
        for solid in (True, False)
    }
    assert shares[False] < shares[True]


def test_variants_have_the_same_silhouette():
    groups: dict[str, list] = {}
    for product in sample_shop(60, seed=5).products:
        if product.variant_group:
            groups.setdefault(product.variant_group, []).append(product)
    for members in groups.values():
        masks = [mask(product, product.views[0], size_px=SIZE_PX) for product in members]
        for other in masks[1:]:
            assert (masks[0] ^ other).mean() < 0.01
