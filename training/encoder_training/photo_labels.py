"""What is known about one training photo, as numbers the losses can use."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Source = Literal["catalog", "catalog_large", "clothing", "grocery", "outside"]
Split = Literal["train", "val", "test"]

TRAINING_SOURCES: tuple[Source, ...] = ("catalog", "catalog_large", "clothing", "grocery")
UNKNOWN = -1


@dataclass(frozen=True)
class PhotoLabels:
    """Labels of one photo; -1 or empty means unknown, and unknown labels are left out of losses.

    types            positions in Classes.product_type, any of which may be right
    color_group      a coarser color name the catalogue may give; only steers similarity
    patterns         positions in PATTERNS, any of which may be right
    *_weight         in [0, 1], how far to trust the label beside it
    name_words       words of the product's name without color words
    label            the source's own class name, for retrieval
    """

    source: Source
    id: str
    split: Split
    label: str = ""
    types: tuple[int, ...] = ()
    category: int = UNKNOWN
    subcategory: int = UNKNOWN
    fine: int = UNKNOWN
    color: int = UNKNOWN
    color_group: str = ""
    style: int = UNKNOWN
    gender: int = UNKNOWN
    patterns: tuple[int, ...] = ()
    pattern_weight: float = 0.0
    material: int = UNKNOWN
    material_weight: float = 0.0
    name_words: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> "PhotoLabels":
        """Read what `to_mapping` wrote, after a trip through JSON."""
        lists = ("types", "patterns", "name_words")
        return cls(**{key: tuple(v) if key in lists else v for key, v in mapping.items()})

    def to_mapping(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_from_catalog(self) -> bool:
        return self.source in ("catalog", "catalog_large")
