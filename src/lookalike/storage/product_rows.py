"""Products as they are stored: one row each, and exactly the same product back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa

from lookalike.domain.product import FieldValue, Product
from lookalike.storage.tables import from_json, products, to_json

TEXT_COLUMNS = ("name", "category", "brand", "currency", "variant_group", "url")
"""The fields that are stored as they are."""

READ_COLUMNS = tuple(
    products.c[name] for name in ("sku", *TEXT_COLUMNS, "price", "in_stock", "extra", "change")
)


def select_products(collection: str) -> sa.Select[*tuple[Any, ...]]:
    """The live products of a collection; `product_from` reads its rows."""
    return sa.select(*READ_COLUMNS).where(
        products.c.collection == collection, products.c.removed.is_(False)
    )


def product_from(row: sa.Row[*tuple[Any, ...]], images: tuple[str, ...]) -> Product:
    """The product in a row of `select_products`, exactly as it was given to `upsert`."""
    sku, name, category, brand, currency, group, url, price, in_stock, extra, _ = row
    return Product(
        sku=sku,
        name=name,
        category=category,
        brand=brand,
        price=None if price is None else Decimal(price),
        currency=currency,
        in_stock=in_stock,
        variant_group=group,
        url=url,
        images=images,
        extra=_extra(extra),
    )


def values_of(product: Product) -> dict[str, object]:
    """The columns that the product alone decides."""
    return {
        **{name: getattr(product, name) for name in TEXT_COLUMNS},
        "sku": product.sku,
        "price": None if product.price is None else str(product.price),
        "in_stock": product.in_stock,
        "extra": to_json(dict(product.extra)),
    }


def _extra(text: str) -> Mapping[str, FieldValue]:
    if text == "{}":
        return {}
    values = cast(dict[str, FieldValue | list[str]], from_json(text))
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
