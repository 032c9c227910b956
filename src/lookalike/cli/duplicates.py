"""`lookalike duplicates`: products that look the same, and why."""

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import print_json, print_table, progress
from lookalike.domain.duplicates import KINDS, Duplicates
from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings

COLUMNS = ("group", "kind", "first", "sku", "name", "score", "differs")


@click.command()
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Repeatable; all by default."
)
@options.where
@click.option("--limit", default=20, show_default=True, help="Groups shown of every kind.")
@click.option("--out", metavar="FILE", help="Write all groups to a .csv, one line a product.")
@options.as_json
@click.pass_obj
def duplicates(
    settings: Settings,
    *,
    kinds: tuple[Any, ...],  # Any: click has no type for a choice of words
    clauses: tuple[str, ...],
    limit: int,
    out: str | None,
    as_json: bool,
) -> None:
    """List products with the same photo, nearly the same photo, or one design in two colors.

    Variants are suggestions: nothing is merged until the catalog gives them a variant group.
    """
    if out and Path(out).suffix != ".csv":
        raise InvalidInput(f"--out {out!r} does not end in .csv.")
    with Engine.open(settings, create=False) as engine, progress(quiet=as_json) as report:
        found = engine.quality().duplicates(
            kinds=kinds or KINDS, where=options.filter_of(clauses), report=report
        )
    if out:
        _write(found, Path(out))
    if as_json:
        print_json(asdict(found))
    else:
        _tell(found, limit)


def _rows(found: Duplicates) -> list[tuple[str, ...]]:
    return [
        (
            str(number),
            group.kind,
            group.sku,
            other.sku,
            other.name,
            f"{other.score:.3f}",
            "; ".join(f"{name}: {one} / {two}" for name, (one, two) in other.differs.items()),
        )
        for number, group in enumerate(found.groups, start=1)
        for other in group.others
    ]


def _write(found: Duplicates, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(found))
    part.replace(path)


def _tell(found: Duplicates, limit: int) -> None:
    rows = _rows(found)
    for kind in KINDS:
        count, products = found.count(kind)
        if not count:
            continue
        shown = {group.sku for group in [g for g in found.groups if g.kind == kind][:limit]}
        own = [(*row[2:5], row[5], row[6]) for row in rows if row[1] == kind and row[2] in shown]
        print_table(
            ("first", "sku", "name", "score", "differs"),
            own,
            title=f"{kind}: {count:,} groups, {products:,} products",
        )
        if count > limit:
            click.echo(f"... {count - limit:,} more groups: --limit, --out FILE.csv or --json")
    if not found.groups:
        click.echo("No two products look the same.")
    click.echo(f"{found.products:,} products compared in {found.seconds:,.1f} s")
