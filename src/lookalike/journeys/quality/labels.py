"""Labels from a file: one column beside the sku, bad rows reported by line."""

import json
from dataclasses import dataclass
from pathlib import Path

from lookalike.domain.evaluation import LabelColumn
from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput, NotFound
from lookalike.evaluation.labels import EXAMPLE, LabelMap
from lookalike.sources.delimited import DelimitedFile

SKU_COLUMNS = ("sku", "id")


@dataclass(frozen=True)
class LabelRow:
    """One labeled product; `line` is its place in the file."""

    sku: str
    label: str
    line: int | None


@dataclass(frozen=True)
class LabelFile:
    """The labels of a file; `unlabeled` counts rows whose cell is empty."""

    rows: tuple[LabelRow, ...]
    unlabeled: int
    problems: tuple[Problem, ...]


def read_labels(asked: LabelColumn) -> LabelFile:
    """Read a column of labels.

    Raises NotFound for a file that is not there, InvalidInput where it lacks a column.  A row
    without a sku, or with one that came before, is a problem, and the rest is read.
    """
    reader = DelimitedFile(_existing(asked.file))
    sku_column = _named(reader, SKU_COLUMNS)
    column = _named(reader, (asked.column,))
    lines: dict[str, int | None] = {}
    rows, problems, unlabeled = [], [], 0
    for record in reader.records():
        if isinstance(record, Problem):
            problems.append(record)
            continue
        sku = str(record.values.get(sku_column) or "").strip()
        label = str(record.values.get(column) or "").strip()
        fault = _fault(sku, lines)
        if fault:
            problems.append(Problem(record.line, sku or None, reader.location, *fault))
            continue
        lines[sku] = record.line
        if label:
            rows.append(LabelRow(sku, label, record.line))
        else:
            unlabeled += 1
    return LabelFile(tuple(rows), unlabeled, tuple(problems))


def read_label_map(path: str | None) -> LabelMap:
    """The map of a JSON file; without one every label means itself.  Raises InvalidInput."""
    if path is None:
        return LabelMap()
    try:
        content = json.loads(_existing(path).read_bytes())
    except ValueError as error:
        raise InvalidInput(f"{path} is not JSON ({error}).", hint=EXAMPLE) from None
    return LabelMap.from_json(content, name=path)


def _fault(sku: str, lines: dict[str, int | None]) -> tuple[str, str] | None:
    if not sku:
        return "no_sku", "The row has no sku."
    if sku in lines:
        return "duplicate_sku", f"{sku} was labeled on line {lines[sku]} already; that counts."
    return None


def _existing(location: str) -> Path:
    path = Path(location)
    if not path.is_file():
        raise NotFound(f"There is no file {location}.", hint="Check the path.")
    return path


def _named(reader: DelimitedFile, names: tuple[str, ...]) -> str:
    """The column of the first of these names, whatever its case."""
    for name in names:
        if name in reader.columns:
            return name
        for column in reader.columns:
            if column.casefold() == name.casefold():
                return column
    raise InvalidInput(
        f"{reader.location} has no column {' or '.join(names)}.",
        hint=f"It has {', '.join(reader.columns)}.",
    )
