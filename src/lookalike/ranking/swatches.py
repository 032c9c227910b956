"""Which color of one palette answers which color of another."""

from collections.abc import Sequence

import numpy as np

from lookalike.domain.arrays import Pixels
from lookalike.domain.color import delta_e
from lookalike.domain.results import SwatchPair

MOST_PAIRS = 3  # per recommendation; a fourth color of a palette is below 10% nearly always


def swatch_pairs(
    anchor: Sequence[str], products: Sequence[Sequence[str]]
) -> list[tuple[SwatchPair, ...]]:
    """For each product, the nearest of its colors to each main color of the anchor.

    anchor, products  palettes as hex colors, largest share first
    returns           per product at most MOST_PAIRS pairs, in the order of the anchor's colors

    All differences of one answer are computed in one call.
    """
    ours = list(anchor[:MOST_PAIRS])
    theirs = [list(palette[:MOST_PAIRS]) for palette in products]
    left = [color for palette in theirs for color in ours for _ in palette]
    right = [other for palette in theirs for _ in ours for other in palette]
    differences = delta_e(_pixels(left), _pixels(right)) if left else np.zeros(0)
    answer, start = [], 0
    for palette in theirs:
        size = len(ours) * len(palette)
        table = differences[start : start + size].reshape(len(ours), len(palette))
        start += size
        pairs = []
        for number, color in enumerate(ours):
            if palette:
                nearest = int(np.argmin(table[number]))
                difference = round(float(table[number, nearest]), 1)
                pairs.append(SwatchPair(color, palette[nearest], difference))
        answer.append(tuple(pairs))
    return answer


def _pixels(colors: Sequence[str]) -> Pixels:
    """(count, 3) uint8, at a hundredth of the cost of one conversion each."""
    return np.frombuffer(bytes.fromhex("".join(color[1:] for color in colors)), np.uint8).reshape(
        -1, 3
    )
