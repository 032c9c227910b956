"""What a product type is: its materials, shapes, colors and prices, and how styles lean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Domain = Literal["fashion", "home"]

NEUTRAL = ("black", "white", "gray", "beige", "brown", "navy")
BRIGHT = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
ANY = (*NEUTRAL, *BRIGHT)
PRINTS = (
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

FASHION_STYLES = ("casual", "smart casual", "formal", "sporty", "party")
HOME_STYLES = ("modern", "scandinavian", "traditional", "rustic")

Traits = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Kind:
    """One product type.

    title     what a shop calls one of it, after material and pattern words
    shelf     the last part of the category path
    room      the first part of the category path of home types
    slot      its place in an outfit or a room
    price     usual lowest and highest price in euros of a mid-range brand
    solid     how often it has no pattern, in [0, 1]
    """

    name: str
    domain: Domain
    title: str
    shelf: str
    slot: str
    price: tuple[int, int]
    materials: tuple[str, ...]
    patterns: tuple[str, ...]
    traits: Traits
    styles: tuple[str, ...]
    families: tuple[str, ...] = ANY
    genders: tuple[str, ...] = ("women", "men")
    room: str = ""
    solid: float = 0.5


# Styles lean to some patterns and materials; a favored choice is this much likelier.
FAVOR = 4.0
FAVORED: dict[str, frozenset[str]] = {
    "casual": frozenset({"striped", "graphic", "cotton", "denim", "canvas", "floral"}),
    "smart casual": frozenset({"checked", "dotted", "linen", "suede", "wool"}),
    "formal": frozenset({"wool", "leather", "satin"}),
    "sporty": frozenset({"graphic", "camouflage", "synthetic", "fleece", "runner", "tapered"}),
    "party": frozenset({"satin", "velvet", "animal", "metal", "stiletto", "sandal"}),
    "modern": frozenset(
        {
            "abstract",
            "graphic",
            "metal",
            "leather",
            "plastic",
            "marble",
            "boxy",
            "slim",
            "arc",
            "plinth",
            "shell",
        }
    ),
    "scandinavian": frozenset(
        {
            "zigzag",
            "dotted",
            "linen",
            "cotton",
            "wood",
            "ceramic",
            "tripod",
            "tapered",
            "upholstered",
        }
    ),
    "traditional": frozenset(
        {
            "floral",
            "velvet",
            "wingback",
            "tufted",
            "rounded",
            "turned",
            "gourd",
            "bordered",
            "tied",
            "empire",
            "arched",
        }
    ),
    "rustic": frozenset(
        {
            "checked",
            "striped",
            "rattan",
            "stoneware",
            "wool",
            "knit",
            "spindle",
            "fringed",
            "ladder",
            "straight",
        }
    ),
}
