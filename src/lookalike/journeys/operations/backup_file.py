"""A backup as a file: members with their checksums, the list of contents last.

A zip archive without compression, so that other tools open it.  Its comment is the checksum of
the list of contents, which holds those of all other members.
"""

import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from lookalike.domain.backup import Contents, Member, as_json, contents_from
from lookalike.domain.progress import Report, Step
from lookalike.errors import Conflict, InvalidInput, NotFound, Unavailable

CONTENTS = "contents.json"
CHUNK = 1 << 20
LARGEST_CONTENTS = 64 << 20  # bytes; 100,000 collections have fewer
STAGE = "verifying"

BROKEN = (
    zipfile.BadZipFile,
    EOFError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the standard library raises for an archive that was cut or changed."""


class BackupWriter:
    """Members one after the other; `finish` makes it a backup."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write to."""
        with self._archive.open(name, "w", force_zip64=True) as file:
            summed = _Summed(file)
            yield cast(IO[bytes], summed)  # the part of a file that writers use
        self.members[name] = Member(summed.bytes, summed.sha256.hexdigest())

    def copy(self, name: str, file: IO[bytes]) -> None:
        with self.member(name) as out:
            while chunk := file.read(CHUNK):
                out.write(chunk)

    def finish(self, contents: Contents) -> None:
        text = json.dumps(as_json(contents)).encode()
        self._archive.writestr(CONTENTS, text)
        self._archive.comment = hashlib.sha256(text).hexdigest().encode()


class _Summed:
    """Writes through, and keeps count and checksum."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: Any) -> int:  # anything with a buffer, as files take it
        self.sha256.update(data)
        written = self._file.write(data)
        self.bytes += written
        return written

    def flush(self) -> None:
        self._file.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """The archive's own file is closed by who opened it."""


@contextmanager
def writing_backup(path: Path) -> Iterator[BackupWriter]:
    """A backup that is there whole or not at all, and for its owner's eyes only.

    Raises Conflict when the file exists, Unavailable when it cannot be written.
    """
    if path.exists():
        raise Conflict(
            f"{path} exists.", hint="Name a new file, for example with the date; or remove it."
        )
    part = path.with_name(f"{path.name}.part")
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                yield BackupWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written ({error.strerror or error}).",
            hint="Choose a folder that exists, has room and may be written by this user.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


class BackupReader:
    """An open backup whose list of contents is whole.  Close it, or use it in `with`.

    Raises NotFound when there is no such file, InvalidInput when it is none or was cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise NotFound(f"There is no file {path}.")
        with self._whole():
            self._archive = zipfile.ZipFile(path)
            if self._archive.getinfo(CONTENTS).file_size > LARGEST_CONTENTS:
                raise ValueError("its list of contents is too long")
            text = self._archive.read(CONTENTS)
            if hashlib.sha256(text).hexdigest().encode() != self._archive.comment:
                raise ValueError("its list of contents was changed")
            told = json.loads(text)
        self.contents = contents_from(told)

    def __enter__(self) -> "BackupReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """One file to read.  Raises InvalidInput when it is damaged."""
        with self._whole(), self._archive.open(name) as file:
            yield file

    def verify(self, report: Report) -> None:
        """Read everything once.  Raises InvalidInput, naming what is not as it was written."""
        members = self.contents.members
        total, done = sum(one.bytes for one in members.values()), 0
        listed = {*self._archive.namelist()} - {CONTENTS}
        if listed != members.keys():
            odd = sorted(listed ^ members.keys())[0]
            raise self._broken(f"{odd} is listed in one place and not in the other")
        for name, wanted in members.items():
            seen, size = hashlib.sha256(), 0
            with self.member(name) as file:
                while chunk := file.read(CHUNK):
                    seen.update(chunk)
                    size += len(chunk)
                    report(Step(STAGE, done + size, total))
            if (size, seen.hexdigest()) != (wanted.bytes, wanted.sha256):
                raise self._broken(f"{name} is not what was written")
            done += size

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except BROKEN as error:
            raise self._broken(str(error) or type(error).__name__) from error
        except OSError as error:
            raise Unavailable(f"{self.path} cannot be read ({error.strerror or error}).") from error

    def _broken(self, why: str) -> InvalidInput:
        return InvalidInput(
            f"{self.path} is not a whole backup: {why}.",
            hint="Copy it again from where it was made, or take an older one.",
        )
