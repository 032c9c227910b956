"""The cache of image features, by content and extractor, and products joined with theirs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lookalike.domain.features import ImageFeatures
from lookalike.domain.product import Product
from lookalike.storage.database import Database, chunks, save
from lookalike.storage.feature_codec import SCOPED, decode, encode, steps_of
from lookalike.storage.images import ImageProblem
from lookalike.storage.product_rows import product_from, select_products
from lookalike.storage.tables import features, images, product_images, products

PRODUCTS_PER_READ = 500
"""How many products `catalog` holds at a time: about 3 MB with features."""


@dataclass(frozen=True)
class StoredImage:
    """One image of a product: its features, or the problem, or neither while it is pending."""

    location: str
    hash: str | None
    features: ImageFeatures | None
    problem: ImageProblem | None


@dataclass(frozen=True)
class IndexedProduct:
    """All that an index needs of one product; `images` in the product's order."""

    product: Product
    change: int
    images: tuple[StoredImage, ...]


class FeatureStore:
    """Features by (image hash, extractor fingerprint), shared by all collections.

    The same bytes seen by the same extractor give the same features, whoever sells them, so
    an image is never extracted twice.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, batch: Mapping[str, ImageFeatures], fingerprint: str) -> None:
        """Store features by image hash, in one transaction; what is known stays as it is.

        Steps that were not measured before are added to those that were.
        """
        before = self.get_many(batch, fingerprint)
        fresh: list[dict[str, object]] = []
        grown: list[dict[str, object]] = []
        for content_hash, one in batch.items():
            known = before.get(content_hash)
            if known is not None and one.steps <= known.steps:
                continue
            row, details = encode(one if known is None else one.joined(known))
            (fresh if known is None else grown).append(
                {"hash": content_hash, "fingerprint": fingerprint, "row": row, "details": details}
            )
        if fresh or grown:
            with self._database.writing() as connection:
                save(connection, features, rows=fresh, replace=False)
                save(connection, features, rows=grown, replace=True)

    def known(
        self, hashes: Iterable[str], fingerprint: str, *, steps: frozenset[str] = frozenset()
    ) -> set[str]:
        """Those of the hashes that need no extraction: all the steps were measured."""
        scoped = sa.case(
            (sa.func.substr(features.c.details, 1, len(SCOPED)) == SCOPED, features.c.details),
            else_="",
        )
        query = sa.select(features.c.hash, scoped).where(features.c.fingerprint == fingerprint)
        found: set[str] = set()
        with self._database.reading() as connection:
            for chunk in chunks(sorted(set(hashes))):
                rows = connection.execute(query.where(features.c.hash.in_(chunk)))
                found.update(name for name, details in rows if steps <= steps_of(details))
        return found

    def get_many(self, hashes: Iterable[str], fingerprint: str) -> dict[str, ImageFeatures]:
        """hash -> features, for those that are known."""
        query = sa.select(features.c.hash, features.c.row, features.c.details)
        query = query.where(features.c.fingerprint == fingerprint)
        found: dict[str, ImageFeatures] = {}
        with self._database.reading() as connection:
            for chunk in chunks(sorted(set(hashes))):
                for name, row, details in connection.execute(
                    query.where(features.c.hash.in_(chunk))
                ):
                    found[name] = decode(row, details)
        return found

    def catalog(
        self, collection: str, fingerprint: str, *, skus: Iterable[str] | None = None
    ) -> Iterator[IndexedProduct]:
        """The live products of a collection with their features, by sku, by code point.

        skus  only these, for a delta; those that are not sold are passed over

        Reads a few hundred products at a time, so memory is bounded and no transaction stays
        open between them.  Ask `latest_change` first: what changes while this runs has a
        higher number, and comes again with the changes since.
        """
        if skus is not None:
            for chunk in chunks(sorted(set(skus))):
                yield from self._read(collection, fingerprint, chunk)
            return
        after = ""  # sorts before every sku
        while found := self._read(collection, fingerprint, after):
            yield from found
            after = found[-1].product.sku

    def _read(
        self, collection: str, fingerprint: str, wanted: str | list[str]
    ) -> list[IndexedProduct]:
        """The products named, or the next PRODUCTS_PER_READ behind a sku."""
        query = select_products(collection).order_by(products.c.sku)
        if isinstance(wanted, list):
            query = query.where(products.c.sku.in_(wanted))
        else:
            query = query.where(products.c.sku > wanted).limit(PRODUCTS_PER_READ)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            if not rows:
                return []
            sku = product_images.c.sku
            theirs = (
                sku.in_(wanted)
                if isinstance(wanted, list)
                # Not BETWEEN, whose operands SQLAlchemy collates in a way PostgreSQL rejects.
                else sa.and_(sku >= rows[0][0], sku <= rows[-1][0])
            )
            pictures = connection.execute(
                _select_images(collection, fingerprint).where(theirs)
            ).all()
        by_sku: dict[str, list[StoredImage]] = {row[0]: [] for row in rows}
        for sku, *picture in pictures:
            if sku in by_sku:  # a removed product keeps its images
                by_sku[sku].append(_stored_image(*picture))
        return [
            IndexedProduct(
                product=product_from(row, tuple([image.location for image in by_sku[row[0]]])),
                change=row[-1],
                images=tuple(by_sku[row[0]]),
            )
            for row in rows
        ]


def _select_images(collection: str, fingerprint: str) -> sa.Select[*tuple[Any, ...]]:
    place = product_images.c
    seen = sa.and_(images.c.collection == place.collection, images.c.location == place.location)
    extracted = sa.and_(features.c.hash == images.c.hash, features.c.fingerprint == fingerprint)
    return (
        sa.select(
            place.sku,
            place.location,
            images.c.hash,
            images.c.problem,
            images.c.message,
            features.c.row,
            features.c.details,
        )
        .select_from(product_images.outerjoin(images, seen).outerjoin(features, extracted))
        .where(place.collection == collection)
        .order_by(place.sku, place.position)
    )


def _stored_image(
    location: str,
    content_hash: str | None,
    problem: str | None,
    message: str | None,
    row: bytes | None,
    details: str | None,
) -> StoredImage:
    return StoredImage(
        location=location,
        hash=content_hash,
        features=None if row is None or details is None else decode(row, details),
        problem=None if problem is None else ImageProblem(problem, message or ""),
    )
