"""`lookalike certify`: do disturbed photos still find their product?"""

import csv
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from lookalike.cli import options
from lookalike.cli.output import people, print_json, print_table, progress
from lookalike.domain.stability import KEPT_ATTRIBUTES, Certificate, Share, Steadiness
from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings

COLUMNS = ("", "products", "found first", "color kept", "pattern kept")
TRIAL_COLUMNS = ("sku", "category", "disturbance", "rank", "found_first", *KEPT_ATTRIBUTES)
SHOWN_PROBLEMS, SHOWN_WORST = 5, 10


@click.command()
@click.option("--sample", default=200, show_default=True, help="How many products to try.")
@click.option("--seed", default=1, show_default=True, help="Chooses the sample.")
@options.where
@click.option("--out", metavar="FILE", help="The report as .md, or every trial as .csv.")
@options.as_json
@click.pass_obj
def certify(
    settings: Settings,
    *,
    sample: int,
    seed: int,
    clauses: tuple[str, ...],
    out: str | None,
    as_json: bool,
) -> None:
    """Disturb photos of the collection and see whether each still finds its product.

    Other backgrounds, mirrored, cropped, lit otherwise, watermarked, shrunk: the product should
    be found first, and its color and pattern be called the same.
    """
    if out and Path(out).suffix not in (".md", ".csv"):
        raise InvalidInput(f"--out {out!r} ends neither in .md nor in .csv.")
    with Engine.open(settings, create=False) as engine, progress(quiet=as_json) as report:
        found = engine.quality().certify(
            sample=sample, seed=seed, where=options.filter_of(clauses), report=report
        )
    if out:
        _write(found, Path(out))
    if as_json:
        told = asdict(found)
        del told["trials"]
        print_json(told)
    else:
        _tell(found)


def _tell(found: Certificate) -> None:
    print_table(COLUMNS, [_row("all", found.overall)], title="Shares with 95 % intervals")
    print_table(COLUMNS, _rows(found.by_disturbance), title="By disturbance")
    print_table(COLUMNS, _rows(found.by_category), title="By category")
    for worst in found.worst[:SHOWN_WORST]:
        said = "; ".join(f"{name}: {', '.join(what)}" for name, what in worst.failures.items())
        click.echo(f"{worst.sku}  {said}")
    click.echo(_summary(found))
    for problem in found.problems[:SHOWN_PROBLEMS]:
        people.print(f"left out: {problem.message}", markup=False, style="yellow")


def _summary(found: Certificate) -> str:
    return (
        f"{found.products:,} products, {found.photos:,} disturbed photos, seed {found.seed}, "
        f"generation {found.generation}, extractor {found.fingerprint}; {found.not_cut_out:,} "
        f"could not be cut out, {len(found.problems):,} could not be read; {found.seconds:,.0f} s"
    )


def _rows(parts: Mapping[str, Steadiness]) -> list[tuple[str, ...]]:
    return [_row(name, one) for name, one in parts.items()]


def _row(name: str, one: Steadiness) -> tuple[str, ...]:
    return (
        name,
        f"{one.products:,}",
        _percent(one.first),
        *(_percent(one.kept[attribute]) for attribute in KEPT_ATTRIBUTES),
    )


def _percent(share: Share) -> str:
    if not share.count:
        return "-"
    return f"{share.value:.1%} ({share.low:.0%} to {share.high:.0%})"


def _write(found: Certificate, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    if path.suffix == ".md":
        part.write_text(_markdown(found), encoding="utf-8")
    else:
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(TRIAL_COLUMNS)
            for trial in found.trials:
                changes = [trial.attributes.get(name) for name in KEPT_ATTRIBUTES]
                said = ["" if pair is None else " > ".join(pair) for pair in changes]
                writer.writerow(
                    [trial.sku, trial.category, trial.disturbance, trial.rank, trial.found, *said]
                )
    part.replace(path)


def _markdown(found: Certificate) -> str:
    lines = [f"# Stability of {found.collection_id}", "", _summary(found), ""]
    for title, parts in (
        ("All", {"all": found.overall}),
        ("By disturbance", found.by_disturbance),
        ("By category", found.by_category),
    ):
        lines += [f"## {title}", "", _table_row(COLUMNS), _table_row(["---"] * len(COLUMNS))]
        lines += [_table_row(row) for row in _rows(parts)] + [""]
    lines += ["## Worst", ""]
    for worst in found.worst:
        said = "; ".join(f"{name}: {', '.join(what)}" for name, what in worst.failures.items())
        lines.append(f"- `{worst.sku}` ({worst.category}) {said}")
    return "\n".join(lines) + "\n"


def _table_row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
