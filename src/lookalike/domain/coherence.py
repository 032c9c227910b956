"""What must not meet in one look: for whom, for which season, for which room.

Every facet of a product is a set of values, written "a+b"; nothing known is no value.  Two
products go together unless both are known and have no value in common.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

FACETS = ("gender", "age_group", "season", "place", "dress_code")
"""The facets, each held in every look unless a rule says that it does not matter."""

_WORD = re.compile(r"[^\W\d_]+")

COLUMNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "gender": frozenset(
            ["gender", "sex", "geschlecht", "genre", "genero", "género", "sexo", "sesso"]
        ),
        "age_group": frozenset(
            ["age", "agegroup", "ages", "alter", "edad", "gender", "sex", "geschlecht", "sexo"]
        ),
        "season": frozenset(["season", "saison", "temporada", "stagione"]),
        "place": frozenset(["room", "place", "zimmer", "raum", "pièce"]),
        "dress_code": frozenset(["style", "usage", "occasion", "dresscode", "anlass"]),
    }
)
"""Facet -> the words by which a column of the feed is known to speak of it."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "gender": {
            "women": "women woman womens female females ladies lady girl girls damen frauen femme"
            " femmes mujer mujeres señora donna maternity womenswear ladieswear niña niñas",
            "men": "men man mens male males gentlemen boy boys herren männer homme hommes hombre"
            " hombres caballero uomo menswear niño niños",
            "women+men": "unisex",
        },
        "age_group": {
            "kids": "kids kid children childrens child boys girls boy girl baby babies infant"
            " infants toddler toddlers junior newborn niño niños niña niñas kinder enfant"
            " enfants bambini cot",
            "adult": "adult adults unisex women womens woman men mens man ladies lady gentlemen"
            " damen herren mujer hombre femme homme donna uomo",
        },
        "season": {
            "warm": "summer spring sommer frühling frühjahr verano primavera été ss estate",
            "cold": "winter autumn fall herbst invierno otoño hiver aw fw inverno",
        },
        "place": {
            "kids": "kids children childrens child baby cot junior nursery kinder bebé enfant",
            "outdoor": "outdoor garden balcony patio parasol terrace garten jardín jardin",
            "bathroom": "bath bathroom shower towel washcloth toilet washbasin basin wash"
            " toothbrush soap badezimmer baño",
            "office": "office desk desks desktop swivel bureau arbeitszimmer oficina conference"
            " work",
            "bedroom": "bedroom pillow pillows bed beds bedframe bedside duvet quilt pillowcase"
            " pillowcases bedspread mattress wardrobe wardrobes headboard nightstand bedlinen"
            " bedding schlafzimmer dormitorio",
            "dining": "dining kitchen plate plates bowl mug cutlery esszimmer küche comedor cocina"
            " worktop bar",
            "hallway": "hallway hall shoe shoes coat hat hats flur entryway",
            "living": "living livingroom sofa sofas couch armchair armchairs coffee tv fauteuil"
            " wohnzimmer salon recliner",
        },
        "dress_code": {
            "sport": "sports sport sporty athletic gym running training flip flops flipflops",
            "formal": "formal party evening business cocktail gala saree sarees sari lehenga tie"
            " ties cufflinks tuxedo",
        },
    }
)
"""Facet -> value -> the words that mean it."""

ONE_PLACE = frozenset(("kids", "outdoor", "bathroom"))
"""Places that win over others a text names: an outdoor sofa is for outdoors."""

DECORATIVE = frozenset(("throw", "decorative", "sofa"))
"""Words that make a pillow one of a sofa; else it is one of a bed."""

ANY_ROOM = "bedroom+dining+hallway+kids+living+office"
"""Where a thing for rooms may stand when nobody says where."""


@lru_cache(maxsize=16_384)  # a feed says the same few words over and over
def values_in(facet: str, text: str) -> str:
    """What a text says of a facet, as "a+b"; "" where it says nothing.

    >>> values_in("gender", "Women > Dresses"), values_in("season", "autumn/winter")
    ("women", "cold")
    """
    plain = unicodedata.normalize("NFC", text).casefold().replace("'s", "s")
    words = set(_WORD.findall(plain))
    if words & DECORATIVE:
        words -= {"pillow", "pillows"}
    said = [value for value, known in _KNOWN[facet].items() if words & known]
    if facet == "age_group" and "kids" in said:
        said = ["kids"]
    if facet == "place" and not ONE_PLACE.isdisjoint(said):
        said = [value for value in said if value in ONE_PLACE][:1]
    return joined(said)


def joined(values: Iterable[str]) -> str:
    """Several values as one: "women", "men" -> "men+women"."""
    return "+".join(sorted({part for value in values if value for part in value.split("+")}))


def together(one: str, other: str) -> bool:
    """Whether two values of a facet may meet in one look; "" is unknown and meets all."""
    return not one or not other or not set(one.split("+")).isdisjoint(other.split("+"))


def said_of(facet: str, extra: Mapping[str, object], texts: Iterable[str]) -> str:
    """What a product's columns say of a facet, else the first of its texts that says anything."""
    columns = _columns_of(facet, tuple(extra))
    told = joined(values_in(facet, str(extra[name])) for name in columns) if columns else ""
    return told or first_said(facet, texts)


def said_by_kind(facet: str, kind: str, others: Iterable[str]) -> str:
    """What a product's kind says of a facet, else the first of the wider words.

    A wider category such as "Bedroom" says where a thing is shown, not where alone it may stand:
    of places it only tells those of ONE_PLACE.
    """
    own = values_in(facet, kind)
    wider = [values_in(facet, text) for text in others]
    if facet == "place":
        wider = [value for value in wider if value in ONE_PLACE]
        return next((value for value in wider if value), own)
    return own or next((value for value in wider if value), "")


def first_said(facet: str, texts: Iterable[str]) -> str:
    """What the first text that speaks of a facet says; "" where none does."""
    return next((found for text in texts if (found := values_in(facet, text))), "")


TITLE_WORDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("age_group", "kids"): "kids kidswear boys girls toddler toddlers infant infants children"
        " childrens kinder niños niñas enfants bambini",
        ("gender", "women"): WORDS["gender"]["women"],
        ("gender", "men"): WORDS["gender"]["men"],
    }
)
"""(facet, value) -> words by which a title tells it; "baby blue" is a color, so `baby` is none."""


def title_names(facet: str, value: str) -> re.Pattern[str]:
    """Matches titles that name the value, and is quick to say no."""
    words = "|".join(TITLE_WORDS[facet, value].split())
    return re.compile(rf"\b(?:{words}|(?:{words})'s|(?:boy|girl|kid|child)'s)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)  # the rows of a catalog have the same few sets of columns
def _columns_of(facet: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if speaks_of(facet, name))


@lru_cache(maxsize=4096)
def speaks_of(facet: str, column: str) -> bool:
    """Whether a column of the feed is about the facet, by its name."""
    words = _WORD.findall(_snake(column))
    return bool(COLUMNS.get(facet, frozenset()) & {*words, "".join(words)})


def _snake(column: str) -> str:
    """`targetGender` as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column).replace("_", " ").casefold()


_KNOWN = {
    facet: {value: frozenset(words.split()) for value, words in table.items()}
    for facet, table in WORDS.items()
}
