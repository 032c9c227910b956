"""The ports of this package: where records and image bytes come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lookalike.domain.problems import Problem
from lookalike.domain.product import Product, Tombstone
from lookalike.errors import InvalidInput, LookalikeError, Unavailable


@dataclass(frozen=True)
class Record:
    """A raw row before it is a product.

    line      first physical line in a text file, row number in a columnar one (both from 1)
    location  the file or folder it came from
    values    by column name: text, numbers, booleans, Decimal, tuples of text, None
    """

    line: int | None
    location: str
    values: Mapping[str, object]


class RecordReader(Protocol):
    """One file format: columns and a stream of records."""

    @property
    def location(self) -> str: ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, all different, in their order."""
        ...

    def records(self) -> Iterator[Record | Problem]:
        """Every record or what was wrong with it, from the beginning, in bounded memory."""
        ...

    def count_hint(self) -> int | None:
        """About how many records there are, if that can be told cheaply."""
        ...


class CatalogSource(Protocol):
    """A catalogue that can be read any number of times, from the beginning each time."""

    @property
    def location(self) -> str: ...

    @property
    def title(self) -> str:
        """The format as people know it; empty for a plain table or folder."""
        ...

    @property
    def images_root(self) -> str:
        """The absolute folder or bucket below which the catalogue's image files must lie."""
        ...

    @property
    def mapping(self) -> Mapping[str, tuple[str, ...]]:
        """Product field -> the columns it is read from; `image` may have several."""
        ...

    def records(self) -> Iterator[Record | Problem]: ...

    @property
    def mark(self) -> str | None:
        """Changes when the source does; None where only reading it could tell."""
        ...

    @property
    def next_change(self) -> datetime | None:
        """When a product changes though the source does not, as a sale begins or ends.

        Known once the products were read; None when nothing of the kind is announced.
        """
        ...

    def products(self) -> Iterator[Product | Tombstone | Problem]:
        """Products, removals and problems in the order of the records.

        Every record ends as exactly one product, one tombstone or one problem with `skipped`,
        but for rows that only add images to the product above them.  No sku comes twice.  Only
        the skus seen so far are kept in memory.
        Raises InvalidInput when the source breaks off, so that a caller never takes the
        products behind the break for removed ones.
        """
        ...

    def count_hint(self) -> int | None:
        """About how many records there are, for a progress bar; None if unknown."""
        ...


@dataclass(frozen=True)
class Fetched:
    """An image as it was read; data is None when it is what the known mark stands for."""

    data: bytes | None
    stamp: str | None


class ImageStore(Protocol):
    """Image bytes by the locations that products carry.  Safe to use from several threads."""

    def stamp(self, location: str, known: str | None = None) -> str | None:
        """A cheap mark that changes when the image does; None where there is none.

        known  the mark of what we have, which is returned where only a request could tell
        Equal marks mean that the image need not be read again.  Never raises.
        """
        ...

    def fetch(self, location: str, known: str | None = None) -> "Fetched":
        """The bytes and their mark, or word that what `known` marks has not changed.

        Raises FetchProblem.
        """
        ...

    def read(self, location: str) -> bytes:
        """The bytes of one image.  Raises FetchProblem."""
        ...

    def close(self) -> None: ...


class FetchProblem(LookalikeError):
    """An image that could not be read; `reason` is short and stable, like a Problem's code.

    missing, outside_root, not_a_file, unreadable, empty, too_many_bytes, bad_scheme, bad_url,
    refused_address, unknown_host, unreachable, timeout, too_many_redirects, incomplete,
    encoded_body, http_404 and the other HTTP statuses.
    """

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class FetchRefused(FetchProblem, InvalidInput):
    """Reading the same location again cannot help."""


class FetchFailed(FetchProblem, Unavailable):
    """It may be readable later: a host that does not answer, a status of its server."""
