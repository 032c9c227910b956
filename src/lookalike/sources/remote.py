"""Catalogue files from elsewhere: downloaded within limits, unpacked, only when they changed."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import InvalidInput
from lookalike.sources.http_client import Answer, HttpClient, HttpLimits, NotModified
from lookalike.sources.locations import is_web_address
from lookalike.sources.packed import FeedLimits, too_large, unpack

ACCEPT = (b"text/csv,application/xml,application/json,*/*;q=0.5", b"gzip")
SUFFIX = re.compile(r"\.(csv|tsv|tab|txt|jsonl|ndjson|json|jsonld|parquet|xml|html?)(\.gz)?$", re.I)
KINDS = {
    "text/csv": ".csv", "text/tab-separated-values": ".tsv", "application/json": ".json",
    "application/ld+json": ".jsonld", "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl", "application/xml": ".xml", "text/xml": ".xml",
    "application/rss+xml": ".xml", "application/atom+xml": ".xml", "text/html": ".html",
    "application/vnd.apache.parquet": ".parquet",
}  # fmt: skip
"""Media type -> suffix, where the address has none.  The content decides anyway."""


@dataclass(frozen=True)
class Copy:
    """A catalogue file on this disk.

    mark  the hash of its content
    """

    path: Path
    mark: str


def copied(location: str, folder: Path, limits: FeedLimits) -> Copy:
    """The file at an http(s) or object-store address, as a copy below `folder`.

    A copy that is still current is kept; gzip is unpacked, within the same limit of bytes.
    Raises InvalidInput, NotFound or Unavailable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(location.encode()).hexdigest()[:24]
    note = folder / f"{name}.json"
    before = _note(note)
    have = folder / before["file"] if before else None
    known = before["stamp"] if before and have and have.is_file() else None
    part = folder / f"{name}.part"
    try:
        if is_web_address(location):
            found = _download(location, part, limits, known)
        else:
            found = _fetch_object(location, part, limits, known)
        if found is None and have is not None:
            return Copy(have, before["mark"] if before else "")
        stamp, suffix = found or (None, "")
        path = folder / f"{name}{suffix}"
        unpack(part, path, max_bytes=limits.bytes)
        if have is not None and have != path:
            have.unlink(missing_ok=True)
    finally:
        part.unlink(missing_ok=True)
    with path.open("rb") as file:
        mark = hashlib.file_digest(file, "sha256").hexdigest()
    note.write_text(json.dumps({"file": path.name, "stamp": stamp, "mark": mark}))
    return Copy(path, mark)


def _download(
    location: str, part: Path, limits: FeedLimits, known: str | None
) -> tuple[str | None, str] | None:
    """(stamp, suffix) of what was written to `part`; None when `known` still holds."""

    def take(answer: Answer) -> tuple[str | None, str]:
        packing = answer.headers.get("content-encoding", "identity").lower()
        if packing not in {"identity", "", "gzip", "x-gzip"}:
            raise InvalidInput(f"{answer.shown} is packed with {packing[:40]}, not with gzip.")
        size = 0
        with part.open("wb") as file:
            for chunk in answer.chunks:
                size += len(chunk)
                if size > limits.bytes:
                    raise too_large(answer.shown, limits.bytes)
                file.write(chunk)
        kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        return answer.stamp, _suffix(location, kind)

    client = HttpClient(
        HttpLimits(limits.bytes, read_s=60.0, total_s=limits.total_s),
        accept=ACCEPT,
        allow_private_addresses=limits.allow_private_addresses,
    )
    try:
        return client.get(location, take, known=known)
    except NotModified:
        return None
    finally:
        client.close()


def _fetch_object(
    location: str, part: Path, limits: FeedLimits, known: str | None
) -> tuple[str | None, str] | None:
    from lookalike.sources.objects import copy_object, object_mark

    stamp = object_mark(location)
    if stamp is not None and stamp == known:
        return None
    copy_object(location, part, max_bytes=limits.bytes)
    return stamp, _suffix(location, "")


def _suffix(location: str, kind: str) -> str:
    found = SUFFIX.search(re.split(r"[?#]", location)[0])
    return f".{found[1].lower()}" if found else KINDS.get(kind, ".csv")


def _note(path: Path) -> dict[str, str] | None:
    try:
        values = json.loads(path.read_text())
        return {name: values[name] for name in ("file", "stamp", "mark")}
    except (OSError, ValueError, KeyError, TypeError):
        return None
