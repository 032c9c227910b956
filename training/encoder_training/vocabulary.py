"""The words the heads can say, and how catalogue values map onto them."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from encoder_training.json_files import read_json, write_json
from encoder_training.problems import TrainingError

# The order is part of the model: class numbers are positions in these tuples, and the drawing
# functions in `drawn.patterns` follow the order of PATTERNS.
PATTERNS = (
    "solid",
    "striped",
    "checked",
    "dotted",
    "floral",
    "graphic",
    "animal",
    "camouflage",
    "zigzag",
    "abstract",
)
MATERIALS = (
    "fabric",
    "denim",
    "knit",
    "satin",
    "canvas",
    "synthetic",
    "leather",
    "metal",
    "plastic",
    "glass",
    "paper",
    "organic",
    "wood",
    "stone",
)
STYLES = ("casual", "sports", "ethnic", "formal", "smart casual", "party", "travel")
GENDERS = ("men", "women", "boys", "girls", "unisex")
CATEGORIES = (
    "apparel",
    "accessories",
    "footwear",
    "personal care",
    "sporting goods",
    "fruit",
    "vegetables",
    "packaged food",
)

COLOR_VALUES = {  # our color: the catalogue's baseColour values that mean it
    "black": ("Black",),
    "white": ("White",),
    "off white": ("Off White", "Cream"),
    "grey": ("Grey", "Grey Melange"),
    "charcoal": ("Charcoal",),
    "silver": ("Silver", "Steel", "Metallic"),
    "gold": ("Gold",),
    "bronze": ("Bronze", "Copper"),
    "beige": ("Beige", "Nude", "Skin", "Taupe"),
    "tan": ("Tan",),
    "brown": ("Brown", "Coffee Brown", "Mushroom Brown"),
    "maroon": ("Maroon", "Burgundy"),
    "red": ("Red",),
    "orange": ("Orange", "Rust"),
    "peach": ("Peach",),
    "yellow": ("Yellow", "Fluorescent Green"),
    "mustard": ("Mustard",),
    "green": ("Green", "Sea Green", "Lime Green"),
    "olive": ("Olive", "Khaki"),
    "teal": ("Teal", "Turquoise Blue"),
    "blue": ("Blue",),
    "navy": ("Navy Blue",),
    "purple": ("Purple",),
    "lavender": ("Lavender", "Mauve"),
    "pink": ("Pink", "Rose"),
    "magenta": ("Magenta",),
    "multi": ("Multi",),
}
COLORS = tuple(COLOR_VALUES)
COLOR_OF_VALUE = {value.lower(): color for color, group in COLOR_VALUES.items() for value in group}
# Left out of the name words, so that the similarity of names is not a second vote for color.
COLOR_WORDS = {word for value in COLOR_OF_VALUE for word in value.split()} | {
    "color",
    "colour",
    "multicolor",
    "multicoloured",
}

HEADS = ("product_type", "category", "color", "style", "gender", "pattern", "material")
FOOD_PREFIX = "Food: "  # keeps grocery types apart from fashion types of the same name


@dataclass(frozen=True)
class Classes:
    """The class names of every head, and two label sets that only steer the similarity loss."""

    product_type: tuple[str, ...]
    subcategory: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()  # grocery's 81 fine classes
    category: tuple[str, ...] = CATEGORIES
    color: tuple[str, ...] = COLORS
    style: tuple[str, ...] = STYLES
    gender: tuple[str, ...] = GENDERS
    pattern: tuple[str, ...] = PATTERNS
    material: tuple[str, ...] = MATERIALS

    def __post_init__(self) -> None:
        if not self.product_type:
            raise TrainingError(
                "There is no product type to learn.",
                hint="Each articleType needs a few training photos; see training/README.md.",
            )

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> "Classes":
        """Read what `to_mapping` wrote; names it does not know are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: tuple(value) for key, value in mapping.items() if key in known})

    def to_mapping(self) -> dict[str, list[str]]:
        return {key: list(value) for key, value in asdict(self).items()}

    def of_head(self, head: str) -> tuple[str, ...]:
        """Class names of one of HEADS, in the order of its outputs."""
        names: tuple[str, ...] = getattr(self, head)
        return names


def read_classes(packs: Path) -> Classes:
    """The classes `prepare` wrote beside its packs."""
    return Classes.from_mapping(read_json(packs / "classes.json"))


def write_classes(packs: Path, classes: Classes) -> None:
    write_json(packs / "classes.json", classes.to_mapping())


def position(names: tuple[str, ...], name: str) -> int:
    """Where `name` stands in `names`, or -1, which the losses read as "unknown"."""
    return names.index(name) if name in names else -1
