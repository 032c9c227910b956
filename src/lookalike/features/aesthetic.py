"""Aesthetic: one word for the mood of a product, a documented function of what else was measured.

Every word is a definition over the palette's shares and the other attributes; the one that fits
best is taken, and the evidence names the numbers that decided.  No model is asked, and no pixel.
The definitions in words: docs/reference/attributes.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.color import codes, oklab_table, rgb_from_hex
from lookalike.domain.features import AttributeValue, Swatch
from lookalike.features.outline import ramp

AESTHETICS = (
    "ornate",
    "sporty",
    "pastel",
    "bold",
    "vibrant",
    "earthy",
    "monochrome",
    "classic",
    "minimal",
)
"""The words of `aesthetic`; of two that fit equally well, the earlier says more."""

LEAST_CONFIDENCE = 0.5
SHOWN = 3  # probabilities kept

NEUTRAL_TINT, NEUTRAL_LEAST = 0.05, 0.25  # OKLab chroma to lightness, taken for this at least
PASTEL_LIGHTNESS, PASTEL_CHROMA = 0.76, 0.12
SAND_HUES = (60.0, 100.0)  # degrees in OKLab: light wood and beige are no pastels
VIVID_CHROMA = 0.14  # a pure sRGB color has .21 to .32
EARTH_HUES = (30.0, 125.0)  # rust to olive
EARTH_CHROMA, EARTH_LIGHTNESS, SAND_LIGHTNESS = 0.125, (0.2, 0.8), 0.92
EDGE, TINT_EDGE, LIGHT_EDGE, HUE_EDGE = 0.02, 0.008, 0.04, 8.0
"""Where colors change their character, and how far around that they do; by eye on palettes of
contact sheets."""

RICH_PATTERNS = ("floral", "animal", "abstract")
DRESSED_STYLES = ("formal", "smart casual")


@dataclass(frozen=True)
class _Mood:
    """Shares of the palette in [0, 1] by the character of the color, and what goes with them.

    contrast  standard deviation of OKLab lightness over the palette
    colors    exponential of the entropy of the shares
    """

    neutral: float
    pastel: float
    vivid: float
    earth: float
    contrast: float
    colors: float


def aesthetic(
    palette: Sequence[Swatch],
    attributes: Mapping[str, AttributeValue],
    *,
    white: float,
    trust: float = 1.0,
) -> AttributeValue:
    """The word whose definition fits best, with the fit as confidence.

    palette     of the foreground; empty means nothing could be seen
    attributes  complexity, pattern and style are used where present; one that is unknown
                speaks for no word
    white       OKLab lightness of white in the picture, as for `complexity`
    trust       how far the palette is that of a product, in [0, 1]
    "unknown" where no definition fits by half: most products have no mood of their own.
    """
    if not palette:
        return AttributeValue(UNKNOWN, 0.0)
    mood = _mood(palette, white)
    claims = _claims(mood, attributes)
    best = sorted(AESTHETICS, key=lambda word: -claims[word])
    confidence = trust * claims[best[0]]
    total = sum(claims.values())
    chances = {word: claims[word] / total for word in best[:SHOWN] if claims[word] > 0}
    return AttributeValue(
        best[0] if confidence >= LEAST_CONFIDENCE else UNKNOWN,
        confidence,
        chances,
        _evidence(best[0], mood, attributes) | {"trust": round(trust, 2)},
    )


def _claims(mood: _Mood, attributes: Mapping[str, AttributeValue]) -> dict[str, float]:
    """How well every definition fits, in [0, 1]."""
    minimal = _chance(attributes, "complexity", ("minimal",))
    detailed = _chance(attributes, "complexity", ("detailed",))
    plain = _chance(attributes, "pattern", ("solid",))
    patterned = 1 - plain if _known(attributes, "pattern") else 0.5
    rich = _chance(attributes, "pattern", RICH_PATTERNS)
    ethnic = _chance(attributes, "style", ("ethnic",))
    sports = _chance(attributes, "style", ("sports", "sporty"))
    dressed = _chance(attributes, "style", DRESSED_STYLES)
    muted = ramp(mood.vivid, 0.3, 0.1)
    toneless = ramp(mood.neutral, 0.7, 0.9)
    return {
        "ornate": detailed * max(rich, 0.8 * ethnic) * ramp(mood.colors, 1.8, 2.6),
        "sporty": 0.95 * ramp(sports, 0.45, 0.75),
        "pastel": 0.95 * ramp(mood.pastel, 0.3, 0.6),
        "bold": 0.95
        * max(ramp(mood.contrast, 0.17, 0.26), ramp(mood.vivid, 0.2, 0.5) * ramp(mood.colors, 2, 3))
        * detailed
        * patterned
        * (1 - toneless),
        "vibrant": 0.85 * ramp(mood.vivid, 0.3, 0.6),
        "earthy": 0.9 * ramp(mood.earth, 0.4, 0.7),
        "monochrome": 0.85 * toneless * (1 - minimal) * ramp(mood.contrast, 0.06, 0.12),
        "classic": 0.8 * ramp(dressed, 0.45, 0.75) * muted * (1 - detailed),
        "minimal": 0.85 * minimal * muted * ramp(mood.colors, 3, 1.8),
    }


def _evidence(
    word: str, mood: _Mood, attributes: Mapping[str, AttributeValue]
) -> dict[str, str | float]:
    """The inputs the word's definition uses."""
    found: dict[str, str | float] = {"closest": word}
    numbers = {
        "colors": mood.colors,
        "contrast": mood.contrast,
        "pastel_share": mood.pastel,
        "vivid_share": mood.vivid,
        "earth_share": mood.earth,
        "neutral_share": mood.neutral,
    }
    found |= {name: round(numbers[name], 3) for name in _MEASURED.get(word, ())}
    return found | {
        name: attributes[name].value for name in _READ.get(word, ()) if name in attributes
    }


