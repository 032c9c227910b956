"""Many texts as two arrays, so that they can be mapped from a file and read one by one."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from lookalike.domain.arrays import Integers, Pixels

_ENCODING = "utf-8"
_ERRORS = "surrogatepass"  # a broken feed may hold half a character; it must survive the trip


class Vocabulary(Protocol):
    """Numbered distinct texts."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> str: ...

    def number(self, text: str) -> int | None: ...


class TextList:
    """Texts laid end to end.

    content  (bytes,) uint8
    ends     (count,) int64, where each text ends
    """

    def __init__(self, content: Pixels, ends: Integers) -> None:
        self.content = content
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> "TextList":
        parts = [encoded(text) for text in texts]
        ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), dtype=np.int64)
        return cls(np.frombuffer(b"".join(parts), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> str:
        start = self.ends[number - 1] if number else 0
        return self.content[start : self.ends[number]].tobytes().decode(_ENCODING, _ERRORS)

    def all(self) -> list[str]:
        """Every text, decoded in one go."""
        content, start, texts = self.content.tobytes(), 0, []
        for end in self.ends.tolist():
            texts.append(content[start:end].decode(_ENCODING, _ERRORS))
            start = end
        return texts

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {text: number for number, text in enumerate(self.all())}

    def number(self, text: str) -> int | None:
        """Where a text stands; the first call builds the dictionary."""
        return self.numbers.get(text)


def extended(known: Vocabulary, texts: Iterable[str]) -> Vocabulary:
    """A vocabulary with these texts behind those it has, whose numbers are kept."""
    new = [text for text in dict.fromkeys(texts) if known.number(text) is None]
    if not new:
        return known
    if isinstance(known, Extension):  # no chains: an index is changed thousands of times
        return Extension(known.known, [*known.new, *new])
    return Extension(known, new)


class Extension:
    """The texts of one vocabulary, then others that it does not have; see `extended`."""

    def __init__(self, known: Vocabulary, new: Sequence[str]) -> None:
        self.known, self.new = known, tuple(new)
        self._numbers = {text: len(known) + place for place, text in enumerate(new)}

    def __len__(self) -> int:
        return len(self.known) + len(self.new)

    def __getitem__(self, number: int) -> str:
        late = number - len(self.known)
        return self.known[number] if late < 0 else self.new[late]

    def number(self, text: str) -> int | None:
        found = self.known.number(text)
        return self._numbers.get(text) if found is None else found


def encoded(text: str) -> bytes:
    return text.encode(_ENCODING, _ERRORS)
