"""Draw looks as a contact sheet, to be looked at by a person.

    python bench/look_sheet.py WORKSPACE OUT.png [--slots top,bottom,shoes] [--count 20]

One row for each anchor: the anchor, then the pieces of its look with price and reason, and at the
end the total.
"""

import argparse
import io
import random
import textwrap

from PIL import Image, ImageDraw, ImageOps

from lookalike import Engine, LookAnchor, LookRequest, ProductAnchor, Settings
from lookalike.cli.options import filter_of
from lookalike.domain.money import spoken

CELL_PX, TEXT_PX = 150, 62


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("out")
    parser.add_argument("--slots", help="anchors of these slots in turn, comma-separated")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--type", dest="look_type")
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skus", nargs="*", default=[])
    arguments = parser.parse_args()
    with Engine.open(Settings.load({"workspace": arguments.workspace}), create=False) as engine:
        skus = arguments.skus or chosen(engine, arguments)
        columns = 9
        height = len(skus) * (CELL_PX + TEXT_PX)
        sheet = Image.new("RGB", (columns * CELL_PX, height), "white")
        for number, sku in enumerate(skus):
            request = LookRequest(
                (LookAnchor(ProductAnchor(sku)),),
                look_type=arguments.look_type,
                where=filter_of(arguments.where),
                alternatives=0,
            )
            row(engine, sheet, number * (CELL_PX + TEXT_PX), engine.look(request))
        sheet.save(arguments.out)
        print(f"{len(skus)} looks in {arguments.out}")


def chosen(engine, arguments) -> list[str]:
    """Anchors at random, the slots in turn."""
    seen = engine.stylist().seen()
    rng = random.Random(arguments.seed)
    slots = {n: slot for n in seen.products.tolist() if (slot := seen.slot(n))}
    wanted = arguments.slots.split(",") if arguments.slots else sorted(set(slots.values()))
    passing = set(seen.view.index.select(filter_of(arguments.where)).tolist())
    numbers = {
        slot: [n for n, own in slots.items() if own == slot and n in passing] for slot in wanted
    }
    picked = [slot for slot in wanted if numbers[slot]]
    return [
        seen.view.index.sku(rng.choice(numbers[picked[turn % len(picked)]]))
        for turn in range(arguments.count)
    ]


def row(engine, sheet, top, answer) -> None:
    pieces = answer.looks[0].pieces if answer.looks else answer.anchors
    for place, piece in enumerate(pieces):
        price = "" if piece.price is None else f" {spoken(piece.price, answer.currency)}"
        name = piece.product.get("name") or piece.product.get("category") or ""
        cell(
            engine,
            sheet,
            piece,
            (place * CELL_PX, top),
            f"{piece.slot}{price}: {name} | {piece.reason}",
        )
    if answer.looks:
        look = answer.looks[0]
        total = "total unknown" if look.total is None else spoken(look.total, look.currency)
        if look.prices_unknown and look.total is not None:
            total += f" + {look.prices_unknown} unknown"
        said = f"{answer.look_type}: {total}. {look.reason} {look.score:.2f}"
    else:
        said = answer.infeasible.reason
    draw(sheet, (len(pieces) * CELL_PX + 4, top + 20), said)


def cell(engine, sheet, piece, corner, text) -> None:
    x, y = corner
    if piece.product["images"]:
        data, _ = engine.image(piece.product["images"][0]["hash"])
        picture = ImageOps.contain(
            Image.open(io.BytesIO(data)).convert("RGB"), (CELL_PX - 6, CELL_PX - 6)
        )
        sheet.paste(picture, (x + (CELL_PX - picture.width) // 2, y))
    draw(sheet, (x + 2, y + CELL_PX - 4), text)


def draw(sheet, corner, text) -> None:
    lines = textwrap.wrap(text, 25)[:6]
    ImageDraw.Draw(sheet).multiline_text(corner, "\n".join(lines), fill="black", spacing=0)


if __name__ == "__main__":
    main()
