"""What is left of a product's name without its color and size: the name of the design."""

import re

from lookalike.domain.color_words import FAMILY_WORDS, MODIFIERS

SIZES = frozenset(
    ["xs", "s", "m", "l", "xl", "xxl", "xxxl", "small", "medium", "large", "one", "size"]
)
LEAST_SHARED = 0.7  # of the words of both names; a guess, not measured
_COLORS = frozenset(word for words in FAMILY_WORDS.values() for word in words.split())
_WORD = re.compile(r"[^\W\d_]+")


def name_stem(name: str) -> frozenset[str]:
    """The words of a name, in lower case, without colors, sizes and numbers."""
    words = frozenset(_WORD.findall(name.casefold()))
    return words - _COLORS - MODIFIERS - SIZES


def same_design(first: str, second: str) -> bool:
    """Whether two names may name one design: they share most words, or one says nothing."""
    one, other = name_stem(first), name_stem(second)
    if not one or not other:
        return True
    return len(one & other) >= LEAST_SHARED * len(one | other)
