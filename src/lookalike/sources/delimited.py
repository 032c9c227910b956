"""Delimited text: comma, semicolon, tab or bar separated, in any usual encoding."""

import csv
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput
from lookalike.sources.encoding import text_encoding
from lookalike.sources.lines import MAX_RECORD_CHARACTERS, Lines, RecordTooLong
from lookalike.sources.protocol import Record

DELIMITERS = (",", ";", "\t", "|")
HINT_BYTES = 1 << 16
_COMMENT = re.compile(r"\ufeff?\"?# ")
MAX_COMMENTS = 10
"""Meta's template explains its columns in a few lines above the header, each "# Required | ..."."""
_EXCEL_LINE = re.compile(r"sep=(.)\s*$", re.IGNORECASE)


class DelimitedFile:
    """A RecordReader of CSV and TSV.

    The delimiter is the one that splits the header into the most cells.  A line number is
    that of the record's first physical line.  A record whose quotes do not match is left
    out alone: reading goes on at the next line that is a whole row by itself.
    """

    def __init__(self, path: Path, *, header: Sequence[str] | None = None) -> None:
        """header: the names of the columns of a file that has none itself"""
        self.location = str(path)
        self._path = path
        self._encoding = text_encoding(path)
        self._given = tuple(header) if header else ()
        with self._open() as file:
            first = file.readline(MAX_RECORD_CHARACTERS)
            excel = _EXCEL_LINE.match(first)
            line = file.readline(MAX_RECORD_CHARACTERS) if excel else first
            skipped = int(bool(excel))
            while line and (not line.strip() or (_COMMENT.match(line) and skipped < MAX_COMMENTS)):
                line = file.readline(MAX_RECORD_CHARACTERS)
                skipped += 1
        self._delimiter = excel[1] if excel else _delimiter(line)
        self._lines_skipped = skipped
        self.columns, self._header_problems = self._header()

    def records(self) -> Iterator[Record | Problem]:
        if self._encoding.problem:
            yield self._encoding.problem
        yield from self._header_problems
        columns, width = self.columns, len(self.columns)
        rows = self._rows()
        if not self._given:
            next(rows, None)  # the header
        for row in rows:
            if isinstance(row, Problem):
                yield row
                continue
            line, cells = row
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                message = f"The row has {len(cells)} cells and the header {width}."
                yield Problem(line, None, self.location, "ragged_row", message)
                continue
            if len(cells) < width:
                message = f"The row has only {len(cells)} of {width} cells; the rest is missing."
                is_lost = len(cells) == 1  # no row: a word that strayed from somewhere else
                yield Problem(line, None, self.location, "short_row", message, is_lost)
                if is_lost:
                    continue
            yield Record(line, self.location, dict(zip(columns, cells, strict=False)))

    def count_hint(self) -> int | None:
        """From the file's size and the number of lines in its first 64 KiB."""
        size = os.stat(self._path).st_size  # noqa: PTH116
        with self._path.open("rb") as file:
            sample = file.read(HINT_BYTES)
        lines = sample.count(b"\n") or sample.count(b"\r")
        return max(1, round(lines * size / max(1, len(sample))) - 1)

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding.name, errors="replace", newline="")

    def _header(self) -> tuple[tuple[str, ...], list[Problem]]:
        if self._given:
            return self._given, []
        line, cells = next((row for row in self._rows() if isinstance(row, tuple)), (1, []))
        problems = []
        names: list[str] = []
        for number, cell in enumerate(cells, start=1):
            name = cell.strip().strip("\ufeff\x00")
            if not name:
                name = f"column {number}"
                message = f'Column {number} has no name; it is kept as "{name}".'
                problems.append(
                    Problem(line, None, self.location, "unnamed_column", message, False)
                )
            elif name in names:
                name = _unused(name, names)
                message = f'The header has "{cell.strip()}" twice; the later one is "{name}".'
                problems.append(
                    Problem(line, None, self.location, "duplicate_column", message, False)
                )
            names.append(name)
        return tuple(names), problems

    def _rows(self) -> Iterator[tuple[int, list[str]] | Problem]:
        """The header and all later rows that are not blank, or what was wrong with them."""
        with self._open() as file:
            lines = Lines(file)
            for _ in range(self._lines_skipped):
                lines.begin()
                try:
                    next(lines, None)
                except RecordTooLong:
                    continue
            reader = csv.reader(lines, delimiter=self._delimiter)
            width = len(self._given)
            while True:
                lines.begin()
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except RecordTooLong:
                    fault = "record_too_long", f"is longer than {MAX_RECORD_CHARACTERS} characters"
                except csv.Error as error:
                    fault = "bad_record", f"cannot be read ({error})"
                else:
                    if (lines.ended or len(lines.taken) > 1) and not self._well_formed(lines):
                        fault = "broken_quotes", "has quotes that do not match"
                    else:
                        if any(cells) and any(cell.strip() for cell in cells):
                            width = width or len(cells)
                            yield lines.first, cells
                        continue
                first = lines.first
                is_open = fault[0] != "broken_quotes" and len(lines.taken) > 1
                last = self._resume(lines, width, skip=is_open)
                span = f"on line {first}" if last == first else f"on lines {first} to {last}"
                message = f"The record {span} {fault[1]}."
                yield Problem(first, None, self.location, fault[0], message)

    def _well_formed(self, lines: Lines) -> bool:
        """Whether a record over several lines obeys the quoting rules to the letter.

        Without this, an unmatched quote would swallow the following rows into one cell.
        """
        if not lines.taken:
            return True
        texts = (text for _, text in lines.taken)
        try:
            return len(list(csv.reader(texts, delimiter=self._delimiter, strict=True))) == 1
        except csv.Error:
            return False

    def _resume(self, lines: Lines, width: int, *, skip: bool) -> int:
        """Put back the lines from the first that is a whole row; the number of the last lost.

        skip  when there is none among them, look for one in the lines that follow
        """
        for position in range(1, len(lines.taken)):
            if self._is_whole_row(lines.taken[position][1], width):
                lines.put_back(position)
                return lines.taken[-1][0]
        last = lines.taken[-1][0] if lines.taken else lines.first
        while skip:
            lines.begin()
            try:
                text = next(lines)
            except StopIteration:
                break
            except RecordTooLong:
                text = ""
            if self._is_whole_row(text, width):
                lines.put_back(0)
                break
            last = lines.first
        return last

    def _is_whole_row(self, text: str, width: int) -> bool:
        if text.count(self._delimiter) < width - 1:
            return False
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(cells) == width if width else bool(cells)


def _delimiter(header: str) -> str:
    """The delimiter that splits the header into the most cells; a comma when none does."""

    def cells(delimiter: str) -> int:
        try:
            return len(next(csv.reader([header], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=cells)


def _unused(name: str, names: list[str]) -> str:
    number = 2
    while f"{name} ({number})" in names:
        number += 1
    return f"{name} ({number})"


def require_rows(reader: DelimitedFile) -> None:
    """Raise InvalidInput when the file holds no header or no row below it."""
    if not reader.columns:
        raise InvalidInput(f"{reader.location} is empty.", hint="Give a file with a header.")
    if not any(isinstance(outcome, Record) or outcome.skipped for outcome in reader.records()):
        raise InvalidInput(
            f"{reader.location} holds a header and no rows.",
            hint="An empty catalogue would remove every product; export it again.",
        )
