"""Disagreements between what a feed says of products and what their images show."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.domain.attributes import Attribute
from lookalike.domain.features import Swatch


@dataclass(frozen=True)
class Conflict:
    """One attribute on which a product's feed and its images disagree.

    said      what counts now: the feed's or a rule's entry
    seen      what the images show
    palette   of the image that counts most
    surprise  by how much the images find their value more probable than the said one, in (0, 1]
    """

    sku: str
    name: str | None
    said: Attribute
    seen: Attribute
    palette: tuple[Swatch, ...]
    image_hash: str | None
    surprise: float


@dataclass(frozen=True)
class Conflicts:
    """The most surprising conflicts of a collection.

    counts    attribute -> how many conflicts there are in all
    products  how many were looked at
    """

    conflicts: tuple[Conflict, ...]
    counts: Mapping[str, int]
    products: int


@dataclass(frozen=True)
class UnknownWord:
    """A word of a column that speaks of an attribute, which no table knows.

    count  products whose cell has it and no word that is known
    """

    attribute: str
    column: str
    word: str
    count: int
