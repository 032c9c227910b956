"""Color harmony: which templates of the hue wheel two products form together.

After the harmonic templates of Cohen-Or, Sorkine, Gal, Leyvand and Xu, "Color harmonization",
SIGGRAPH 2006 (i, V, L, I, Y, X): two hues are as harmonious as the best template that their
angle fits, and what is neutral goes with everything.
"""

from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.ranking.hues import HUES
from lookalike.ranking.pieces import Piece, Pieces

TEMPLATES: tuple[tuple[str, float, float, float], ...] = (
    # name, angle between the hues, degrees at which it is half as good, how good at its best
    ("same hue", 0.0, 18.0, 1.0),
    ("analogous", 30.0, 18.0, 0.6),
    ("triadic", 120.0, 18.0, 0.45),
    ("split complementary", 150.0, 18.0, 0.55),
    ("complementary", 180.0, 15.0, 0.4),
)
"""The first two and 150 degrees follow what 40,000 pairs of 3,261 stylists' outfits do: hues 0 to
15 degrees apart are 2.1 times as frequent as by chance, 15 to 30 and 135 to 150 1.5 times.  Of the
others there are too few to tell (1.1 to 1.4 times), and opposite hues are rarer than by chance
(.8): they keep a place for the theory's sake.  `bench/looks_learning.py --hues` counts."""

NEUTRAL_HARMONY = 0.1
"""Of a neutral color beside anything: two neutrals are 1.03 times as frequent as by chance."""

CLASH = -0.25
"""Of two hues that no template holds: the theory's; the outfits do not show it."""

_STEP = 0.5  # degrees of the table below


@dataclass(frozen=True)
class Harmony:
    """Why two products go together in color; `value` can be computed from the rest.

    value      in [-1, 1]: sum over hue pairs of weight x weight x h(angle), and the rest of the
               weight, where at least one color is neutral, x NEUTRAL_HARMONY
    template   of the heaviest pair of hues; "neutral" where more than half is neutral
    angle      degrees between those two hues, None where one has no hue
    neutrals   the neutral part of each product
    hues       of each product: (angle, weight) pairs
    """

    value: float
    template: str
    angle: float | None
    neutrals: tuple[float, float]
    hues: tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]


def harmony(first: Pieces, second: Pieces) -> Doubles:
    """(n, m) in [-1, 1] of every pair."""
    ones, others = _steps(first.hue_angles), _steps(second.hue_angles)
    found = np.full((len(first), len(second)), NEUTRAL_HARMONY)
    for a in range(HUES):
        for b in range(HUES):
            gains = _GAINS[np.abs(ones[:, a, None] - others[None, :, b])]
            gains *= first.hue_weights[:, a, None]
            gains *= second.hue_weights[None, :, b]
            found += gains
    return found


def hue_harmony(angle: Doubles) -> Doubles:
    """(...,) how well two hues go together, in [CLASH, 1], by the degrees between them.

    The best template counts: CLASH + (strength - CLASH) 2^-((distance / half width)^2).
    """
    turn = np.abs((np.asarray(angle, dtype=np.float64) + 180) % 360 - 180)
    fits = [
        CLASH + (best - CLASH) * 2.0 ** -(((turn - at) / half) ** 2)
        for _, at, half, best in TEMPLATES
    ]
    return np.asarray(np.max(fits, axis=0))


def color_evidence(first: Piece, second: Piece) -> Harmony:
    """The harmony of one pair, with everything that it was computed from."""
    pairs = [
        (wa * wb, _turn(a, b))
        for a, wa in zip(first.hues.angles, first.hues.weights, strict=True)
        for b, wb in zip(second.hues.angles, second.hues.weights, strict=True)
    ]
    colored = sum(weight for weight, _ in pairs)
    value = (1 - colored) * NEUTRAL_HARMONY + sum(
        weight * float(hue_harmony(np.array(angle))) for weight, angle in pairs
    )
    weight, angle = max(pairs)
    neutral = (first.hues.neutral, second.hues.neutral)
    return Harmony(
        value=value,
        template="neutral" if max(neutral) > 0.5 else template_of(angle),
        angle=angle if weight > 0 else None,
        neutrals=neutral,
        hues=(_shown(first), _shown(second)),
    )


def template_of(angle: float) -> str:
    """The template that the degrees between two hues fit best; "clash" where none does."""
    fits = [
        (CLASH + (best - CLASH) * 2.0 ** -(((angle - at) / half) ** 2), name)
        for name, at, half, best in TEMPLATES
    ]
    best, name = max(fits)
    return name if best > 0 else "clash"


def _shown(piece: Piece) -> tuple[tuple[float, float], ...]:
    both = zip(piece.hues.angles, piece.hues.weights, strict=True)
    return tuple((angle, weight) for angle, weight in both if weight > 0)


def _turn(one: float, other: float) -> float:
    """Degrees between two hues, in half degrees as the table has them."""
    steps = abs(round(one / _STEP) - round(other / _STEP))
    return min(steps, round(360 / _STEP) - steps) * _STEP


def _steps(angles: Doubles) -> Integers:
    return np.rint(angles / _STEP).astype(np.int64)


_GAINS = hue_harmony(np.arange(0, 360 + _STEP, _STEP)) - NEUTRAL_HARMONY
