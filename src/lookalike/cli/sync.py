"""`lookalike sync`, `patch`, `problems` and `retry`: keeping a collection as the shop is."""

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.index import tell
from lookalike.cli.options import as_json, pairs
from lookalike.cli.output import people, print_json, print_table, progress
from lookalike.domain.index_run import IndexReport, Mode, Options
from lookalike.domain.problems import Problem
from lookalike.domain.schedule import Schedule, duration_s
from lookalike.engine import Engine
from lookalike.errors import InvalidInput, LookalikeError
from lookalike.settings import Settings
from lookalike.wire.errors import PROBLEMS_REPORTED
from lookalike.wire.patches import patches_from

PROBLEM_COLUMNS = ("line", "sku", "code", "location", "message")


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option("--every", metavar="INTERVAL", help="Keep at it: 30s, 15m, 2h, 1d.  Ctrl+C stops.")
@click.option("--images", metavar="DIR", help="Root of relative image paths: a folder or bucket.")
@click.option("--map", "mapping", metavar="FIELD=COLUMN", multiple=True)
@click.option("--format", "form", metavar="NAME", help="The format, where it is not recognized.")
@options.sync_options
@as_json
@click.pass_obj
def sync(
    settings: Settings,
    *,
    source: str,
    every: str | None,
    images: str | None,
    mapping: tuple[str, ...],
    form: str | None,
    mode: Mode,
    version: int | None,
    accept_loss: bool,
    as_json: bool,
) -> None:
    """Index a SOURCE if it has changed since the last run; what a source is: lookalike index."""
    given: dict[str, Any] = {  # the arguments of Engine.index
        "images": images,
        "mapping": pairs(mapping, option="--map"),
        "form": form,
        "options": Options(mode=mode, version=version, accept_loss=accept_loss),
    }
    every_s = duration_s(every) if every else None
    with Engine.open(settings) as engine:
        if every_s is not None:
            planned = Schedule(source, every_s)
            engine.upkeep().poll(
                planned, stop=_stop_on_signals(), tell=_teller(as_json=as_json), **given
            )
            return
        with progress(quiet=as_json and not sys.stderr.isatty()) as report:
            done = engine.index(source, if_changed=True, report=report, **given)
    _print(done, as_json=as_json)
    if done.problems:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _teller(*, as_json: bool) -> Callable[[IndexReport | LookalikeError], None]:
    def told(outcome: IndexReport | LookalikeError) -> None:
        people.print(f"{datetime.now():%Y-%m-%d %H:%M:%S}", style="dim")
        if isinstance(outcome, LookalikeError):
            people.print(f"{outcome.code}: {outcome}", markup=False, style="yellow")
        else:
            _print(outcome, as_json=as_json)
        sys.stdout.flush()

    return told


def _print(done: IndexReport, *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(done), "problems": [asdict(one) for one in done.problems]})
    else:
        tell(done)


@click.command()
@click.argument("file", metavar="FILE")
@as_json
@click.pass_obj
def patch(settings: Settings, *, file: str, as_json: bool) -> None:
    """Change prices and stock by a FILE, without looking at any image.

    FILE is CSV with the columns sku, price, in_stock and version, or JSON Lines with such
    objects; what a row leaves out stays.  The exit status is 6 when a row changed nothing
    because it was unknown, older or wrong.
    """
    path = Path(file)
    if not path.is_file():
        raise InvalidInput(f"There is no file {file}.", hint="Give a CSV or JSON Lines file.")
    patches, results = patches_from(path.read_text("utf-8-sig"))
    with Engine.open(settings, create=False) as engine:
        results = sorted(
            [*results, *zip((line for line, _ in patches),
                            engine.upkeep().patch([one for _, one in patches]), strict=True)],
            key=lambda pair: pair[0],
        )  # fmt: skip
    counts: dict[str, int] = {}
    for _, one in results:
        counts[one.status] = counts.get(one.status, 0) + 1
    refused = [(line, one) for line, one in results if one.status not in {"changed", "unchanged"}]
    if as_json:
        rows = [{"line": line, **asdict(one)} for line, one in results]
        print_json({"counts": counts, "results": rows})
    else:
        click.echo(", ".join(f"{count:,} {status}" for status, count in counts.items()))
        for line, one in refused[:20]:
            people.print(f"  line {line}: {one.sku}: {one.status}. {one.message}", markup=False)
    if refused:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)


@click.command()
@click.option("--limit", default=100, show_default=True, help="Print at most so many.")
@as_json
@click.pass_obj
def problems(settings: Settings, *, limit: int, as_json: bool) -> None:
    """List what is missing from the collection now: images that failed, rows that were left out."""
    with Engine.open(settings, create=False) as engine:
        found = [*_lost_rows(engine), *engine.upkeep().failed_images()]
    if as_json:
        print_json({"problems": [asdict(one) for one in found]})
        return
    rows = [[str(getattr(one, name) or "") for name in PROBLEM_COLUMNS] for one in found[:limit]]
    print_table(PROBLEM_COLUMNS, rows)
    if found:
        people.print(f"{len(found):,} in all.  Try again: lookalike retry", style="dim")


@click.command()
@as_json
@click.pass_obj
def retry(settings: Settings, *, as_json: bool) -> None:
    """Read the images again that could not be used.

    Rows that were left out (lookalike problems) are read again with their catalog, once it is
    put right: lookalike sync.
    """
    with Engine.open(settings, create=False) as engine, progress(quiet=as_json) as report:
        done = engine.upkeep().retry(report=report)
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(
            f"{done.tried:,} images tried again: {done.mended:,} mended, "
            f"{len(done.problems):,} still fail."
        )
    if done.problems:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)


def _lost_rows(engine: Engine) -> list[Problem]:
    """The rows of the last index run that gave no product."""
    last = next((job for job in engine.jobs(limit=20) if job.kind == "index"), None)
    found = engine.problems(last.id, limit=10_000) if last else ()
    return [one for one in found if one.skipped]
