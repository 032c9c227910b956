"""Answers kept by the key of their request, so that a request sent twice is carried out once.

The claim is an insert: of all processes that share the database one is told to go on.  A claim
without an answer belongs to its process; when that is dead, the next one who asks takes it over.
"""

import hashlib
import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lookalike.domain.kept_answer import Claim, KeptAnswer
from lookalike.storage.database import Database, save
from lookalike.storage.presence import Presence
from lookalike.storage.tables import from_json, kept_answers, to_json

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=10)
"""After so long a claim may be taken over though its process lives: it could not write that it
failed.  No request of ours takes as long."""
PRUNE_EVERY = timedelta(minutes=10)


class KeptAnswers:
    """Of all collections; each write is one transaction.  Safe to share between threads.

    Keys are kept as digests: a caller may write a user's id into one.
    """

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence
        self._lock = threading.Lock()
        self._pruned: datetime | None = None

    def claim(self, caller: str, key: str, request: str, *, now: datetime) -> Claim:
        """The right to carry a request out, or what is known of it already.

        caller   who asks; the same key of two callers is two keys
        request  a digest of everything that makes it this request
        """
        self._prune(now)
        name = _digest(key)
        token = f"{self._presence.token()}/{uuid.uuid4().hex}"
        row: dict[str, object] = {
            "caller": caller,
            "idempotency_key": name,
            "request": request,
            "owner": token,
            "status": None,
            "headers": None,
            "body": None,
            "created_at": now,
        }
        here = self._here(caller, name)
        with self._database.writing() as connection:
            save(connection, kept_answers, rows=[row], replace=False)
            found = connection.execute(sa.select(kept_answers).where(here)).one()
            if found.owner == token:
                return Claim("mine", token)
            if now - found.created_at >= KEPT:
                return self._taken_over(connection, row, found.owner)
            if found.request != request:
                return Claim("other")
            if found.status is not None:
                return Claim("kept", answer=_answer(found))
            if self._is_at_work(found.owner) and now - found.created_at < GIVEN_UP:
                return Claim("running")
            return self._taken_over(connection, row, found.owner)

    def keep(self, token: str, caller: str, key: str, answer: KeptAnswer) -> None:
        """The answer of a claimed request, on the disk when it returns."""
        values = {
            "status": answer.status,
            "headers": to_json(dict(answer.headers)),
            "body": answer.body,
        }
        here = self._here(caller, _digest(key))
        with self._database.writing() as connection:
            connection.execute(
                kept_answers.update().where(here, kept_answers.c.owner == token).values(**values)
            )

    def release(self, token: str, caller: str, key: str) -> None:
        """Nothing was done: the next one who asks may."""
        here = self._here(caller, _digest(key))
        with self._database.writing() as connection:
            connection.execute(kept_answers.delete().where(here, kept_answers.c.owner == token))

    def _taken_over(self, connection: sa.Connection, row: dict[str, object], owner: str) -> Claim:
        table = kept_answers.c
        here = self._here(str(row["caller"]), str(row["idempotency_key"]))
        done = connection.execute(
            kept_answers.update().where(here, table.owner == owner).values(**row)
        )
        return Claim("mine", str(row["owner"])) if done.rowcount else Claim("running")

    def _is_at_work(self, owner: str) -> bool:
        return self._presence.is_alive(owner.partition("/")[0])

    def _prune(self, now: datetime) -> None:
        with self._lock:
            if self._pruned is not None and now - self._pruned < PRUNE_EVERY:
                return
            self._pruned = now
        with self._database.writing() as connection:
            old = kept_answers.c.created_at < now - KEPT
            connection.execute(kept_answers.delete().where(old))

    def _here(self, caller: str, name: str) -> sa.ColumnElement[bool]:
        table = kept_answers.c
        return sa.and_(table.caller == caller, table.idempotency_key == name)


def forget_answers(connection: sa.Connection, needles: Sequence[bytes]) -> None:
    """Delete the kept answers in which one of these stands: they name a user who is erased."""
    table = kept_answers.c
    rows = connection.execute(
        sa.select(table.caller, table.idempotency_key, table.body).where(table.body.is_not(None))
    )
    named = [
        (row.caller, row.idempotency_key)
        for row in rows
        if any(needle in row.body for needle in needles)
    ]
    for caller, name in named:
        connection.execute(
            kept_answers.delete().where(table.caller == caller, table.idempotency_key == name)
        )


def _answer(row: sa.Row[*tuple[Any, ...]]) -> KeptAnswer:
    headers = tuple((name, str(value)) for name, value in from_json(row.headers).items())
    return KeptAnswer(row.status, headers, row.body)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
