"""Draw lists of look-alikes as a contact sheet, to be looked at by a person.

    python bench/sheet.py WORKSPACE OUT.png [--per category] [--anchors 30] [--weights color=2]

One row per anchor: the anchor first, then its list with score and reason.
"""

import argparse
import io
import random
import textwrap

from PIL import Image, ImageDraw, ImageOps

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.cli.options import filter_of, numbers

CELL_PX, TEXT_PX = 150, 44


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("out")
    parser.add_argument("--per", default="category", help="one anchor for each value of this field")
    parser.add_argument("--anchors", type=int, default=30)
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--weights", action="append", default=[])
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skus", nargs="*", default=[])
    arguments = parser.parse_args()
    with Engine.open(Settings.load({"workspace": arguments.workspace}), create=False) as engine:
        skus = arguments.skus or chosen(engine, arguments)
        sheet = Image.new(
            "RGB", ((arguments.limit + 1) * CELL_PX, len(skus) * (CELL_PX + TEXT_PX)), "white"
        )
        weights = numbers(arguments.weights, option="--weights") or None
        for number, sku in enumerate(skus):
            top = number * (CELL_PX + TEXT_PX)
            answer = engine.similar(
                Retrieval(
                    ProductAnchor(sku),
                    limit=arguments.limit,
                    weights=weights,
                    where=filter_of(arguments.where),
                )
            )
            cell(engine, sheet, answer.anchor, (0, top), f"{sku} {answer.anchor['name']}")
            for place, one in enumerate(answer.recommendations, start=1):
                said = f"{one.score:.2f} {one.reason}"
                cell(engine, sheet, one.product, (place * CELL_PX, top), said)
        sheet.save(arguments.out)
        print(f"{len(skus)} lists in {arguments.out}")


def chosen(engine, arguments) -> list[str]:
    view = engine._parts.view(None)
    products = view.index.select(None)
    codes = view.index.codes(arguments.per, products).tolist()
    skus = view.index.skus(products)
    rng = random.Random(arguments.seed)
    groups: dict[int, list[str]] = {}
    for code, sku in zip(codes, skus, strict=True):
        groups.setdefault(code, []).append(sku)
    kinds = sorted(groups, key=lambda code: -len(groups[code]))
    step = max(1, min(len(kinds), 2 * arguments.anchors) // arguments.anchors)
    return [rng.choice(groups[code]) for code in kinds[::step]][: arguments.anchors]


def cell(engine, sheet, product, corner, text) -> None:
    data, _ = engine.image(product["images"][0]["hash"])
    picture = ImageOps.contain(
        Image.open(io.BytesIO(data)).convert("RGB"), (CELL_PX - 6, CELL_PX - 6)
    )
    x, y = corner
    sheet.paste(picture, (x + (CELL_PX - picture.width) // 2, y))
    lines = textwrap.wrap(text, 25)[:4]
    ImageDraw.Draw(sheet).multiline_text((x + 2, y + CELL_PX - 4), "\n".join(lines), fill="black")


if __name__ == "__main__":
    main()
