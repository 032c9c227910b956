"""What a merchant sells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lookalike.errors import InvalidInput

Scalar = str | int | float | bool
FieldValue = Scalar | tuple[str, ...]
"""A value of an extra field: a scalar, or several words (for example tags)."""

MAX_SKU_LENGTH = 200  # Google Merchant Center allows 50; exports of other systems are longer


@dataclass(frozen=True)
class Product:
    """A product as its merchant describes it; what an image shows is kept elsewhere.

    images  locations as the source wrote them, made absolute: a path or an http(s) URL
    extra   every other column of the source, by name; all of them can be filtered
    """

    sku: str
    name: str | None = None
    category: str | None = None
    brand: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    in_stock: bool | None = None
    variant_group: str | None = None
    url: str | None = None
    images: tuple[str, ...] = ()
    extra: Mapping[str, FieldValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.sku or self.sku != self.sku.strip():
            raise InvalidInput(
                f"{self.sku!r} is not a sku.", hint="Give text without outer blanks."
            )
        if len(self.sku) > MAX_SKU_LENGTH:
            raise InvalidInput(
                f"The sku {self.sku[:40]!r}... has {len(self.sku)} characters.",
                hint=f"At most {MAX_SKU_LENGTH} are allowed.",
            )
        if any(ord(character) < 32 for character in self.sku):
            raise InvalidInput(f"The sku {self.sku!r} holds control characters.")
        if self.price is not None and not (self.price.is_finite() and self.price >= 0):
            raise InvalidInput(f"The price of {self.sku} is {self.price}; it must be >= 0.")


PRODUCT_FIELDS = (
    "sku",
    "name",
    "category",
    "brand",
    "price",
    "currency",
    "in_stock",
    "variant_group",
    "url",
)
"""The fields every product has, beside its extra columns and visual attributes."""
