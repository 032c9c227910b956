"""Feeds of planted shoppers as contact sheets: what they like on top, their feed below.

    python bench/feed_sheet.py WORKSPACE OUT.png [--shoppers 10] [--columns 12]

WORKSPACE is that of `lookalike demo`, which holds the sample shoppers' events.
"""

import argparse
import io
import json
import textwrap

from PIL import Image, ImageDraw

from lookalike import Engine, Settings
from lookalike.sample.shop import sample_shop
from lookalike.sample.shoppers import sample_shoppers

TILE, LINE, GAP = 118, 44, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("out")
    parser.add_argument("--shoppers", type=int, default=10)
    parser.add_argument("--columns", type=int, default=12)
    asked = parser.parse_args()
    with Engine.open(Settings.load({"workspace": asked.workspace}), create=False) as engine:
        shop = sample_shop(len(engine._parts.view(None).index))
        shoppers = sample_shoppers(shop).shoppers[: asked.shoppers]
        strips = [strip(engine, one, asked.columns) for one in shoppers]
    width = max(one.width for one in strips)
    sheet = Image.new("RGB", (width, sum(one.height + GAP for one in strips)), "white")
    top = 0
    for one in strips:
        sheet.paste(one, (0, top))
        top += one.height + GAP
    sheet.save(asked.out)


def strip(engine, shopper, columns) -> Image.Image:
    profile = engine.users().show(shopper.user_id).profile
    answer = engine.feed(shopper.user_id, limit=columns)
    height = 18 + 2 * (TILE + LINE)
    image = Image.new("RGB", (columns * (TILE + GAP), height), "white")
    draw = ImageDraw.Draw(image)
    planted = " + ".join(one.name for one in shopper.tastes)
    drift = "" if shopper.drift is None else f", drifted to {shopper.tastes[shopper.drift].name}"
    draw.text((2, 2), f"{shopper.user_id}: {planted}{drift}; {len(shopper.labels)} events", "black")
    members = [
        (one.sku, f"{taste.importance:.0%} {'/'.join(one.actions)}")
        for taste in profile.served
        for one in taste.members[: max(2, columns // max(1, len(profile.served)))]
    ]
    for place, (sku, words) in enumerate(members[:columns]):
        tile(engine, image, draw, sku, words, (place * (TILE + GAP), 18))
    for place, one in enumerate(answer.recommendations):
        words = f"{one.placement.lane} {one.placement.because or ''} {one.reason}"
        tile(engine, image, draw, one.sku, words, (place * (TILE + GAP), 18 + TILE + LINE))
    return image


def tile(engine, image, draw, sku, words, corner) -> None:
    document = json.loads(json.dumps(dict(engine.product(sku).document)))
    data, _ = engine.image(document["images"][0]["hash"])
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture.thumbnail((TILE, TILE))
    image.paste(picture, corner)
    for row, text in enumerate(textwrap.wrap(words, 21)[:4]):
        draw.text((corner[0], corner[1] + TILE + 10 * row), text, "black", font_size=9)


if __name__ == "__main__":
    main()
