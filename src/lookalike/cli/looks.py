"""`lookalike looks` and `evaluate looks`: learn from a merchant's looks, and measure looks."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.output import people, print_json, print_table, progress
from lookalike.domain.look_scores import NEGATIVES, LearnReport, LookFigures, LookScores
from lookalike.domain.problems import Problem
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire.errors import PROBLEMS_REPORTED

SHOWN_PROBLEMS = 10


@click.group()
def looks() -> None:
    """Learn which products go together from your own looks and orders."""


@looks.command()
@click.argument("file", metavar="LOOKS")
@options.as_json
@click.pass_obj
def learn(settings: Settings, *, file: str, as_json: bool) -> None:
    """Learn from LOOKS: {"look id": ["sku", ...]} as JSON, a CSV of orders, or events.

    Some looks are kept back to measure on, and what was learned is switched on only where it
    beats the rules there.  It takes the place of what was learned before.
    """
    quiet = as_json and not sys.stderr.isatty()
    with Engine.open(settings, create=False) as engine, progress(quiet=quiet) as report:
        found = engine.stylist().learn(file, report=report)
    if as_json:
        print_json(asdict(found))
    else:
        _tell_learned(found)
    _end(found.problems, as_json=as_json)


@looks.command()
@options.as_json
@click.pass_obj
def forget(settings: Settings, *, as_json: bool) -> None:
    """Go back to the rules alone."""
    with Engine.open(settings, create=False) as engine:
        version = engine.stylist().forget()
    if as_json:
        print_json({"forgot": version})
    else:
        click.echo(f"Version {version} is no longer used; the rules answer alone.")


@click.command("looks")
@click.argument("file", metavar="LOOKS")
@click.option(
    "--negatives",
    type=click.Choice(NEGATIVES),
    default="random",
    show_default=True,
    help="Wrong choices: any products, or those of the right one's category.",
)
@click.option("--seed", default=0, show_default=True, help="Of the blanks and intervals.")
@click.option("--times", default=1, show_default=True, help="Blanks of each look, if few.")
@options.as_json
@click.pass_obj
def evaluate_looks(settings: Settings, /, **asked: Any) -> None:
    """How often the piece missing from a look is found, and looks are told from random ones."""
    quiet = asked["as_json"] and not sys.stderr.isatty()
    with Engine.open(settings, create=False) as engine, progress(quiet=quiet) as report:
        found = engine.stylist().evaluate(
            asked["file"],
            negatives=asked["negatives"],
            seed=asked["seed"],
            times=asked["times"],
            report=report,
        )
    if asked["as_json"]:
        print_json(asdict(found))
    else:
        _tell_scores(found)
    _end(found.problems, as_json=asked["as_json"])


def _tell_learned(found: LearnReport) -> None:
    state = "switched on" if found.switched_on else "not used"
    click.echo(
        f"Version {found.version}: {found.looks:,} looks of {found.products:,} products, {state}."
    )
    print_table(
        (f"on {found.held_out:,} looks kept back", "rules", "with learned"),
        [
            (f"{name}, {kind.replace('_', ' ')} negatives", f"{value:.3f}", f"{after[name]:.3f}")
            for kind, after in found.after.items()
            for name, value in found.before[kind].items()
        ],
    )
    click.echo(found.reason)
    if found.missing:
        click.echo(f"{found.missing:,} products of the file are not in the collection.", err=True)


def _tell_scores(found: LookScores) -> None:
    click.echo(f"{found.n:,} looks, {found.negatives.replace('_', ' ')} negatives")
    own = "rules and learned" if found.learned else "rules"
    ours = LookFigures(found.fitb, found.auc, found.intervals)
    rows = [(own, ours), *((name, one) for name, one in found.baselines.items() if name != own)]
    print_table(
        ("", "blanks filled right", "95% interval", "AUC", "95% interval"),
        [_row(name, one) for name, one in rows],
    )
    if found.new:
        click.echo(
            f"Of {found.new['n']:.0f} blanks whose product was in no look learned from, "
            f"{found.new['fitb']:.3f} were filled right."
        )
    if found.learned_looks:
        people.print(
            f"{found.learned_looks:,} of these looks were learned from: the figures flatter.",
            style="yellow",
        )
    if found.left_out or found.missing:
        click.echo(
            f"Left out: {found.left_out:,} looks; {found.missing:,} products are not in the"
            " collection.",
            err=True,
        )


def _row(name: str, one: LookFigures) -> Sequence[str]:
    spans = {key: f"{low:.3f} to {high:.3f}" for key, (low, high) in one.intervals.items()}
    return name, f"{one.fitb:.3f}", spans["fitb"], f"{one.auc:.3f}", spans["auc"]


def _end(problems: Iterable[Problem], *, as_json: bool) -> None:
    """The exit status is 6 when parts of the file had problems."""
    found = list(problems)
    if not as_json:
        for one in found[:SHOWN_PROBLEMS]:
            people.print(f"  line {one.line}: {one.message}", markup=False)
        if len(found) > SHOWN_PROBLEMS:
            people.print(f"  ... {len(found):,} problems in all: --json", markup=False)
    if found:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)
