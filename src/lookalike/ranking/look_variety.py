"""Variety of a whole look: what pair scores alone hardly mind, and an eye does.

Pair scores like what matches, so the best pairs of all make a look of one red or of five prints.
Two pieces may repeat a color of what the look is made around; a third of that color is a uniform.
"""

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles
from lookalike.ranking.pieces import Pieces

SAME_COLOR = 0.9
"""What two pieces of one strong color lose beside one another; what the look starts from may be
repeated for nothing.  Above what their equal palettes gain; by eye on contact sheets."""

SAME_HUE_DEG = 40.0  # hues this far apart are two colors; by eye
TWO_PRINTS = 0.35  # what two patterned pieces lose; by eye
OTHER_DRESS, FREE_GAP, WIDE_GAP = 0.4, 0.2, 0.5
"""What two pieces lose that are dressed up differently: nothing up to a formality FREE_GAP apart,
all from WIDE_GAP on; by eye: a shirt goes with jeans, not with running shorts."""
BUSY_SPREAD = 0.16
"""OKLab spread of the colors from which an unnamed pattern counts as one: three of four such pieces
of a fashion retailer are above, three of four plain ones below."""
PLAIN_SPREAD, LOUD_SPREAD = 0.17, 0.27
"""A piece called plain whose colors lie so far apart is none: nine of ten plain ones are below the
first, a zebra or a snake's skin is near the second."""
UNNAMED = 0.8  # how much a pattern counts that no word names


def busy(pieces: Pieces, spread: Doubles) -> Doubles:
    """(n,) in [0, 1]: how patterned each piece is.

    spread  (n,) how far its colors lie apart, in OKLab
    """
    words = [one.words.get("pattern") for one in pieces.of]
    unnamed = np.where(spread >= BUSY_SPREAD, UNNAMED, 0.0)
    plain = UNNAMED * np.clip((spread - PLAIN_SPREAD) / (LOUD_SPREAD - PLAIN_SPREAD), 0, 1)
    named = np.where([word == "solid" for word in words], plain, 1.0)
    return np.where([word in (None, "unknown") for word in words], unnamed, named)


def same_color(first: Pieces, second: Pieces) -> Doubles:
    """(n, m) in [0, 1]: how much of two pieces is of one strong color; neutrals are of none."""
    found = np.zeros((len(first), len(second)))
    for a in range(first.hue_angles.shape[1]):
        for b in range(second.hue_angles.shape[1]):
            turn = np.abs(first.hue_angles[:, a, None] - second.hue_angles[None, :, b]) % 360
            near = np.clip(1 - np.minimum(turn, 360 - turn) / SAME_HUE_DEG, 0, 1)
            found += first.hue_weights[:, a, None] * second.hue_weights[None, :, b] * near
    return np.minimum(found, 1.0)


def clashes(first: Pieces, second: Pieces, one: Doubles, other: Doubles) -> Doubles:
    """(n, m) what two prints, and two degrees of dress, cost a look; >= 0.

    one, other  (n,) and (m,) of `busy`
    """
    prints = TWO_PRINTS * one[:, None] * other[None, :]
    gap = np.abs(first.formality[:, None] - second.formality[None, :]) - FREE_GAP
    dress = OTHER_DRESS * np.clip(np.nan_to_num(gap, nan=0.0) / (WIDE_GAP - FREE_GAP), 0, 1)
    return np.asarray(prints + dress)


def monotony(pieces: Pieces, patterned: Doubles, given: Booleans) -> Doubles:
    """(n, n) what every pair costs a look, >= 0 and symmetric.

    patterned  (n,) of `busy`
    given      (n,) the pieces that the look starts from; their color may be repeated
    """
    free = ~(given[:, None] | given[None, :])
    colors = SAME_COLOR * same_color(pieces, pieces) * free
    return np.asarray(colors + clashes(pieces, pieces, patterned, patterned))
