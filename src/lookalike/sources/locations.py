"""The image locations in a cell, and where they point."""

import os
import re
from urllib.parse import urljoin

from lookalike.domain.product import MAX_LOCATION_LENGTH
from lookalike.sources.values import is_clean

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
)

_WEB = re.compile(r"(https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]+://|data:", re.IGNORECASE)
_ANY_SEPARATOR = re.compile(r"[\s;,]")
_SEPARATORS = (re.compile(r"\s*[\r\n]\s*"), re.compile(r"\s*;\s*"), re.compile(r"\s*,\s*"),
               re.compile(r"\s+"))  # fmt: skip


def image_parts(value: object) -> list[str]:
    """The locations written in one cell, as they stand there.

    A bar always separates.  Line ends, semicolons, commas and blanks do only where every
    part looks like a location of its own: a web address among web addresses, or a name
    with the suffix of an image.  So "red, large.jpg" stays one name.
    """
    if isinstance(value, tuple):
        return [part.strip() for part in value if part.strip()]
    if not isinstance(value, str):
        return [] if value is None else [str(value)]
    found: list[str] = []
    for part in value.split("|"):
        if part := part.strip():
            found += _split(part)
    return found


def absolute(location: str, root: str) -> str:
    """A web address as it is; a path below `root`.  Other schemes stay, to be refused when read.

    Backslashes of a path without slashes are those of another system.
    Raises ValueError for what can be no location.
    """
    if not is_clean(location):
        raise ValueError(f"is {location[:60]!r}, which holds control characters")
    if location.startswith("//"):
        place = f"https:{location}"
    elif _SCHEME.match(location):
        place = location
    elif is_web_address(root):
        place = urljoin(root, location)
    else:
        path = location if "/" in location else location.replace("\\", "/")
        scheme, separator, folder = root.partition("://") if is_object_url(root) else ("", "", root)
        place = scheme + separator + os.path.normpath(os.path.join(folder, path))  # noqa: PTH118
    if len(place) > MAX_LOCATION_LENGTH:
        raise ValueError(f"has {len(place)} characters; at most {MAX_LOCATION_LENGTH} are allowed")
    return place


OBJECT_SCHEMES = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "obs", "cos", "tos", "b2"}
)
"""Stores that take their credentials and their host from the environment.  fsspec opens more, but
some of those read this machine's files and some connect to a host that the address names, past
the check of addresses."""


def is_web_address(location: str) -> bool:
    return location[:8].lower().startswith(("http://", "https://"))


def is_object_url(location: str) -> bool:
    """Whether a location lies in an object store: s3://, gs://, az:// and their like."""
    scheme, separator, rest = location.partition("://")
    return bool(separator and rest and scheme in OBJECT_SCHEMES and "::" not in rest)


def without_credentials(location: str) -> str:
    """A location that may be shown and logged: a web address loses its user and password."""
    return re.sub(r"(?<=//)[^/@]*@", "", location, count=1)


def is_image_name(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES  # noqa: PTH122


def _split(text: str) -> list[str]:
    if not _ANY_SEPARATOR.search(text):
        return [text]
    for separator in _SEPARATORS:
        parts = [part for part in separator.split(text) if part]
        if len(parts) > 1:
            is_web = [bool(_WEB.match(part)) for part in parts]
            if all(is_web) or (not any(is_web) and all(map(is_image_name, parts))):
                return [piece for part in parts for piece in _split(part)]
    return [text]
