"""The JSON shapes of bulk changes of price and stock."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PatchInput(BaseModel):
    """Price and stock of one product; what is null stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sku: str
    price: float | str | None = None
    currency: str | None = None
    in_stock: bool | None = None
    version: int | None = Field(
        default=None, ge=0, le=2**62, description="An older one than is known changes nothing."
    )


class PatchRow(BaseModel):
    """What became of one patch."""

    sku: str
    status: Literal["changed", "unchanged", "stale", "not_found", "invalid"]
    message: str


class PatchesBody(BaseModel):
    """One result for each patch, in their order."""

    results: list[PatchRow]
    counts: dict[str, int]
