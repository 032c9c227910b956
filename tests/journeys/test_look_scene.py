"""From a photo with several products to its parts and a look: the products are known."""

import io
from decimal import Decimal

import pytest
from PIL import Image

from lookalike import InvalidInput
from lookalike.domain.looks import SceneRequest


def pictured(shop, skus, *, side=220, gap=60):
    """The packshots of products side by side on white, as a shop lays an outfit out."""
    board = Image.new("RGB", (len(skus) * (side + gap) + gap, side + 2 * gap), "white")
    for place, sku in enumerate(skus):
        packshot = Image.open(shop.folder / shop.truth[sku]["images"][0]["file"]).convert("RGB")
        board.paste(packshot.resize((side, side)), (gap + place * (side + gap), gap))
    data = io.BytesIO()
    board.save(data, "PNG")
    return data.getvalue()


@pytest.fixture(scope="module")
def pieces(shop):
    """A top, shoes and an accessory photographed on white."""
    chosen = {}
    for sku, one in shop.truth.items():
        if one["images"][0]["background"] == "white":
            chosen.setdefault(one["slot"], sku)
    return [chosen[slot] for slot in ("top", "shoes", "bag") if slot in chosen]


def test_the_things_of_a_laid_out_photo_are_found_and_priced(engine, shop, pieces):
    scene = engine.stylist().scene(SceneRequest(pictured(shop, pieces), in_stock=False))
    found = {part.slot: [one.sku for one in part.similar] for part in scene.parts}
    wanted = {shop.truth[sku]["slot"]: sku for sku in pieces}
    hits = [slot for slot, sku in wanted.items() if sku in found.get(slot, [])]
    assert len(hits) >= len(wanted) - 1
    prices = [Decimal(shop.truth[piece.sku]["price"]) for piece in scene.look.pieces]
    assert scene.look.total == sum(prices)
    assert all(
        part.similar == tuple(sorted(part.similar, key=lambda one: -one.score))
        for part in scene.parts
    )


def test_a_part_lies_where_the_thing_lies(engine, shop, pieces):
    scene = engine.stylist().scene(SceneRequest(pictured(shop, pieces), in_stock=False))
    for part in scene.parts:
        x, y, width, height = part.box
        assert x >= 0
        assert y >= 0
        assert x + width <= 1.000001
        assert y + height <= 1.000001


def test_a_budget_and_the_kind_of_look_hold_for_scenes_too(engine, shop, pieces):
    photo = pictured(shop, pieces)
    asked = SceneRequest(photo, in_stock=False, budget=Decimal(60), look_type="outfit")
    scene = engine.stylist().scene(asked)
    assert scene.look is None or scene.look.total <= 60
    rooms = engine.stylist().scene(SceneRequest(photo, look_type="room", in_stock=False))
    assert {shop.truth[one.sku]["domain"] for part in rooms.parts for one in part.similar} <= {
        "home"
    }
    with pytest.raises(InvalidInput, match="collection"):
        SceneRequest(photo, look_type="collection")
