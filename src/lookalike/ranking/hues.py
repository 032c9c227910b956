"""The hues of a palette: what a product brings to a color harmony, and how much is neutral."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.color import oklab_of_swatches

HUES = 2
"""Different hues kept of a product; a third is rarely seen from a distance."""

NEUTRAL_CHROMA, COLORED_CHROMA = 0.03, 0.09
"""OKLab chroma up to which a color is neutral, and from which it is a color; between them it is
partly one.  Off-white and charcoal have .01, beige .03, navy .06, a pure sRGB color .21 to .32."""

DENIM_LIGHTNESS = 0.35  # OKLab: a darker color with little chroma, such as navy, acts as neutral
SAME_HUE = 30.0
"""Degrees: swatches nearer than this are one hue."""


@dataclass(frozen=True)
class Hues:
    """angles: HUES degrees in OKLab, 0 to 360; weights: share x coloredness of each, sum <= 1."""

    angles: tuple[float, ...] = (0.0,) * HUES
    weights: tuple[float, ...] = (0.0,) * HUES

    @property
    def neutral(self) -> float:
        """The part that goes with everything."""
        return 1.0 - sum(self.weights)


def hues_of(palette: Sequence[tuple[str, float]]) -> Hues:
    """The hues of (hex, share) swatches; swatches of nearly one hue are one, the rest is dropped.

    Circular means by weight; the heavier hue first.
    """
    if not palette:
        return Hues()
    digits = bytes.fromhex("".join(color for color, _ in palette).replace("#", ""))
    lab = oklab_of_swatches(np.frombuffer(digits, np.uint8).reshape(-1, 3)).tolist()
    whole = max(sum(share for _, share in palette), 1e-9)
    left = [
        share / whole * coloredness(*color) for color, (_, share) in zip(lab, palette, strict=True)
    ]
    angles = [math.degrees(math.atan2(b, a)) % 360 for _, a, b in lab]
    found: list[tuple[float, float]] = []
    while len(found) < HUES and max(left) > 0:
        lead = angles[left.index(max(left))]
        near = [
            place
            for place, angle in enumerate(angles)
            if left[place] > 0 and abs((angle - lead + 180) % 360 - 180) <= SAME_HUE
        ]
        up = sum(left[place] * math.sin(math.radians(angles[place])) for place in near)
        along = sum(left[place] * math.cos(math.radians(angles[place])) for place in near)
        mean = math.degrees(math.atan2(up, along)) % 360
        found.append((sum(left[place] for place in near), mean))
        left = [0.0 if place in near else weight for place, weight in enumerate(left)]
    found.sort(key=lambda one: -one[0])
    found += [(0.0, 0.0)] * (HUES - len(found))
    return Hues(tuple(angle for _, angle in found), tuple(weight for weight, _ in found))


def coloredness(lightness: float, a: float, b: float) -> float:
    """In [0, 1] of an OKLab color: how far from neutral an eye would call it.

    One color at a time: a palette has few, and arrays of six cost three times as much.
    """
    dark = min(max((DENIM_LIGHTNESS - lightness) / DENIM_LIGHTNESS, 0.0), 1.0)
    span = COLORED_CHROMA - NEUTRAL_CHROMA
    return min(max((math.hypot(a, b) - NEUTRAL_CHROMA) / span, 0.0), 1.0) * (1 - dark)
