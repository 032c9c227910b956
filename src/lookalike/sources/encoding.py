"""The character encoding of a text file, found by reading it once."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from lookalike.domain.problems import Problem

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 4096
NUL_SHARE = 0.3
"""UTF-16 text in a Latin script has a NUL in nearly every second byte; chosen by eye."""

_MARKS = (  # UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """How to decode a file (always with errors="replace") and what to tell about it."""

    name: str
    problem: Problem | None = None


def text_encoding(path: Path) -> Encoding:
    """UTF-8 or what a byte order mark says; else the likelier of broken UTF-8 and cp1252.

    A few odd bytes in a UTF-8 file must not spoil its other accents, so a file that holds
    more well-formed multi-byte characters than broken ones is still read as UTF-8.
    Cost: one pass over the bytes (two when they are not UTF-8), in bounded memory.
    """
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name)
    if start[1::2].count(0) > NUL_SHARE * len(start[1::2]):
        return Encoding("utf-16-le")
    if start[0::2].count(0) > NUL_SHARE * len(start[0::2]):
        return Encoding("utf-16-be")
    line = _first_bad_line(path)
    return Encoding("utf-8") if line is None else _fallback(path, line)


def _first_bad_line(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def _fallback(path: Path, line: int) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = whole = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            replaced = text.count("\N{REPLACEMENT CHARACTER}")
            broken += replaced
            whole += len(text) - len(text.encode("ascii", "ignore")) - replaced
    if whole > broken:
        name, how = "utf-8", f"the {broken} bad places were replaced"
    else:
        name, how = "cp1252", "it was read as Windows-1252"
    message = f"{path.name} is not valid UTF-8 (first on line {line}); {how}. Save it as UTF-8."
    return Encoding(name, Problem(line, None, str(path), "encoding", message, skipped=False))
