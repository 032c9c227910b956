"""The change numbers of a collection: each write takes the next, and followers read in order."""

from collections.abc import Sequence

import sqlalchemy as sa

from lookalike.storage.tables import collections, products


def next_changes(connection: sa.Connection, collection: str, *, count: int) -> range:
    """The next `count` numbers, for this transaction alone.

    Locks the collection's row until the transaction ends, so that numbers become visible in
    their order (decision 0023).
    """
    mine = collections.c.id == collection
    number = collections.c.latest_change
    connection.execute(collections.update().where(mine).values({number: number + count}))
    last = int(connection.execute(sa.select(number).where(mine)).scalar_one())
    return range(last - count + 1, last + 1)


def take_turn(connection: sa.Connection, collection: str) -> None:
    """Wait until no other transaction changes the collection, and let none begin.

    SQLite's writers take turns anyway; it ignores FOR UPDATE.
    """
    mine = sa.select(collections.c.id).where(collections.c.id == collection)
    connection.execute(mine.with_for_update()).all()


def renumber(
    connection: sa.Connection, collection: str, skus: Sequence[str], *, removed: bool
) -> int:
    """Give the live products among these new numbers; returns how many there are.

    skus     at most database.VALUES_PER_LIST
    removed  whether they are removed by this change
    """
    live = sa.and_(products.c.collection == collection, products.c.removed.is_(False))
    found = sa.select(products.c.sku).where(live, products.c.sku.in_(skus))
    there = connection.execute(found.order_by(products.c.sku)).scalars().all()
    if not there:
        return 0
    numbers = next_changes(connection, collection, count=len(there))
    change = products.update().where(
        products.c.collection == collection, products.c.sku == sa.bindparam("which")
    )
    connection.execute(
        change.values(
            removed=removed,
            change=sa.bindparam("number"),
            content_change=sa.bindparam("number"),
        ),
        [{"which": sku, "number": number} for sku, number in zip(there, numbers, strict=True)],
    )
    return len(there)
