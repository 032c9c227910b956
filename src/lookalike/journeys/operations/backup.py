"""Back a workspace up while it serves, indexes and takes events: one moment, every checksum."""

import json
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lookalike.domain.backup import BackupReport, Contents
from lookalike.domain.progress import Report, Step
from lookalike.errors import InvalidInput
from lookalike.index import snapshot
from lookalike.journeys.operations.backup_file import BackupReader, writing_backup
from lookalike.storage.table_dump import read_rows
from lookalike.storage.workspace import Workspace

TABLES = "tables/{}.arrow"
INDEX = "index/{}/{}"
NOTE = "last-backup.json"
STAGE = "writing the backup"


def write_backup(
    workspace: Workspace, path: Path, *, version: str, with_index: bool, report: Report
) -> BackupReport:
    """Write the database and the indexes in use to one file.

    The indexes are pinned first: each then lies at or before the moment of the tables, and the
    changes since come from the tables, just as in a running service.
    version     of the program
    with_index  False leaves the indexes out; a restore makes them anew
    """
    started, now = time.monotonic(), datetime.now(UTC)
    with ExitStack() as held:
        pinned = _pinned(workspace, held) if with_index else {}
        with writing_backup(path) as out:
            schema, tables = workspace.dump(lambda name: out.member(TABLES.format(name)))
            for done, (name, (_, files)) in enumerate(pinned.items()):
                report(Step(STAGE, done, len(pinned)))
                for file_name, file in files.items():
                    out.copy(INDEX.format(name, file_name), file)
            contents = Contents(
                made_at=now,
                version=version,
                schema=schema,
                tables=tables,
                generations={name: number for name, (number, _) in pinned.items()},
                members=out.members,
            )
            out.finish(contents)
        report(Step(STAGE, len(pinned), len(pinned)))
    size = path.stat().st_size
    note = {"file": path.name, "made_at": now.isoformat(), "bytes": size}
    (workspace.path / NOTE).write_text(json.dumps(note))
    return BackupReport(str(path), size, contents, time.monotonic() - started)


def _pinned(workspace: Workspace, held: ExitStack) -> dict[str, Any]:
    """Collection -> (generation, open files), for those that have an index."""
    found = {}
    for name in workspace.collections():
        one = snapshot.held_files(workspace.collection(name).folder, held)
        if one is not None:
            found[name] = one
    return found


def verify_backup(path: Path, *, report: Report) -> BackupReport:
    """Read a backup to its end: every checksum, and every row of every table.

    Raises InvalidInput, saying what is wrong with it.
    """
    started = time.monotonic()
    with BackupReader(path) as backup:
        backup.verify(report)
        for name, wanted in backup.contents.tables.items():
            with backup.member(TABLES.format(name)) as file:
                require_rows(name, sum(map(len, read_rows(file))), wanted)
    return BackupReport(str(path), path.stat().st_size, backup.contents, time.monotonic() - started)


def require_rows(table: str, count: int, wanted: int) -> None:
    if count != wanted:
        raise InvalidInput(f"The table {table} of the backup has {count:,} rows, not {wanted:,}.")


def last_backup(folder: Path) -> datetime | None:
    """When the last backup of a workspace was made, as far as the workspace knows."""
    try:
        return datetime.fromisoformat(json.loads((folder / NOTE).read_text())["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
