"""`lookalike evaluate`: how good lists and named values are, measured against labels."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lookalike.cli import options
from lookalike.cli.evaluate_feed import feed
from lookalike.cli.looks import evaluate_looks
from lookalike.cli.output import people, print_json, print_table, progress
from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.evaluation import (
    ATTRIBUTE_METRICS,
    RETRIEVAL_METRICS,
    AttributeScores,
    LabelColumn,
    RetrievalScores,
)
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire.errors import PROBLEMS_REPORTED

SHOWN_PROBLEMS = 10
SHOWN_LABELS = 20


class _OnePage(click.Group):
    """A group whose help shows the options of its commands too."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for name, command in self.commands.items():
            inner = click.Context(command, info_name=name, parent=ctx)
            records = [
                record
                for option in command.get_params(inner)
                if isinstance(option, click.Option) and (record := option.get_help_record(inner))
            ]
            with formatter.section(
                f"{name} {_file_of(command)}: {command.get_short_help_str(100).rstrip('.')}"
            ):
                formatter.write_dl(records)


def _file_of(command: click.Command) -> str:
    """What the command calls its file."""
    return next(str(one.metavar) for one in command.params if isinstance(one, click.Argument))


@click.group(cls=_OnePage)
def evaluate() -> None:
    """Measure an indexed collection against LABELS, a CSV with `sku` (or `id`) and labels.

    LOOKS are looks or orders as `lookalike looks learn` reads them.
    """


evaluate.add_command(evaluate_looks)


_labels = click.argument("labels", metavar="LABELS")
_sample = click.option("--sample", type=int, metavar="COUNT", help="Ask about this many products.")
_seed = click.option("--seed", default=0, show_default=True, help="Of the sample and intervals.")
_out = click.option("--out", metavar="DIR", help="Also write a table with a row for each product.")


@evaluate.command()
@_labels
@click.option("--label", "column", metavar="COLUMN", required=True, help="Same label = relevant.")
@click.option("--weights", metavar="CHANNEL=NUMBER", multiple=True, help="For example color=2")
@options.where
@_sample
@_seed
@_out
@options.as_json
@click.pass_obj
def retrieval(settings: Settings, /, **asked: Any) -> None:
    """How often the products found carry the same label."""
    weights = options.numbers(asked["weights"], option="--weights") or None
    quiet = asked["as_json"] and not sys.stderr.isatty()
    with Engine.open(settings, create=False) as engine, progress(quiet=quiet) as report:
        found = engine.quality().evaluate_retrieval(_column(asked), weights=weights, report=report)
    if asked["out"]:
        _write(Path(asked["out"]) / "retrieval.csv", _retrieval_rows(found))
    if asked["as_json"]:
        print_json(_plain(found))
    else:
        _tell_retrieval(found)
    _end(found, as_json=asked["as_json"])


@evaluate.command()
@_labels
@click.option("--attribute", metavar="NAME", required=True, help="color_family, pattern, ...")
@click.option("--column", metavar="COLUMN", required=True, help="The column of the labels.")
@click.option("--map", "map_file", metavar="FILE", help='JSON: {"Navy": "blue", "Multi": null}')
@click.option(
    "--source",
    type=click.Choice(["image", "believed"]),
    default="image",
    show_default=True,
    help="What the images say, or what the product shows after feed and people were heard.",
)
@options.where
@_sample
@_seed
@_out
@options.as_json
@click.pass_obj
def attributes(settings: Settings, /, **asked: Any) -> None:
    """How often the value of an attribute agrees with the label."""
    with Engine.open(settings, create=False) as engine:
        found = engine.quality().evaluate_attributes(
            _column(asked),
            attribute=asked["attribute"],
            map_file=asked["map_file"],
            source=asked["source"],
        )
    if asked["out"]:
        _write(Path(asked["out"]) / "attributes.csv", _attribute_rows(found))
    if asked["as_json"]:
        print_json(_plain(found))
    else:
        _tell_attributes(found)
    _end(found, as_json=asked["as_json"])


evaluate.add_command(feed)


def _column(asked: Mapping[str, Any]) -> LabelColumn:
    return LabelColumn(
        file=asked["labels"],
        column=asked["column"],
        where=options.filter_of(asked["clauses"]),
        sample=asked["sample"],
        seed=asked["seed"],
    )


def _plain(found: RetrievalScores | AttributeScores) -> dict[str, Any]:
    """All but the rows of single products, which --out writes."""
    values = {name: value for name, value in vars(found).items() if name != "items"}
    return {
        **values,
        "missing": found.missing,
        "left_out": asdict(found.left_out),
        "problems": [asdict(one) for one in found.problems],
    }


