"""How dressed up and how warm a thing is: numbers read from the words of its feed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

FORMALITY: Mapping[float, str] = MappingProxyType(
    {
        0.05: "swimwear bikini beach flipflop flipflops boardshorts",
        0.15: "sports sport sporty athletic track tracksuit training gym joggers sweatpants"
        " sweatshirt sweatshirts hoodie hoodies trainers leggings running fleece",
        0.3: "casual tshirt tshirts tee denim jeans shorts sneaker sneakers sandals sandal"
        " backpack backpacks cap caps bermuda flats everyday",
        0.5: "smart polo cardigan cardigans sweater sweaters chino chinos skirt skirts loafers"
        " loafer boots",
        0.7: "blouse blouses shirt shirts blazer blazers trench trenchcoat heels coat coats",
        0.85: "formal business office suit suits tie ties waistcoat elegant pumps",
        0.95: "party evening cocktail gala gown gowns ceremony clutch clutches wedding",
    }
)
"""From 0, the beach, to 1, a gala -> words of styles and types.  By hand, untested."""

WARMTH: Mapping[float, str] = MappingProxyType(
    {
        -1.0: "bikini swimwear shorts bermuda sandal sandals flipflop flipflops espadrilles"
        " sleeveless summer linen straw strapless boardshorts",
        -0.5: "tshirt tshirts tee tank top tops",
        0.4: "sweatshirt sweatshirts cardigan cardigans blazer blazers",
        0.7: "sweater sweaters jumper pullover boots boot knit",
        1.0: "coat coats parka parkas scarf scarves glove gloves wool woolen beanie puffer down"
        " fur shearling winter fleece",
    }
)
"""From -1, high summer, to 1, deep winter -> words of types and materials.  By hand, untested."""

_WORD = re.compile(r"[^\W\d_]+")


def formality(texts: Iterable[str]) -> float | None:
    """In [0, 1]: the mean of what the words of styles and types say; None where none is known."""
    return _mean("formality", tuple(texts))


def warmth(texts: Iterable[str]) -> float | None:
    """In [-1, 1]: the mean of what the words of types and materials say; None where unknown."""
    return _mean("warmth", tuple(texts))


@lru_cache(maxsize=16_384)  # a feed says the same few words over and over
def _mean(name: str, texts: tuple[str, ...]) -> float | None:
    table = _NUMBERS[name]
    words = [
        word
        for text in texts
        for word in _WORD.findall(
            unicodedata.normalize("NFC", text).casefold().replace("t-shirt", "tshirt")
        )
    ]
    found = [table[word] for word in words if word in table]
    return sum(found) / len(found) if found else None


_NUMBERS = {
    name: {word: number for number, words in table.items() for word in words.split()}
    for name, table in (("formality", FORMALITY), ("warmth", WARMTH))
}
