"""Files packed with gzip, unpacked within a limit, and what a catalogue file may cost."""

import gzip
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import InvalidInput

MEGA = 1_000_000
GZIP = b"\x1f\x8b"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class FeedLimits:
    """How a catalogue file may be downloaded.

    total_s  for the whole download; feeds of large shops have a gigabyte and slow servers
    """

    bytes: int = 2_000 * MEGA
    total_s: float = 1_800.0
    allow_private_addresses: bool = False


def unpack(source: Path, target: Path, *, max_bytes: int) -> None:
    """Move a file to its place, unpacked if it is gzip.  Raises InvalidInput beyond the limit."""
    with source.open("rb") as file:
        if file.read(2) != GZIP:
            os.replace(source, target)  # noqa: PTH105
            return
    beside = target.with_name(f"{target.name}.unpacking")
    size = 0
    try:
        with gzip.open(source, "rb") as packed, beside.open("wb") as file:
            while chunk := packed.read(CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    raise too_large(str(source), max_bytes)
                file.write(chunk)
        os.replace(beside, target)  # noqa: PTH105
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInput(
            f"The packed file cannot be unpacked ({error}).", hint="Export it again."
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def too_large(shown: str, limit: int) -> InvalidInput:
    return InvalidInput(
        f"{shown[:200]} has more than {limit:,} bytes.",
        hint="Raise the setting max_feed_mb if that is right.",
    )
