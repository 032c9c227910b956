"""Raw events -> the log: read, joined at logins, appended; bad rows are told by line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from lookalike.domain import observe
from lookalike.domain.access import Sender
from lookalike.domain.event_parsing import parse_event, unwrapped
from lookalike.domain.events import MAX_ID_LENGTH, Event, Link
from lookalike.domain.problems import Problem, Problems
from lookalike.domain.recorded import Recorded
from lookalike.errors import InvalidInput
from lookalike.storage.collection import Collection

BATCH = 2_000  # events of a transaction: 0.2 s for which other writers wait (bench/events.py)
MOST_NAMED = 1_000  # unknown products that are named

Row = tuple[int | None, Any]
"""A line (or place in a batch, from 1) and the JSON value there; a Problem for what is none."""


@dataclass(frozen=True)
class Reading:
    """How raw events are read.

    now            nothing is kept as later than this
    product_field  where another tool keeps our sku; None looks in the usual places
    location       the file they come from; None for what comes as it happens
    sender         a browser: what it says of logins is not believed, and with a user token it
                   speaks for that user alone; None is the shop itself
    """

    now: datetime
    product_field: str | None = None
    location: str | None = None
    sender: Sender | None = None


@dataclass
class _Tally:
    """Filled in batch by batch."""

    problems: Problems = field(default_factory=Problems)
    counts: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def add(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def record_events(rows: Iterable[Row], collection: Collection, reading: Reading) -> Recorded:
    """Append what is new; each batch is on the disk before the next is read.

    rows  of raw events, `Event` values or problems; a row may hold several events
    """
    tally = _Tally()
    for batch in _batches(rows, reading, tally):
        _append(batch, collection, reading, tally)
    for outcome in ("accepted", "repeated", "withheld", "ignored"):
        observe.count("events", outcome, tally.counts.get(outcome, 0))
    observe.count("events", "refused", sum(tally.problems.counts.values()))
    return Recorded(
        **tally.counts,
        unknown_products=tuple(sorted(tally.unknown)[:MOST_NAMED]),
        problems=tuple(tally.problems.kept),
        problem_counts=dict(tally.problems.counts),
    )


@dataclass
class _Batch:
    lines: list[int | None] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    links: dict[tuple[str, str], tuple[int | None, Link]] = field(default_factory=dict)


def _batches(rows: Iterable[Row], reading: Reading, tally: _Tally) -> Iterator[_Batch]:
    batch = _Batch()
    places = count()
    for line, row in rows:
        if isinstance(row, Problem):
            tally.problems.add(row)
            continue
        for raw in [row] if isinstance(row, Event) else unwrapped(row):
            place = next(places) if reading.location is None else None
            _read(line, raw, place, reading, batch, tally)
        if len(batch.events) >= BATCH:
            yield batch
            batch = _Batch()
    if batch.events or batch.links:
        yield batch


def _read(
    line: int | None, raw: Any, place: int | None, reading: Reading, batch: _Batch, tally: _Tally
) -> None:
    if isinstance(raw, Event):
        batch.events.append(raw)
        batch.lines.append(line)
        return
    try:
        parsed = parse_event(raw, now=reading.now, place=place, product_field=reading.product_field)
        _require_own(parsed.events, reading.sender)
    except InvalidInput as error:
        tally.problems.add(
            Problem(line, _sku(raw), reading.location, "bad_event", str(error), skipped=True)
        )
        return
    tally.add("ignored", int(parsed.is_ignored))
    batch.events += parsed.events
    batch.lines += [line] * len(parsed.events)
    if parsed.link and reading.sender is None:
        key = (parsed.link.anonymous_id, parsed.link.user_id)
        kept = batch.links.get(key)
        if kept is None or kept[1].time < parsed.link.time:
            batch.links[key] = (line, parsed.link)


def _require_own(events: Iterable[Event], sender: Sender | None) -> None:
    if sender is None or sender.user is None:
        return
    if any(event.user_id != sender.user for event in events):
        raise InvalidInput(
            "The event is of another user than the user token.",
            hint="Sign a token for this user, or send without one.",
        )


def _append(batch: _Batch, collection: Collection, reading: Reading, tally: _Tally) -> None:
    """Logins first: if all stops in between, the sender repeats both and nothing is lost."""
    if batch.links:
        refused = set(collection.users.link([link for _, link in batch.links.values()]))
        tally.add("logins", len(batch.links) - len(refused))
        for line, link in batch.links.values():
            if link in refused:
                message = "The two ids are already joined the other way round."
                tally.problems.add(
                    Problem(line, None, reading.location, "bad_login", message, skipped=False)
                )
    done = collection.events.append(batch.events, now=reading.now)
    for name in ("accepted", "repeated", "withheld"):
        tally.add(name, done.count(name))
    tally.add("clamped", done.clamped)
    tally.unknown.update(done.unknown_products)
    for line, event, outcome in zip(batch.lines, batch.events, done.outcomes, strict=True):
        if outcome == "conflict":
            message = f'The id "{event.event_id}" was sent before, with other content.'
            tally.problems.add(
                Problem(line, event.product_id, reading.location, "conflict", message)
            )


def _sku(raw: Any) -> str | None:
    """The product that a bad event names, for the report; only if it is text to show."""
    found = raw.get("product_id") if isinstance(raw, Mapping) else None
    return found[:MAX_ID_LENGTH] if isinstance(found, str) and found.isprintable() else None
