"""The lock that one indexing process holds, and who holds it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lookalike.errors import Conflict, Unavailable


@contextmanager
def writer_lock(path: Path, *, timeout_s: float) -> Iterator[None]:
    """Hold `path` alone.  Raises Conflict, naming the holder, when it is not free in time."""
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=timeout_s)
    except Timeout:
        raise Conflict(
            f'Another process is indexing "{path.stem}"{_holder(path)}.',
            hint="Try again when it is done.",
        ) from None
    except OSError as error:
        raise Unavailable(
            f"The workspace {path.parent.parent} cannot be written ({error.strerror}).",
            hint="Give this user write permission to the folder.",
        ) from error
    try:
        _note(path).write_text(
            json.dumps({"pid": os.getpid(), "started": datetime.now(UTC).isoformat("T", "seconds")})
        )
        yield
    finally:
        _note(path).unlink(missing_ok=True)
        lock.release()


def _note(path: Path) -> Path:
    """Beside the lock, as a locked file cannot be read on every system."""
    return path.with_suffix(".writer.json")


def _holder(path: Path) -> str:
    try:
        note = json.loads(_note(path).read_text())
        return f" (process {note['pid']}, since {note['started']})"
    except (OSError, ValueError, KeyError):
        return ""  # it holds the lock but has not said so yet
