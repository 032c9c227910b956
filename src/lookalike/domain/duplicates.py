"""Products that look the same: one photo twice, nearly one photo, one design in other colors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["same-photo", "near-identical", "variants"]
"""Why products stand in one group.

same-photo      their first photos are the same file
near-identical  their first photos show the same picture: saved again, resized, trimmed
variants        they look like one design in other colors: a suggestion, to be confirmed by
                giving them one variant group in the catalog
"""

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Alike:
    """A product with what speaks for and against its being the group's first product.

    score       calibrated: 1 is the same picture, 0 two random products; without color for
                variants
    similarity  channel -> similarity of the two photos, in [-1, 1]
    differs     field -> (value of the first product, value of this one); Any as JSON has it
    """

    sku: str
    name: str
    score: float
    similarity: Mapping[str, float]
    differs: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class DuplicateGroup:
    """A first product, by sku, and those that look like it."""

    kind: Kind
    sku: str
    name: str
    others: tuple[Alike, ...]


@dataclass(frozen=True)
class Duplicates:
    """All groups of one state of a collection, kind by kind, in the order of their skus.

    products  how many were compared
    """

    collection_id: str
    generation: int
    products: int
    groups: tuple[DuplicateGroup, ...]
    seconds: float

    def count(self, kind: Kind) -> tuple[int, int]:
        """How many groups of a kind there are, and how many products stand in them."""
        own = [group for group in self.groups if group.kind == kind]
        return len(own), sum(1 + len(group.others) for group in own)
