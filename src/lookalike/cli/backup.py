"""`lookalike backup` and `restore`: all that a workspace keeps, in one file and back."""

import sys
from pathlib import Path
from typing import Any

import click

from lookalike import operations
from lookalike.cli.options import as_json
from lookalike.cli.output import people, print_json, progress
from lookalike.domain.backup import BackupReport, Contents
from lookalike.engine import Engine
from lookalike.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", is_flag=True, help="Read a backup to its end instead of making one.")
@click.option("--without-index", is_flag=True, help="A smaller file; a restore builds the index.")
@as_json
@click.pass_obj
def backup(
    settings: Settings, *, file: Path, verify: bool, without_index: bool, as_json: bool
) -> None:
    """Write all that the workspace keeps to FILE, while it serves and indexes.

    The file holds events of users and hashed keys: keep it as you keep the database.
    """
    with progress(quiet=as_json and not sys.stderr.isatty()) as report:
        if verify:
            done = operations.verify(file, report=report)
        else:
            with Engine.open(settings, create=False) as engine:
                done = engine.operations().backup(
                    file, version=engine.version, with_index=not without_index, report=report
                )
    if as_json:
        print_json({**_told(done.contents), **_size(done), "verified": verify})
        return
    word = "is whole" if verify else "written"
    size = f"{done.bytes / 1e6:,.1f} MB, {done.seconds:.1f} s"
    click.echo(f"{file} {word}: {_summary(done.contents)}, {size}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--erasures",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A later backup or the JSON of `users receipts`: who was erased since stays erased.",
)
@as_json
@click.pass_obj
def restore(settings: Settings, *, file: Path, erasures: tuple[Path, ...], as_json: bool) -> None:
    """Make the workspace from a backup FILE: --workspace NEW names an empty or new folder."""
    with progress(quiet=as_json and not sys.stderr.isatty()) as report:
        done = operations.restore(settings, file, erasures=erasures, report=report)
    if as_json:
        told = _told(done.contents)
        rebuilt = {"rebuilt": list(done.rebuilt), "waiting": dict(done.waiting)}
        print_json({**told, "erased": done.erased, "seconds": done.seconds, **rebuilt})
    else:
        summary = f"{_summary(done.contents)}, {done.seconds:.1f} s"
        click.echo(f"{settings.workspace} restored: {summary}")
        if erasures:
            click.echo(f"{done.erased:,} rows of users erased since were left out")
        for name in done.rebuilt:
            click.echo(f"the index of {name} was made anew")
    for name, why in done.waiting.items():
        people.print(f"{name} has no index yet: {why}", markup=False, style="yellow")
    if done.waiting:
        raise click.exceptions.Exit(6)


def _summary(contents: Contents) -> str:
    products = contents.tables.get("products", 0)
    return (
        f"{contents.rows:,} rows ({products:,} products), as of "
        f"{contents.made_at.astimezone():%Y-%m-%d %H:%M:%S}"
    )


def _told(contents: Contents) -> dict[str, Any]:
    return {
        "made_at": contents.made_at.isoformat(),
        "version": contents.version,
        "schema": contents.schema,
        "tables": dict(contents.tables),
        "generations": dict(contents.generations),
    }


def _size(done: BackupReport) -> dict[str, Any]:
    return {"file": done.file, "bytes": done.bytes, "seconds": done.seconds}
