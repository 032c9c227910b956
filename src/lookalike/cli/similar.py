"""`lookalike similar`: what looks like a product or a photo."""

import json
from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import print_json, print_table
from lookalike.domain.query import DEFAULT_DIVERSITY, Crop, ImageAnchor, ProductAnchor, Retrieval
from lookalike.domain.results import Recommendations
from lookalike.engine import Engine
from lookalike.errors import InvalidInput, NotFound
from lookalike.settings import Settings
from lookalike.wire import answers


@click.command()
@click.argument("sku", required=False)
@click.option("--image", "photo", metavar="FILE", help="A photo to start from instead of a SKU.")
@click.option("--crop", metavar="X,Y,W,H", help="Only this part of the photo, as fractions.")
@click.option(
    "--but",
    metavar="NAME=WISH",
    multiple=True,
    help="Like it, but: color_family=green, pattern=striped, price=cheaper, lightness=darker, ...",
)
@click.option("--limit", default=12, show_default=True)
@options.where
@click.option("--weights", metavar="CHANNEL=NUMBER", multiple=True, help="For example color=2")
@click.option("--same-category", is_flag=True, help="Only the category of the product.")
@click.option("--exclude", metavar="SKU", multiple=True, help="Do not show this product.")
@click.option("--diversity", default=DEFAULT_DIVERSITY, show_default=True, help="0 to 1.")
@click.option("--max-per", metavar="FIELD=COUNT", multiple=True, help="For example brand=2")
@click.option("--variants", is_flag=True, help="Show several variants of one product.")
@click.option("--min-score", type=float, help="1 is the product itself, 0 a random one.")
@click.option("--user", "user_id", metavar="ID", help="Theirs first of what is equally alike.")
@options.rules
@click.option("--cursor", metavar="TEXT", help="Continue an earlier answer.")
@options.time_budget
@click.option("--all", "everything", is_flag=True, help="Write the list of every product.")
@click.option("--out", metavar="FILE", help="With --all: the .jsonl file to write.")
@options.as_json
@click.pass_obj
def similar(settings: Settings, /, **asked: Any) -> None:
    """Show the products that look most like SKU, or like a photo, and why."""
    if asked["everything"]:
        _write_all(settings, asked)
        return
    with Engine.open(settings, create=False) as engine:
        answer = engine.similar(_question(asked, _anchor(asked)))
    if asked["as_json"]:
        print_json(answers.recommendations(answer))
    else:
        _tell(answer)


def _anchor(asked: dict[str, Any]) -> ProductAnchor | ImageAnchor:
    if bool(asked["sku"]) == bool(asked["photo"]):
        raise InvalidInput(
            "Give either a SKU or --image FILE.", hint="lookalike products lists what there is."
        )
    but = options.pairs(asked["but"], option="--but")
    if asked["sku"]:
        return ProductAnchor(asked["sku"], but)
    try:
        data = Path(asked["photo"]).read_bytes()
    except OSError as error:
        raise NotFound(f"{asked['photo']} cannot be read ({error.strerror}).") from None
    return ImageAnchor(data, crop_of(asked["crop"]), but)


def crop_of(text: str | None) -> Crop | None:
    """`x,y,width,height` as a crop.  Raises InvalidInput."""
    if text is None:
        return None
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput(
            f"--crop {text!r} is not four numbers.", hint="For example --crop 0.25,0.1,0.5,0.4"
        ) from None
    return Crop(x, y, width, height)


def _question(asked: dict[str, Any], anchor: ProductAnchor | ImageAnchor) -> Retrieval:
    caps = options.numbers(asked["max_per"], option="--max-per")
    weights = options.numbers(asked["weights"], option="--weights")
    return Retrieval(
        anchor=anchor,
        limit=asked["limit"],
        where=options.filter_of(asked["clauses"]),
        weights=weights or None,
        same_category=asked["same_category"],
        exclude=tuple(asked["exclude"]),
        diversity=asked["diversity"],
        max_per={name: int(count) for name, count in caps.items()},
        collapse_variants=not asked["variants"],
        min_score=asked["min_score"],
        user_id=asked["user_id"],
        rules=options.names(asked["rule_names"]),
        cursor=asked["cursor"],
        time_budget_ms=asked["time_budget_ms"],
    )


def _tell(answer: Recommendations) -> None:
    rows = [
        (
            str(one.position),
            one.sku,
            str(one.product.get("name") or "")[:40],
            _price(one.product.get("price"), one.product.get("currency")),
            f"{one.score:.2f}",
            one.reason,
        )
        for one in answer.recommendations
    ]
    print_table(("#", "sku", "name", "price", "score", "why"), rows)
    for said in (*answer.limits, *answer.degraded):
        click.echo(said, err=True)


def _price(price: float | None, currency: str | None) -> str:
    return "" if price is None else f"{price:,.2f} {currency or ''}".strip()


def _write_all(settings: Settings, asked: dict[str, Any]) -> None:
    if not asked["out"] or asked["sku"] or asked["photo"]:
        raise InvalidInput("--all goes with --out FILE and without a SKU or photo.")
    if asked["but"]:
        raise InvalidInput("--but steers one list; it does not go with --all.")
    path = Path(asked["out"])
    part = path.with_name(f"{path.name}.part")
    count = 0
    with Engine.open(settings, create=False) as engine, part.open("w", encoding="utf-8") as file:
        for sku, answer in engine.similar_all(_question(asked, ProductAnchor(""))):
            told = {"sku": sku, **answers.recommendations(answer)}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
            count += 1
    part.replace(path)
    if asked["as_json"]:
        print_json({"lists": count, "file": str(path)})
    else:
        click.echo(f"{count:,} lists in {path}")
