"""One database: short transactions, and what each kind of database does differently."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy.dialects import sqlite

from lookalike.errors import InvalidInput, Unavailable
from lookalike.storage.failures import translated

BUSY_TIMEOUT_S = 60.0
"""How long a writer waits for others.  The slowest of 40 batches of 1,000 features took 0.16 s
(bench/storage.py), but SQLite lets writers go in no order: on a disk that stalls, one of two was
passed over for 15 s."""

VALUES_PER_LIST = 500
"""Length of an IN list; SQLite before 3.32 allows 999 parameters in a statement."""

SCHEMA_LOCK = 0x6C6F6F6B  # "look": the key of the advisory lock under which PostgreSQL migrates


class Database:
    """An engine with a pool; safe to share between threads, not across a fork.

    Every transaction is `reading` or `writing`.  Readers see one state from start to end and
    never wait for a writer; writers wait for each other, at most `busy_timeout_s`.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.engine = _engine(url, busy_timeout_s)
        self._is_sqlite = self.engine.dialect.name == "sqlite"

    def __repr__(self) -> str:
        return f"Database({self.engine.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent state of the database.  Raises Unavailable or Conflict."""
        options: dict[str, Any] = {}  # SQLAlchemy's own type for execution options
        if not self._is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            translated(self.engine.url),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All or nothing, on the disk when it returns.  Raises Unavailable or Conflict."""
        with (
            translated(self.engine.url),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def hold_schema(self, connection: sa.Connection) -> None:
        """Let no other process change the tables until this writing transaction ends."""
        if not self._is_sqlite:  # SQLite: BEGIN IMMEDIATE already does
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))

    def close(self) -> None:
        self.engine.dispose()


def save(
    connection: sa.Connection,
    table: sa.Table,
    *,
    rows: Sequence[Mapping[str, object]],
    replace: bool,
) -> None:
    """Insert rows; where the primary key exists, replace its row or keep it as it is."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        insert: Any = sqlite.insert(table)  # the two inserts share no type with on_conflict
    else:
        from sqlalchemy.dialects import postgresql

        insert = postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    if replace:
        changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = insert.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, [dict(row) for row in rows])


def chunks(
    values: Iterator[str] | Sequence[str], size: int = VALUES_PER_LIST
) -> Iterator[list[str]]:
    """The values in order, in lists short enough for one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def _engine(url: str, busy_timeout_s: float) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise InvalidInput(
            f"{url!r} is not a database URL.",
            hint='Write "postgresql://user:password@host/name" or "sqlite:////absolute/path".',
        ) from None
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql"} or (kind == "sqlite" and not _path(parsed)):
        raise InvalidInput(
            f"The database {parsed.render_as_string(hide_password=True)} cannot be used.",
            hint="Use a SQLite file or PostgreSQL.",
        )
    if kind == "sqlite":
        return _sqlite_engine(parsed, busy_timeout_s)
    given = parsed.query.get("options", "")  # connect_args would silently replace the URL's own
    options = f"{given} -c lock_timeout={round(busy_timeout_s * 1000)}"
    try:
        return sa.create_engine(
            parsed, connect_args={"options": options}, pool_pre_ping=True, hide_parameters=True
        )
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"The PostgreSQL driver {error.name} is not installed.",
            hint='Install it with: pip install "psycopg[binary]"',
        ) from None


def _sqlite_engine(url: sa.URL, busy_timeout_s: float) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"timeout": busy_timeout_s},
        hide_parameters=True,  # errors go to logs, and values can name a user
        max_overflow=-1,  # a connection costs 0.2 ms and 1 MB; waiting for a pool can deadlock
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` does
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        # FULL: a commit is on the disk when it returns, also if the power fails (decision 0021).
        cursor.execute("PRAGMA synchronous=FULL")
        # Deleted content is overwritten where that costs no extra writing (docs/how-to/rights.md).
        cursor.execute("PRAGMA secure_delete=FAST")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later can fail at once with "locked",
        # however long the timeout; one that says so at its start waits for its turn.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    with translated(url):
        _prepare_new_file(engine, Path(_path(url)))
    return engine


def _prepare_new_file(engine: sa.Engine, path: Path) -> None:
    """Give an empty file its page size and write-ahead log, which it then keeps for ever.

    Only an empty file is touched, and under a lock: two processes that switch the journal
    mode together do not wait for each other, one fails.
    """
    if path.exists() and path.stat().st_size > 0:
        return
    if not path.parent.is_dir():
        raise Unavailable(f"The folder {path.parent} does not exist.", hint="Make it first.")
    try:
        with FileLock(f"{path}.creating"), closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA page_size=8192")  # a feature row and its details: 2.5-4 KB
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.close()
    except OSError as error:
        raise Unavailable(
            f"The database {path} cannot be made ({error.strerror}).",
            hint="Choose a folder that this user may write to.",
        ) from error


def _path(url: sa.URL) -> str:
    return "" if url.database in {None, ":memory:"} else str(url.database)
