"""Screens and pages name no product; collages are taken apart; photos of products stay named."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from lookalike.domain.color import codes, oklab_table
from lookalike.features.collage import tiles
from lookalike.features.encoder import default_encoder
from lookalike.features.pipeline import Extractor
from lookalike.sample.render import picture
from lookalike.sample.shop import sample_shop

LINES = (
    "Free returns within thirty days",
    "Measure around the fullest part",
    "of the chest, keeping the tape level.",
    "Machine wash at 30 degrees,",
    "do not tumble dry, iron inside out.",
    "This picture is not available yet.",
)
SIZES = (11, 16, 24)
COLORS = ((200, 40, 50), (40, 60, 180), (30, 120, 60), (150, 90, 30))
NOT_OF_PAGES = (
    "pattern",
    "style",
    "material_appearance",
    "product_type",
    "shape",
    "complexity",
    "aesthetic",
)


@pytest.fixture(scope="module")
def extractor():
    return Extractor(default_encoder(threads=1))


def file_of(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def blank(wide, high, paper="white"):
    image = Image.new("RGB", (wide, high), paper)
    return image, ImageDraw.Draw(image)


def page(size, *, paper="white", ink="black"):
    image, draw = blank(420, 560, paper)
    font = ImageFont.load_default(size)
    for number, y in enumerate(range(20, 540, int(size * 1.5))):
        draw.text((24, y), LINES[number % len(LINES)], font=font, fill=ink)
    return image


def size_chart(size):
    image, draw = blank(size * 26, size * 18)
    font = ImageFont.load_default(size)
    for row, name in enumerate(("Size", "XS", "S", "M", "L", "XL", "XXL")):
        for column, part in enumerate((name, "Chest", "Waist", "Hips")):
            x, y = column * size * 6.4 + size / 2, row * size * 2.5 + size / 2
            said = part if row == 0 or column == 0 else str(70 + 4 * row + 9 * column)
            draw.text((x + 4, y + 4), said, font=font, fill="black")
            draw.rectangle((x, y, x + size * 6.4, y + size * 2.5), outline=(120, 120, 120))
    return image


def app(size, *, dark=False):
    paper, ink = ((24, 24, 28), (235, 235, 235)) if dark else ("white", (30, 30, 30))
    image, draw = blank(390, 760, paper)
    font = ImageFont.load_default(size)
    draw.rectangle((0, 0, 390, 60), fill=(52, 90, 200))
    draw.text((20, 18), "My orders", font=font, fill="white")
    for number, y in enumerate(range(80, 660, 76)):
        draw.ellipse((20, y, 64, y + 44), fill=(150, 150, 160))
        draw.text((80, y), f"Order {1200 + number}", font=font, fill=ink)
        draw.text((80, y + size * 1.4), "On its way to you", font=font, fill=(140, 140, 140))
        draw.line((20, y + 62, 370, y + 62), fill=(140, 140, 140))
    draw.rounded_rectangle((20, 690, 370, 740), 10, fill=(52, 90, 200))
    draw.text((150, 702), "Track all", font=font, fill="white")
    return image


def logo(size):
    image, draw = blank(420, 300)
    for text, y, points in (("NORTHLINE", 150, size * 3), ("since 1984", 150 + size * 3, size)):
        font = ImageFont.load_default(points)
        draw.text((210, y), text, font=font, fill=(20, 30, 90), anchor="mm")
    return image


PAGES = {
    **{f"page {size}": page(size) for size in SIZES},
    **{f"dark page {size}": page(size, paper=(20, 20, 24), ink=(230, 230, 230)) for size in SIZES},
    **{f"size chart {size}": size_chart(size) for size in SIZES},
    **{f"app {size}": app(size) for size in SIZES[:2]},
    "dark app": app(16, dark=True),
    **{f"logo {size}": logo(size) for size in (14, 20)},
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_nothing_but_its_color(extractor, name):
    seen = extractor.extract(file_of(PAGES[name]))
    assert "document" in seen.evidence
    assert {seen.attributes[one].value for one in NOT_OF_PAGES} == {"unknown"}
    assert seen.components == ()


@pytest.mark.parametrize("domain", ["fashion", "home"])
def test_no_packshot_of_the_sample_shop_is_taken_for_a_page_or_a_collage(extractor, domain):
    products = [one for one in sample_shop(90, seed=7).products if one.domain == domain][::3]
    for one in products:
        drawn = picture(one, one.views[0], size_px=224).image
        seen = extractor.extract(file_of(Image.fromarray(drawn)))
        assert "document" not in seen.evidence, one.sku
        assert sum(part.name == "object" for part in seen.components) < 3, one.sku


def collage(rows, columns, *, cell=150, gap=24):
    """A grid of drawn products, and the box of each."""
    side = cell + gap
    image, draw = blank(columns * side + gap, rows * side + gap)
    boxes = []
    for number in range(rows * columns):
        x, y = gap + number % columns * side, gap + number // columns * side
        inset = 8 + 7 * (number % 4)
        box = (x + inset, y + inset, x + cell - inset, y + cell - inset)
        (draw.ellipse if number % 2 else draw.rectangle)(box, fill=COLORS[number % 4])
        boxes.append((box[0] / image.width, box[1] / image.height,
                      (box[2] - box[0] + 1) / image.width,
                      (box[3] - box[1] + 1) / image.height))  # fmt: skip
    return image, boxes


@pytest.mark.parametrize("grid", [(2, 2), (1, 3), (2, 3), (3, 3)])
def test_the_products_of_a_drawn_collage_are_components_with_boxes_through_the_whole_extractor(
    extractor, grid
):
    image, boxes = collage(*grid)
    seen = extractor.extract(file_of(image))
    assert [one.name for one in seen.components] == ["object"] * len(boxes)
    pixels = 2 / (96 * min(image.size) / max(image.size))  # of the analysis picture
    for found, drawn in zip(sorted(one.box for one in seen.components), sorted(boxes), strict=True):
        assert found == pytest.approx(drawn, abs=pixels)
    assert seen.attributes["shape"].value == "unknown"
    assert seen.attributes["pattern"].value in {"solid", "unknown"}


def test_a_collage_of_packshots_is_taken_apart_however_pale_their_grounds(extractor):
    products = sample_shop(90, seed=7).products[:4]
    image = Image.new("RGB", (380, 380), "white")
    for number, one in enumerate(products):
        shown = Image.fromarray(picture(one, one.views[0], size_px=160).image)
        image.paste(shown, (20 + number % 2 * 180, 20 + number // 2 * 180))
    seen = extractor.extract(file_of(image))
    assert [one.name for one in seen.components] == ["object"] * 4
    quarters = {(box[0] > 0.45, box[1] > 0.45) for box in (one.box for one in seen.components)}
    assert len(quarters) == 4


def test_what_is_surely_metal_has_no_pattern_of_cloth(extractor):
    shirt = next(
        one
        for one in sample_shop(90, seed=7).products
        if one.domain == "fashion" and one.pattern == "striped"
    )
    drawn = picture(shirt, shirt.views[0], size_px=224).image
    prepared = extractor.prepare(file_of(Image.fromarray(drawn)))
    (encoded,) = extractor.encode([prepared])
    names = extractor.encoder.heads

    def named(material):
        chances = np.full((1, len(names["material"])), 0.01, np.float32)
        chances[0, names["material"].index(material)] = 0.9
        pattern = np.full((1, len(names["pattern"])), 0.01, np.float32)
        pattern[0, names["pattern"].index("striped")] = 0.91
        heads = {**encoded.heads, "material": chances, "pattern": pattern}
        found = extractor.finish(prepared, replace(encoded, heads=heads))
        return found.attributes["pattern"].value

    assert named("fabric") == "striped"
    assert named("metal") == "unknown"


def lab_of(ink):
    pixels = np.where(ink[..., None], np.uint8([40, 60, 180]), np.uint8(255))
    return oklab_table().take(codes(pixels), axis=0)


@settings(max_examples=40)
@given(st.lists(st.integers(12, 26), min_size=3, max_size=3), st.integers(4, 9), st.booleans())
def test_three_things_apart_are_found_where_they_are_and_touching_ones_are_one(sides, gap, upright):
    ink = np.zeros((96, 96), dtype=bool)
    place, expected = 2, []
    for side in sides:
        ink[20 : 20 + side, place : place + side] = True
        expected.append((20, place, side, side))
        place += side + gap
    if place > 96:
        return
    found = tiles(lab_of(ink.T if upright else ink))
    boxes = sorted(tuple(round(96 * part) for part in box) for box in found)
    assert boxes == sorted((y, x, w, h) if upright else (x, y, w, h) for y, x, w, h in expected)
    joined = ink.copy()
    joined[24, 2:place] = True
    assert tiles(lab_of(joined)) == ()
