"""Pieces: products as compatibility sees them, one place for each in a handful of arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.slot_table import ROOM_SLOTS
from lookalike.ranking.hues import HUES, Hues

UNKNOWN_CODE = -1


@dataclass(frozen=True)
class Piece:
    """What is said of one product; `None` and a missing word mean that nobody knows.

    words      attribute or column -> its word, folded: style, pattern, product_type, category,
               brand, gender, age_group, season, ...
    hues       of its palette
    formality  0 for the beach, 1 for a gala
    warmth     -1 for high summer, 1 for deep winter; of furniture it means nothing
    price      in the collection's currency
    """

    sku: str
    words: Mapping[str, str]
    hues: Hues
    formality: float | None = None
    warmth: float | None = None
    price: float | None = None
    slot: str | None = None


@dataclass(frozen=True)
class Pieces:
    """Several products; `rows` (n, width) float32 are the channel rows of their first images."""

    of: tuple[Piece, ...]
    rows: Floats
    _known: dict[str, Integers] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.of)

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(one.sku for one in self.of)

    def take(self, places: Sequence[int] | Integers) -> "Pieces":
        """The pieces at these places, in that order."""
        chosen = np.asarray(places, dtype=np.int64)
        known = {name: codes[chosen] for name, codes in self._known.items()}
        return Pieces(tuple(self.of[place] for place in chosen.tolist()), self.rows[chosen], known)

    @staticmethod
    def joined(parts: Sequence["Pieces"]) -> "Pieces":
        """All of them one after the other; at least one part."""
        return Pieces(
            tuple(one for part in parts for one in part.of),
            np.concatenate([part.rows for part in parts]),
        )

    def codes(self, name: str) -> Integers:
        """(n,) a number for each word of this name: equal words, equal numbers; -1 unknown."""
        found = self._known.get(name)
        if found is None:
            words = [code(one.words.get(name)) for one in self.of]
            found = self._known[name] = np.array(words, dtype=np.int64)
        return found

    @cached_property
    def slots(self) -> Integers:
        """(n,) a number for each slot; -1 where a product has none."""
        return np.array([code(one.slot) for one in self.of], dtype=np.int64)

    @cached_property
    def hue_angles(self) -> Doubles:
        """(n, HUES) degrees in [0, 360)."""
        return np.array([one.hues.angles for one in self.of]).reshape(len(self), HUES)

    @cached_property
    def hue_weights(self) -> Doubles:
        """(n, HUES) how much of the product is of that hue; the rest, to 1, is neutral."""
        return np.array([one.hues.weights for one in self.of]).reshape(len(self), HUES)

    @cached_property
    def formality(self) -> Doubles:
        """(n,) NaN where unknown."""
        return _numbers([one.formality for one in self.of])

    @cached_property
    def warmth(self) -> Doubles:
        """(n,) NaN where unknown."""
        return _numbers([None if one.slot in ROOM_SLOTS else one.warmth for one in self.of])

    @cached_property
    def prices(self) -> Doubles:
        """(n,) NaN where unknown."""
        return _numbers([one.price for one in self.of])


@lru_cache(maxsize=65_536)  # a catalog says the same few thousand words over and over
def code(word: str | None) -> int:
    """A number for a word, the same in every process; -1 for none."""
    if not word:
        return UNKNOWN_CODE
    return int.from_bytes(blake2b(word.encode(), digest_size=7).digest())


def _numbers(values: Sequence[float | None]) -> Doubles:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
