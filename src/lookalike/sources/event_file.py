"""A file of events: one JSON value a line, plain or gzipped, or standard input."""

import gzip
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput, NotFound
from lookalike.sources.lines import MAX_RECORD_CHARACTERS, Lines, RecordTooLong

STANDARD_INPUT = "-"


def read_events(location: str) -> Iterator[tuple[int, Any]]:
    """(line, JSON value) of every line that is not blank; a Problem for one that is no JSON.

    location  a path, of a gzipped file too, or "-" for standard input
    Raises NotFound or InvalidInput for a file that cannot be read.
    """
    with _open(location) as file:
        lines = Lines(file)
        while True:
            lines.begin()
            try:
                text = next(lines).strip("\ufeff \t\r\n")
            except StopIteration:
                return
            except RecordTooLong:
                message = f"The line is longer than {MAX_RECORD_CHARACTERS:,} characters."
                problem = Problem(lines.first, None, location, "record_too_long", message)
                yield lines.first, problem
                continue
            except (OSError, EOFError, gzip.BadGzipFile) as error:
                raise InvalidInput(
                    f"{location} cannot be read on after line {lines.first}: {error}.",
                    hint="The file is cut off or damaged; what came before is kept.",
                ) from error
            if text:
                yield lines.first, _value(lines.first, text, location)


def _value(line: int, text: str, location: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        fault = "is nested too deep"
    except ValueError as error:
        fault = f"is not JSON ({error})"
    message = f"The line {fault}: {text[:60]!r}."
    return Problem(line, None, location, "bad_json", message)


@contextmanager
def _open(location: str) -> Iterator[TextIO]:
    if location == STANDARD_INPUT:
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
        return
    path = Path(location)
    if not path.is_file():
        raise NotFound(
            f"There is no file {location}.", hint="Give a file with one JSON object a line, or -."
        )
    try:
        with path.open("rb") as probe:
            is_gzip = probe.read(2) == b"\x1f\x8b"
        opener = gzip.open if is_gzip else open
        with opener(path, "rt", encoding="utf-8", errors="replace") as file:
            yield file
    except PermissionError as error:
        raise InvalidInput(f"{location} cannot be read ({error.strerror}).") from error
