"""From a raw event, ours or another tool's, to events and logins of ours.

Ours is strict: a key that nobody knows is a mistake worth naming.  Those of other tools are
read for what they say of products, and the rest of them is left alone.
"""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from lookalike.domain import event_values as values
from lookalike.domain.event_dialects import Parsed, parse_foreign, unknown_name
from lookalike.domain.event_words import KIND_OF, LOGINS, plain
from lookalike.domain.events import Event, Link, Signal, bounded
from lookalike.errors import InvalidInput

FIELDS = (
    "event_id",
    "user_id",
    "kind",
    "product_id",
    "time",
    "anonymous_id",
    "request_id",
    "position",
    "price",
    "currency",
    "reason",
    "session_id",
    "raw_name",
    "signal",
)
"""The keys of an event of ours; the first five are required."""

_MOST_NUMBERS = 100_000


def parse_event(
    raw: Any, *, now: datetime, place: int | None = None, product_field: str | None = None
) -> Parsed:
    """Read one raw event.

    now            what lies ahead of it by more than an hour is refused
    place          its place in a batch that comes as things happen: what has no time happened
                   now.  None: it comes from a file, and the time is required
    product_field  where another tool keeps our sku: sku, item_id, variant, ...

    Raises InvalidInput naming the field that is wrong.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput(
            f"An event is a JSON object, not {values.shown(raw)}.", hint="One object each."
        )
    if "kind" in raw:
        found = _ours(raw, now)
    else:
        found = parse_foreign(raw, now=now, place=place, product_field=product_field)
    for event in found.events:
        bounded(event.time, now)
    return found


def signal_from(raw: Any) -> Signal:
    """A direct signal: {"embedding" or "rows": ..., "attributes": {...}, "weight": 0.5}.

    Raises InvalidInput.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"A signal is a JSON object, not {values.shown(raw)}.")
    _refuse_unknown(raw, ("embedding", "rows", "attributes", "weight", "fingerprint"), "signal")
    weight = raw.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise InvalidInput(f"The weight {values.shown(weight)} is not a number.")
    given = raw.get("rows") if raw.get("embedding") is None else raw.get("embedding")
    return Signal(
        rows=_rows(given),
        attributes=_attributes(raw.get("attributes")),
        weight=float(weight),
        fingerprint=values.text("fingerprint", raw.get("fingerprint")) or "",
    )


def _ours(raw: Mapping[str, Any], now: datetime) -> Parsed:
    _refuse_unknown(raw, FIELDS, "event")
    time = values.moment("time", raw.get("time"))
    if time is None:
        raise InvalidInput("The event has no time.", hint='Give "time": "2026-01-31T12:00:00Z".')
    user_id = values.text("user_id", raw.get("user_id"))
    anonymous_id = values.text("anonymous_id", raw.get("anonymous_id"))
    link = None
    if user_id and anonymous_id and user_id != anonymous_id:
        link = Link(anonymous_id, user_id, bounded(time, now))
    if plain(str(raw["kind"])) in LOGINS:
        if link is None:
            raise InvalidInput("A login names both an anonymous_id and a user_id.")
        return Parsed(link=link)
    return Parsed((_event(raw, user_id or anonymous_id, time),), link)


def _event(raw: Mapping[str, Any], user_id: str | None, time: datetime) -> Event:
    event_id = values.text("event_id", raw.get("event_id"))
    if not user_id or not event_id:
        missing = "user_id" if event_id else "event_id"
        raise InvalidInput(
            f"The event has no {missing}.", hint=f"Required are {', '.join(FIELDS[:5])}."
        )
    name = values.text("kind", raw["kind"]) or ""
    kind = KIND_OF.get(plain(name))
    if kind is None:
        raise unknown_name(name)
    raw_name = values.text("raw_name", raw.get("raw_name"))
    signal = raw.get("signal")
    return Event(
        event_id=event_id,
        user_id=user_id,
        kind=kind,
        product_id=values.text("product_id", raw.get("product_id")),
        time=time,
        request_id=values.text("request_id", raw.get("request_id")),
        position=values.place("position", raw.get("position")),
        price=values.price("price", raw.get("price")),
        currency=values.text("currency", raw.get("currency")),
        reason=values.text("reason", raw.get("reason")),
        session_id=values.text("session_id", raw.get("session_id")),
        raw_name=raw_name or (name if name != kind else None),
        signal=None if signal is None else signal_from(signal),
    )


def _refuse_unknown(raw: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in raw:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"It has {', '.join(known)}."
            raise InvalidInput(f"The {what} has no {values.shown(key)}.", hint=hint)


def _rows(given: Any) -> tuple[tuple[float, ...], ...]:
    """A plain list is one row; an object holds `row`, or `rows` of several images."""
    found = given
    if isinstance(given, Mapping):
        found = given.get("rows") or given.get("row")
    if found is None or found == []:
        return ()
    if not isinstance(found, list):
        raise InvalidInput("The embedding is neither a list of numbers nor an object with `row`.")
    rows = found if isinstance(found[0], list) else [found]
    if sum(len(row) if isinstance(row, list) else 1 for row in rows) > _MOST_NUMBERS:
        raise InvalidInput(f"The embedding has more than {_MOST_NUMBERS:,} numbers.")
    return tuple(_row(row) for row in rows)


def _row(row: Any) -> tuple[float, ...]:
    if not isinstance(row, list) or not row:
        raise InvalidInput("A row of the embedding is not a list of numbers.")
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in row):
        raise InvalidInput("A row of the embedding holds something that is not a number.")
    try:
        return tuple(map(float, row))
    except OverflowError:
        raise InvalidInput("A number of the embedding is too large.") from None


def _attributes(given: Any) -> dict[str, str]:
    """Values as text; what is null, a number or an object says nothing of a taste."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidInput(f"The attributes are {values.shown(given)}, not a JSON object.")
    return {str(name): value for name, value in given.items() if isinstance(value, str) and value}


def unwrapped(raw: Any) -> list[Any]:
    """The events of one body or line: a list, our {"events": [...]}, GA4's or Segment's batch.

    What stands beside the list (client_id, user_id, timestamp_micros, ...) holds for all of it.
    """
    if isinstance(raw, list):
        return raw
    if not isinstance(raw, Mapping):
        return [raw]
    for key in ("events", "batch", "userEvents"):
        listed = raw.get(key)
        if isinstance(listed, list):
            shared = {name: raw[name] for name in raw if isinstance(raw[name], str | int | float)}
            return [{**shared, **one} if isinstance(one, Mapping) else one for one in listed]
    return [raw]
