"""Which processes are alive, told by the operating system and never by a clock.

Each process that owns work holds a lock on a file of its own.  The system releases it when
the process ends, however it ends, so a lock that can be taken belonged to the dead.
"""

import os
import threading
import uuid
from pathlib import Path

from filelock import FileLock, Timeout


class Presence:
    """This process's place among those that share a folder; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._lock: FileLock | None = None
        self._token = f"{os.getpid()}-{uuid.uuid4().hex}"

    def token(self) -> str:
        """The name under which this process owns work; from now on it counts as alive."""
        with self._guard:
            if self._lock is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                lock = FileLock(self._path(self._token), thread_local=False)
                lock.acquire(timeout=0)
                self._lock = lock
        return self._token

    def is_alive(self, token: str) -> bool:
        """Does the process with this token still run?"""
        if token == self._token:
            return self._lock is not None
        path = self._path(token)
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0, thread_local=False):
                path.unlink(missing_ok=True)  # a token is never used again
        except Timeout:
            return True
        return False

    def leave(self) -> None:
        """Own no more work."""
        with self._guard:
            if self._lock is not None:
                self._lock.release()
                self._path(self._token).unlink(missing_ok=True)
                self._lock = None

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.alive"
