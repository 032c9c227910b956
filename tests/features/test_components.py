"""Components on drawings whose parts are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ImageDraw import Draw

from lookalike.features.components import components
from lookalike.features.outline import outline
from lookalike.sample.render import image, mask
from lookalike.sample.shop import sample_shop

RED, BLUE, GRAY = (200, 40, 50), (40, 60, 180), (120, 120, 120)


def picture(boxes, *, ground=(255, 255, 255)):
    """Pixels of colored boxes on a plain ground, 240 a side."""
    drawn = Image.new("RGB", (240, 240), ground)
    for color, box in boxes:
        Draw(drawn).rectangle(box, fill=color)
    return np.asarray(drawn)


def inside(pixels):
    return (pixels != pixels[0, 0]).any(axis=-1).astype(np.float32)


def found(pixels, **options):
    weights = inside(pixels)
    return components(pixels, outline(weights), **options)


TROUSERS = [(BLUE, (70, 20, 130, 60)), (BLUE, (70, 60, 95, 220)), (BLUE, (105, 60, 130, 220))]
BAG = [
    (RED, (40, 110, 200, 210)),
    (RED, (80, 40, 88, 110)),
    (RED, (152, 40, 160, 110)),
    (RED, (80, 40, 160, 48)),
]
SHIRT = [(GRAY, (70, 40, 170, 200)), (GRAY, (30, 45, 210, 95))]


def test_things_apart_are_objects_with_boxes_to_crop_by():
    seen = found(picture([(RED, (20, 60, 79, 179)), (BLUE, (144, 84, 215, 155))]))
    assert [one.name for one in seen] == ["object", "object"]
    boxes = sorted(one.box for one in seen)
    assert boxes[0] == pytest.approx((20 / 240, 60 / 240, 60 / 240, 120 / 240), abs=1e-6)
    assert boxes[1] == pytest.approx((144 / 240, 84 / 240, 72 / 240, 72 / 240), abs=1e-6)


def test_a_collage_of_four_products_lists_all_four():
    corners = [(20, 20, 90, 100), (140, 24, 215, 96), (24, 140, 88, 220), (136, 150, 220, 210)]
    seen = found(picture(list(zip((RED, BLUE, GRAY, RED), corners, strict=True))))
    assert [one.name for one in seen] == ["object"] * 4
    expected = [(x / 240, y / 240, (r + 1 - x) / 240, (b + 1 - y) / 240) for x, y, r, b in corners]
    assert sorted(one.box for one in seen) == [pytest.approx(one) for one in sorted(expected)]


def test_a_pair_of_shoes_is_one_thing():
    assert found(picture([(RED, (20, 90, 100, 150)), (RED, (140, 90, 220, 150))])) == ()


def test_one_whole_product_has_no_components():
    assert found(picture([(RED, (60, 60, 180, 180))])) == ()


def test_a_thing_with_a_crack_in_its_mask_stays_one():
    assert found(picture([(RED, (40, 60, 118, 180)), (RED, (121, 60, 200, 180))])) == ()


def test_a_lamp_whose_thin_pole_is_lost_is_not_two_objects():
    assert found(picture([(RED, (70, 20, 170, 90)), (GRAY, (90, 200, 150, 220))])) == ()


def test_white_things_on_white_that_fall_apart_are_not_objects():
    pale = (232, 232, 232)
    assert found(picture([(pale, (20, 60, 79, 179)), (pale, (144, 84, 215, 155))])) == ()


def test_trousers_have_legs_below_the_seat():
    (legs,) = found(picture(TROUSERS))
    assert legs.name == "legs"
    x, y, width, height = legs.box
    assert (x, width) == pytest.approx((70 / 240, 61 / 240), abs=0.01)
    assert y == pytest.approx(61 / 240, abs=0.04)
    assert y + height == pytest.approx(221 / 240, abs=0.01)


def test_a_bag_has_a_handle_over_what_shows_through():
    (handle,) = found(picture(BAG))
    assert handle.name == "handle"
    x, y, width, _ = handle.box
    assert x == pytest.approx(89 / 240, abs=0.05)
    assert x + width == pytest.approx(152 / 240, abs=0.05)
    assert y == pytest.approx(40 / 240, abs=0.01)


def test_a_patch_on_a_bag_is_not_an_opening():
    filled = [*BAG, (GRAY, (88, 48, 152, 110))]
    weights = inside(picture(BAG))
    assert components(picture(filled), outline(weights)) == ()


def test_sleeves_are_named_only_on_garments():
    pixels = picture(SHIRT)
    assert [one.name for one in found(pixels, apparel=0.9)] == ["sleeve", "sleeve"]
    assert found(pixels, apparel=0.1) == ()


def test_a_mirrored_picture_has_the_mirrored_components():
    for boxes in (TROUSERS, BAG, SHIRT):
        pixels = picture(boxes)
        plain = {one.name: one for one in found(pixels, apparel=0.9)}
        turned = {one.name: one for one in found(pixels[:, ::-1].copy(), apparel=0.9)}
        assert plain.keys() == turned.keys()
        for name in plain.keys() - {"sleeve"}:
            x, y, width, height = plain[name].box
            assert turned[name].box == pytest.approx((1 - x - width, y, width, height), abs=0.05)


def test_parts_named_in_the_sample_shop_are_there():
    having = {
        "legs": {"trousers", "jeans", "shorts", "dining table", "side table", "chair", "armchair"},
        "handle": {"handbag", "backpack"},
        "sleeve": {"t-shirt", "shirt", "blouse", "dress", "sweater", "hoodie", "coat", "blazer"},
    }
    named = []
    for product in sample_shop(40, seed=23).products:
        view = product.views[0]
        pixels = image(product, view, size_px=96)
        weights = mask(product, view, size_px=96).astype(np.float32)
        garment = float(product.slot in ("top", "bottom", "outer", "one-piece"))
        for one in components(pixels, outline(weights), apparel=garment):
            named.append((one.name, product.product_type))
    right = [kind in having.get(name, set()) for name, kind in named]
    assert len(named) >= 5
    assert sum(right) >= 0.9 * len(right), named


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1))
def test_any_picture_gives_boxes_inside_it(seed, height, width, level):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    weights = (rng.random((height, width)) < level).astype(np.float32)
    for one in components(pixels, outline(weights), apparel=1.0):
        x, y, across, down = one.box
        assert min(one.box) >= -1e-9
        assert max(x + across, y + down) <= 1 + 1e-9
        assert 0.5 <= one.confidence <= 1
