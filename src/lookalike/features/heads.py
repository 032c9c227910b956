"""Class probabilities of an encoder's heads, as channels of a row and as named attributes."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lookalike.domain.arrays import Floats
from lookalike.domain.features import AttributeValue
from lookalike.features.familiarity import LEAST_FAMILIAR
from lookalike.features.pattern import PatternGuess

CHANNEL_HEADS: Mapping[str, str] = {
    "pattern": "pattern",
    "style": "style",
    "material": "material",
    "type": "product_type",
}
"""Channel -> the head it is made of."""

ATTRIBUTE_HEADS: Mapping[str, str] = {
    "pattern": "pattern",
    "style": "style",
    "material_appearance": "material",
    "product_type": "product_type",
}
"""Attribute -> the head it is read from."""

LEAST_CONFIDENCE: Mapping[str, float] = {
    "pattern": 0.5,
    "style": 0.55,
    "material_appearance": 0.6,
    "product_type": 0.5,
}
"""Below this an attribute is unknown.  Chosen on the default encoder where the next tenth of
confidence is right about as often as wrong: pattern .50 of street photos at .4 to .5 and .71
at .5 to .6 (shown ones right in .83; they were not trained on), product type .62 of unseen
packshots (.82), style .49 of catalog photos (.92; part of the training).  Material: a guess, not
measured."""

LEAST_RARE_PATTERN: Mapping[str, float] = dict.fromkeys(
    ("animal", "abstract", "camouflage", "zigzag"), 0.7
)
"""Patterns that few products have need more: of 39 fashion packshots given one of them above .5,
two were right; by eye, `bench/attribute_sheet.py`."""

FASHION_HEADS = ("style", "material_appearance")
LEAST_FAMILIARITY = 0.35
"""`style` and `material` know only what `product_type` knows, yet are sure of everything: material
was right for 3 of the 23 pieces of furniture on which it was surer than .6.  So they are unknown
where no product type reaches this: that hides them on about 60 % of 500 pieces of furniture
(interpolated between .3 and .4) and on 7 % of 700 fashion packshots."""

UNKNOWN = "unknown"
SHOWN_CLASSES = 3


def head_channel(probabilities: Floats) -> Floats:
    """(classes,) of unit length; the inner product of two is the Bhattacharyya coefficient.

    That is 1 for equal distributions and 0 for disjoint ones (Hellinger affinity).
    """
    root = np.sqrt(np.clip(probabilities, 0, None))
    return np.asarray(root / np.linalg.norm(root), dtype=np.float32)


def head_attributes(
    classes: Mapping[str, tuple[str, ...]],
    chances: Mapping[str, Floats],
    *,
    familiar: float | None = None,
) -> dict[str, AttributeValue]:
    """Every attribute that the heads give; chances: head -> (classes,) probabilities.

    familiar  what `familiarity` says; below its least value all but the pattern is unknown
    """
    found = {
        attribute: head_attribute(attribute, classes[head], chances[head])
        for attribute, head in ATTRIBUTE_HEADS.items()
        if head in chances
    }
    if "product_type" in chances and chances["product_type"].max() < LEAST_FAMILIARITY:
        for attribute in found.keys() & set(FASHION_HEADS):
            found[attribute] = replace(found[attribute], value=UNKNOWN)
    if familiar is not None:
        noted = {"familiarity": round(familiar, 4)}
        for attribute in found.keys() - {"pattern"}:
            value = found[attribute].value if familiar >= LEAST_FAMILIAR else UNKNOWN
            found[attribute] = replace(found[attribute], value=value, evidence=noted)
    return found


def pattern_attribute(
    guess: PatternGuess, classes: tuple[str, ...], head: Floats
) -> AttributeValue:
    """The pattern that was read from the cloth; head: (classes,) what the encoder's own said."""
    said = int(head.argmax())
    evidence: dict[str, str | float] = {
        "method": "cloth",
        "head": classes[said],
        "head_confidence": round(float(head[said]), 4),
        "plain_background": round(guess.plainness, 4),
    }
    found = head_attribute("pattern", classes, guess.probabilities)
    sure = found.confidence >= LEAST_RARE_PATTERN.get(found.value, 0.0)
    return replace(found, value=found.value if sure else UNKNOWN, evidence=evidence)


def head_attribute(
    attribute: str, classes: tuple[str, ...], probabilities: Floats
) -> AttributeValue:
    """The most probable class, or "unknown" below the attribute's least confidence."""
    best = np.argsort(-probabilities, kind="stable")[:SHOWN_CLASSES]
    confidence = float(probabilities[best[0]])
    sure = confidence >= LEAST_CONFIDENCE.get(attribute, 0.0)
    return AttributeValue(
        value=classes[best[0]] if sure else UNKNOWN,
        confidence=confidence,
        probabilities={classes[i]: float(probabilities[i]) for i in best},
    )
