"""After rows are deleted: rewrite the files so that their bytes are gone too, and look."""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from lookalike.domain.receipt import Scan, Verdict
from lookalike.errors import Conflict
from lookalike.storage.database import Database
from lookalike.storage.failures import translated
from lookalike.storage.tables import metadata

OF_USERS = ("events", "user_links", "user_controls", "erased_users", "kept_answers")
"""The tables that hold what is known of users."""
CHUNK = 1 << 22
SHORTEST_TO_TELL = 6  # bytes; shorter ones are met by chance in any large file
COPIES = (".bak", ".backup", ".dump", ".sql", ".old", ".zip", ".gz", ".tgz", ".tar", ".zst", ".xz")
DATABASE = (".db", ".sqlite", ".sqlite3")


def scrub(database: Database) -> None:
    """Rewrite the database without what was deleted.

    SQLite: VACUUM copies what is live into fresh pages, then the write-ahead log is emptied.
    PostgreSQL: the tables of users are rewritten; its own logs and replicas are its operator's.
    Cost: SQLite writes the whole file twice (bench/erase.py).
    Raises Conflict when another process reads for longer than writers wait, and Unavailable
    when the disk is full; rows are gone already then, and doing it again is safe.
    """
    engine = database.engine
    if engine.dialect.name != "sqlite":
        with (
            translated(engine.url),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(OF_USERS)}")
        return
    with translated(engine.url), closing(engine.raw_connection()) as raw:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_done = cursor.fetchall()[0][0] == 0
        cursor.close()
    if not is_done:
        raise Conflict(
            "The rows are deleted, but another process is reading what was before.",
            hint="Stop it and erase once more; it is safe to repeat.",
        )


def look_for(
    text: str, rows: Sequence[bytes], *, database: Database, folder: Path
) -> tuple[Scan, tuple[str, ...]]:
    """Search every file of a workspace for an id in its spellings, and for rows kept of it.

    rows     bytes that stood in the database for this user alone
    returns  the finding, and the files that look like copies of the workspace
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    backups = tuple(_name(path, folder) for path in files if _is_copy(path))
    if database.engine.dialect.name != "sqlite":
        note = "The database is a server; its files, logs and replicas are its operator's."
        return Scan("not scanned", note=note), backups
    if len(text.encode()) < SHORTEST_TO_TELL:
        note = f"An id of fewer than {SHORTEST_TO_TELL} bytes is met in any file by chance."
        return Scan("not scanned", note=note), backups
    needles = [*spellings(text), *rows]
    met, size = [], 0
    for path in files:
        seen, is_met = _search(path, needles)
        size += seen
        if is_met:
            met.append(_name(path, folder))
    part_of = _rows_with(database, text) if met else ()
    verdict: Verdict = "clean" if not met else "ambiguous" if part_of else "found"
    return Scan(verdict, len(files), size, tuple(met), part_of), backups


def spellings(text: str) -> list[bytes]:
    """An id as text, as ASCII JSON, and in a URL."""
    forms = (text, json.dumps(text)[1:-1], quote(text, safe=""), quote(text))
    return [form.encode() for form in dict.fromkeys(forms)]


def _search(path: Path, needles: Sequence[bytes]) -> tuple[int, bool]:
    """(bytes read, whether one of the needles is in it); a file that is gone by now is empty."""
    overlap = max(map(len, needles))
    before, size = b"", 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                window = before + chunk
                if any(needle in window for needle in needles):
                    return size, True
                before = window[-overlap:]
    except FileNotFoundError:
        pass
    return size, False


def _rows_with(database: Database, text: str) -> tuple[str, ...]:
    """The columns in which live rows hold this text as part of something else, with counts."""
    found = []
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if not isinstance(column.type, sa.Text):
                    continue
                holds = sa.func.instr(column, text) > 0
                query = sa.select(sa.func.count()).select_from(table).where(holds)
                if count := connection.execute(query).scalar_one():
                    found.append(f"{table.name}.{column.name}: {count:,} rows")
    return tuple(found)


def _is_copy(path: Path) -> bool:
    if path.suffix in COPIES:
        return True
    return path.suffix in DATABASE and path.name != "lookalike.db"


def _name(path: Path, folder: Path) -> str:
    return os.fspath(path.relative_to(folder))
