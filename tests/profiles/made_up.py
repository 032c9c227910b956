"""Made-up products in a space of three kinds, and events about them."""

from datetime import UTC, datetime, timedelta

import numpy as np

from lookalike.domain.events import Event
from lookalike.domain.profile import Facts
from lookalike.profiles.fold import Lens

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("dress", "shoe", "lamp")
EACH = 12


def facts() -> dict[str, Facts]:
    """Products "dress-0", ...; those of a kind are alike, those of two kinds are not."""
    rng = np.random.default_rng(5)
    found = {}
    for place, kind in enumerate(KINDS):
        for number in range(EACH):
            row = np.zeros(8, dtype=np.float32)
            row[place] = 1
            row += rng.normal(0, 0.15, 8).astype(np.float32)
            row /= np.linalg.norm(row)
            sku = f"{kind}-{number}"
            color = "red" if number % 2 else "blue"
            values = {"kind": kind, "color": color}
            found[sku] = Facts(sku, row, values, price=10.0 * (place + 1))
    return found


FACTS = facts()
LENS = Lens(
    np.ones(8, dtype=np.float32),
    0.0,
    {"kind": dict.fromkeys(KINDS, 1 / 3), "color": {"red": 0.5, "blue": 0.5}},
)


def event(number: int, kind: str, sku: str, *, hours: float = 0.0, **more) -> Event:
    time = START + timedelta(hours=hours)
    return Event(f"e{number}", "u", kind, sku, time, **more)
