"""How steady a collection's answers are when its photos are disturbed."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.domain.problems import Problem

KEPT_ATTRIBUTES = ("color_family", "pattern")
"""The attributes that no disturbance of a photo may change."""


@dataclass(frozen=True)
class Trial:
    """One disturbed photo, searched with among all products.

    rank       place of the product, or of one with the identical photo; None beyond the last
               place looked at
    found      sku of the first product of the list
    attributes attribute -> (what the photo showed, what the disturbed one shows); without those
               that were unknown before, as there was nothing to keep
    """

    sku: str
    category: str
    disturbance: str
    rank: int | None
    found: str
    attributes: Mapping[str, tuple[str, str]]

    @property
    def is_first(self) -> bool:
        return self.rank == 1

    @property
    def failures(self) -> int:
        """How many of its promises are broken: not found first, and each attribute changed."""
        changed = sum(before != after for before, after in self.attributes.values())
        return int(not self.is_first) + changed


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; all three in [0, 1], and 0, 0 and 1 where nothing counted.

    count  how many trials it is a share of
    """

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Steadiness:
    """What one kind of disturbance, or all of them, did to some products.

    first     share of the photos that found their product first
    kept      attribute -> share of those with a known value that kept it
    withheld  attribute -> share of those that became "unknown" instead of keeping it
    """

    products: int
    first: Share
    kept: Mapping[str, Share]
    withheld: Mapping[str, float]


@dataclass(frozen=True)
class WorstCase:
    """A product with what broke its promises: disturbance -> what happened, in words."""

    sku: str
    category: str
    failures: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Certificate:
    """The stability of one collection, as measured on a sample of its products.

    not_cut_out  products whose photo shows no background that could be exchanged
    problems     products whose photo could not be read
    """

    collection_id: str
    generation: int
    fingerprint: str
    seed: int
    products: int
    photos: int
    not_cut_out: int
    overall: Steadiness
    by_disturbance: Mapping[str, Steadiness]
    by_category: Mapping[str, Steadiness]
    worst: tuple[WorstCase, ...]
    trials: tuple[Trial, ...]
    problems: tuple[Problem, ...]
    seconds: float
