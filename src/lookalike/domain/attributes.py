"""The attribute ledger: what every source says of a product, and who is believed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

UNKNOWN = "unknown"

Source = Literal["human", "feed", "rule", "image"]
"""Where a value comes from, the one believed first first.

human  an operator decided for this product
feed   the merchant's catalog says it in a column of its own
rule   derived from the feed's category or title words by a documented table
image  measured in the product's images
"""

SOURCES: tuple[Source, ...] = get_args(Source)

VISUAL_ATTRIBUTES = (
    "color_family",
    "pattern",
    "style",
    "material_appearance",
    "shape",
    "complexity",
    "aesthetic",
    "product_type",
)
"""The attributes a product can have; each holds one word."""


@dataclass(frozen=True)
class Attribute:
    """What one source says.

    value          a word of the attribute's vocabulary, or "unknown"
    confidence     in [0, 1], calibrated where the source is an image; 1 for what people wrote
    version        of the extractor, of the rule table, or who decided
    evidence       how it was found: {"column": "colour", "said": "navy"}, {"mask": "encoder", ...}
    probabilities  the best few values, most probable first; empty where a source knows only one
    """

    name: str
    value: str
    source: Source
    confidence: float
    version: str
    evidence: Mapping[str, str | float] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What a person decided about one attribute of one product."""

    sku: str
    attribute: str
    value: str
    decided_by: str
    decided_at: datetime


def believed(ledger: Iterable[Attribute]) -> dict[str, Attribute]:
    """Attribute -> the entry that counts: of the source believed first that knows a value.

    Where no source knows, the image's "unknown" stands, with its probabilities.
    """
    chosen: dict[str, Attribute] = {}
    for one in ledger:
        known = chosen.get(one.name)
        if known is None or _rank(one) < _rank(known):
            chosen[one.name] = one
    return chosen


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Those of VISUAL_ATTRIBUTES in their order, then what added extractors name, by name."""
    given = {*names}
    ours = [name for name in VISUAL_ATTRIBUTES if name in given]
    return (*ours, *sorted(given.difference(ours)))


def _rank(one: Attribute) -> tuple[bool, int]:
    return one.value == UNKNOWN, SOURCES.index(one.source)
