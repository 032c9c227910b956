"""What was learned from a merchant's looks: data that no rebuild can bring back."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from lookalike.storage.database import Database
from lookalike.storage.tables import look_models

NONE_YET = 0


@dataclass(frozen=True)
class StoredLookModel:
    """One version.

    fingerprint  of the extractor whose rows it was fitted on
    report       JSON text: what was measured before it was switched on
    arrays       the model as bytes; None where it is not in use
    """

    version: int
    fingerprint: str
    report: str
    arrays: bytes | None
    created_at: datetime


class LookModelStore:
    """The models of one collection, by version.  Only the newest can be in use."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def add(self, *, fingerprint: str, report: str, arrays: bytes | None) -> int:
        """Store the next version, which from now on counts; earlier ones keep their reports."""
        table = look_models.c
        with self._database.writing() as connection:
            version = self._latest(connection) + 1
            connection.execute(look_models.update().where(self._mine).values(arrays=None))
            row = {
                table.collection: self._collection,
                table.version: version,
                table.fingerprint: fingerprint,
                table.report: report,
                table.arrays: arrays,
                table.created_at: datetime.now(UTC),
            }
            connection.execute(look_models.insert().values(row))
        return version

    def version(self) -> int:
        """Of the newest; NONE_YET where nothing was learned."""
        with self._database.reading() as connection:
            return self._latest(connection)

    def newest(self) -> StoredLookModel | None:
        """The newest version, in use or not."""
        table = look_models.c
        query = (
            sa.select(
                table.version, table.fingerprint, table.report, table.arrays, table.created_at
            )
            .where(self._mine)
            .order_by(table.version.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else StoredLookModel(*row)

    def _latest(self, connection: sa.Connection) -> int:
        newest = sa.select(sa.func.max(look_models.c.version)).where(self._mine)
        return connection.execute(newest).scalar_one() or NONE_YET

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return look_models.c.collection == self._collection
