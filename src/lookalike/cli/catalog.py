"""`lookalike products`, `show` and `export`: what a collection holds."""

from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import print_json, print_table
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire import answers, ledger


@click.command()
@options.where
@click.option("--limit", default=20, show_default=True)
@click.option("--cursor", metavar="TEXT", help="Continue an earlier page.")
@options.as_json
@click.pass_obj
def products(
    settings: Settings,
    *,
    clauses: tuple[str, ...],
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List products, by sku, with what their images show."""
    with Engine.open(settings, create=False) as engine:
        page = engine.products(where=options.filter_of(clauses), limit=limit, cursor=cursor)
    if as_json:
        print_json(answers.products(page, settings.collection))
        return
    print_table(
        ("sku", "name", "category", "price", "color", "pattern"), [*map(_row, page.products)]
    )
    click.echo(f"{len(page.products):,} of {page.count:,} products")
    if page.cursor:
        click.echo(f"more: --cursor {page.cursor}")


def _row(product: Any) -> tuple[str, ...]:
    seen = product["visual_attributes"]
    price = product["price"]
    return (
        product["sku"],
        str(product["name"] or "")[:40],
        str(product["category"] or "")[:30],
        "" if price is None else f"{price:,.2f}",
        str(seen.get("color_family", "")),
        str(seen.get("pattern", "")),
    )


@click.command()
@click.argument("sku")
@options.as_json
@click.pass_obj
def show(settings: Settings, *, sku: str, as_json: bool) -> None:
    """Show all that is known of one product."""
    with Engine.open(settings, create=False) as engine:
        found = engine.product(sku)
    if as_json:
        print_json(answers.product_with_embedding(found, settings.collection))
        return
    told = answers.product(found.document, settings.collection)
    for name in ("sku", "name", "category", "brand", "price", "currency", "in_stock", "url"):
        if told[name] is not None:
            click.echo(f"{name:20} {told[name]}")
    for name, value in {**told["extra"], **told["visual_attributes"]}.items():
        click.echo(f"{name:20} {', '.join(value) if isinstance(value, list) else value}")
    for one in ledger.attributes(found.ledger):
        others = ", ".join(f"{other['source']}: {other['value']}" for other in one["others"])
        told_by = f"{one['source']} {one['confidence']:.0%}" + (f"; {others}" if others else "")
        click.echo(f"{'  ' + one['name']:20} {told_by}")
    for swatch in told["palette"]:
        click.echo(f"{'palette':20} {swatch['hex']} {swatch['share']:4.0%} {swatch['family']}")
    for problem in found.problems:
        click.echo(f"{'problem':20} {problem.message}")


@click.command()
@click.argument("file", metavar="FILE.parquet|FILE.jsonl")
@options.as_json
@click.pass_obj
def export(settings: Settings, *, file: str, as_json: bool) -> None:
    """Write every product with attributes and vectors to a file."""
    with Engine.open(settings, create=False) as engine:
        count = engine.export(Path(file))
    if as_json:
        print_json({"products": count, "file": file})
    else:
        click.echo(f"{count:,} products in {file}")
