"""The products of one collection, and the numbered changes that other processes follow."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from lookalike.domain.patch import Patch, PatchResult, Terms
from lookalike.domain.product import Product, Tombstone
from lookalike.errors import NotFound
from lookalike.storage import versions
from lookalike.storage.changes import next_changes, renumber, take_turn
from lookalike.storage.database import Database, chunks, save
from lookalike.storage.product_rows import TEXT_COLUMNS, product_from, select_products, values_of
from lookalike.storage.tables import collections, product_images, products, to_json

Origin = Literal["catalog", "api"]
"""Who maintains a product: a whole catalog, which also removes, or single calls."""


@dataclass(frozen=True)
class Changes:
    """What happened after a change number, each product once, as it is now.

    latest   follow on from here; equal to the number asked for when nothing happened
    content  sku -> the last change of an upserted product that was not of price and stock alone
    """

    latest: int
    upserted: tuple[str, ...]
    removed: tuple[str, ...]
    content: Mapping[str, int] = field(default_factory=dict, compare=False)


def digest(product: Product) -> str:
    """SHA-256 of everything the merchant said, to see whether a product changed.

    Spelling counts: a price of 10.5 that becomes 10.50 is a change, and costs one write.
    """
    said = {
        **{name: getattr(product, name) for name in TEXT_COLUMNS},
        "sku": product.sku,
        "price": None if product.price is None else str(product.price),
        "in_stock": product.in_stock,
        "images": product.images,
        "extra": dict(sorted(product.extra.items())),
    }
    return hashlib.sha256(to_json(said).encode()).hexdigest()


def patched(product: Product, patch: Patch) -> Product:
    """The product after a patch."""
    price, stock = patch.price, patch.in_stock
    return replace(
        product,
        price=product.price if price is None or price == product.price else price,
        currency=patch.currency or product.currency,
        in_stock=product.in_stock if stock is None else stock,
    )


class ProductStore:
    """Reads and writes the products of one collection; each write is one transaction.

    A removed product stays as a row that says so, because other processes follow the change
    numbers and must hear of it.  Everything but `changed_since` sees live products only.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def upsert(self, batch: Sequence[Product], *, origin: Origin) -> frozenset[str]:
        """Store products as they now are; each gets the next change number.

        Of a sku that comes twice the last counts.
        Returns the skus of which something newer is known by their versions; they stay as
        they are, removed ones included.
        """
        latest = {product.sku: product for product in batch}
        if not latest:
            return frozenset()
        with self._database.writing() as connection:
            take_turn(connection, self._collection)  # what is read here must still hold below
            known = versions.floors(connection, self._collection, list(latest))
            stale = frozenset(
                sku for sku, one in latest.items() if versions.is_stale(one.version, known.get(sku))
            )
            latest = {sku: one for sku, one in latest.items() if sku not in stale}
            if not latest:
                return stale
            numbers = next_changes(connection, self._collection, count=len(latest))
            rows = [
                {
                    **values_of(product),
                    "digest": digest(product),
                    "collection": self._collection,
                    "change": change,
                    "content_change": change,
                    "removed": False,
                    "origin": origin,
                    "version": versions.newest(product.version, known.get(product.sku)),
                }
                for change, product in zip(numbers, latest.values(), strict=True)
            ]
            save(connection, products, rows=rows, replace=True)
            mine = product_images.c.collection == self._collection
            for skus in chunks(list(latest)):
                connection.execute(
                    product_images.delete().where(mine, product_images.c.sku.in_(skus))
                )
            places = [
                {
                    "collection": self._collection,
                    "sku": product.sku,
                    "position": position,
                    "location": location,
                }
                for product in latest.values()
                for position, location in enumerate(product.images)
            ]
            save(connection, product_images, rows=places, replace=False)
        return stale

    def remove(self, skus: Iterable[str], *, as_of: int | None = None) -> int:
        """Remove products; returns how many were there.  Unknown skus are passed over.

        as_of  the version of the message that does not name them: what is newer stays, and
               what is older does not bring them back
        """
        removed = 0
        with self._database.writing() as connection:
            take_turn(connection, self._collection)
            for chunk in chunks(sorted(set(skus))):
                if as_of is not None:
                    chunk = versions.removable(connection, self._collection, chunk, as_of)
                    versions.raise_to(connection, self._collection, dict.fromkeys(chunk, as_of))
                removed += renumber(connection, self._collection, chunk, removed=True)
        return removed

    def bury(self, tombstones: Iterable[Tombstone]) -> int:
        """Remove what the tombstones name and nothing newer was said of; returns how many."""
        with self._database.writing() as connection:
            take_turn(connection, self._collection)
            return versions.bury(connection, self._collection, tombstones)

    def raise_versions(self, newer: Mapping[str, int]) -> None:
        """Note that messages of these versions said nothing new."""
        with self._database.writing() as connection:
            take_turn(connection, self._collection)
            versions.raise_to(connection, self._collection, newer)

    def patch(self, *rounds: Sequence[Patch]) -> list[list[PatchResult]]:
        """Change prices and stock, all or nothing; one result each, in their order.

        rounds  one after the other; each names a sku at most once
        """
        with self._database.writing() as connection:
            take_turn(connection, self._collection)
            return [self._patch(connection, patches) for patches in rounds]

    def _patch(self, connection: sa.Connection, patches: Sequence[Patch]) -> list[PatchResult]:
        wanted = {patch.sku: patch for patch in patches}
        rows: dict[str, tuple[sa.Row[Any], str]] = {}
        for chunk in chunks(list(wanted)):
            query = select_products(self._collection).where(products.c.sku.in_(chunk))
            by_sku = {row[0]: row for row in connection.execute(query).all()}
            for product in _read(connection, self._collection, query):
                after = patched(product, wanted[product.sku])
                rows[product.sku] = (by_sku[product.sku], digest(after))
        return versions.apply_patches(connection, self._collection, patches, rows)

    def touch(self, skus: Iterable[str]) -> None:
        """Give the products new change numbers, so that whoever follows reads them again."""
        with self._database.writing() as connection:
            for chunk in chunks(sorted(set(skus))):
                renumber(connection, self._collection, chunk, removed=False)

    def get(self, sku: str) -> Product:
        """Raises NotFound when the collection does not sell it."""
        found = self.many([sku])
        if sku not in found:
            raise NotFound(
                f'The collection "{self._collection}" has no product "{sku}".',
                hint="Skus are compared exactly, with upper and lower case.",
            )
        return found[sku]

    def many(self, skus: Iterable[str]) -> dict[str, Product]:
        """The products that exist, by sku, in the order asked for."""
        wanted = list(dict.fromkeys(skus))
        found: dict[str, Product] = {}
        with self._database.reading() as connection:
            for chunk in chunks(wanted):
                query = select_products(self._collection).where(products.c.sku.in_(chunk))
                found.update({p.sku: p for p in _read(connection, self._collection, query)})
        return {sku: found[sku] for sku in wanted if sku in found}

    def page(self, after: str | None = None, *, limit: int) -> tuple[Product, ...]:
        """Products by sku, by code point, from the first one behind `after`."""
        query = select_products(self._collection).order_by(products.c.sku).limit(limit)
        if after is not None:
            query = query.where(products.c.sku > after)
        with self._database.reading() as connection:
            return tuple(_read(connection, self._collection, query))

    def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(products).where(self._live)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def skus(self, origin: Origin | None = None) -> set[str]:
        return set(self._by_sku(products.c.sku, origin))

    def digests(self, origin: Origin | None = None) -> dict[str, str]:
        """sku -> digest, to see what changed without writing what did not."""
        return self._by_sku(products.c.digest, origin)

    def versions(self) -> dict[str, int]:
        """sku -> the least version that may change it, of removed products too."""
        query = sa.select(products.c.sku, products.c.version).where(
            products.c.collection == self._collection, products.c.version.is_not(None)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def latest_change(self) -> int:
        """The number of the newest change; 0 in a new collection."""
        query = sa.select(collections.c.latest_change).where(collections.c.id == self._collection)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def changed_since(self, change: int, *, limit: int) -> Changes:
        """The next changes in order, at most `limit`; ask again from `latest` until it stays.

        Nothing is missed: numbers become visible in their order, as writers take turns.
        """
        query = (
            sa.select(
                products.c.sku,
                products.c.change,
                products.c.removed,
                sa.func.coalesce(products.c.content_change, products.c.change).label("content"),
            )
            .where(products.c.collection == self._collection, products.c.change > change)
            .order_by(products.c.change)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return Changes(
            latest=rows[-1].change if rows else change,
            upserted=tuple(row.sku for row in rows if not row.removed),
            removed=tuple(row.sku for row in rows if row.removed),
            content={row.sku: row.content for row in rows if not row.removed},
        )

    def terms(self, skus: Iterable[str]) -> dict[str, Terms]:
        """sku -> what a patch may change, for the live products among these."""
        columns = (products.c.sku, products.c.price, products.c.currency, products.c.in_stock)
        query = sa.select(*columns).where(self._live)
        found: dict[str, Terms] = {}
        with self._database.reading() as connection:
            for chunk in chunks(sorted(set(skus))):
                for row in connection.execute(query.where(products.c.sku.in_(chunk))):
                    price = None if row.price is None else Decimal(row.price)
                    found[row.sku] = Terms(price, row.currency, row.in_stock)
        return found

    @property
    def _live(self) -> sa.ColumnElement[bool]:
        return sa.and_(products.c.collection == self._collection, products.c.removed.is_(False))

    def _by_sku(self, column: sa.Column[str], origin: Origin | None) -> dict[str, str]:
        query = sa.select(products.c.sku, column.label("wanted")).where(self._live)
        if origin is not None:
            query = query.where(products.c.origin == origin)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _read(
    connection: sa.Connection, collection: str, query: sa.Select[*tuple[Any, ...]]
) -> list[Product]:
    rows = connection.execute(query).all()
    locations: dict[str, list[str]] = {row[0]: [] for row in rows}
    for skus in chunks(list(locations)):
        images = (
            sa.select(product_images.c.sku, product_images.c.location)
            .where(product_images.c.collection == collection, product_images.c.sku.in_(skus))
            .order_by(product_images.c.sku, product_images.c.position)
        )
        for sku, location in connection.execute(images):
            locations[sku].append(location)
    return [product_from(row, tuple(locations[row[0]])) for row in rows]
