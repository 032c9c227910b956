"""How commands speak: tables and progress for people, one JSON object for scripts."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from lookalike.domain.progress import Report, Step, silent

people = Console(stderr=True, highlight=False)
"""Progress and problems go here, so that standard output holds the answer alone."""


def print_json(value: Any) -> None:
    """One object on one line: the last line of standard output is the report."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    table = Table(
        *columns, title=title or None, title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else 160
    Console(highlight=False, width=width).print(table)


class _Rate(ProgressColumn):
    """Done per second, over the last moments."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


@contextmanager
def progress(*, quiet: bool) -> Iterator[Report]:
    """A callback that draws one bar per stage, with rate and time left."""
    if quiet:
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=people) as bars:
        tasks: dict[str, Any] = {}

        def report(step: Step) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(step.stage, total=step.total)
            bars.update(tasks[step.stage], completed=step.done, total=step.total)

        yield report
