"""From the words of a merchant's feed to values of our attributes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from lookalike.domain import attribute_words, color_words, type_words
from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.product import FieldValue

VOCABULARY_VERSION = "words-1"
"""Raise when a table or the reading changes: it is the version of rule entries."""

COLUMN_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        # Without case, blanks and marks; the more specific before the more general.
        "color_family": "colorfamily colourfamily basecolor basecolour maincolor maincolour"
        " primarycolor primarycolour colorgroup colourgroup colourgroupname color colour"
        " colorname colourname farbe grundfarbe couleur colore",
        "pattern": "pattern patternname graphicalappearancename muster motif print estampado",
        "style": "style stil estilo usage usagetype occasion",
        "material_appearance": "materialappearance material mainmaterial fabric materialname"
        " stoff matiere materiale tejido",
        "shape": "shape form",
        "complexity": "complexity",
        "aesthetic": "aesthetic aesthetics",
    }
)
"""Attribute -> the names of feed columns that speak of it."""

MULTICOLOR = "multicolor"
MANY = 3  # as many different families in one cell are multicolor, as in docs/decisions/0011
LONGEST_WORD = 60  # a longer cell of an attribute without a word table is a text, not a value

_WORD = re.compile(r"[^\W\d_]+")
_COLORS_APART = re.compile(r"[/,;|+&]| - |\b(?:and|with|und|mit|con|avec|et|y|e)\b")


@dataclass(frozen=True)
class Reading:
    """What one cell says of an attribute.

    value    a word of the attribute's vocabulary; None where the cell claims nothing
    also     other values that its words can mean: a picture that shows one does not contradict
    unknown  its words, where none of them is in the tables
    """

    value: str | None = None
    also: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def claimed_columns(
    columns: Iterable[str], told: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Attribute -> the column of the feed that speaks of it, guessed from its name or as told.

    told  attribute -> column, which wins over any guess even where the column is missing

    >>> claimed_columns(["id", "baseColour", "usage"])
    {"color_family": "baseColour", "style": "usage"}
    """
    return dict(_claimed(tuple(columns), tuple(told.items())))


