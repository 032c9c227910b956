"""What is known of each image location of a collection: its version, its hash, its problem."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lookalike.storage.changes import renumber, take_turn
from lookalike.storage.database import Database, chunks, save
from lookalike.storage.tables import images, product_images, products


@dataclass(frozen=True)
class ImageProblem:
    """Why an image cannot be used: a stable code and a sentence for the merchant."""

    code: str
    message: str


@dataclass(frozen=True)
class ImageRecord:
    """The state of one location when it was last looked at.

    stamp  changes when the image may have: size and modification time, or an ETag;
           None when the place offers nothing of the kind
    hash   SHA-256 of the bytes, hexadecimal; None when they could not be had
    """

    location: str
    stamp: str | None
    hash: str | None
    problem: ImageProblem | None
    checked_at: datetime


class ImageStore:
    """Reads and writes the image records of one collection; each write is one transaction."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def record(self, batch: Iterable[ImageRecord]) -> None:
        """Store what was found; of a location that comes twice the last counts.

        Products that show an image with another outcome than before, or with its first, get
        a new change number in the same transaction, so that no follower misses it.  Store
        its features before.
        """
        latest = {record.location: record for record in batch}
        rows = [
            {
                "collection": self._collection,
                "location": record.location,
                "stamp": record.stamp,
                "hash": record.hash,
                "problem": record.problem and record.problem.code,
                "message": record.problem and record.problem.message,
                "checked_at": record.checked_at,
            }
            for record in latest.values()
        ]
        if not rows:
            return
        with self._database.writing() as connection:
            take_turn(connection, self._collection)  # what is read here must still hold below
            before = self._outcomes(connection, latest)
            changed = [
                location
                for location, record in latest.items()
                if before.get(location) != (record.hash, record.problem)
            ]
            save(connection, images, rows=rows, replace=True)
            skus = {sku for _, sku in self._shown_by(connection, changed)}
            for chunk in chunks(sorted(skus)):
                renumber(connection, self._collection, chunk, removed=False)

    def forget(self, locations: Iterable[str]) -> int:
        """Look at these again as if for the first time; returns how many were known."""
        forgotten = 0
        with self._database.writing() as connection:
            for chunk in chunks(sorted(set(locations))):
                statement = images.delete().where(self._mine, images.c.location.in_(chunk))
                forgotten += connection.execute(statement).rowcount
        return forgotten

    def records(self, locations: Iterable[str]) -> dict[str, ImageRecord]:
        """location -> record, for those that have been looked at."""
        found: dict[str, ImageRecord] = {}
        with self._database.reading() as connection:
            for chunk in chunks(sorted(set(locations))):
                query = sa.select(*RECORD_COLUMNS).where(self._mine, images.c.location.in_(chunk))
                for row in connection.execute(query):
                    found[row[0]] = _record(row)
        return found

    def for_products(self, skus: Iterable[str]) -> dict[str, tuple[ImageRecord, ...]]:
        """sku -> the records of its images in their order, for those that were looked at."""
        found: dict[str, list[ImageRecord]] = {}
        place = product_images.c
        joined = product_images.join(
            images,
            sa.and_(images.c.collection == place.collection, images.c.location == place.location),
        )
        with self._database.reading() as connection:
            for chunk in chunks(sorted(set(skus))):
                query = (
                    sa.select(*RECORD_COLUMNS, place.sku)
                    .select_from(joined)
                    .where(place.collection == self._collection, place.sku.in_(chunk))
                    .order_by(place.sku, place.position)
                )
                for row in connection.execute(query):
                    found.setdefault(row[-1], []).append(_record(row))
        return {sku: tuple(records) for sku, records in found.items()}

    def skus_of(self, locations: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """location -> the live products that show it, by code point; none is left out."""
        found: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for location, sku in self._shown_by(connection, locations):
                found.setdefault(location, set()).add(sku)
        return {location: tuple(sorted(skus)) for location, skus in found.items()}

    def failed(self) -> list[tuple[ImageRecord, str]]:
        """(record, sku) of every image of a live product that could not be used, by sku."""
        place = product_images.c
        query = (
            sa.select(*RECORD_COLUMNS, place.sku)
            .join(
                product_images,
                sa.and_(
                    place.collection == images.c.collection, place.location == images.c.location
                ),
            )
            .join(
                products,
                sa.and_(products.c.collection == place.collection, products.c.sku == place.sku),
            )
            .where(self._mine, images.c.problem.is_not(None), products.c.removed.is_(False))
            .order_by(place.sku, place.position)
        )
        with self._database.reading() as connection:
            return [(_record(row), row[-1]) for row in connection.execute(query)]

    def failed_count(self) -> int:
        """How many images of live products could not be used."""
        place = product_images.c
        used = (
            sa.select(place.location)
            .join(
                products,
                sa.and_(products.c.collection == place.collection, products.c.sku == place.sku),
            )
            .where(
                place.collection == images.c.collection,
                place.location == images.c.location,
                products.c.removed.is_(False),
            )
        )
        query = sa.select(sa.func.count()).select_from(images)
        query = query.where(self._mine, images.c.problem.is_not(None), used.exists())
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def shared_firsts(self) -> frozenset[str]:
        """The hashes that are the first image of more than one live product."""
        place = product_images.c
        query = (
            sa.select(images.c.hash)
            .join(
                product_images,
                sa.and_(
                    place.collection == images.c.collection, place.location == images.c.location
                ),
            )
            .join(
                products,
                sa.and_(products.c.collection == place.collection, products.c.sku == place.sku),
            )
            .where(self._mine, products.c.removed.is_(False), place.position == 0)
            .where(images.c.hash.is_not(None))
            .group_by(images.c.hash)
            .having(sa.func.count() > 1)
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def location_of(self, content_hash: str) -> str | None:
        """A place of these bytes that a live product shows; None when there is none."""
        place = product_images.c
        query = (
            sa.select(images.c.location)
            .join(
                product_images,
                sa.and_(
                    place.collection == images.c.collection, place.location == images.c.location
                ),
            )
            .where(self._mine, images.c.hash == content_hash)
            .order_by(images.c.location)
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _shown_by(
        self, connection: sa.Connection, locations: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """(location, sku) of live products."""
        place = product_images.c
        query = (
            sa.select(place.location, place.sku)
            .join(products)
            .where(place.collection == self._collection, products.c.removed.is_(False))
        )
        for chunk in chunks(sorted(set(locations))):
            for row in connection.execute(query.where(place.location.in_(chunk))):
                yield row[0], row[1]

    def _outcomes(
        self, connection: sa.Connection, locations: Iterable[str]
    ) -> dict[str, tuple[str | None, ImageProblem | None]]:
        found = {}
        for chunk in chunks(sorted(set(locations))):
            query = sa.select(*RECORD_COLUMNS).where(self._mine, images.c.location.in_(chunk))
            for row in connection.execute(query):
                record = _record(row)
                found[record.location] = (record.hash, record.problem)
        return found

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return images.c.collection == self._collection


RECORD_COLUMNS = tuple(
    images.c[name] for name in ("location", "stamp", "hash", "problem", "message", "checked_at")
)


def _record(row: sa.Row[*tuple[Any, ...]]) -> ImageRecord:
    location, stamp, content_hash, problem, message, checked_at, *_ = row
    return ImageRecord(
        location=location,
        stamp=stamp,
        hash=content_hash,
        problem=None if problem is None else ImageProblem(problem, message or ""),
        checked_at=checked_at,
    )
