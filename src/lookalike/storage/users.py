"""Ids of users: logins that join them, and their erasure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lookalike.domain.controls import ABOUT_A_TASTE
from lookalike.domain.events import Link, owner, with_link
from lookalike.errors import Conflict
from lookalike.storage.database import Database, chunks, save
from lookalike.storage.events import hold_log, next_numbers
from lookalike.storage.kept_answers import forget_answers
from lookalike.storage.pseudonyms import pseudonym, receipts_key
from lookalike.storage.scrub import spellings
from lookalike.storage.tables import erased_users, events, user_controls, user_links


@dataclass(frozen=True)
class Erased:
    """What an erasure removed.

    rows        table -> rows deleted
    pseudonyms  of the user, then of the anonymous ids that were erased with them
    """

    rows: dict[str, int]
    pseudonyms: tuple[str, ...]


class UserStore:
    """Joins and erases ids of one collection; each write is one transaction."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def link(self, links: Iterable[Link]) -> tuple[Link, ...]:
        """Join anonymous ids to the users they logged in as; returns those that cannot be.

        Events move with the next numbers of the log, and so do decisions about tastes.
        An id that others were joined to is a user's, and cannot be joined to another user.
        """
        refused = []
        with self._database.writing() as connection:
            hold_log(connection, self._collection)
            for link in links:
                if self._is_chain(connection, link):
                    refused.append(link)
                else:
                    self._join(connection, link)
        return tuple(refused)

    def seal(self, user_id: str, time: datetime) -> None:
        """What an id did up to `time` stays with it at a later login."""
        self.link([Link(user_id, user_id, time)])

    def anonymous_ids(self, user_id: str) -> tuple[str, ...]:
        """The ids that were joined to a user, in order."""
        table = user_links.c
        joined = sa.and_(self._in(user_links), table.user_id == user_id)
        query = sa.select(table.anonymous_id).where(joined, table.anonymous_id != user_id)
        with self._database.reading() as connection:
            found = connection.execute(query.distinct().order_by(table.anonymous_id))
            return tuple(found.scalars())

    def erase(self, user_id: str, *, now: datetime) -> Erased:
        """Delete every row of a user, and of the anonymous ids that were nobody else's.

        Pseudonyms are kept, so that events from before, sent again, are not taken up.
        """
        with self._database.writing() as connection:
            hold_log(connection, self._collection)
            ids = [user_id, *self._own_anonymous_ids(connection, user_id)]
            rows = {"events": 0, "user_links": 0, "user_controls": 0}
            for some in chunks(ids):
                self._disown(connection, some)
                mine = sa.and_(self._in(events), events.c.user_id.in_(some))
                rows["events"] += connection.execute(events.delete().where(mine)).rowcount
                rows["user_links"] += self._unlink(connection, some)
                mine = sa.and_(self._in(user_controls), user_controls.c.user_id.in_(some))
                deleted = connection.execute(user_controls.delete().where(mine))
                rows["user_controls"] += deleted.rowcount
            forget_answers(connection, [form for one in ids for form in spellings(one)])
            key = receipts_key(connection)
            names = tuple(pseudonym(key, self._collection, one) for one in ids)
            kept = [
                {
                    "collection": self._collection,
                    "pseudonym": name,
                    "erased_at": now,
                    "receipt": "",
                }
                for name in names
            ]
            save(connection, erased_users, rows=kept, replace=True)
        return Erased(rows, names)

    def keep_receipt(self, name: str, receipt: str) -> None:
        """Keep the text of a receipt with the pseudonym of its user."""
        mine = sa.and_(self._in(erased_users), erased_users.c.pseudonym == name)
        with self._database.writing() as connection:
            connection.execute(erased_users.update().where(mine).values(receipt=receipt))

    def receipts(self) -> tuple[str, ...]:
        """The texts of all receipts, oldest first."""
        mine = sa.and_(self._in(erased_users), erased_users.c.receipt != "")
        query = sa.select(erased_users.c.receipt).where(mine).order_by(erased_users.c.erased_at)
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def key(self) -> bytes:
        """The secret that receipts are signed with; the same in every collection."""
        with self._database.writing() as connection:
            return receipts_key(connection)

    def _is_chain(self, connection: sa.Connection, link: Link) -> bool:
        if link.anonymous_id == link.user_id:
            return False
        table = user_links.c
        onward = sa.or_(table.user_id == link.anonymous_id, table.anonymous_id == link.user_id)
        chained = sa.and_(self._in(user_links), onward, table.user_id != table.anonymous_id)
        return bool(connection.execute(sa.select(sa.exists().where(chained))).scalar_one())

    def _join(self, connection: sa.Connection, link: Link) -> None:
        mine = sa.and_(self._in(user_links), user_links.c.anonymous_id == link.anonymous_id)
        known = [
            Link(row.anonymous_id, row.user_id, row.time)
            for row in connection.execute(sa.select(user_links).where(mine))
        ]
        joined = with_link(known, link)
        if set(joined) != set(known):
            connection.execute(user_links.delete().where(mine))
            save(connection, user_links, rows=[self._row(one) for one in joined], replace=False)
        self._move_events(connection, link.anonymous_id, joined)
        if link.anonymous_id != link.user_id:
            self._move_controls(connection, link)

    def _row(self, link: Link) -> dict[str, Any]:
        return {
            "collection": self._collection,
            "anonymous_id": link.anonymous_id,
            "time": link.time,
            "user_id": link.user_id,
        }

    def _move_events(self, connection: sa.Connection, sender: str, links: Sequence[Link]) -> None:
        sent = sa.and_(self._in(events), events.c.sent_as == sender)
        query = sa.select(events.c.event_id, events.c.user_id, events.c.time).where(sent)
        moved = [
            (event_id, whose)
            for event_id, user_id, time in connection.execute(query.order_by(events.c.number))
            if (whose := owner(sender, time, links)) != user_id
        ]
        if not moved:
            return
        numbers = next_numbers(connection, self._collection, count=len(moved))
        change = events.update().where(self._in(events), events.c.event_id == sa.bindparam("which"))
        connection.execute(
            change.values(user_id=sa.bindparam("whose"), number=sa.bindparam("next")),
            [
                {"which": event_id, "whose": whose, "next": number}
                for (event_id, whose), number in zip(moved, numbers, strict=True)
            ],
        )

    def _move_controls(self, connection: sa.Connection, link: Link) -> None:
        """Decisions about tastes follow the events; a pause or reset holds for its own id."""
        table = user_controls.c
        mine = sa.and_(self._in(user_controls), table.action.in_(ABOUT_A_TASTE))
        last = sa.select(sa.func.max(table.position)).where(
            self._in(user_controls), table.user_id == link.user_id
        )
        position = connection.execute(last).scalar_one() or 0
        query = sa.select(table.position).where(mine, table.user_id == link.anonymous_id)
        for old in connection.execute(query.order_by(table.position)).scalars().all():
            position += 1
            one = sa.and_(mine, table.user_id == link.anonymous_id, table.position == old)
            change = user_controls.update().where(one)
            connection.execute(change.values(user_id=link.user_id, position=position))

    def _own_anonymous_ids(self, connection: sa.Connection, user_id: str) -> list[str]:
        """Those that were joined to this user and to no other."""
        table = user_links.c
        joined = sa.and_(self._in(user_links), table.user_id == user_id)
        query = sa.select(table.anonymous_id).where(joined, table.anonymous_id != user_id)
        own = []
        for one in connection.execute(query.distinct().order_by(table.anonymous_id)).scalars():
            other = sa.and_(
                self._in(user_links),
                table.anonymous_id == one,
                table.user_id.not_in((user_id, one)),
            )
            if not connection.execute(sa.select(sa.exists().where(other))).scalar_one():
                own.append(one)
        return own

    def _disown(self, connection: sa.Connection, ids: Sequence[str]) -> None:
        """Events that moved from these ids to other users no longer say where they came from."""
        moved = sa.and_(self._in(events), events.c.sent_as.in_(ids), events.c.user_id.not_in(ids))
        change = events.update().where(moved)
        connection.execute(change.values(sent_as=events.c.user_id, digest=""))

    def _unlink(self, connection: sa.Connection, ids: Sequence[str]) -> int:
        """Delete the links of these ids.

        An id that others share keeps the moment: what it did before must not fall to the next.
        """
        table = user_links.c
        shared = sa.and_(
            self._in(user_links), table.user_id.in_(ids), table.anonymous_id.not_in(ids)
        )
        change = user_links.update().where(shared)
        count = connection.execute(change.values(user_id=table.anonymous_id)).rowcount
        mine = sa.and_(self._in(user_links), table.anonymous_id.in_(ids))
        return count + connection.execute(user_links.delete().where(mine)).rowcount

    def _in(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return table.c.collection == self._collection


def refusal(link: Link) -> Conflict:
    """The error for a link that `UserStore.link` refused; it names nobody else."""
    return Conflict(
        f'"{link.anonymous_id}" cannot be joined to "{link.user_id}".',
        hint="One of the two is already joined the other way round: an anonymous id joins a "
        "user, and a user joins nobody.",
    )
