"""Image bytes from files below one folder, and from the web."""

import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path

from lookalike.sources.image_size import MAX_IMAGE_BYTES, too_many_bytes
from lookalike.sources.locations import is_object_url, is_web_address
from lookalike.sources.protocol import (
    Fetched,
    FetchFailed,
    FetchProblem,
    FetchRefused,
    ImageStore,
)

DOWNLOAD_TIMEOUT_S = 30.0
"""An image of 5 MB at 2 Mbit/s takes 20 s; chosen by eye."""


PER_HOST = 4
"""A browser opens six connections to a host; four leave a small shop's server its shoppers."""
NOWHERE = "/nonexistent"


@dataclass(frozen=True)
class FetchLimits:
    """How much one image may cost, and one host."""

    bytes: int
    timeout_s: float
    per_host: int


def open_images(
    root: str | Path,
    *,
    allow_private_addresses: bool = False,
    max_bytes: int = MAX_IMAGE_BYTES,
    timeout_s: float = DOWNLOAD_TIMEOUT_S,
    per_host: int = PER_HOST,
) -> ImageStore:
    """Files or objects below `root` and http(s) addresses, each by its own rules.

    root       a folder, or a bucket or a prefix in one (s3://bucket/photos)
    per_host   requests to one host at a time
    timeout_s  the longest a download may take in all, with its redirects
    allow_private_addresses  also fetch from the operator's own network; off by default, so
                             that a feed cannot make this server read its neighbors
    """
    is_remote = is_object_url(str(root)) or is_web_address(str(root))
    files = LocalImages(NOWHERE if is_remote else root, max_bytes=max_bytes)
    limits = FetchLimits(max_bytes, timeout_s, per_host)
    return _Images(str(root), files, limits, allow_private_addresses=allow_private_addresses)


class LocalImages:
    """An ImageStore of the regular files below one folder.

    Links are followed as long as they stay below it.  Nothing else is ever opened for
    reading: no device, pipe or folder, so that a read always ends.
    """

    def __init__(self, root: str | Path, *, max_bytes: int = MAX_IMAGE_BYTES) -> None:
        self.max_bytes = max_bytes
        self._root = os.path.realpath(root)

    def stamp(self, location: str, known: str | None = None) -> str | None:  # noqa: ARG002
        """Size and time of the last change in nanoseconds."""
        try:
            status = os.stat(self._path(location))  # noqa: PTH116
        except (OSError, FetchProblem):
            return None
        return f"{status.st_size}-{status.st_mtime_ns}"

    def fetch(self, location: str, known: str | None = None) -> Fetched:  # noqa: ARG002
        """Always the bytes: who asks for a file again does not trust its time."""
        stamp = self.stamp(location)  # before the bytes: a later change must look like one
        return Fetched(self.read(location), stamp)

    def read(self, location: str) -> bytes:
        path = self._path(location)
        try:
            # O_NONBLOCK: opening a pipe that nobody writes to would otherwise never return.
            file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _NO_LINK)
        except FileNotFoundError:
            raise FetchRefused("missing", f"There is no image {_shown(location)}.") from None
        except OSError as error:
            raise FetchRefused(
                "unreadable", f"The image {_shown(location)} cannot be read ({error.strerror})."
            ) from None
        try:
            status = os.fstat(file)  # of what was opened, not of what the path names by now
            if not stat.S_ISREG(status.st_mode):
                raise FetchRefused("not_a_file", f"{_shown(location)} is not a regular file.")
            if status.st_size > self.max_bytes:
                raise too_many_bytes(location, status.st_size, self.max_bytes)
            with os.fdopen(file, "rb", closefd=False) as opened:
                data = opened.read(self.max_bytes + 1)
        except OSError as error:
            raise FetchFailed(
                "unreadable", f"The image {_shown(location)} cannot be read ({error.strerror})."
            ) from None
        finally:
            os.close(file)
        if len(data) > self.max_bytes:
            raise too_many_bytes(location, len(data), self.max_bytes)
        if not data:
            raise FetchRefused("empty", f"The image {_shown(location)} is empty.")
        return data

    def close(self) -> None:
        """Nothing is held open."""

    def _path(self, location: str) -> str:
        """The real path of a location.  Raises FetchRefused outside the root."""
        if "://" in location or location.startswith("data:"):
            scheme = location.split(":")[0]
            raise FetchRefused(
                "bad_scheme",
                f"The image {_shown(location)} has the scheme {_shown(scheme)}.",
                hint="Images are files, http and https addresses, or lie in the bucket that is "
                "named as their root: --images s3://bucket/prefix.",
            )
        try:
            path = os.path.realpath(os.path.join(self._root, location))  # noqa: PTH118
        except (OSError, ValueError) as error:
            raise FetchRefused("unreadable", f"{_shown(location)} is no path ({error}).") from None
        if path != self._root and not path.startswith(os.path.join(self._root, "")):  # noqa: PTH118
            raise FetchRefused(
                "outside_root",
                f"The image {_shown(location)} lies outside the images folder {self._root}.",
                hint="Name the folder that holds all images: --images DIR.",
            )
        return path


class _Images:
    """An ImageStore that sends each location to the store for its kind."""

    def __init__(
        self, root: str, files: LocalImages, limits: FetchLimits, *, allow_private_addresses: bool
    ) -> None:
        self._root = root
        self._files = files
        self._limits = limits
        self._allow_private_addresses = allow_private_addresses
        self._lock = threading.Lock()
        self._web: ImageStore | None = None
        self._objects: ImageStore | None = None

    def stamp(self, location: str, known: str | None = None) -> str | None:
        return known if is_web_address(location) else self._store(location).stamp(location, known)

    def read(self, location: str) -> bytes:
        return self._store(location).read(location)

    def fetch(self, location: str, known: str | None = None) -> Fetched:
        return self._store(location).fetch(location, known)

    def close(self) -> None:
        with self._lock:
            for store in (self._web, self._objects):
                if store:
                    store.close()
            self._web = self._objects = None

    def _store(self, location: str) -> ImageStore:
        """Made at first use: most catalogues have files only, and the libraries load slowly."""
        if is_web_address(location):
            with self._lock:
                if self._web is None:
                    self._web = self._opened_web()
                return self._web
        if is_object_url(self._root) and is_object_url(location):
            with self._lock:
                if self._objects is None:
                    from lookalike.sources.objects import ObjectImages

                    self._objects = ObjectImages(self._root, max_bytes=self._limits.bytes)
                return self._objects
        return self._files

    def _opened_web(self) -> ImageStore:
        from lookalike.sources.http_client import HttpLimits
        from lookalike.sources.http_images import HttpImages

        return HttpImages(
            HttpLimits(
                bytes=self._limits.bytes,
                total_s=self._limits.timeout_s,
                per_host=self._limits.per_host,
            ),
            allow_private_addresses=self._allow_private_addresses,
        )


def _shown(text: str) -> str:
    return text[:200].encode("utf-8", "backslashreplace").decode()


_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
