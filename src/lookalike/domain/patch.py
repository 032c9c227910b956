"""Changes of price and stock: many at once, each with its own result."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lookalike.domain.product import require_price

MAX_PATCHES = 10_000
"""In one call, which then takes seconds; a thousand are seen within one (bench/patch.py)."""
PatchStatus = Literal["changed", "unchanged", "stale", "not_found", "invalid"]


@dataclass(frozen=True)
class Patch:
    """What is given changes, None leaves as it is.

    version  an older one than the product's changes nothing
    Raises InvalidInput for a price that no product can have.
    """

    sku: str
    price: Decimal | None = None
    currency: str | None = None
    in_stock: bool | None = None
    version: int | None = None

    def __post_init__(self) -> None:
        require_price(self.sku, self.price)


@dataclass(frozen=True)
class Terms:
    """On which a product is sold now: all that a patch may change."""

    price: Decimal | None
    currency: str | None
    in_stock: bool | None


@dataclass(frozen=True)
class PatchResult:
    """What became of one patch.  `stale`: a newer message about the product came before."""

    sku: str
    status: PatchStatus
    message: str = ""
