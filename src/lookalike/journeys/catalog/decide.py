"""People decide what an attribute of a product is; the very next question knows it."""

import difflib
from dataclasses import replace

from lookalike.domain.attribute_words import WORDS
from lookalike.domain.attributes import UNKNOWN, VISUAL_ATTRIBUTES, Decision
from lookalike.domain.color import FAMILIES
from lookalike.errors import InvalidInput, NotFound
from lookalike.index.protocol import VectorIndex
from lookalike.storage.collection import Collection

LONGEST_VALUE = 60
NOBODY = "unnamed"
FREE = ("product_type",)
"""Attributes whose words are the merchant's own."""


def decide(
    collection: Collection,
    index: VectorIndex | None,
    decision: Decision,
) -> Decision:
    """Store a decision, its value in the spelling of the vocabulary; returns it as stored.

    index  of the collection, whose values are known beside the vocabulary's; None before any
    Raises NotFound for an unknown product and InvalidInput, with the nearest one, for an
    unknown attribute or value.
    """
    collection.products.get(decision.sku)
    check_attribute(decision.attribute)
    value = _known_value(decision.attribute, decision.value.strip(), index)
    stored = replace(decision, value=value, decided_by=decision.decided_by.strip() or NOBODY)
    collection.decisions.decide(stored)
    return stored


def forget(collection: Collection, sku: str, attribute: str) -> None:
    """Take a decision back.  Raises NotFound where there is none."""
    collection.products.get(sku)
    check_attribute(attribute)
    if not collection.decisions.forget(sku, attribute):
        raise NotFound(
            f'Nobody has decided the {attribute} of "{sku}".',
            hint="What counts comes from the feed, a rule or the images.",
        )


def check_attribute(name: str) -> None:
    """Raises InvalidInput for a name that is no attribute, with the nearest one."""
    if name not in VISUAL_ATTRIBUTES:
        raise InvalidInput(
            f'There is no attribute "{name}".',
            hint=f"{_nearest(name, VISUAL_ATTRIBUTES)}"
            f"The attributes are {', '.join(VISUAL_ATTRIBUTES)}.",
        )


def _known_value(attribute: str, value: str, index: VectorIndex | None) -> str:
    if not value or len(value) > LONGEST_VALUE or value.casefold() == UNKNOWN:
        raise InvalidInput(
            f"{value[:LONGEST_VALUE]!r} is not a value of {attribute}.",
            hint=f"Give one word of at most {LONGEST_VALUE} characters; to take a decision back,"
            " forget it.",
        )
    known = _vocabulary(attribute, index)
    if attribute in FREE or not known:
        return value
    spelled = {other.casefold(): other for other in known}
    if value.casefold() not in spelled:
        raise InvalidInput(
            f'"{value}" is not a value of {attribute}.',
            hint=f"{_nearest(value.casefold(), [*spelled])}The values are {', '.join(known)}.",
        )
    return spelled[value.casefold()]


def _vocabulary(attribute: str, index: VectorIndex | None) -> list[str]:
    named = FAMILIES if attribute == "color_family" else tuple(WORDS.get(attribute, ()))
    if attribute == "color_family" or index is None:
        return [*named]
    seen = [value for value in index.counts(attribute) if value != UNKNOWN]
    return [*dict.fromkeys([*named, *seen])]


def _nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f'Did you mean "{close[0]}"? ' if close else ""
