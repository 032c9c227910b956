"""Queries: what a search starts from and how its answer should be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lookalike.domain.filters import Filter
from lookalike.domain.steering import attribute_wishes, wishes
from lookalike.errors import InvalidInput

DEFAULT_LIMIT = 12
MAX_LIMIT = 500  # one page; more is reached with the cursor, so an answer stays a few hundred kB
MOST_LIKES = 50
MOST_PARTS = 50  # of a mix; each photo among them is measured, 20 ms apiece
FEED_DIVERSITY = 0.15  # a feed is to be browsed: by eye on the feeds of bench/feed_sheet.py
DEFAULT_DIVERSITY = 0.1  # by eye on 40,000 fashion products: parts twins, keeps the order


@dataclass(frozen=True)
class Crop:
    """A part of an image, as fractions of its width and height from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        box = (self.x, self.y, self.width, self.height)
        inside = all(0 <= value <= 1 for value in box) and min(self.width, self.height) > 0
        if not inside or self.x + self.width > 1.000001 or self.y + self.height > 1.000001:
            raise InvalidInput(
                f"The crop {box} does not lie inside the image.",
                hint="Give x, y, width and height as fractions in [0, 1].",
            )


@dataclass(frozen=True)
class ProductAnchor:
    """A product of the collection; all its images are searched with, the best match counts.

    but  what should be different: {"color_family": "green", "price": "cheaper"}; see
         `domain/steering.py` for the names
    """

    sku: str
    but: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "but", wishes(self.but))


@dataclass(frozen=True)
class ImageAnchor:
    """A photo from outside the collection, or the part of it inside `crop`; `but` as above."""

    data: bytes
    crop: Crop | None = None
    but: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "but", wishes(self.but))


@dataclass(frozen=True)
class RowAnchor:
    """Numbers an earlier answer gave: whole rows, or bare embeddings (the `look` channel)."""

    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class AttributeAnchor:
    """Values and nothing else: {"color_family": "green", "product_type": "Dresses"}."""

    attributes: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", attribute_wishes(self.attributes))


@dataclass(frozen=True)
class TextAnchor:
    """Words, for an encoder that reads them."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise InvalidInput("The text of the query is empty.", hint="Describe a product.")


@dataclass(frozen=True)
class UserAnchor:
    """What a user likes, as far as it is known; an unknown one gets what suits everybody.

    user_id  whose events count; empty for somebody who is not known
    likes    products picked just now, such as in a quiz; nothing of them is kept
    """

    user_id: str = ""
    likes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.likes) > MOST_LIKES:
            raise InvalidInput(
                f"The query picks {len(self.likes)} products.", hint=f"Pick at most {MOST_LIKES}."
            )


@dataclass(frozen=True)
class MixPart:
    """One part of a mix; a negative weight asks for what is unlike it."""

    anchor: "Anchor"
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight):
            raise InvalidInput(
                f"The weight of a part is {self.weight}; it must be finite and not zero."
            )


@dataclass(frozen=True)
class MixAnchor:
    """Several anchors at once; their calibrated scores are averaged by weight."""

    parts: tuple[MixPart, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.parts) <= MOST_PARTS:
            raise InvalidInput(f"A mix has 1 to {MOST_PARTS} parts, not {len(self.parts)}.")
        if any(isinstance(part.anchor, MixAnchor) for part in self.parts):
            raise InvalidInput("A part of a mix is a mix.", hint="Give all parts in one list.")
        if any(isinstance(part.anchor, UserAnchor) for part in self.parts):
            raise InvalidInput(
                "A part of a mix is a user.",
                hint="Ask for the mix with `user_id`: it is then ordered by their tastes.",
            )


Anchor = (
    ProductAnchor | ImageAnchor | RowAnchor | AttributeAnchor | TextAnchor | MixAnchor | UserAnchor
)


@dataclass(frozen=True)
class Retrieval:
    """One question to a collection.

    weights            channel -> weight of its calibrated similarity; None is the default mix
    exclude            skus that must not be shown (owned, in the cart)
    diversity          0 keeps the order of similarity, 1 asks only for variety
    max_per            field -> how many recommendations may share one value of it
    collapse_variants  show one product of each variant group, and none of the anchor's
    min_score          leave out what scores below; 1 is the anchor itself, 0 a random product
    user_id            whose tastes order what is about equally alike
    rules              names of merchant rules that may act, "*" for all usual ones; None is the
                       same as "*", and () leaves only those that are always on
    cursor             continues an earlier answer to the same question
    time_budget_ms     after so long it skips what it can do without; None is as the settings say
    """

    anchor: Anchor
    limit: int = DEFAULT_LIMIT
    where: Filter | None = None
    weights: Mapping[str, float] | None = None
    same_category: bool = False
    price_range: tuple[float | None, float | None] | None = None
    exclude: tuple[str, ...] = ()
    diversity: float = DEFAULT_DIVERSITY
    max_per: Mapping[str, int] = field(default_factory=dict)
    collapse_variants: bool = True
    min_score: float | None = None
    explain: bool = True
    user_id: str | None = None
    rules: tuple[str, ...] | None = None
    cursor: str | None = None
    time_budget_ms: int | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise InvalidInput(f"limit is {self.limit}; it must be at least 1.")
        if not 0 <= self.diversity <= 1:
            raise InvalidInput(f"diversity is {self.diversity}; it must lie in [0, 1].")
        if self.price_range is not None:
            low, high = self.price_range
            if low is not None and high is not None and low > high:
                raise InvalidInput(f"price_range runs from {low} down to {high}.")
        if self.time_budget_ms is not None and self.time_budget_ms < 0:
            raise InvalidInput(f"time_budget_ms is {self.time_budget_ms}; it must be >= 0.")
        for name, count in self.max_per.items():
            if count < 1:
                raise InvalidInput(f"max_per allows {count} per {name}; it must be at least 1.")


Band = Literal["near-identical", "very similar", "similar", "same mood", "different"]
