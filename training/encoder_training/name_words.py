"""Weak labels for pattern and material, read from the words of a product's name.

The word lists were written by hand for the names of Fashion Product Images; the weights are
guesses of how often a word or a type tells the truth, chosen by eye, untested one by one.
"""

import re
from collections.abc import Collection

from encoder_training.vocabulary import MATERIALS, PATTERNS

UNKNOWN_MATERIAL = (-1, 0.0)

PATTERN_WORDS = {
    "striped": {"stripe", "stripes", "striped"},
    "checked": {"check", "checks", "checked", "checkered", "plaid", "argyle"},
    "dotted": {"polka", "dot", "dots", "dotted"},
    "floral": {"floral", "flower", "flowers"},
    "animal": {"leopard", "zebra", "animal"},
    "camouflage": {"camo", "camouflage"},
    "zigzag": {"chevron", "zigzag"},
}
PRINT_WORDS = {"printed", "print", "prints"}
SOLID_WORDS = {"solid", "plain"}
# Outside apparel "check" and "dot" mostly belong to brand names; only these speak of a pattern.
PATTERN_WORDS_ANYWHERE = {"printed", "striped", "checked", "polka", "floral"}
PLAIN_TYPES = ("Jeans", "Trousers", "Leggings", "Track Pants")
PLAIN_LEATHER_TYPES = ("Formal Shoes", "Belts", "Wallets")
GRAPHIC_TYPES = ("Tshirts", "Sweatshirts")  # "printed" here means a print on a plain ground
PRINT_PATTERNS = ("graphic", "floral", "abstract", "animal", "dotted")  # "printed" elsewhere

JEWELRY_TYPES = (
    "Earrings",
    "Ring",
    "Bangle",
    "Bracelet",
    "Pendant",
    "Necklace and Chains",
    "Cufflinks",
    "Jewellery Set",
)
FABRIC_TYPES = (
    "Shirts",
    "Tshirts",
    "Kurtas",
    "Tops",
    "Trousers",
    "Dresses",
    "Tunics",
    "Kurtis",
    "Sweatshirts",
    "Skirts",
    "Shorts",
    "Sarees",
)


def words(text: str) -> list[str]:
    """Runs of the letters a-z in lower case, in order."""
    return re.findall(r"[a-z]+", text.lower())


def pattern_of(
    name_words: Collection[str], product_type: str, category: str
) -> tuple[list[int], float]:
    """Which patterns a name allows, and how far to trust that.

    category  lower case, as in `vocabulary.CATEGORIES`
    returns   positions in PATTERNS, any of which may be right, and a weight in [0, 1];
              ([], 0) when the name says nothing
    """
    said = set(name_words)
    if category != "apparel" and not said & PATTERN_WORDS_ANYWHERE:
        return ([_pattern("solid")], 0.3) if product_type in PLAIN_LEATHER_TYPES else ([], 0.0)
    named = [_pattern(pattern) for pattern, hints in PATTERN_WORDS.items() if said & hints]
    if named:
        return named, 1.0 if len(named) == 1 else 0.5
    if "graphic" in said:
        return [_pattern("graphic")], 1.0
    if said & PRINT_WORDS:
        allowed = ("graphic",) if product_type in GRAPHIC_TYPES else PRINT_PATTERNS
        return [_pattern(pattern) for pattern in allowed], 1.0
    if said & SOLID_WORDS:
        return [_pattern("solid")], 1.0
    if product_type in PLAIN_TYPES:
        return [_pattern("solid")], 0.3
    return [], 0.0


def material_of(
    name_words: Collection[str], product_type: str, base_color: str
) -> tuple[int, float]:
    """The likeliest material and how far to trust it: named by a word, else usual for the type.

    base_color  the catalogue's own value, such as "Steel"
    returns     a position in MATERIALS and a weight in [0, 1]; (-1, 0) when nothing tells
    """
    said = set(name_words)
    # First match wins, so the order is part of the rule.
    rules: tuple[tuple[bool, str, float], ...] = (
        ("leather" in said, "leather", 1.0),
        ("denim" in said or product_type in ("Jeans", "Jeggings"), "denim", 1.0),
        (bool(said & {"silk", "satin"}), "satin", 0.8),
        ("canvas" in said, "canvas", 1.0),
        (
            bool(said & {"knit", "knitted", "wool", "sweater"})
            or product_type in ("Sweaters", "Mufflers"),
            "knit",
            0.8,
        ),
        (product_type in PLAIN_LEATHER_TYPES, "leather", 0.5),
        (product_type == "Ties", "satin", 0.5),
        (product_type in JEWELRY_TYPES, "metal", 0.7),
        (
            product_type == "Watches"
            and ("steel" in said or base_color in ("Steel", "Silver", "Gold")),
            "metal",
            0.7,
        ),
        (product_type in ("Perfume and Body Mist", "Nail Polish"), "glass", 0.6),
        (
            product_type in ("Flip Flops", "Lip Gloss", "Sunglasses", "Water Bottle"),
            "plastic",
            0.6,
        ),
        (
            product_type == "Sports Shoes"
            or bool(said & {"mesh", "nylon", "polyester", "synthetic"}),
            "synthetic",
            0.6,
        ),
        (product_type in FABRIC_TYPES, "fabric", 0.5),
    )
    for holds, material, weight in rules:
        if holds:
            return MATERIALS.index(material), weight
    return UNKNOWN_MATERIAL


def _pattern(name: str) -> int:
    return PATTERNS.index(name)
