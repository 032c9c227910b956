"""The JSON shape of products that look the same."""

from typing import Any

from pydantic import BaseModel, Field

from lookalike.domain.duplicates import KINDS, Alike, DuplicateGroup, Duplicates, Kind
from lookalike.wire.schema import Json


class AlikeBody(BaseModel):
    """A product with what speaks for and against its being the group's first product."""

    sku: str
    name: str
    score: float = Field(description="1 is the same picture, 0 two random products.")
    similarity: dict[str, float] = Field(description="Channel -> similarity, in [-1, 1].")
    differs: dict[str, tuple[Any, Any]] = Field(description="Field -> the two values.")


class DuplicateGroupBody(BaseModel):
    """A first product, and those that look like it."""

    kind: Kind
    sku: str
    name: str
    others: list[AlikeBody]


class DuplicateCountBody(BaseModel):
    """How many groups of a kind there are, and how many products stand in them."""

    groups: int
    products: int


class DuplicatesBody(BaseModel):
    """Groups kind by kind, in the order of their skus; `counts` are of all, also those cut off."""

    collection_id: str
    generation: int
    products: int = Field(description="How many were compared.")
    counts: dict[str, DuplicateCountBody]
    groups: list[DuplicateGroupBody]


def duplicates(found: Duplicates, *, limit: int) -> Json:
    """The shape of `DuplicatesBody`, with at most `limit` groups of each kind."""
    counts = {kind: found.count(kind) for kind in KINDS}
    return {
        "collection_id": found.collection_id,
        "generation": found.generation,
        "products": found.products,
        "counts": {
            kind: {"groups": groups, "products": products}
            for kind, (groups, products) in counts.items()
            if groups
        },
        "groups": [
            _group(group)
            for kind in KINDS
            for group in [one for one in found.groups if one.kind == kind][:limit]
        ],
    }


def _group(group: DuplicateGroup) -> Json:
    return {
        "kind": group.kind,
        "sku": group.sku,
        "name": group.name,
        "others": [_alike(one) for one in group.others],
    }


def _alike(one: Alike) -> Json:
    return {
        "sku": one.sku,
        "name": one.name,
        "score": one.score,
        "similarity": dict(one.similarity),
        "differs": {name: list(pair) for name, pair in one.differs.items()},
    }
