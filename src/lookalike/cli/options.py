"""Options that several commands share, spelled once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from lookalike.domain.filter_parsing import all_of
from lookalike.domain.filters import Filter
from lookalike.domain.index_run import MODES
from lookalike.domain.where_parsing import parse_where
from lookalike.errors import InvalidInput

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
where = click.option(
    "--where",
    "clauses",
    metavar="CLAUSE",
    multiple=True,
    help="A condition such as 'price<=50', in_stock or color_family=red; repeat to combine.",
)

time_budget = click.option(
    "--time-budget",
    "time_budget_ms",
    metavar="MS",
    type=click.IntRange(min=0),
    help="After so many milliseconds, skip what it can do without and say so.",
)


rules = click.option(
    "--rules",
    "rule_names",
    metavar="NAME,...",
    help="The shop's rules that may act, '*' for all usual ones, '' for none.",
)


def sync_options(command: Command) -> Command:
    """How a run treats what the catalog lacks and what comes late."""
    for option in (
        click.option(
            "--accept-loss", is_flag=True, help="Believe a catalog that lost many products."
        ),
        click.option("--version", type=int, help="How new rows are that do not say it themselves."),
        click.option(
            "--mode",
            type=click.Choice(MODES),
            default="full",
            show_default=True,
            help="full: what the catalog lacks is removed; delta: it names only what changed.",
        ),
    ):
        command = option(command)
    return command


def filter_of(clauses: Sequence[str]) -> Filter | None:
    """All --where clauses, joined by and."""
    return all_of(*(parse_where(clause) for clause in clauses))


def pairs(texts: Sequence[str], *, option: str) -> dict[str, str]:
    """`a=b,c=d` (and repetitions of it) as a dictionary.  Raises InvalidInput."""
    found = {}
    for part in (part for text in texts for part in text.split(",")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise InvalidInput(
                f"{option} {part!r} is not of the form name=value.",
                hint=f"For example: {option} {'sku=id' if option == '--map' else 'color=1'}",
            )
        found[name.strip()] = value.strip()
    return found


def names(text: str | None) -> tuple[str, ...] | None:
    """`a,b` as a tuple; None where the option was not given."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def numbers(texts: Sequence[str], *, option: str) -> dict[str, float]:
    """`color=1,look=0.5` as numbers.  Raises InvalidInput."""
    found = {}
    for name, value in pairs(texts, option=option).items():
        try:
            found[name] = float(value)
        except ValueError:
            raise InvalidInput(f"{option} {name}={value}: {value!r} is not a number.") from None
    return found
