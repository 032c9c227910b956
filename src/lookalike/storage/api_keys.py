"""API keys in the database: what they open and the hash of each, never a key itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lookalike.domain.access import ApiKey, Grants, scopes_of
from lookalike.errors import NotFound
from lookalike.storage.database import Database
from lookalike.storage.tables import api_keys, from_json, to_json


class ApiKeys:
    """All keys of a workspace, the revoked ones among them; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """As they are kept, oldest first: cheap to compare with what was read before."""
        query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        with self._database.reading() as connection:
            return tuple(tuple(row) for row in connection.execute(query))

    def list(self) -> tuple[ApiKey, ...]:
        """Oldest first."""
        return tuple(map(key_of, self.rows()))

    def get(self, key_id: str) -> ApiKey:
        """Raises NotFound."""
        query = sa.select(api_keys).where(api_keys.c.id == key_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _unknown(key_id)
        return key_of(tuple(row))

    def add(self, key: ApiKey) -> None:
        with self._database.writing() as connection:
            connection.execute(api_keys.insert().values(_values(key)))

    def revoke(self, key_id: str, at: datetime) -> None:
        """It opens nothing from now on; the first time counts.  Raises NotFound."""
        self._change(key_id, {"revoked_at": sa.func.coalesce(api_keys.c.revoked_at, at)})

    def rotate(self, key_id: str, digest: str, *, old_until: datetime) -> None:
        """Another secret; the present one opens until then.  Raises NotFound."""
        values = {"old_digest": api_keys.c.digest, "old_until": old_until, "digest": digest}
        self._change(key_id, values)

    def forget(self, key_id: str) -> None:
        """Leave no trace of it.  Raises NotFound."""
        with self._database.writing() as connection:
            done = connection.execute(api_keys.delete().where(api_keys.c.id == key_id))
        if not done.rowcount:
            raise _unknown(key_id)

    def _change(self, key_id: str, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            mine = api_keys.update().where(api_keys.c.id == key_id)
            done = connection.execute(mine.values(values))
        if not done.rowcount:
            raise _unknown(key_id)


def key_of(row: Sequence[Any]) -> ApiKey:
    """A key from one of the `rows`."""
    values = dict(zip(api_keys.c.keys(), row, strict=True))
    grants: dict[str, Any] = from_json(values.pop("grants"))
    return ApiKey(
        **values,
        grants=Grants(
            scopes_of(grants["scopes"]),
            tuple(grants["collections"]),
            tuple(grants["origins"]),
            grants["per_minute"],
        ),
    )


def _values(key: ApiKey) -> dict[str, Any]:
    grants = key.grants
    told = {
        "scopes": sorted(grants.scopes),
        "collections": list(grants.collections),
        "origins": list(grants.origins),
        "per_minute": grants.per_minute,
    }
    plain = {name: getattr(key, name) for name in api_keys.c.keys() if name != "grants"}  # noqa: SIM118
    return {**plain, "grants": to_json(told)}


def _unknown(key_id: str) -> NotFound:
    return NotFound(f'There is no key "{key_id[:40]}".', hint="See them all: lookalike keys list")
