"""What a backup says of itself, and what making or restoring one did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lookalike.errors import InvalidInput

FORMAT = "lookalike-backup-1"


@dataclass(frozen=True)
class Member:
    """One file within a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """The list of contents of a backup; it holds no more than the backup itself tells.

    made_at      before the first row was read: an erasure from then on may be missing
    version      of the program that made it
    schema       of its tables
    tables       table -> rows
    generations  collection -> the generation whose index is in it
    members      name -> what was written under it
    """

    made_at: datetime
    version: str
    schema: str
    tables: Mapping[str, int]
    generations: Mapping[str, int]
    members: Mapping[str, Member]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def as_json(contents: Contents) -> dict[str, Any]:
    """`contents_from` reads it back."""
    members = {name: [one.bytes, one.sha256] for name, one in contents.members.items()}
    return {
        "format": FORMAT,
        "made_at": contents.made_at.isoformat(),
        "version": contents.version,
        "schema": contents.schema,
        "tables": dict(contents.tables),
        "generations": dict(contents.generations),
        "members": members,
    }


def contents_from(told: Any) -> Contents:
    """From parsed JSON, hence Any.  Raises InvalidInput for what is none."""
    try:
        if told["format"] != FORMAT:
            raise InvalidInput(
                f"The backup has the format {str(told['format'])[:40]!r}, which is not known.",
                hint="It was made by a newer version: run pip install --upgrade lookalike.",
            )
        return Contents(
            made_at=datetime.fromisoformat(told["made_at"]),
            version=str(told["version"]),
            schema=str(told["schema"]),
            tables={str(name): int(count) for name, count in told["tables"].items()},
            generations={str(name): int(one) for name, one in told["generations"].items()},
            members={
                name: Member(int(size), str(digest))
                for name, (size, digest) in told["members"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"The contents of the backup cannot be read: {error!r}.") from None


@dataclass(frozen=True)
class BackupReport:
    """What was written, or verified."""

    file: str
    bytes: int
    contents: Contents
    seconds: float


@dataclass(frozen=True)
class RestoreReport:
    """What was put back.

    erased   rows of users erased since the backup was made, which were left out
    rebuilt  collections whose index was made anew from the stored features
    waiting  collection -> why its index could not be made anew; `lookalike index` makes it
    """

    contents: Contents
    erased: int
    seconds: float
    rebuilt: tuple[str, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
