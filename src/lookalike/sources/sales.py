"""When a sale price counts: intervals as feeds write them, against one fixed moment."""

import re
from datetime import UTC, datetime, timedelta

from lookalike.sources import values

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SPACED = re.compile(r"(\d)\s+(\d\d:\d\d)")


class Sales:
    """Judges sale intervals at the moment `now`.

    `next_change` is the earliest later moment at which one of the intervals seen so far begins
    or ends: until then an unchanged feed means unchanged prices.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.next_change: datetime | None = None

    def hold(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether the sale is on.  No start means since ever, no end means for ever."""
        for moment in (start, end):
            if moment and moment > self.now:
                self.next_change = min(self.next_change or moment, moment)
        return (start is None or start <= self.now) and (end is None or self.now < end)


def interval(value: object) -> tuple[datetime | None, datetime | None]:
    """The two moments of "2026-01-01T00:00+0100/2026-01-31"; either may be missing.

    A day without a time is whole, the last one included; a time without a zone is UTC.
    Raises ValueError with the reason.
    """
    words = values.text(value)
    if words is None:
        return None, None
    start, slash, end = words.partition("/")
    if not slash:
        raise ValueError(f"is {words[:60]!r}, not two moments with a slash between")
    return moment(start), moment(end, is_end=True)


def moment(value: object, *, is_end: bool = False) -> datetime | None:
    """One moment in ISO 8601; None for an empty value.  Raises ValueError with the reason."""
    words = values.text(value)
    if words is None:
        return None
    try:
        found = datetime.fromisoformat(_SPACED.sub(r"\1T\2", words).replace(" ", ""))
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        return found + timedelta(days=1) if is_end and _DAY.fullmatch(words) else found
    except (ValueError, OverflowError):
        raise ValueError(f"is {words[:60]!r}, not a moment such as 2026-01-31T12:00+0100") from None
