"""Single values of raw events: ids, moments and prices, in the spellings that tools send."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lookalike.domain.events import MAX_ID_LENGTH
from lookalike.errors import InvalidInput

_MILLISECONDS, _MICROSECONDS = 10**11, 10**14
"""Larger numbers since 1970 are in these units: 10**11 seconds is the year 5138."""
_NUMBER = re.compile(r"\d{9,17}(\.\d+)?")
_MOST_CHARACTERS = 64


def text(name: str, value: Any) -> str | None:
    """Text as it is, a whole number as its digits; None where there is none.

    Raises InvalidInput for anything else, which would be a guess.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**30:
            raise _refused(name, value, "text")
        return str(value)
    raise _refused(name, value, "text or a whole number")


def moment(name: str, value: Any) -> datetime | None:
    """An instant: ISO 8601 (without a zone: UTC), or seconds, ms or µs since 1970."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        written = value.strip()[:_MOST_CHARACTERS]
        if _NUMBER.fullmatch(written):
            return _since_1970(name, float(written))
        try:
            found = datetime.fromisoformat(written.removesuffix(" UTC"))
        except ValueError:
            raise _refused(name, value, "a time such as 2026-01-31T12:00:00Z") from None
        return _in_utc(name, found)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(name, value)
    raise _refused(name, value, "a time such as 2026-01-31T12:00:00Z")


def price(name: str, value: Any) -> Decimal | None:
    """A decimal number, not negative."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _refused(name, value, "a price")
    try:
        found = Decimal(str(value).strip()[:_MOST_CHARACTERS])
    except InvalidOperation:
        raise _refused(name, value, "a price such as 19.90") from None
    if not found.is_finite() or found < 0 or abs(found.adjusted()) > 20:
        raise _refused(name, value, "a price such as 19.90")
    return found


def place(name: str, value: Any) -> int | None:
    """A position in a list."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    raise _refused(name, value, "a position")


def derived_id(raw: Mapping[str, Any], *more: object) -> str:
    """An id for an event that came without one: the same content gives the same id."""
    said = json.dumps([raw, *map(str, more)], sort_keys=True, default=str)
    return "x-" + hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def numbered_id(event_id: str, number: int, count: int) -> str:
    """The id of one of `count` products of an event."""
    if count == 1:
        return event_id
    joined = f"{event_id}/{number}"
    return joined if len(joined) <= MAX_ID_LENGTH else derived_id({"id": event_id}, number)


def shown(value: Any) -> str:
    """A value for a message, at most 40 characters of it."""
    told = repr(value)
    return told if len(told) <= 40 else told[:40] + "..."


def _since_1970(name: str, number: float) -> datetime:
    if not math.isfinite(number) or number < 0:
        raise _refused(name, number, "a time since 1970")
    unit = 1e6 if number >= _MICROSECONDS else 1e3 if number >= _MILLISECONDS else 1
    try:
        return datetime.fromtimestamp(number / unit, UTC)
    except (OverflowError, OSError, ValueError):
        raise _refused(name, number, "a time since 1970") from None


def _in_utc(name: str, found: datetime) -> datetime:
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        raise _refused(name, str(found), "a time since 1970") from None


def _refused(name: str, value: Any, wanted: str) -> InvalidInput:
    return InvalidInput(f"The {name} is {shown(value)}, not {wanted}.")
