"""`lookalike why-not` and `lookalike match`: what stands behind a list."""

from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import print_json
from lookalike.domain.query import ProductAnchor, Retrieval
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire import answers


@click.command(name="why-not")
@click.argument("sku")
@click.argument("other")
@click.option("--limit", default=12, show_default=True)
@options.where
@click.option("--weights", metavar="CHANNEL=NUMBER", multiple=True, help="For example color=2")
@click.option("--same-category", is_flag=True, help="Only the category of the product.")
@click.option("--variants", is_flag=True, help="Show several variants of one product.")
@click.option("--min-score", type=float, help="1 is the product itself, 0 a random one.")
@options.rules
@options.as_json
@click.pass_obj
def why_not(settings: Settings, /, **asked: Any) -> None:
    """Say why OTHER is not among the products that look like SKU, or where it stands."""
    question = Retrieval(
        anchor=ProductAnchor(asked["sku"]),
        limit=asked["limit"],
        where=options.filter_of(asked["clauses"]),
        weights=options.numbers(asked["weights"], option="--weights") or None,
        same_category=asked["same_category"],
        collapse_variants=not asked["variants"],
        min_score=asked["min_score"],
        rules=options.names(asked["rule_names"]),
    )
    with Engine.open(settings, create=False) as engine:
        told = engine.why_not(question, asked["other"])
    if asked["as_json"]:
        print_json(answers.why_not(told))
        return
    click.echo(f"{told.sku}: {told.verdict}. {told.reason}")
    if told.recommendation:
        click.echo(told.recommendation.reason)


@click.command()
@click.argument("sku")
@click.argument("other")
@click.option("--out", metavar="FILE", help="Write the picture to this .png file.")
@options.as_json
@click.pass_obj
def match(settings: Settings, /, sku: str, other: str, out: str | None, as_json: bool) -> None:
    """Show where the images of two products are alike, patch by patch."""
    with Engine.open(settings, create=False) as engine:
        found = engine.match(sku, other)
    if out:
        Path(out).write_bytes(found.png)
    if as_json:
        print_json(answers.match_map(found))
        return
    click.echo(
        f"Image {found.images[0] + 1} of {sku} and image {found.images[1] + 1} of {other}: "
        f"look similarity {found.similarity:.2f}."
    )
    click.echo(f"The picture is in {out}." if out else "Add --out FILE.png to see where.")
