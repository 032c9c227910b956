"""When to look at a catalog again: the interval, a little chance, and patience after failures."""

import re
from dataclasses import dataclass

from lookalike.errors import InvalidInput

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
JITTER = 0.1
"""A tenth earlier or later, so that a thousand shops do not ask one host at the same second."""
LONGEST_S = 6 * 3600.0
"""The longest wait after failures, unless the interval itself is longer; by eye."""
MOST_DOUBLINGS = 5
_ENTRY = re.compile(r"(?P<source>\S.*?)\s+every\s+(?P<every>\S+)(\s+into\s+(?P<collection>\S+))?")


@dataclass(frozen=True)
class Schedule:
    """One catalog that is kept in sync.  collection: None is the one of the settings."""

    location: str
    every_s: float
    collection: str | None = None


def schedule(entry: str) -> Schedule:
    """From "SOURCE every 15m" or "SOURCE every 15m into COLLECTION".  Raises InvalidInput."""
    match = _ENTRY.fullmatch(entry.strip())
    if not match:
        raise InvalidInput(
            f'"{entry}" is not a catalog to keep in sync.',
            hint='For example: "https://shop.example/feed.xml every 15m".',
        )
    return Schedule(match["source"], duration_s(match["every"]), match["collection"])


def duration_s(text: str) -> float:
    """The seconds of 30s, 15m, 2h or 1d.  Raises InvalidInput."""
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", text.strip().lower())
    if not match or int(match[1]) == 0:
        raise InvalidInput(f'"{text}" is not an interval.', hint="For example: 30s, 15m, 2h or 1d.")
    return float(int(match[1]) * UNITS[match[2]])


def wait_s(every_s: float, failures: int, chance: float) -> float:
    """How long to wait before the next look.

    failures  in a row until now; each doubles the wait, up to LONGEST_S
    chance    in [0, 1)
    """
    patient = every_s * 2.0 ** min(failures, MOST_DOUBLINGS)
    wait = min(patient, max(every_s, LONGEST_S))
    return wait * (1 - JITTER + 2 * JITTER * chance)