_MEASURED: Mapping[str, tuple[str, ...]] = {
    "ornate": ("colors",),
    "pastel": ("pastel_share",),
    "bold": ("contrast", "vivid_share"),
    "vibrant": ("vivid_share",),
    "earthy": ("earth_share",),
    "monochrome": ("neutral_share", "contrast"),
    "classic": ("vivid_share",),
    "minimal": ("colors", "vivid_share"),
}
_READ: Mapping[str, tuple[str, ...]] = {
    "ornate": ("complexity", "pattern", "style"),
    "sporty": ("style",),
    "bold": ("complexity", "pattern"),
    "classic": ("style", "complexity"),
    "minimal": ("complexity",),
}


def _known(attributes: Mapping[str, AttributeValue], name: str) -> bool:
    return name in attributes and attributes[name].value != UNKNOWN


def _chance(attributes: Mapping[str, AttributeValue], name: str, words: Sequence[str]) -> float:
    """The probability of any of the words; 0 where the attribute is unknown."""
    if not _known(attributes, name):
        return 0.0
    return min(1.0, sum(attributes[name].probabilities.get(word, 0.0) for word in words))


def _mood(palette: Sequence[Swatch], white: float) -> _Mood:
    """In plain numbers: a palette has too few colors for arrays to pay."""
    rgb = np.stack([rgb_from_hex(one.hex) for one in palette])
    colors = oklab_table().take(codes(rgb), axis=0).tolist()
    total = sum(one.share for one in palette)
    neutral = pastel = vivid = earth = mean = squares = entropy = 0.0
    for one, lab in zip(palette, colors, strict=True):
        share = one.share / total
        light, red, yellow = (part / white for part in lab)
        chroma = math.hypot(red, yellow)
        hue = math.degrees(math.atan2(yellow, red)) % 360
        gray = _soft(NEUTRAL_TINT * max(light, NEUTRAL_LEAST) - chroma, TINT_EDGE)
        sand = _between(hue, SAND_HUES)
        brightest = EARTH_LIGHTNESS[1] + (SAND_LIGHTNESS - EARTH_LIGHTNESS[1]) * sand
        pale = _soft(light - PASTEL_LIGHTNESS, LIGHT_EDGE) * _soft(PASTEL_CHROMA - chroma, EDGE)
        earthen = _between(hue, EARTH_HUES) * _soft(light - EARTH_LIGHTNESS[0], LIGHT_EDGE)
        earthen *= _soft(brightest - light, LIGHT_EDGE) * _soft(EARTH_CHROMA - chroma, EDGE)
        neutral += share * gray
        pastel += share * pale * (1 - sand) * (1 - gray)
        vivid += share * _soft(chroma - VIVID_CHROMA, EDGE)
        earth += share * earthen * (1 - gray)
        mean += share * light
        squares += share * light * light
        entropy -= share * math.log(max(share, 1e-12))
    contrast = math.sqrt(max(squares - mean * mean, 0.0))
    return _Mood(neutral, pastel, vivid, earth, contrast, math.exp(entropy))


def _between(hue: float, hues: tuple[float, float]) -> float:
    return min(_soft(hue - hues[0], HUE_EDGE), _soft(hues[1] - hue, HUE_EDGE))


def _soft(beyond: float, reach: float) -> float:
    """From 0 at -reach to 1 at +reach: a color just beyond an edge counts half."""
    return min(max(beyond / (2 * reach) + 0.5, 0.0), 1.0)
