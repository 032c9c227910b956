"""The hues of a palette: what a product brings to a color harmony, and how much is neutral."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.color import oklab_of_swatches, rgb_from_hex

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
    lab = oklab_of_swatches(np.stack([rgb_from_hex(color) for color, _ in palette]))
    shares = np.array([share for _, share in palette], dtype=np.float64)
    weights = shares / max(float(shares.sum()), 1e-9) * coloredness(lab)
    angles = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    found: list[tuple[float, float]] = []
    left = weights.copy()
    while len(found) < HUES and left.max() > 0:
        lead = angles[int(left.argmax())]
        near = (np.abs((angles - lead + 180) % 360 - 180) <= SAME_HUE) & (left > 0)
        turn = np.radians(angles[near])
        mean = np.arctan2(left[near] @ np.sin(turn), left[near] @ np.cos(turn))
        found.append((float(left[near].sum()), float(np.degrees(mean) % 360)))
        left[near] = 0
    found.sort(key=lambda one: -one[0])
    found += [(0.0, 0.0)] * (HUES - len(found))
    return Hues(tuple(angle for _, angle in found), tuple(weight for weight, _ in found))


def coloredness(lab: Doubles) -> Doubles:
    """(n,) in [0, 1] of (n, 3) OKLab: how far from neutral an eye would call a color."""
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    dark = np.clip((DENIM_LIGHTNESS - lab[:, 0]) / DENIM_LIGHTNESS, 0, 1)
    span = COLORED_CHROMA - NEUTRAL_CHROMA
    return np.asarray(np.clip((chroma - NEUTRAL_CHROMA) / span, 0, 1) * (1 - dark))