def _tell_retrieval(found: RetrievalScores) -> None:
    click.echo(f"{found.n:,} queries among {found.candidates:,} products by {found.label}")
    print_table(
        ("metric", "score", "95% interval", "mean over labels"),
        [
            (name, f"{getattr(found, name):.3f}", _span(found, name), f"{found.macro[name]:.3f}")
            for name in RETRIEVAL_METRICS
        ],
    )
    click.echo(f"A random order would have p_at_1 {found.chance:.3f}.")
    shown = list(found.per_label.items())[:SHOWN_LABELS]
    print_table(
        ("label", "n", *RETRIEVAL_METRICS),
        [
            (label, str(one["n"]), *(f"{one[name]:.3f}" for name in RETRIEVAL_METRICS))
            for label, one in shown
        ],
    )
    if len(found.per_label) > len(shown):
        click.echo(f"... {len(found.per_label):,} labels in all: --json")


def _tell_attributes(found: AttributeScores) -> None:
    click.echo(f"{found.attribute} of {found.n:,} products against {found.column}")
    print_table(
        ("metric", "score", "95% interval"),
        [(name, f"{getattr(found, name):.3f}", _span(found, name)) for name in ATTRIBUTE_METRICS],
    )
    base = found.majority_baseline
    click.echo(
        f'Always "{base["value"]}": accuracy {base["accuracy"]:.3f}, '
        f"macro_f1 {base['macro_f1']:.3f}."
    )
    if found.ece is not None:
        click.echo(f"Expected calibration error {found.ece:.3f}.")
    ranked = sorted(found.per_class.items(), key=lambda one: (-one[1]["support"], one[0]))
    print_table(
        ("class", "n", "precision", "recall", "f1", "most often instead"),
        [
            (
                name,
                str(one["support"]),
                *(f"{one[part]:.3f}" for part in ("precision", "recall", "f1")),
                _instead(name, found.confusion[name]),
            )
            for name, one in ranked[:SHOWN_LABELS]
        ],
    )
    if len(ranked) > SHOWN_LABELS:
        click.echo(f"... {len(ranked):,} classes in all: --json")
    if found.never_said:
        people.print(
            f"Never answered: {', '.join(found.never_said[:SHOWN_LABELS])}.  "
            "Are these the attribute's words?  --map FILE translates labels.",
            style="yellow",
            markup=False,
        )


def _span(found: RetrievalScores | AttributeScores, name: str) -> str:
    low, high = found.intervals[name]
    return f"{low:.3f} to {high:.3f}"


def _instead(name: str, said: Mapping[str, int]) -> str:
    wrong = sorted((-count, value) for value, count in said.items() if value != name)
    return ", ".join(f"{value} {-count}" for count, value in wrong[:3])


def _retrieval_rows(found: RetrievalScores) -> list[Sequence[Any]]:
    """Worst first."""
    ordered = sorted(found.items, key=lambda one: (one.scores["map_at_10"], one.sku))
    return [
        ("sku", "label", *RETRIEVAL_METRICS, "relevant", "nearest", "nearest_labels"),
        *(
            (
                one.sku,
                one.label,
                *(round(one.scores[name], 4) for name in RETRIEVAL_METRICS),
                one.relevant,
                json.dumps(one.nearest, ensure_ascii=False),
                json.dumps(one.nearest_labels, ensure_ascii=False),
            )
            for one in ordered
        ),
    ]


def _attribute_rows(found: AttributeScores) -> list[Sequence[Any]]:
    """Errors first, the most confident one first."""
    shown = [
        (one, one.value.casefold() == one.truth.casefold(), one.value == UNKNOWN)
        for one in found.items
    ]
    shown.sort(key=lambda row: (row[1], row[2], -row[0].confidence, row[0].sku))
    return [
        ("sku", "label", "means", "value", "confidence", "is_right", "most_probable"),
        *(
            (
                one.sku,
                one.label,
                one.truth,
                one.value,
                round(one.confidence, 4),
                str(is_right).lower(),
                json.dumps(one.ranking, ensure_ascii=False),
            )
            for one, is_right, _ in shown
        ),
    ]


def _write(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _end(found: RetrievalScores | AttributeScores, *, as_json: bool) -> None:
    """Says what was left out; the exit status is 6 when rows of the labels had problems."""
    if not as_json:
        left = {name: count for name, count in asdict(found.left_out).items() if count}
        if left:
            told = ", ".join(f"{count:,} {name}" for name, count in left.items())
            click.echo(f"Left out: {told}.", err=True)
        for one in found.problems[:SHOWN_PROBLEMS]:
            people.print(f"  line {one.line}: {one.message}", markup=False)
        if len(found.problems) > SHOWN_PROBLEMS:
            people.print(f"  ... {len(found.problems):,} problems in all: --json", markup=False)
    if found.problems:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)
