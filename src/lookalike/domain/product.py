"""What a merchant sells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lookalike.errors import InvalidInput

Scalar = str | int | float | bool
FieldValue = Scalar | tuple[str, ...]
"""A value of an extra field: a scalar, or several words (for example tags)."""

MAX_SKU_LENGTH = 200  # Google Merchant Center allows 50; exports of other systems are longer
MAX_LOCATION_LENGTH = 2_000  # Google Merchant Center's limit for image_link
MAX_PRICE = 10**12  # of any currency; more is a mistake, and a look's total must stay exact


def require_price(sku: str, price: Decimal | None) -> None:
    """Raises InvalidInput for a price that no product can have."""
    if price is None:
        return
    if not (price.is_finite() and price >= 0):
        raise InvalidInput(f"The price of {sku} is {price}; it must be >= 0.")
    if price > MAX_PRICE:
        raise InvalidInput(f"The price of {sku} is {price:.3g}.", hint=f"At most {MAX_PRICE:,}.")


@dataclass(frozen=True)
class Product:
    """A product as its merchant describes it; what an image shows is kept elsewhere.

    images  locations as the source wrote them, made absolute: a path or an http(s) URL
    extra   every other column of the source, by name; all of them can be filtered
    version which of several messages about the product is newer; None where nobody says.  It
            belongs to the message and not to the product: two that differ in it alone are equal
            to shoppers, and `digest` leaves it out
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
    version: int | None = None

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
        if min(self.sku) < " ":
            raise InvalidInput(f"The sku {self.sku!r} holds control characters.")
        require_price(self.sku, self.price)
        for location in self.images:
            if len(location) > MAX_LOCATION_LENGTH:
                raise InvalidInput(
                    f"An image location of {self.sku} has {len(location)} characters.",
                    hint=f"At most {MAX_LOCATION_LENGTH:,} are allowed: link images, "
                    "do not embed them.",
                )
        _require_text(self)


@dataclass(frozen=True)
class Tombstone:
    """The message that a product is gone; as of `version`, if its sender says so."""

    sku: str
    version: int | None = None


def _require_text(product: Product) -> None:
    """No database keeps NUL or half a surrogate pair (from file names that are not UTF-8)."""
    texts = (
        product.sku,
        product.name,
        product.category,
        product.brand,
        product.currency,
        product.variant_group,
        product.url,
        *product.images,
        *product.extra,
    )
    words = [
        word
        for value in product.extra.values()
        for word in (value if isinstance(value, tuple) else (value,))
        if isinstance(word, str)
    ]
    try:
        joined = "\n".join([*(text for text in texts if text is not None), *words])
        joined.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The product {product.sku!r} holds {joined[error.start]!r}, which is not a character.",
            hint="Save the source as UTF-8; rename image files whose names are not UTF-8.",
        ) from None
    if "\0" in joined:
        raise InvalidInput(f"A text of the product {product.sku!r} holds a NUL character.")


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
