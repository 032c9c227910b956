"""From the exact contributions to a sentence that a shopper can read.

Everything said follows from two things: the contributions, which sum to the score, and the
attributes that both products carry.  A channel speaks only if it raised the score, the most
decisive first: the one without which the product would lose most places.  That is not the
largest contribution: where all rivals share the look, the color decides.  An attribute is called
the same only where both values are known and equal.
"""

import math
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.query import Band
from lookalike.domain.results import Document, Explanation, SwatchPair

BANDS: tuple[tuple[float, Band], ...] = (
    (0.9, "near-identical"),
    (0.7, "very similar"),
    (0.45, "similar"),
    (0.25, "same mood"),
)  # by eye on lists of 40,000 fashion products and of the sample shop; 0 is a random pair

Values = Mapping[str, str]
"""Attribute -> value, of those that may be spoken of."""

CLOSE_SHADE = 12.0  # CIEDE2000 below which people still call two fabrics close in color; by eye
SAME_SHADE = 4.0  # below it a shopper sees no difference between two photographs; by eye
MOST_PHRASES = 3  # what fits under a product card

ATTRIBUTE_OF_CHANNEL = {
    "pattern": "pattern",
    "style": "style",
    "material": "material_appearance",
    "type": "product_type",
}
SPOKEN = {
    "pattern": "same {} pattern",
    "style": "same {} style",
    "material": "same {} look",
    "type": "same kind: {}",
}
GENERAL = {
    "look": "a related look",
    "design": "a related design",
    "color": "similar colors",
    "type": "a similar kind of product",
    "shape": "a similar outline",
}
"""Said of the most decisive channel where it has nothing more exact to say."""
LIKENESSES = {
    "look": ("overall look", 0.75, 0.35),
    "design": ("design", 0.75, 0.45),
    "shape": ("outline", 0.75, 0.35),
}
"""Term -> what it tells, and the least strength, by eye on the lists of BANDS, at which that is
called nearly the same and similar."""
COMPARED = ("product_type", "color_family", "pattern", "style", "material_appearance")
SPOKEN_NAMES = {name: name.replace("_", " ") for name in COMPARED}


class Match(NamedTuple):
    """One candidate beside the anchor.

    contributions  channel -> its part of the score, the most decisive first
    strengths      channel -> contribution divided by that of the anchor with itself
    main_color     the product's color of the largest share, as hex
    main_families  what pixels alone call the main color of the anchor and of the product; the
                   merchant may call them otherwise, and then no shade is spoken of
    """

    contributions: Mapping[str, float]
    strengths: Mapping[str, float]
    swatches: tuple[SwatchPair, ...]
    images: tuple[int, int]
    main_color: str = ""
    main_families: tuple[str, str] = ("", "")


def band(score: float, *, wished: bool = False) -> Band:
    """The word for a calibrated score; 1 is the anchor itself, 0 a random product.

    wished  something else than the anchor was asked for, so nothing is near-identical to it
    """
    if wished:
        score = min(score, math.nextafter(BANDS[0][0], 0))
    return next((name for least, name in BANDS if score >= least), "different")


def decisive(parts: Doubles, rivals: Doubles) -> list[list[int]]:
    """For each product its channels, the one whose loss would cost it most places first.

    parts    (count, channels) contributions of the products shown
    rivals   (rivals, channels) those of the best candidates
    Places lost are counted among the rivals, ties go to the larger contribution: with 100 rivals
    the first is the costliest among 40,000 products in 97 of 100 cases (bench/faithful.py).
    """
    without = parts.sum(axis=1, keepdims=True) - parts
    theirs = rivals.sum(axis=1, keepdims=True) - rivals
    ahead = (theirs > without[:, np.newaxis]).sum(axis=1)
    order: list[list[int]] = np.lexsort((-parts, -ahead), axis=1).tolist()
    return order


def explanation(ours: Values, theirs: Values, match: Match) -> Explanation:
    """The structure behind the sentence."""
    shared, differs = [], []
    for name, value in theirs.items():
        own = ours.get(name)
        if own == value:
            shared.append(f"{SPOKEN_NAMES[name]}: {value}")
        elif own is not None:
            differs.append(f"{SPOKEN_NAMES[name]}: {value} instead of {own}")
    return Explanation(
        contributions=match.contributions,
        shared=tuple(shared),
        differs=tuple(differs),
        swatches=match.swatches,
        matched_images=match.images,
    )


def sentence(
    ours: Values, theirs: Values, match: Match, *, asked: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A few words on what decided the place, the most decisive first.

    ours, theirs  `known_values` of the anchor and of the product
    asked         attribute -> value wished for instead of the anchor's own; ours holds it too

    >>> sentence(blue_dots, red_dots, match)
    "Same dotted pattern; similar overall look."
    """
    raising = [name for name, part in match.contributions.items() if part > 0]
    said = (
        _phrase(name, match, ours, theirs, asked)
        or (GENERAL.get(name, "") if name == raising[0] else "")
        for name in raising
    )
    phrases = list(islice(filter(None, said), MOST_PHRASES))
    if not phrases:
        return "Among the nearest in this collection, with little in common."
    text = "; ".join(phrases)
    return f"{text[0].upper()}{text[1:]}."


def _phrase(
    channel: str, match: Match, ours: Values, theirs: Values, asked: Mapping[str, str]
) -> str:
    attribute = "color_family" if channel == "color" else ATTRIBUTE_OF_CHANNEL.get(channel, "")
    if attribute in asked and theirs.get(attribute) == ours.get(attribute):
        return f"{theirs[attribute]}, as you asked"
    if channel == "color":
        return _color_phrase(match, ours.get("color_family"), theirs.get("color_family"))
    if channel in LIKENESSES:
        return _likeness(channel, match.strengths[channel])
    value = theirs.get(attribute)
    if value is None or value != ours.get(attribute):
        return ""
    return SPOKEN[channel].format(value)


def _likeness(channel: str, strength: float) -> str:
    thing, most, least = LIKENESSES[channel]
    if strength >= most:
        return f"nearly the same {thing}"
    return f"similar {thing}" if strength >= least else ""


def _color_phrase(match: Match, ours: str | None, theirs: str | None) -> str:
    """Two families are called close only where the main colors themselves are."""
    if ours is None or theirs is None:
        return ""
    nearest = match.swatches[0].delta_e if match.swatches else float("inf")
    if ours == theirs:
        exact = nearest <= SAME_SHADE and match.main_families[0] == ours
        return f"{'exactly the' if exact else 'the'} same {theirs}"
    of_main = bool(match.swatches) and match.swatches[0].product == match.main_color
    close = of_main and nearest <= CLOSE_SHADE and match.main_families == (ours, theirs)
    return f"{theirs} close to the {ours} of the original" if close else ""


def known_values(document: Document) -> Values:
    """The attributes that may be spoken of."""
    attributes = document.get("visual_attributes", {})
    return {
        name: value for name in COMPARED if (value := attributes.get(name)) and value != "unknown"
    }