@lru_cache(maxsize=1024)  # the rows of a catalog have the same few sets of columns
def _claimed(columns: Sequence[str], told: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    by_plain: dict[str, str] = {}
    for column in columns:
        by_plain.setdefault(_plain(column), column)
    wanted = {name: spellings.split() for name, spellings in COLUMN_SPELLINGS.items()}
    wanted.update({name: [_plain(column)] for name, column in told})
    found: dict[str, str] = {}
    for attribute in VISUAL_ATTRIBUTES:
        for spelling in wanted.get(attribute, ()):
            if spelling in by_plain:
                found[attribute] = by_plain[spelling]
                break
    return found


def read_cell(attribute: str, cell: FieldValue) -> Reading:
    """What a cell claims: of several colors the first, of three or more `multicolor`.

    `product_type`, `shape`, `complexity` and `aesthetic` have no table and keep the
    merchant's own word.
    """
    if isinstance(cell, tuple):
        cell = ", ".join(cell)
    return _read_text(attribute, cell) if isinstance(cell, str) else Reading()


@lru_cache(maxsize=4096)  # a catalog says the same few words over and over
def _read_text(attribute: str, text: str) -> Reading:
    text = text.strip()
    if not text or text.casefold() in attribute_words.NO_CLAIM:
        return Reading()
    if attribute == "color_family":
        return _read_color(text)
    if attribute not in attribute_words.WORDS:
        return Reading(text) if len(text) <= LONGEST_WORD else Reading()
    return _read_words(attribute, text)


def kind_of_product(text: str) -> str | None:
    """The kind of thing that a title or a type names: its last word that is one.

    >>> kind_of_product("Box with lid"), kind_of_product("Table lamp"), kind_of_product("KALLAX")
    ("storage", "lamp", None)
    """
    found = None
    for word in _words(text, type_words.PHRASES):
        if word in type_words.BREAKS:
            break
        found = _KINDS.get(word, found)
    return found


def pattern_of_title(text: str) -> str | None:
    """The pattern that a title names by a word that means nothing else."""
    for word in _words(text, attribute_words.PHRASES):
        if word in attribute_words.TITLE_PATTERNS:
            return _VALUES["pattern"][word]
    return None


def _read_words(attribute: str, text: str) -> Reading:
    table = _VALUES[attribute]
    words = _words(text, attribute_words.PHRASES)
    values = list(dict.fromkeys(table[word] for word in words if word in table))
    if not values:
        unknown = [word for word in words if word not in attribute_words.NO_CLAIM]
        return Reading(unknown=tuple(unknown))
    return Reading(values[0], tuple(values[1:]))


def _read_color(text: str) -> Reading:
    parts = [_words(part, color_words.PHRASES) for part in _COLORS_APART.split(text.casefold())]
    meanings = [_main_color(words) for words in parts]
    said = [families for families in meanings if families]
    if not said:
        return Reading(unknown=_unknown_colors([word for words in parts for word in words]))
    firsts = list(dict.fromkeys(families[0] for families in said))
    value = MULTICOLOR if len(firsts) >= MANY else firsts[0]
    every = [name for words in parts for word in words for name in _families(word)]
    modifiers = {word for words in parts for word in words}
    also = [
        *every,
        *(["black"] if modifiers & color_words.DARKENING else []),
        *(["white"] if modifiers & color_words.LIGHTENING else []),
        *([MULTICOLOR] if len(firsts) > 1 else []),
    ]
    return Reading(value, tuple(dict.fromkeys(name for name in also if name != value)))


def _main_color(words: Sequence[str]) -> tuple[str, ...]:
    """The families of the word that names the color among its modifiers; empty for none."""
    colors = [word for word in words if _families(word)]
    if not colors:
        return ()
    if colors[0] in color_words.HEAD_FIRST:
        return _families(colors[0])
    return _families(colors[-1])


def _families(word: str) -> tuple[str, ...]:
    families = _COLORS.get(word)
    if families:
        return tuple(families.split())
    if word in color_words.MODIFIERS or word in color_words.COLORLESS:
        return ()
    if len(word) >= color_words.SHORTEST_COMPOUND:
        for end, family in color_words.COMPOUND_ENDS.items():
            if word.endswith(end):
                return (family,)
    return ()


def _unknown_colors(words: Sequence[str]) -> tuple[str, ...]:
    passed = color_words.MODIFIERS | color_words.COLORLESS | attribute_words.NO_CLAIM
    if any(word in color_words.COLORLESS for word in words):
        return ()
    return tuple(word for word in words if word not in passed)


def _words(text: str, phrases: Mapping[str, str]) -> list[str]:
    """The words of a text in lower case; two or three that are a phrase become its one word."""
    words: list[str] = _WORD.findall(unicodedata.normalize("NFC", text).casefold())
    found: list[str] = []
    place = 0
    while place < len(words):
        for length in (3, 2) if words[place] in _PHRASE_STARTS else ():
            joined = phrases.get(" ".join(words[place : place + length]))
            if joined and place + length <= len(words):
                found.append(joined)
                place += length
                break
        else:
            found.append(words[place])
            place += 1
    return found


_PHRASE_STARTS = frozenset(
    phrase.split()[0]
    for table in (color_words.PHRASES, attribute_words.PHRASES, type_words.PHRASES)
    for phrase in table
)


def _inverted(table: Mapping[str, str]) -> dict[str, str]:
    """word -> what it means, of a table meaning -> words; the first of two meanings counts."""
    found: dict[str, str] = {}
    for meaning, words in table.items():
        for word in words.split():
            found.setdefault(word, meaning)
    return found


_COLORS = _inverted(color_words.FAMILY_WORDS)
_KINDS = _inverted(type_words.KINDS)
_VALUES = {name: _inverted(table) for name, table in attribute_words.WORDS.items()}


def _plain(column: str) -> str:
    text = unicodedata.normalize("NFKD", column).casefold()
    return "".join(character for character in text if character.isalnum())
