"""The append-only log of one collection: what users did, in the order it became known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from lookalike.domain.controls import Control
from lookalike.domain.events import Event, Link, owner
from lookalike.storage.database import Database, chunks, save
from lookalike.storage.event_rows import READ, digest, event_from, values_of
from lookalike.storage.pseudonyms import erasures
from lookalike.storage.tables import (
    event_logs,
    events,
    from_json,
    products,
    to_json,
    user_controls,
    user_links,
)

Outcome = Literal["accepted", "repeated", "conflict", "withheld"]
"""`withheld`: its user paused learning, or was erased after it happened."""


@dataclass(frozen=True)
class Appended:
    """What became of each event of a batch, in its order; on the disk once this is returned.

    clamped           accepted events whose time lay ahead of ours
    unknown_products  products of accepted events that are not sold (yet)
    """

    outcomes: tuple[Outcome, ...]
    clamped: int
    unknown_products: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        return self.outcomes.count(outcome)

    @property
    def accepted(self) -> int:
        return self.count("accepted")

    @property
    def repeated(self) -> int:
        return self.count("repeated")


@dataclass(frozen=True)
class LogPage:
    """Events after a number, in the order they became known.

    latest  follow on from here; equal to the number asked for when nothing happened
    """

    latest: int
    events: tuple[Event, ...]


@dataclass(frozen=True)
class UserState:
    """Changes whenever anything that a profile is made of does: compare it with a kept one."""

    events: int
    latest: int
    controls: int


class EventStore:
    """Reads and writes the log of one collection; each write is one transaction.

    Users are told apart by their id alone, and no method answers for more than the user asked
    for.  Events of an anonymous id count for the user it was linked to at the next login
    (`domain/events.py`, `owner`).
    """

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def append(self, batch: Sequence[Event], *, now: datetime) -> Appended:
        """Add what is new.  An id that is known is `repeated`, or a `conflict` if it differs.

        now  no event is kept as later than this
        """
        if not batch:
            return Appended((), 0, ())
        digests = [digest(event) for event in batch]
        with self._database.writing() as connection:
            hold_log(connection, self._collection)
            known = self._digests(connection, {event.event_id for event in batch})
            outcomes: list[Outcome] = []
            fresh = []
            owners = self._owners(connection, batch)
            silent = self._withheld(connection, batch, owners)
            for event, its, whose, held in zip(batch, digests, owners, silent, strict=True):
                seen = known.get(event.event_id)
                if seen is not None:
                    outcomes.append("repeated" if seen in {its, ""} else "conflict")
                elif held:
                    outcomes.append("withheld")
                else:
                    known[event.event_id] = its
                    outcomes.append("accepted")
                    time = min(event.time, now)
                    fresh.append({**values_of(event, owner=whose, time=time), "digest": its})
            self._insert(connection, fresh)
            unknown = self._unknown(connection, {row["product_id"] for row in fresh} - {None})
        taken = zip(batch, outcomes, strict=True)
        clamped = sum(outcome == "accepted" and event.time > now for event, outcome in taken)
        return Appended(tuple(outcomes), clamped, unknown)

    def of_user(self, user_id: str, *, after: int = 0) -> tuple[Event, ...]:
        """What counts for a user, in the order of (time, event_id).

        after  only what became known after this number (`UserState.latest`)
        """
        mine = sa.and_(self._in(events), events.c.user_id == user_id)
        if after:
            mine = sa.and_(mine, events.c.number > after)
        query = sa.select(*READ).where(mine).order_by(events.c.time, events.c.event_id)
        with self._database.reading() as connection:
            return tuple(event_from(row) for row in connection.execute(query))

    def time_of(self, event_id: str) -> datetime | None:
        """When an event happened; None where there is none with this id."""
        query = sa.select(events.c.time).where(self._in(events), events.c.event_id == event_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def state(self, user_id: str) -> UserState:
        """Cheap: two index lookups."""
        count, latest = sa.func.count(), sa.func.max(events.c.number)
        mine = sa.and_(self._in(events), events.c.user_id == user_id)
        decided = sa.select(sa.func.count()).select_from(user_controls)
        where = sa.and_(self._in(user_controls), user_controls.c.user_id == user_id)
        with self._database.reading() as connection:
            counted = connection.execute(sa.select(count, latest).where(mine)).one()
            controls = connection.execute(decided.where(where)).scalar_one()
        return UserState(int(counted[0]), int(counted[1] or 0), int(controls))

    def since(self, number: int, *, limit: int) -> LogPage:
        """What became known after a number.

        An event that a login moves to another user comes again, under that user.
        """
        later = sa.and_(self._in(events), events.c.number > number)
        query = sa.select(events.c.number, *READ).where(later).order_by(events.c.number)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(limit)).all()
        found = tuple(event_from(row[1:]) for row in rows)  # type: ignore[arg-type]
        return LogPage(rows[-1][0] if rows else number, found)

    def latest(self) -> int:
        """The number of the newest change of the log; 0 while it is empty."""
        query = sa.select(event_logs.c.latest).where(self._in(event_logs))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one_or_none() or 0)

    def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(events).where(self._in(events))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def users(self, *, after: str = "", limit: int = 1000) -> tuple[str, ...]:
        """Ids of users with events, in order, beginning after one of them."""
        mine = sa.and_(self._in(events), events.c.user_id > after)
        query = sa.select(events.c.user_id).where(mine).distinct().order_by(events.c.user_id)
        with self._database.reading() as connection:
            return tuple(connection.execute(query.limit(limit)).scalars())

    def decide(self, control: Control) -> None:
        """Add a user's decision about their tastes to those before."""
        mine = sa.and_(self._in(user_controls), user_controls.c.user_id == control.user_id)
        last = sa.select(sa.func.max(user_controls.c.position)).where(mine)
        with self._database.writing() as connection:
            position = (connection.execute(last).scalar_one() or 0) + 1
            row = {
                "collection": self._collection,
                "user_id": control.user_id,
                "position": position,
                "action": control.action,
                "time": control.time,
                "taste": control.taste,
                "sources": to_json({"sources": list(control.sources)}),
            }
            save(connection, user_controls, rows=[row], replace=False)

    def decisions(self, user_id: str) -> tuple[Control, ...]:
        """Every decision of a user, in the order they were made."""
        mine = sa.and_(self._in(user_controls), user_controls.c.user_id == user_id)
        query = sa.select(user_controls).where(mine).order_by(user_controls.c.position)
        with self._database.reading() as connection:
            return tuple(_control(row) for row in connection.execute(query))

    def _owners(self, connection: sa.Connection, batch: Sequence[Event]) -> list[str]:
        links: dict[str, list[Link]] = {}
        for ids in chunks(sorted({event.user_id for event in batch})):
            query = sa.select(user_links).where(
                self._in(user_links), user_links.c.anonymous_id.in_(ids)
            )
            for row in connection.execute(query):
                one = Link(row.anonymous_id, row.user_id, row.time)
                links.setdefault(one.anonymous_id, []).append(one)
        return [owner(one.user_id, one.time, links.get(one.user_id, ())) for one in batch]

    def _withheld(
        self, connection: sa.Connection, batch: Sequence[Event], owners: Sequence[str]
    ) -> list[bool]:
        paused = self._paused(connection, set(owners))
        erased = erasures(
            connection, self._collection, {*owners, *(event.user_id for event in batch)}
        )
        return [
            whose in paused
            or any(one in erased and event.time <= erased[one] for one in (whose, event.user_id))
            for event, whose in zip(batch, owners, strict=True)
        ]

    def _paused(self, connection: sa.Connection, users: Iterable[str]) -> set[str]:
        table = user_controls.c
        last: dict[str, str] = {}
        for ids in chunks(sorted(users)):
            query = sa.select(table.user_id, table.action).where(
                self._in(user_controls),
                table.user_id.in_(ids),
                table.action.in_(("pause", "resume")),
            )
            for user_id, action in connection.execute(query.order_by(table.position)):
                last[user_id] = action
        return {user_id for user_id, action in last.items() if action == "pause"}

    def _digests(self, connection: sa.Connection, ids: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in chunks(sorted(ids)):
            query = sa.select(events.c.event_id, events.c.digest).where(
                self._in(events), events.c.event_id.in_(some)
            )
            found.update((row[0], row[1]) for row in connection.execute(query))
        return found

    def _insert(self, connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        numbers = next_numbers(connection, self._collection, count=len(rows))
        numbered = [
            {**row, "collection": self._collection, "number": number}
            for row, number in zip(rows, numbers, strict=True)
        ]
        connection.execute(events.insert(), numbered)

    def _unknown(self, connection: sa.Connection, skus: set[str]) -> tuple[str, ...]:
        sold = sa.and_(self._in(products), products.c.removed.is_(False))
        there: set[str] = set()
        for some in chunks(sorted(skus)):
            query = sa.select(products.c.sku).where(sold, products.c.sku.in_(some))
            there.update(connection.execute(query).scalars())
        return tuple(sorted(skus - there))

    def _in(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return table.c.collection == self._collection


def hold_log(connection: sa.Connection, collection: str) -> None:
    """Let nobody else write to the log until this transaction ends.

    SQLite's writers take turns anyway; it ignores FOR UPDATE.
    """
    row = {"collection": collection, "latest": 0}
    save(connection, event_logs, rows=[row], replace=False)
    mine = sa.select(event_logs.c.latest).where(event_logs.c.collection == collection)
    connection.execute(mine.with_for_update()).all()


def next_numbers(connection: sa.Connection, collection: str, *, count: int) -> range:
    """The next `count` numbers of a held log.

    It stays held until they are visible, so that they become so in their order, as those of
    products do (decision 0023).
    """
    mine = event_logs.c.collection == collection
    change = event_logs.update().where(mine).values(latest=event_logs.c.latest + count)
    connection.execute(change)
    last = int(connection.execute(sa.select(event_logs.c.latest).where(mine)).scalar_one())
    return range(last - count + 1, last + 1)


def _control(row: sa.Row[*tuple[Any, ...]]) -> Control:
    kept: dict[str, Any] = from_json(row.sources)  # written by `decide`
    return Control(
        user_id=row.user_id,
        action=row.action,
        time=row.time,
        taste=row.taste,
        sources=tuple(kept["sources"]),
    )
