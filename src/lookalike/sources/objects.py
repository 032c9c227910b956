"""Object stores by URL: s3://, gs://, az:// and the other clouds that fsspec opens.

Credentials come from the environment of the process, as each store's own tools read them, and
never from an address.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any  # fsspec ships no types

from lookalike.domain.problems import Problem
from lookalike.domain.product import Product
from lookalike.errors import InvalidInput, LookalikeError, NotFound, Unavailable
from lookalike.sources.folder import MAX_FOLDER_IMAGES, catalog_name, natural, products_of
from lookalike.sources.image_size import too_many_bytes
from lookalike.sources.locations import is_image_name
from lookalike.sources.protocol import (
    Fetched,
    FetchFailed,
    FetchProblem,
    FetchRefused,
    Record,
)

EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs"}
EXTRAS |= dict.fromkeys(("az", "abfs", "abfss", "adl"), "az")
"""Scheme -> the extra of this package that brings its library."""
CHUNK_BYTES = 1 << 20


def file_system(url: str) -> tuple[Any, str]:
    """The store of a URL and the path in it.  Raises Unavailable when its library is missing."""
    scheme = url.partition("://")[0]
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise InvalidInput(
            f"The address {scheme}://... holds a user name or password.",
            hint="Give credentials in the environment, for example AWS_ACCESS_KEY_ID.",
        )
    extra = EXTRAS.get(scheme)
    install = f"pip install 'lookalike[{extra}]'" if extra else f"pip install {scheme}fs fsspec"
    try:
        import fsspec

        store, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise Unavailable(
            f"Reading {scheme}:// needs a library that is missing ({error}).",
            hint=f"Install it: {install}",
        ) from None
    except ValueError as error:
        raise InvalidInput(
            f"{url[:200]} cannot be opened ({error}).", hint="For example: s3://bucket/photos"
        ) from None
    return store, str(path)


def mark(details: Mapping[str, Any]) -> str | None:
    """What changes when the object does: its ETag, else its generation, else size and time."""
    for name in ("ETag", "etag", "md5Hash", "content_md5", "generation"):
        if details.get(name):
            return f"{name.lower()}:{details[name]}".replace('"', "")
    times = (details.get(name) for name in ("LastModified", "last_modified", "mtime", "created"))
    changed = next((str(one) for one in times if one), None)
    return f"{details.get('size')}-{changed}" if changed else None


class ObjectImages:
    """An ImageStore of the objects below one prefix.

    Marks come from one listing of the prefix, page by page, made at the first need: an object
    whose ETag is known is not read again.
    """

    def __init__(self, root: str, *, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._root = root.rstrip("/") + "/"
        self._lock = threading.Lock()
        self._store: Any = None
        self._marks: dict[str, str | None] | None = None

    def stamp(self, location: str, known: str | None = None) -> str | None:
        try:
            marks = self._listing()
            return marks.get(self._path(location)) if marks else known
        except LookalikeError:
            return None

    def read(self, location: str) -> bytes:
        path = self._path(location)
        try:
            with self._opened().open(path, "rb") as file:
                data: bytes = file.read(self.max_bytes + 1)
        except Exception as error:  # each store raises its own
            raise _problem(location, error) from error
        if len(data) > self.max_bytes:
            raise too_many_bytes(location, len(data), self.max_bytes)
        if not data:
            raise FetchRefused("empty", f"The object {location[:200]} is empty.")
        return data

    def fetch(self, location: str, known: str | None = None) -> Fetched:
        stamp = self.stamp(location, known)
        if known is not None and stamp == known:
            return Fetched(None, known)
        return Fetched(self.read(location), stamp)

    def close(self) -> None:
        self._marks = None

    def _path(self, location: str) -> str:
        if not location.startswith(self._root) or ".." in location.split("/"):
            raise FetchRefused(
                "outside_root",
                f"The image {location[:200]} lies outside {self._root}.",
                hint="Name what holds all images: --images s3://bucket/prefix.",
            )
        return str(self._opened()._strip_protocol(location))

    def _opened(self) -> Any:
        with self._lock:
            if self._store is None:
                self._store, _ = file_system(self._root)
            return self._store

    def _listing(self) -> dict[str, str | None]:
        """Path -> mark of everything below the root; empty where it may not be listed."""
        store = self._opened()
        with self._lock:
            if self._marks is None:
                try:
                    found = store.find(store._strip_protocol(self._root), detail=True)
                except Exception:  # each store raises its own; without marks all is read
                    found = {}
                self._marks = {path: mark(details) for path, details in found.items()}
            return self._marks


class ObjectFolder:
    """A CatalogSource of the images below a prefix, by the rules of a folder of images."""

    title = ""
    next_change = None
    mark = None
    mapping: Mapping[str, tuple[str, ...]] = {"sku": ("object name",), "image": ("object",)}

    def __init__(self, url: str, *, one_image: bool = False) -> None:
        self._one_image = one_image
        self.location = url
        self.images_root = url.rstrip("/") + "/"
        self._store, self._path = file_system(url)
        self._path = self._path.rstrip("/")
        if next(self._folders(), None) is None:
            raise InvalidInput(
                f"There are no images below {url}.", hint="Check the bucket and the prefix."
            )

    def count_hint(self) -> int | None:
        return None

    def records(self) -> Iterator[Record | Problem]:
        for folder, images in self._folders():
            places = tuple(self.images_root + path[len(self._path) + 1 :] for path in images)
            if not folder or self._one_image:
                parts = {"category": " > ".join(folder.split("/"))} if folder else {}
                for place in places:
                    stem = os.path.splitext(place.rsplit("/", 1)[1])[0]  # noqa: PTH122
                    yield Record(None, place, {"sku": stem, "image": (place,), **parts})
            elif len(images) > MAX_FOLDER_IMAGES:
                message = (
                    f"The prefix {folder}/ holds {len(images)} images; one product has at most "
                    f"{MAX_FOLDER_IMAGES}. If each is a product, index this prefix itself."
                )
                yield Problem(None, None, self.images_root + folder, "many_images", message)
            else:
                *above, name = folder.split("/")
                values: dict[str, object] = {"sku": name, "image": places}
                if above:
                    values["category"] = " > ".join(above)
                yield Record(None, self.images_root + folder, values)

    def products(self) -> Iterator[Product | Problem]:
        return products_of(self.records())

    def _folders(self) -> Iterator[tuple[str, list[str]]]:
        """Every folder below the prefix that holds images, with their paths, in natural order."""
        try:
            found = self._store.find(self._path)
        except Exception as error:  # each store raises its own
            raise _as_error(self.location, error) from error
        folders: dict[str, list[str]] = {}
        for path in found:
            inner = path[len(self._path) + 1 :]
            if is_image_name(inner) and not re.search(r"(^|/)(\.|__MACOSX)", inner):
                folders.setdefault(inner.rpartition("/")[0], []).append(path)
        for folder in sorted(folders, key=natural):
            yield folder, sorted(folders[folder], key=natural)


def catalog_object(url: str) -> str | None:
    """The file that a URL names, or that describes the images of the prefix it names.

    None for a prefix whose images lie straight in it, or in folders without a catalog.
    Raises NotFound when there is nothing at all.
    """
    store, path = file_system(url)
    try:
        if not url.endswith("/") and not store.isdir(path):
            if store.isfile(path):
                return url
            raise NotFound(
                f"There is nothing at {url[:200]}.", hint="Check the bucket and the name."
            )
        files = [one["name"] for one in store.ls(path, detail=True) if one["type"] == "file"]
    except Exception as error:  # each store raises its own
        raise _as_error(url, error) from error
    name = catalog_name(str(file).rpartition("/")[2] for file in files)
    return f"{url.rstrip('/')}/{name}" if name else None


def object_mark(url: str) -> str | None:
    """The mark of one object, by one small request."""
    store, path = file_system(url)
    try:
        store.invalidate_cache()
        return mark(store.info(path))
    except Exception as error:  # each store raises its own
        raise _as_error(url, error) from error


def copy_object(url: str, target: Path, *, max_bytes: int) -> None:
    """Write one object to a file.  Raises InvalidInput when it is larger than allowed."""
    store, path = file_system(url)
    size = 0
    try:
        with store.open(path, "rb") as source, target.open("wb") as file:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    break
                file.write(chunk)
    except Exception as error:  # each store raises its own
        raise _as_error(url, error) from error
    if size > max_bytes:
        raise InvalidInput(
            f"{url[:200]} has more than {max_bytes:,} bytes.",
            hint="Raise the setting max_feed_mb if that is right.",
        )


def _problem(location: str, error: Exception) -> FetchProblem:
    shown = location[:200]
    if isinstance(error, LookalikeError):
        raise error
    if isinstance(error, FileNotFoundError):
        return FetchRefused("missing", f"There is no object {shown}.")
    if isinstance(error, PermissionError):
        return FetchFailed("forbidden", f"The object {shown} may not be read ({error}).")
    return FetchFailed("unreachable", f"The object {shown} cannot be read ({error}).")


def _as_error(url: str, error: Exception) -> LookalikeError:
    if isinstance(error, LookalikeError):
        return error
    if isinstance(error, FileNotFoundError):
        return NotFound(f"There is nothing at {url[:200]}.", hint="Check the bucket and the name.")
    return Unavailable(
        f"{url[:200]} cannot be read ({type(error).__name__}: {error}).",
        hint="Check the credentials in the environment and that they may list and read it.",
    )
