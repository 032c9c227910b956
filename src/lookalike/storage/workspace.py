"""The workspace: one folder, its database, and the collections in it.

lookalike.db               the database, unless another is named by URL
collections/<id>/          what is derived: the index publishes its generations here
collections/<id>.writer    who indexes the collection now
uploads/                   images that were sent, not linked
feeds/                     copies of catalog files from elsewhere, kept to see whether they changed
last-backup.json           when the last backup was made
processes/                 one file for each process that owns a job or a claim
"""

import difflib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from lookalike.domain.job import Job
from lookalike.domain.receipt import Scan
from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.storage.api_keys import ApiKeys
from lookalike.storage.collection import Collection
from lookalike.storage.database import Database, save
from lookalike.storage.features import FeatureStore
from lookalike.storage.kept_answers import KeptAnswers
from lookalike.storage.presence import Presence
from lookalike.storage.pseudonyms import receipts_key
from lookalike.storage.schema import open_database, require_latest
from lookalike.storage.scrub import look_for, scrub
from lookalike.storage.table_dump import OpenMember, dump_tables
from lookalike.storage.tables import collections, jobs

DATABASE_FILE = "lookalike.db"
COLLECTION_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Workspace:
    """An open workspace; safe to share between threads.  Close it, or use it in `with`."""

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self.uploads = path / "uploads"
        self.feeds = path / "feeds"
        self.features = FeatureStore(database)
        self.api_keys = ApiKeys(database)
        self._database = database
        self._presence = Presence(path / "processes")
        self.kept_answers = KeptAnswers(database, self._presence)

    @classmethod
    def open(
        cls, path: str | Path, *, database_url: str | None = None, create: bool = True
    ) -> Self:
        """Open the workspace in a folder.

        database_url  a SQLAlchemy URL; by default the SQLite file in the folder
        create        make the folder and the database where they are missing

        Raises NotFound when there is none and none may be made, Unavailable when it cannot be
        read or written or was written by a newer version.
        """
        folder = Path(path).absolute()
        file = folder / DATABASE_FILE
        if not create and not (file.exists() or (database_url and folder.is_dir())):
            raise NotFound(
                f"There is no workspace in {folder}.",
                hint="Index a catalog to make one: lookalike index FILE",
            )
        try:
            for needed in (folder, folder / "collections", folder / "uploads"):
                needed.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"The workspace {folder} cannot be made ({error.strerror}).",
                hint="Choose a folder that this user may write to.",
            ) from error
        return cls(folder, open_database(database_url or database_in(folder)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the database; jobs of this process that are not finished are interrupted."""
        self._presence.leave()
        self._database.close()

    def collections(self) -> tuple[str, ...]:
        """The ids of all collections, in order."""
        with self._database.reading() as connection:
            ids = connection.execute(sa.select(collections.c.id).order_by(collections.c.id))
            return tuple(ids.scalars())

    def collection(self, name: str, *, create: bool = False) -> Collection:
        """One collection.  Raises InvalidInput for a bad id and NotFound for an unknown one."""
        if not COLLECTION_ID.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is not a collection id.",
                hint="Use 1 to 64 of a-z, 0-9, _ and -, and begin with a letter or a digit.",
            )
        known = self.collections()
        if name not in known:
            if not create:
                raise _unknown(name, known)
            row = {
                "id": name,
                "created_at": datetime.now(UTC),
                "latest_change": 0,
                "settings": "{}",
            }
            with self._database.writing() as connection:
                save(connection, collections, rows=[row], replace=False)
        folder = self.path / "collections" / name
        return Collection(name, folder=folder, database=self._database, presence=self._presence)

    def require_usable(self) -> None:
        """Raises Unavailable when the database cannot be read or has a schema newer than ours."""
        require_latest(self._database)

    def try_writing(self) -> str:
        """Write to the database and take it back; returns what kind it is.

        Raises Unavailable or Conflict when it cannot be written.
        """
        nowhere = collections.update().where(sa.false()).values(settings="{}")
        with self._database.writing() as connection:
            connection.execute(nowhere)
        return "SQLite" if self._database.engine.dialect.name == "sqlite" else "PostgreSQL"

    def latest_moment(self) -> datetime | None:
        """The latest time at which a job wrote down how far it was."""
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(
                sa.select(sa.func.max(jobs.c.updated_at))
            ).scalar_one()
        return found

    def dump(self, open_member: OpenMember) -> tuple[str, dict[str, int]]:
        """Write every table as of one moment; returns (schema, rows of each table)."""
        with self._database.writing() as connection:
            receipts_key(connection)  # a later receipt can tell whom to leave out at a restore
        return dump_tables(self._database, open_member)

    def scrub(self) -> None:
        """Rewrite the database without the bytes of what was deleted (`storage/scrub.py`)."""
        scrub(self._database)

    def look_for(self, text: str, rows: Sequence[bytes]) -> tuple[Scan, tuple[str, ...]]:
        """Search every file for an id and for rows kept of it; also names copies."""
        return look_for(text, rows, database=self._database, folder=self.path)

    def job(self, job: str) -> Job:
        """One job, of whichever collection.  Raises NotFound."""
        query = sa.select(jobs.c.collection).where(jobs.c.id == job)
        with self._database.reading() as connection:
            name = connection.execute(query).scalar_one_or_none()
        if name is None:
            raise NotFound(
                f'There is no job "{job}".', hint="List the jobs of a collection to see their ids."
            )
        return self.collection(name).jobs.get(job)


def database_in(folder: Path) -> str:
    """The URL of the SQLite file in a folder."""
    file = folder.absolute() / DATABASE_FILE
    return sa.URL.create("sqlite", database=str(file)).render_as_string()


def _unknown(name: str, known: tuple[str, ...]) -> NotFound:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        hint = f'Did you mean "{near[0]}"?'
    elif known:
        hint = f"There are: {', '.join(known[:10])}{', ...' if len(known) > 10 else ''}."
    else:
        hint = "There is none yet; index a catalog first: lookalike index FILE"
    return NotFound(f'There is no collection "{name}".', hint=hint)
