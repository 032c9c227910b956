"""An event as a row of the log, and back; and the digest that tells a repetition from a clash."""

import base64
import hashlib
from array import array
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from lookalike.domain.events import Event, Signal
from lookalike.storage.tables import events, from_json, to_json

PLAIN = (
    "event_id",
    "user_id",
    "kind",
    "product_id",
    "time",
    "request_id",
    "position",
    "currency",
    "reason",
    "session_id",
    "raw_name",
)
"""The columns that hold what the field of the same name holds."""

READ = tuple(events.c[name] for name in (*PLAIN, "price", "signal"))


def values_of(event: Event, *, owner: str, time: datetime) -> dict[str, Any]:
    """The columns of an event that came from `event.user_id` and counts for `owner`."""
    return {
        **{name: getattr(event, name) for name in PLAIN},
        "time": time,
        "user_id": owner,
        "sent_as": event.user_id,
        "price": None if event.price is None else str(event.price),
        "signal": None if event.signal is None else _packed(event.signal),
    }


def event_from(row: sa.Row[*tuple[Any, ...]]) -> Event:
    *plain, price, signal = row
    return Event(
        **dict(zip(PLAIN, plain, strict=True)),
        price=None if price is None else Decimal(price),
        signal=None if signal is None else _unpacked(signal),
    )


def digest(event: Event) -> str:
    """128 bits over everything the sender said, before clocks were bounded and ids linked."""
    said = [getattr(event, name) for name in PLAIN if name != "time"]
    price = None if event.price is None else str(event.price)
    signal = None if event.signal is None else _packed(event.signal)
    text = to_json([*said, event.time.timestamp(), price, signal])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _packed(signal: Signal) -> str:
    """Rows as float32 in base64: a quarter of their size as decimal text."""
    return to_json(
        {
            "rows": [base64.b64encode(array("f", row).tobytes()).decode() for row in signal.rows],
            "attributes": dict(sorted(signal.attributes.items())),
            "weight": signal.weight,
            "fingerprint": signal.fingerprint,
        }
    )


def _unpacked(text: str) -> Signal:
    kept: dict[str, Any] = from_json(text)  # written by `_packed`
    rows = tuple(tuple(array("f", base64.b64decode(row))) for row in kept.pop("rows"))
    return Signal(rows=rows, **kept)
