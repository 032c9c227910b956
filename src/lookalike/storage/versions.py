"""Which messages about products still count: the version column, read and raised.

A row's version is the least that may still change it: that of the newest message accepted, or
one more after a tombstone, so that a message as old as the tombstone does not resurrect.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from lookalike.domain.patch import Patch, PatchResult
from lookalike.domain.product import Tombstone
from lookalike.storage.changes import next_changes, renumber
from lookalike.storage.database import chunks, save
from lookalike.storage.tables import products


def floors(
    connection: sa.Connection, collection: str, skus: Sequence[str]
) -> dict[str, int | None]:
    """sku -> the least version that may change it, for the rows that are there, live or not."""
    found: dict[str, int | None] = {}
    for chunk in chunks(list(skus)):
        query = sa.select(products.c.sku, products.c.version).where(
            products.c.collection == collection, products.c.sku.in_(chunk)
        )
        found.update((row[0], row[1]) for row in connection.execute(query))
    return found


def is_stale(version: int | None, floor: int | None) -> bool:
    """A message that names no version is as new as its arrival."""
    return version is not None and floor is not None and version < floor


def newest(version: int | None, floor: int | None) -> int | None:
    known = [one for one in (version, floor) if one is not None]
    return max(known) if known else None


def raise_to(connection: sa.Connection, collection: str, versions: Mapping[str, int]) -> None:
    """Note newer versions of products that did not change otherwise; no follower need know."""
    if not versions:
        return
    change = products.update().where(
        products.c.collection == collection,
        products.c.sku == sa.bindparam("which"),
        sa.or_(products.c.version.is_(None), products.c.version < sa.bindparam("least")),
    )
    connection.execute(
        change.values(version=sa.bindparam("least")),
        [{"which": sku, "least": version} for sku, version in versions.items()],
    )


def bury(connection: sa.Connection, collection: str, tombstones: Iterable[Tombstone]) -> int:
    """Remove what the tombstones name, but for products that are newer; returns how many.

    A versioned tombstone of a product that was never there is kept, for its late upsert.
    """
    told = {one.sku: one for one in tombstones}
    known = floors(connection, collection, list(told))
    current = [one for sku, one in told.items() if not is_stale(one.version, known.get(sku))]
    unknown = [one for one in current if one.sku not in known and one.version is not None]
    if unknown:
        numbers = next_changes(connection, collection, count=len(unknown))
        rows = [
            {"collection": collection, "sku": one.sku, "change": number, "removed": True,
             "content_change": number, "origin": "catalog", "digest": "", "extra": "{}"}
            for one, number in zip(unknown, numbers, strict=True)
        ]  # fmt: skip
        save(connection, products, rows=rows, replace=False)
    removed = 0
    for chunk in chunks(sorted(one.sku for one in current if one.sku in known)):
        removed += renumber(connection, collection, chunk, removed=True)
    least = {one.sku: one.version + 1 for one in current if one.version is not None}
    raise_to(connection, collection, least)
    return removed


def removable(
    connection: sa.Connection, collection: str, skus: Sequence[str], as_of: int
) -> list[str]:
    """Those that nothing newer than `as_of` was said of."""
    known = floors(connection, collection, skus)
    return [sku for sku in skus if not is_stale(as_of, known.get(sku))]


def apply_patches(
    connection: sa.Connection,
    collection: str,
    patches: Sequence[Patch],
    rows: Mapping[str, tuple[sa.Row[tuple[object, ...]], str]],
) -> list[PatchResult]:
    """Write what changes; one result for each patch, in their order.

    rows  sku -> (stored row, digest after the patch), of the live products; each sku once
    """
    known = floors(connection, collection, [patch.sku for patch in patches])
    results: list[PatchResult] = []
    writes: list[dict[str, object]] = []
    raised: dict[str, int] = {}
    for patch in patches:
        if patch.sku not in rows:
            results.append(PatchResult(patch.sku, "not_found", "No such product is for sale."))
        elif is_stale(patch.version, known[patch.sku]):
            message = f"The product is at version {known[patch.sku]}, this is {patch.version}."
            results.append(PatchResult(patch.sku, "stale", message))
        else:
            row, after = rows[patch.sku]
            if patch.version is not None:
                raised[patch.sku] = patch.version
            values = _changed(row, patch)
            results.append(PatchResult(patch.sku, "changed" if values else "unchanged"))
            if values:
                now = {name: getattr(row, name) for name in ("price", "currency", "in_stock")}
                writes.append({**now, **values, "new_digest": after, "which": patch.sku})
    _write(connection, collection, writes)
    raise_to(connection, collection, raised)
    return results


def _changed(row: sa.Row[tuple[object, ...]], patch: Patch) -> dict[str, object]:
    values: dict[str, object] = {}
    if patch.price is not None and (row.price is None or Decimal(row.price) != patch.price):
        values["price"] = str(patch.price)
    if patch.currency is not None and row.currency != patch.currency:
        values["currency"] = patch.currency
    if patch.in_stock is not None and row.in_stock != patch.in_stock:
        values["in_stock"] = patch.in_stock
    return values


def _write(connection: sa.Connection, collection: str, writes: list[dict[str, object]]) -> None:
    if not writes:
        return
    numbers = next_changes(connection, collection, count=len(writes))
    change = products.update().where(
        products.c.collection == collection, products.c.sku == sa.bindparam("which")
    )
    connection.execute(
        change.values(
            price=sa.bindparam("new_price"),
            currency=sa.bindparam("new_currency"),
            in_stock=sa.bindparam("new_stock"),
            digest=sa.bindparam("new_digest"),
            change=sa.bindparam("number"),
            content_change=sa.func.coalesce(products.c.content_change, products.c.change),
        ),
        [
            {
                "which": one["which"],
                "new_price": one["price"],
                "new_currency": one["currency"],
                "new_stock": one["in_stock"],
                "new_digest": one["new_digest"],
                "number": number,
            }
            for one, number in zip(writes, numbers, strict=True)
        ],
    )
