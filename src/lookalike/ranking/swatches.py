"""Which color of one palette answers which color of another."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.color import ciede2000, cielab
from lookalike.domain.results import SwatchPair

MOST_PAIRS = 3  # per recommendation; a fourth color of a palette is below 10% nearly always


def swatch_pairs(
    anchor: Sequence[str], products: Sequence[Sequence[str]]
) -> list[tuple[SwatchPair, ...]]:
    """For each product, the nearest of its colors to each main color of the anchor.

    anchor, products  palettes as hex colors, largest share first
    returns           per product at most MOST_PAIRS pairs, in the order of the anchor's colors

    All differences of one answer are computed in one go: it is a tenth of a question's time.
    """
    ours = anchor[:MOST_PAIRS]
    theirs = [palette[:MOST_PAIRS] for palette in products]
    flat = [color for palette in theirs for color in palette]
    if not ours or not flat:
        return [() for _ in theirs]
    differences = ciede2000(_lab(ours)[:, np.newaxis], _lab(flat)[np.newaxis]).round(1).tolist()
    bounds = pairwise(accumulate(map(len, theirs), initial=0))
    return [
        tuple(
            SwatchPair(color, flat[nearest], row[nearest])
            for color, row in zip(ours, differences, strict=True)
            for nearest in (min(range(start, end), key=row.__getitem__),)
        )
        if start < end
        else ()
        for start, end in bounds
    ]


def _lab(colors: Sequence[str]) -> Doubles:
    """(count, 3), in one conversion for all."""
    digits = bytes.fromhex("".join(color[1:] for color in colors))
    return cielab(np.frombuffer(digits, np.uint8).reshape(-1, 3))
