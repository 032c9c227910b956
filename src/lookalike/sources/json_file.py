"""JSON: one object a line, or one array of objects, told apart by the first character."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput
from lookalike.sources.agentic import variants_of
from lookalike.sources.encoding import text_encoding
from lookalike.sources.lines import MAX_RECORD_CHARACTERS, Lines, RecordTooLong
from lookalike.sources.nested import Unreadable, flat
from lookalike.sources.protocol import Record

HEADER_RECORDS = 1000
"""JSON has no header: its columns are the keys of this many first records."""
HINT_BYTES = 1 << 16
CHUNK_CHARACTERS = 1 << 16
_OUTSIDE = re.compile(r'["{}\[\],]')
_IN_STRING = re.compile(r'["\\]')


class JsonFile:
    """A RecordReader of JSON Lines and of JSON arrays; an array is read element by element."""

    def __init__(self, path: Path) -> None:
        self.location = str(path)
        self._path = path
        self._encoding = text_encoding(path)
        with self._open() as file:
            start = file.read(CHUNK_CHARACTERS).lstrip("\ufeff \t\r\n")
        if not start:
            raise InvalidInput(f"{path} is empty.", hint="Give one JSON object a line.")
        self._is_array = start.startswith("[")
        found = [r for r in islice(self.records(), HEADER_RECORDS) if isinstance(r, Record)]
        self.columns = tuple(dict.fromkeys(name for record in found for name in record.values))
        if not self.columns:
            raise InvalidInput(
                f"{path} holds no JSON object among its first {HEADER_RECORDS} records.",
                hint="Give one JSON object a line, or one array of objects.",
            )

    def records(self) -> Iterator[Record | Problem]:
        if self._encoding.problem:
            yield self._encoding.problem
        with self._open() as file:
            elements = _elements(file, self.location) if self._is_array else _lines(file)
            for line, text in elements:
                if text is None:
                    message = f"The record is longer than {MAX_RECORD_CHARACTERS} characters."
                    yield Problem(line, None, self.location, "record_too_long", message)
                else:
                    yield from self._records(line, text)

    def count_hint(self) -> int | None:
        """From the file's size and the length of its lines; None for an array."""
        with self._path.open("rb") as file:
            sample = file.read(HINT_BYTES)
            size = file.seek(0, 2)
        if self._is_array:
            return None
        return max(1, round(sample.count(b"\n") * size / len(sample)))

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding.name, errors="replace", newline="")

    def _records(self, line: int, text: str) -> Iterator[Record | Problem]:
        """One record of an object; several where it holds the variants of a product."""
        try:
            value = json.loads(text, parse_constant=_constant)
        except RecursionError:
            fault = "is nested too deep"
        except ValueError as error:
            fault = f"is not JSON ({error})"
        else:
            if isinstance(value, dict):
                for values in variants_of(value) or [flat(value)]:
                    yield Record(line, self.location, values)
                return
            fault = f"is a JSON {type(value).__name__}, not an object"
        message = f"The record {fault}: {text.strip()[:60]!r}."
        yield Problem(line, None, self.location, "bad_json", message)


def _constant(name: str) -> Unreadable:
    return Unreadable("not_a_number", f"{name} is no value.")


def _lines(file: TextIO) -> Iterator[tuple[int, str | None]]:
    """(line number, text) of every line that is not blank; None for one that is too long."""
    lines = Lines(file)
    while True:
        lines.begin()
        try:
            text = next(lines)
        except StopIteration:
            return
        except RecordTooLong:
            yield lines.first, None
            continue
        if text.strip("\ufeff \t\r\n"):
            yield lines.first, text.strip("\ufeff \t\r\n")


def _elements(file: TextIO, location: str) -> Iterator[tuple[int, str | None]]:
    """(first line, text) of the elements of a top-level array, without reading it whole.

    Raises InvalidInput when the array does not end: what was cut off must not look removed.
    """
    element = _Element()
    depth = position = 0
    in_string = ended = False
    while chunk := file.read(CHUNK_CHARACTERS):
        start = 0
        while position < len(chunk) and not ended:
            match = (_IN_STRING if in_string else _OUTSIDE).search(chunk, position)
            if not match:
                position = len(chunk)
                break
            sign, position = match[0], match.end()
            if sign == "\\":
                position += 1  # may lie in the next chunk
            elif sign == '"':
                in_string = not in_string
            elif sign in "{[":
                depth += 1
                if depth == 1:
                    element.line += chunk.count("\n", start, position)
                    start = position
            elif sign in "}]":
                depth -= 1
            if depth == 0 or (sign == "," and depth == 1):
                element.add(chunk[start : match.start()])
                if depth or not element.is_blank:
                    yield element.take()
                start = position
                if depth == 0:  # past the end of the array: the rest is one element
                    ended, position = True, len(chunk)
        position = max(0, position - len(chunk))
        element.add(chunk[start:])
    if not ended:
        raise InvalidInput(
            f"The array in {location} does not end: the file is cut off or a quote is open.",
            hint="Export it again, or write one JSON object a line (JSON Lines).",
        )
    if not element.is_blank:
        yield element.take()


class _Element:
    """The text of one array element as it grows, or only its length once it is too long."""

    def __init__(self) -> None:
        self.line = 1
        self._parts: list[str] = []
        self._size = 0
        self._first: int | None = None

    @property
    def is_blank(self) -> bool:
        return self._first is None

    def add(self, text: str) -> None:
        rest = text.lstrip()
        if self._first is None and rest:
            self._first = self.line + text[: len(text) - len(rest)].count("\n")
        self.line += text.count("\n")
        self._size += len(text)
        if self._size <= MAX_RECORD_CHARACTERS:
            self._parts.append(text)

    def take(self) -> tuple[int, str | None]:
        text = "".join(self._parts) if self._size <= MAX_RECORD_CHARACTERS else None
        line = self._first or self.line
        self._parts, self._size, self._first = [], 0, None
        return line, text
