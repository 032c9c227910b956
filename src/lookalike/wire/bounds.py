"""How much a request may hold: lists, and how deep its JSON lies."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

MOST_SKUS = 10_000
MOST_NAMES = 100
MOST_IMAGES = 250  # what Shopify allows for a product
DEEPEST = 32  # levels; what is stored is read by functions that call themselves

Skus = Annotated[list[str], Field(max_length=MOST_SKUS)]
Names = Annotated[list[str], Field(max_length=MOST_NAMES)]
Locations = Annotated[list[str], Field(max_length=MOST_IMAGES)]


def shallow(value: dict[str, Any]) -> dict[str, Any]:
    """The value; raises ValueError when it lies too deep.  `Any` is the merchant's own JSON."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return value
    raise ValueError(f"is nested more than {DEEPEST} levels deep")


Json = Annotated[dict[str, Any], AfterValidator(shallow)]
"""A JSON object whose keys are the merchant's own; `Any` because so are its values."""
