"""From a product in a request to a product."""

from decimal import Decimal, InvalidOperation
from typing import Any

from lookalike.domain.product import FieldValue, Product
from lookalike.errors import InvalidInput
from lookalike.wire.schema import ProductInput


def product_from(sku: str, body: ProductInput) -> Product:
    """Raises InvalidInput for a price or an extra value that a product cannot have."""
    return Product(
        sku=sku,
        name=body.name,
        category=body.category,
        brand=body.brand,
        price=_price(body.price),
        currency=body.currency,
        in_stock=body.in_stock,
        variant_group=body.variant_group,
        url=body.url,
        images=tuple(body.images),
        extra={name: _value(name, v) for name, v in body.extra.items() if v is not None},
        version=body.version,
    )


def _price(value: float | str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))  # through text: 19.99 stays 19.99
    except InvalidOperation:
        raise InvalidInput(f"The price {value!r} is not a number.") from None


def _value(name: str, value: Any) -> FieldValue:
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise InvalidInput(
        f"The extra field {name} is {str(value)[:60]!r}.",
        hint="Give text, a number, true or false, or a list of texts.",
    )
