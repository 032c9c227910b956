"""Failures of the database and the disk, told as our errors with what to do about them."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from lookalike.errors import Conflict, LookalikeError, Unavailable

FULL = (Unavailable, "has no room left.", "Free disk space, then run it again.")
READ_ONLY = (
    Unavailable,
    "cannot be written.",
    "Give this user write permission to the file and to its folder.",
)
BUSY = (
    Conflict,
    "is busy: another process is writing.",
    "Try again; if it lasts, look for a process that is stuck.",
)
NOT_OURS = (
    Unavailable,
    "is not a database, or it is damaged.",
    "Restore it from a backup, or choose another workspace.",
)
BROKEN_DISK = (Unavailable, "cannot be read.", "Check the disk, then run it again.")
UNREACHABLE = (
    Unavailable,
    "does not answer.",
    "Check that the server runs and that the URL, user and password are right.",
)

Failure = tuple[type[LookalikeError], str, str]

SQLITE_FAILURES: tuple[tuple[str, Failure], ...] = (
    ("SQLITE_FULL", FULL),
    ("SQLITE_READONLY", READ_ONLY),
    ("SQLITE_CANTOPEN", READ_ONLY),
    ("SQLITE_PERM", READ_ONLY),
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_NOTADB", NOT_OURS),
    ("SQLITE_CORRUPT", NOT_OURS),
    ("SQLITE_IOERR", BROKEN_DISK),
)
"""By the start of sqlite3's error name, https://www.sqlite.org/rescode.html."""

POSTGRES_FAILURES: tuple[tuple[str, Failure], ...] = (
    ("53100", FULL),
    ("25006", READ_ONLY),
    ("42501", READ_ONLY),
    ("55P03", BUSY),
    ("40", BUSY),
    ("53", UNREACHABLE),
    ("57P", UNREACHABLE),
    ("08", UNREACHABLE),
)
"""By the start of SQLSTATE, the PostgreSQL manual, appendix A."""


@contextmanager
def translated(url: sa.URL) -> Iterator[None]:
    """Raise our error for a failure of the outside world; a fault in our SQL passes as it is."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        failure = _failure(error)
        if failure is None:
            raise
        kind, what, hint = failure
        place = url.render_as_string(hide_password=True)
        raise kind(f"The database {place} {what} ({error.orig})", hint=hint) from error
    except sa.exc.TimeoutError as error:
        raise Unavailable(
            "All connections to the database are in use.", hint="Try again in a moment."
        ) from error


def _failure(error: sa.exc.DBAPIError) -> Failure | None:
    sqlite_name = getattr(error.orig, "sqlite_errorname", None)
    if sqlite_name is not None:
        return _first(SQLITE_FAILURES, sqlite_name)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _first(POSTGRES_FAILURES, state)
    is_outside = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return UNREACHABLE if is_outside else None


def _first(failures: tuple[tuple[str, Failure], ...], name: str) -> Failure | None:
    return next((failure for start, failure in failures if name.startswith(start)), None)
