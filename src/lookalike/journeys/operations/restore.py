"""Put a backup back into an empty place: built beside, there whole or not at all.

The database is the last to move, and a workspace without one is none.  Who was erased after
the backup was made is left out while the rows are read, so their rows are never written.
"""

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lookalike.domain.backup import RestoreReport
from lookalike.domain.progress import Report
from lookalike.domain.receipt import Receipt, as_json, is_genuine, receipt_from
from lookalike.errors import Conflict, InvalidInput, Unavailable
from lookalike.index import snapshot
from lookalike.journeys.operations.backup import TABLES, require_rows
from lookalike.journeys.operations.backup_file import CHUNK, BackupReader
from lookalike.storage.pseudonyms import KEY_NAME, pseudonym
from lookalike.storage.table_dump import Row, load_table, loading, read_rows, replace_rows
from lookalike.storage.workspace import COLLECTION_ID, DATABASE_FILE, database_in

STAGING = ".restoring"
LEFTOVERS = frozenset((STAGING, "collections", "uploads"))
"""What a restore that was killed may leave, without a database."""


def restore(
    path: Path,
    folder: Path,
    *,
    database_url: str | None,
    erasures: Iterable[Path],
    report: Report,
) -> RestoreReport:
    """Make the workspace `folder` from a backup; the backup is verified to its end before.

    database_url  of an empty database; by default the SQLite file in the folder
    erasures      later backups, or files of receipts: whoever was erased since the backup was
                  made stays erased
    Raises Conflict when the folder or database is in use, InvalidInput for a damaged backup,
    Unavailable for one of a newer version.
    """
    started = time.monotonic()
    with BackupReader(path) as backup:
        _require_unused(folder)
        backup.verify(report)
        out = Erasures.read(backup, erasures)
        staging = _staging(folder)
        try:
            _load(backup, database_url or database_in(staging), out)
            _indexes(backup, staging)
            _move(staging, folder)
        except OSError as error:
            raise Unavailable(
                f"{folder} cannot be written ({error.strerror or error}).",
                hint="Choose a folder that has room and may be written by this user.",
            ) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return RestoreReport(backup.contents, out.left_out, time.monotonic() - started)


def _require_unused(folder: Path) -> None:
    there = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    if folder.exists() and not folder.is_dir():
        raise Conflict(f"{folder} is a file.", hint="Name a folder: --workspace DIR")
    if STAGING in there and there <= LEFTOVERS:  # a restore was killed here
        for name in there:
            shutil.rmtree(folder / name)
        return
    if there:
        raise Conflict(
            f"The workspace {folder} is not empty.",
            hint="Restore beside it and then change places: --workspace NEW restore FILE",
        )


def _staging(folder: Path) -> Path:
    """Within the folder: a folder that is a mount cannot be moved into place."""
    staging = folder / STAGING
    try:
        staging.mkdir(parents=True)
    except OSError as error:
        raise Unavailable(
            f"The workspace {folder} cannot be made ({error.strerror}).",
            hint="Choose a folder that this user may write to.",
        ) from error
    return staging


def _load(backup: BackupReader, url: str, out: "Erasures") -> None:
    with loading(url, backup.contents.schema) as connection:
        for name, wanted in backup.contents.tables.items():
            with backup.member(TABLES.format(name)) as file:
                seen = _Counted(read_rows(file))
                load_table(connection, name, out.kept(name, seen))
            require_rows(name, seen.count, wanted)
        replace_rows(connection, "erased_users", out.rows)


class _Counted:
    """Batches, counted as they pass."""

    def __init__(self, batches: Iterator[list[Row]]) -> None:
        self._batches = batches
        self.count = 0

    def __iter__(self) -> Iterator[list[Row]]:
        for batch in self._batches:
            self.count += len(batch)
            yield batch


def _indexes(backup: BackupReader, staging: Path) -> None:
    for name, generation in backup.contents.generations.items():
        if not COLLECTION_ID.fullmatch(name):
            raise InvalidInput(f"The backup names the collection {name[:70]!r}.")
        root = staging / "collections" / name
        folder = snapshot.folder_of(root, generation)
        folder.mkdir(parents=True)
        prefix = f"index/{name}/"
        for member in backup.contents.members:
            if not member.startswith(prefix):
                continue
            file_name = member.removeprefix(prefix)
            if Path(file_name).name != file_name or file_name.startswith("."):
                raise InvalidInput(f"The backup names a file {file_name[:70]!r}.")
            with backup.member(member) as source, (folder / file_name).open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK)
                target.flush()
                os.fsync(target.fileno())
        snapshot.switch(root, generation)


def _move(staging: Path, folder: Path) -> None:
    for name in ("collections", "uploads", DATABASE_FILE):
        if not (staging / name).exists():
            continue
        if (folder / name).exists():
            raise Conflict(f"Somebody else made {folder / name} meanwhile.")
        (staging / name).rename(folder / name)


