"""Draw what every value of an attribute was given to, to be looked at by a person.

    python bench/attribute_sheet.py WORKSPACE FOLDER [--attributes pattern shape] [--each 12]

Writes one PNG an attribute: a row a value, first the products whose images are surest of it, then
as many at random.  Only what images say is shown, whatever the feed claims; `unknown` is a row.
"""

import argparse
import heapq
import io
import pathlib
import random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageOps

from lookalike import Engine, Settings
from lookalike.domain.attributes import in_order
from lookalike.journeys.catalog.ledger import image_attributes
from lookalike.sources.protocol import FetchProblem

CELL_PX, WORD_PX, LABEL_PX = 104, 12, 108
MOST_ROWS = 40


class Given(NamedTuple):
    confidence: float
    sku: str
    location: str


class Row:
    """The surest products of a value, and a random sample of all of them (reservoir)."""

    def __init__(self, each: int, rng: random.Random) -> None:
        self.count, self.surest, self.sample = 0, [], []
        self._each, self._rng = each, rng

    def add(self, one: Given) -> None:
        self.count += 1
        if len(self.surest) < self._each:
            heapq.heappush(self.surest, one)
        else:
            heapq.heappushpop(self.surest, one)
        if len(self.sample) < self._each:
            self.sample.append(one)
        elif (place := self._rng.randrange(self.count)) < self._each:
            self.sample[place] = one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--attributes", nargs="*", help="all of them by default")
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with Engine.open(Settings.load({"workspace": options.workspace}), create=False) as engine:
        found = collected(engine, options)
        images = engine._parts.tools(None).images
        for attribute in in_order(found):
            rows = sorted(found[attribute].items(), key=lambda pair: -pair[1].count)[:MOST_ROWS]
            path = options.folder / f"{attribute}.png"
            drawn(rows, images, options.each).save(path)
            print(path, {value: row.count for value, row in rows})


def collected(engine, options) -> dict[str, dict[str, Row]]:
    """Attribute -> value -> the products it was given to."""
    rng = random.Random(options.seed)
    found: dict[str, dict[str, Row]] = {}
    view = engine._parts.view(None)
    for stored in engine._parts.collection(None).catalog(view.fingerprint):
        seen = [image for image in stored.images if image.features is not None]
        if not seen:
            continue
        for attribute, one in image_attributes(stored).items():
            if options.attributes and attribute not in options.attributes:
                continue
            row = found.setdefault(attribute, {}).setdefault(one.value, Row(options.each, rng))
            row.add(Given(one.confidence, stored.product.sku, seen[0].location))
    return found


def drawn(rows, images, each) -> Image.Image:
    wide, high = LABEL_PX + (2 * each) * CELL_PX + WORD_PX, CELL_PX + WORD_PX
    sheet = Image.new("RGB", (wide, high * len(rows)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (value, row) in enumerate(rows):
        top = number * high
        draw.text((4, top + 20), f"{value}\n{row.count:,}", fill="black")
        for half, given in enumerate((sorted(row.surest, reverse=True), row.sample)):
            left = LABEL_PX + half * (each * CELL_PX + WORD_PX)
            for place, one in enumerate(given):
                corner = left + place * CELL_PX, top
                sheet.paste(picture(images, one.location), corner)
                text = f"{one.confidence:.2f} {one.sku}"[:17]
                draw.text((corner[0], top + CELL_PX - 2), text, fill="black")
    return sheet


def picture(images, location) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(images.read(location))).convert("RGB")
    except FetchProblem:
        return Image.new("RGB", (CELL_PX - 6, CELL_PX - 6), "pink")
    return ImageOps.pad(image, (CELL_PX - 6, CELL_PX - 6), color="white")


if __name__ == "__main__":
    main()
