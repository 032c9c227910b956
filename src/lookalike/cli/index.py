"""`lookalike index`: bring the collection in line with a catalog."""

import sys
from dataclasses import asdict

import click

from lookalike.cli import options
from lookalike.cli.options import as_json, names, pairs
from lookalike.cli.output import people, print_json, progress
from lookalike.domain.index_run import IndexReport, Mode, Options
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire.errors import PROBLEMS_REPORTED

SHOWN_PROBLEMS = 10


@click.command()
@click.argument("catalog", metavar="CATALOG")
@click.option("--images", metavar="DIR", help="Root of relative image paths.")
@click.option(
    "--map",
    "mapping",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="Name columns where guessing fails: --map sku=id,image=photo,price=cost",
)
@click.option("--format", "form", metavar="NAME", help="The format, where it is not recognized.")
@options.sync_options
@click.option("--dry-run", is_flag=True, help="Only say what would be done, and how long it takes.")
@click.option("--keep-missing", is_flag=True, help="Keep products the catalog no longer has.")
@click.option("--refresh", is_flag=True, help="Read every image again, even if it looks unchanged.")
@click.option("--one-image", is_flag=True, help="Keep the first image of every product alone.")
@click.option("--extractors", metavar="NAMES", help="image_embedding,color,pattern,style,object")
@click.option("--attributes", metavar="NAMES", help='Keep only these, or "all"; a,b separates.')
@as_json
@click.pass_obj
def index(
    settings: Settings,
    *,
    catalog: str,
    images: str | None,
    mapping: tuple[str, ...],
    form: str | None,
    mode: Mode,
    version: int | None,
    accept_loss: bool,
    dry_run: bool,
    keep_missing: bool,
    refresh: bool,
    one_image: bool,
    extractors: str | None,
    attributes: str | None,
    as_json: bool,
) -> None:
    """Index a CATALOG: a table, a product feed or a folder of images.

    Tables are CSV, TSV, JSON Lines or Parquet; feeds those of Google Merchant Center, Meta,
    Shopify, WooCommerce, Google Product Search, shopping agents, or Schema.org JSON-LD.  Either
    may be a file, an http(s) address or lie in a bucket (s3://bucket/catalog.csv).

    A second run does only what has changed.  A run that was stopped, however hard, goes on
    where it stopped.  The exit status is 6 when some rows or images could not be used.
    """
    quiet = as_json and not sys.stderr.isatty()
    with Engine.open(settings) as engine, progress(quiet=quiet) as report:
        done = engine.index(
            catalog,
            images=images,
            mapping=pairs(mapping, option="--map"),
            form=form,
            options=Options(
                mode=mode,
                version=version,
                accept_loss=accept_loss,
                keep_missing=keep_missing,
                refresh=refresh,
                multiple_images=not one_image,
                extractors=names(extractors),
                extract_attributes=names(attributes),
            ),
            dry_run=dry_run,
            report=report,
        )
    if as_json:
        print_json({**asdict(done), "problems": [asdict(one) for one in done.problems]})
    else:
        tell(done)
    if done.problems:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)


def tell(done: IndexReport) -> None:
    """The report of a run for people."""
    if done.unchanged:
        click.echo(f"Nothing has changed; {done.products:,} products.")
        return
    if done.format:
        people.print(f"Read as: {done.format}", style="dim", markup=False)
    chosen = ", ".join(f"{name}={'+'.join(columns)}" for name, columns in done.mapping.items())
    if chosen:
        people.print(f"Columns: {chosen}", style="dim", markup=False)
    if done.dry_run:
        click.echo(
            f"+{done.added:,} -{done.removed:,} ~{done.changed:,}, {done.encoded:,} images to look "
            f"at, about {done.seconds:,.0f} s on this machine.  Nothing was changed."
        )
        _tell_problems(done)
        return
    click.echo(
        f"{done.products:,} products ({done.added:,} new, {done.changed:,} changed, "
        f"{done.removed:,} removed), {done.images:,} images: {done.encoded:,} were looked at, "
        f"{done.reused:,} known already"
    )
    if done.stale:
        click.echo(f"{done.stale:,} rows are older than what is known and changed nothing.")
    click.echo(f"{done.seconds:,.1f} s; generation {done.generation} answers now.")
    _tell_problems(done)


def _tell_problems(done: IndexReport) -> None:
    if not done.problems:
        return
    kinds = sorted(done.problem_counts.items(), key=lambda pair: -pair[1])
    told = ", ".join(f"{count:,} {code}" for code, count in kinds)
    people.print(f"{sum(done.problem_counts.values()):,} problems: {told}", style="yellow")
    for one in done.problems[:SHOWN_PROBLEMS]:
        place = f"line {one.line}: " if one.line else ""
        people.print(f"  {place}{one.message}", markup=False)
    if len(done.problems) > SHOWN_PROBLEMS:
        where = f"lookalike jobs {done.job_id}" if done.job_id else "--json"
        people.print(f"  ... all of them: {where}", style="dim", markup=False)
