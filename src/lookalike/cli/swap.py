"""`lookalike swap` and `lookalike rollback`: another encoder without downtime."""

import sys
from collections.abc import Callable
from dataclasses import asdict

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import people, print_json, print_table, progress
from lookalike.domain.progress import Report
from lookalike.domain.swap import DEFAULT_QUESTIONS, Comparison, SwapReport, Times
from lookalike.engine import Engine
from lookalike.settings import Settings

compare = click.option(
    "--compare",
    metavar="COUNT",
    default=DEFAULT_QUESTIONS,
    show_default=True,
    type=click.IntRange(min=0),
    help="How many products are asked about in both states.",
)


@click.command()
@click.argument("encoder", metavar="ENCODER")
@compare
@click.option("--yes", is_flag=True, help="Switch without asking.")
@as_json
@click.pass_obj
def swap(settings: Settings, *, encoder: str, compare: int, yes: bool, as_json: bool) -> None:
    """Answer with another ENCODER: build beside, compare, ask, switch.

    ENCODER is "default", onnx:PATH, open_clip:MODEL/WEIGHTS or hf:REPO_OR_FOLDER.  Questions are
    answered all the while; `lookalike rollback` undoes it.
    """
    asking = not yes and not as_json

    def agree(seen: Comparison) -> bool:
        if not as_json:
            _tell_comparison(seen)
        return not asking or click.confirm("Switch?", err=True)

    _run(
        settings,
        lambda engine, report: engine.encoders().swap(
            encoder, compare=compare, agree=agree, report=report
        ),
        as_json=as_json,
        drawn=not asking,
    )


@click.command()
@compare
@as_json
@click.pass_obj
def rollback(settings: Settings, *, compare: int, as_json: bool) -> None:
    """Answer with the encoder before the last swap again."""
    _run(
        settings,
        lambda engine, report: engine.encoders().rollback(compare=compare, report=report),
        as_json=as_json,
        drawn=True,
    )


def _run(
    settings: Settings,
    change: Callable[[Engine, Report], SwapReport],
    *,
    as_json: bool,
    drawn: bool,
) -> None:
    quiet = not drawn or (as_json and not sys.stderr.isatty())
    with Engine.open(settings, create=False) as engine, progress(quiet=quiet) as report:
        done = change(engine, report)
    if as_json:
        print_json(asdict(done))
    else:
        _tell(done)


def _tell_comparison(seen: Comparison) -> None:
    rows = [
        ("products found", f"{seen.products_before:,}", f"{seen.products_after:,}"),
        ("a list, median ms", _p50(seen.query_before), _p50(seen.query_after)),
        ("a list, 95th percentile ms", _p95(seen.query_before), _p95(seen.query_after)),
        ("a photo looked at, median ms", _p50(seen.photo_before), _p50(seen.photo_after)),
        ("a photo looked at, 95th percentile ms", _p95(seen.photo_before), _p95(seen.photo_after)),
    ]
    rows += [
        (f"{name} known", f"{one.known_before:.0%}", f"{one.known_after:.0%}")
        for name, one in seen.attributes.items()
    ]
    print_table(("", "now", "after"), rows, title=f"{seen.questions:,} products asked about")
    click.echo(f"Of the 10 products in a list, {10 * seen.overlap_at_10:.1f} stay on average.")
    for name, one in seen.attributes.items():
        if one.same is not None:
            click.echo(f"{name}: the same for {one.same:.0%} of those that both know")
    if seen.lost:
        people.print(
            f"{len(seen.lost)} or more products can be found no longer, as their images cannot be "
            f"read: {', '.join(seen.lost)}",
            style="yellow",
            markup=False,
        )


def _p50(times: Times | None) -> str:
    return "" if times is None else f"{times.p50:.1f}"


def _p95(times: Times | None) -> str:
    return "" if times is None else f"{times.p95:.1f}"


def _tell(done: SwapReport) -> None:
    if not done.switched:
        click.echo(f"Nothing was changed; {done.encoder_before} answers on.")
        return
    click.echo(
        f"{done.encoded:,} images were looked at, {done.reused:,} known already, "
        f"{done.problems:,} unreadable; {done.seconds:,.1f} s"
    )
    click.echo(
        f"Generation {done.generation} answers now, made with {done.encoder}.  "
        f"To go back to {done.encoder_before}: lookalike rollback"
    )
