"""Slots: the place of a product in a look, read from what its merchant says."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from lookalike.domain.look_templates import COLLECTION, TEMPLATES, Template, check_slot
from lookalike.domain.slot_table import (
    COMPOUND_ENDS,
    HOLDERS,
    MORE_KINDS,
    MORE_PHRASES,
    OUTFIT_SLOTS,
    ROOM_SLOTS,
    RULING,
    SLOT_OF_KIND,
    YIELDING,
)
from lookalike.domain.steering import nearest
from lookalike.domain.type_words import BREAKS, HOME_KINDS, JOINING, KINDS, PHRASES
from lookalike.errors import InvalidInput

SlotSource = Literal["merchant", "category", "title", "product_type"]
"""Where a slot comes from, the one believed first first."""

LEAST_STEM = 3  # letters before the end of a compound
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class SlotReading:
    """Where a text puts a product.

    kind    what the text names, in our words, or the merchant's own spelling
    slot    a slot, or "none" for what belongs to no look; None where nothing is known
    source  what was read
    """

    kind: str
    slot: str | None
    source: SlotSource


@dataclass(frozen=True)
class SlotTable:
    """How one collection reads slots: the documented table and what its merchant changed.

    kinds      a kind, category or product type as the merchant writes it -> slot
    templates  name -> look type, the merchant's own and the built-in ones
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=lambda: TEMPLATES)

    def read(
        self, categories: Iterable[str], title: str, product_type: str, *, decided: bool = False
    ) -> SlotReading | None:
        """The slot of a product; None where no word of any text is known.

        categories    what the feed says in columns of categories, the most specific first
        product_type  the attribute that counts; `decided` when a person decided it
        """
        texts: list[tuple[str, SlotSource]] = [(text, "category") for text in categories if text]
        texts.append((title, "title"))
        texts.insert(0 if decided else len(texts), (product_type, "product_type"))
        for text, _ in texts:
            if self.kinds and (own := self._merchants(text)):
                return own
        for text, source in texts:
            kind = kind_in(text)
            if kind is not None:
                return SlotReading(kind, self._slot(kind), source)
        return None

    def template(self, name: str) -> Template:
        """Raises InvalidInput for a look type that does not exist, naming the nearest."""
        found = self.templates.get(name)
        if found is None:
            known = (*self.templates, COLLECTION)
            raise InvalidInput(
                f'There is no look type "{name}".{nearest(name, known)}',
                hint=f"There are {', '.join(known)}; "
                "`lookalike slots template NAME SLOT...` makes another.",
            )
        return found

    def with_kind(self, kind: str, slot: str | None) -> "SlotTable":
        """The table with the merchant's word on a kind, or without it.  Raises InvalidInput."""
        plain = folded(kind)
        if not plain:
            raise InvalidInput(
                "The kind is empty.", hint="For example: lookalike slots set Pouf seat"
            )
        kinds = {name: value for name, value in self.kinds.items() if name != plain}
        if slot is not None:
            kinds[plain] = check_slot(slot)
        return SlotTable(kinds, self.templates)

    def _merchants(self, text: str) -> SlotReading | None:
        plain = folded(text)
        slot = self.kinds.get(plain) if plain else None
        return None if slot is None else SlotReading(text.strip(), slot, "merchant")

    def _slot(self, kind: str) -> str | None:
        return self.kinds.get(folded(kind)) or SLOT_OF_KIND.get(kind)


def look_type_of(slot: str | None) -> str:
    """The look type that a product's slot suggests."""
    if slot in OUTFIT_SLOTS:
        return "outfit"
    return "room" if slot in ROOM_SLOTS else COLLECTION


@lru_cache(maxsize=8192)
def kind_in(text: str) -> str | None:
    """The kind of thing that a text names: its last word that is one.

    >>> kind_in("Women > Maxi dresses"), kind_in("Table lamp"), kind_in("KALLAX")
    ("dress", "lamp", None)
    """
    found = None
    words = _words(text)
    for place, word in enumerate(words):
        if word in BREAKS and place:
            holder = _holder(words[place + 1 :]) if word in JOINING else None
            return holder if holder and found not in HOME_KINDS else found
        kind = _kind(word)
        if kind in RULING:
            return kind
        if kind is not None and (found is None or found in YIELDING or kind not in YIELDING):
            found = kind if not (place and found == "cover") else found
    return found


@lru_cache(maxsize=16_384)  # a catalog says the same few thousand words over and over
def folded(text: str) -> str:
    """The text as kinds are compared: without case and outer blanks."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _holder(words: list[str]) -> str | None:
    """What is named for two things it holds: a hat *and coat rack* is no hat."""
    kinds = map(_kind, words[:2])
    return next((kind for kind in kinds if kind in HOLDERS), None)


def _kind(word: str) -> str | None:
    known = _KIND_OF.get(word)
    if known is not None:
        return known
    ends = (word[start:] for start in range(LEAST_STEM, len(word)))
    return next((_KIND_OF[end] for end in ends if end in COMPOUND_ENDS), None)


def _words(text: str) -> list[str]:
    """The words of a text in lower case; two that are a phrase become its one word."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).casefold())
    found: list[str] = []
    place = 0
    while place < len(words):
        for length in (3, 2):
            joined = _PHRASES.get(" ".join(words[place : place + length]))
            if joined and place + length <= len(words):
                found.append(joined)
                place += length
                break
        else:
            found.append(words[place])
            place += 1
    return found


def _inverted(*tables: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in tables:
        for kind, words in table.items():
            for word in words.split():
                found.setdefault(word, kind)
    return found


_PHRASES = {**PHRASES, **MORE_PHRASES}
_KIND_OF = _inverted(MORE_KINDS, KINDS)