@dataclass
class Erasures:
    """Who was erased since a backup was made, by pseudonym; `kept` leaves their rows out.

    rows      for the table of erased users
    left_out  how many rows were left out so far
    """

    key: bytes = b""
    since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    left_out: int = 0
    _anonymous: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def read(cls, backup: BackupReader, files: Iterable[Path]) -> "Erasures":
        """Raises InvalidInput for a file that is of another workspace, or nothing of the kind."""
        key = _key(backup)
        rows: dict[tuple[str, str], Row] = {}
        for path in files:
            for row in _erased_in(path, key):
                name = (row["collection"], row["pseudonym"])
                if row["erased_at"] >= backup.contents.made_at:
                    rows[name] = max(rows.get(name, row), row, key=lambda one: one["erased_at"])
        return cls(
            key, {name: row["erased_at"] for name, row in rows.items()}, tuple(rows.values())
        )._with_anonymous(backup)

    def _with_anonymous(self, backup: BackupReader) -> "Erasures":
        """Anonymous ids that were joined to erased users alone go with them, as at an erasure."""
        if not self.since:
            return self
        users: dict[tuple[str, str], set[str]] = {}
        with backup.member(TABLES.format("user_links")) as file:
            for batch in read_rows(file):
                for row in batch:
                    if row["anonymous_id"] != row["user_id"]:
                        key = (row["collection"], row["anonymous_id"])
                        users.setdefault(key, set()).add(row["user_id"])
        for (collection, anonymous), joined in users.items():
            others = joined - {anonymous}
            if all(self.has(collection, one) for one in others):
                self._anonymous.add((collection, anonymous))
        return self

    def has(self, collection: str, user_id: str) -> bool:
        """Whether an id was erased since."""
        name = (collection, pseudonym(self.key, collection, user_id))
        return (collection, user_id) in self._anonymous or name in self.since

    def kept(self, table: str, batches: Iterable[list[Row]]) -> Iterator[list[Row]]:
        """The rows without those of erased users, as `UserStore.erase` leaves the tables."""
        change = {"events": self._event, "user_links": self._link, "user_controls": self._control}
        if self.since and table == "kept_answers":  # answers to users, kept for a day
            self.left_out += sum(map(len, batches))
            return
        if not self.since or table not in change:
            yield from batches
            return
        for batch in batches:
            rows = [left for row in batch if (left := change[table](row)) is not None]
            self.left_out += len(batch) - len(rows)
            yield rows

    def _event(self, row: Row) -> Row | None:
        if self.has(row["collection"], row["user_id"]):
            return None
        if self.has(row["collection"], row["sent_as"]):
            return {**row, "sent_as": row["user_id"], "digest": ""}
        return row

    def _link(self, row: Row) -> Row | None:
        if self.has(row["collection"], row["anonymous_id"]):
            return None
        if self.has(row["collection"], row["user_id"]):
            return {**row, "user_id": row["anonymous_id"]}
        return row

    def _control(self, row: Row) -> Row | None:
        return None if self.has(row["collection"], row["user_id"]) else row


def _key(backup: BackupReader) -> bytes:
    with backup.member(TABLES.format("keys")) as file:
        for batch in read_rows(file):
            for row in batch:
                if row["name"] == KEY_NAME:
                    return bytes.fromhex(row["key"])
    raise InvalidInput(f"{backup.path} holds no key of receipts, so nobody can be told in it.")


def _erased_in(path: Path, key: bytes) -> list[Row]:
    """Rows of erased users from a backup, or from the JSON of `users receipts` or `users erase`."""
    with path.open("rb") as file:
        is_backup = file.read(2) == b"PK"
    if not is_backup:
        return [_row(one) for one in _receipts(path, key)]
    with BackupReader(path) as later:
        if _key(later) != key:
            raise InvalidInput(f"{path} is a backup of another workspace.")
        with later.member(TABLES.format("erased_users")) as file:
            return [row for batch in read_rows(file) for row in batch]


def _receipts(path: Path, key: bytes) -> list[Receipt]:
    try:
        values: list[Any] = [json.loads(line) for line in path.read_text().splitlines() if line]
    except ValueError:
        raise InvalidInput(
            f"{path} holds no receipts.",
            hint="Give what `lookalike users receipts --json` printed, or a later backup.",
        ) from None
    told = [one for value in values for one in value.get("receipts", [value])]
    found = [receipt_from(one) for one in told]
    for one in found:
        if not is_genuine(one, key):
            raise InvalidInput(
                f"{path} holds a receipt that this workspace did not sign ({one.pseudonym[:16]})."
            )
    return found


def _row(receipt: Receipt) -> Row:
    return {
        "collection": receipt.collection,
        "pseudonym": receipt.pseudonym,
        "erased_at": receipt.erased_at,
        "receipt": json.dumps(as_json(receipt)),
    }
