"""Which color of one palette answers which color of another."""

from collections.abc import Sequence

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
    lab = _lab([*ours, *flat])
    differences = ciede2000(lab[: len(ours), np.newaxis], lab[np.newaxis, len(ours) :])
    found, end = [], 0
    for palette in theirs:
        start, end = end, end + len(palette)
        own = differences[:, start:end]
        nearest = own.argmin(axis=1).tolist() if palette else []
        found.append(
            tuple(
                SwatchPair(color, palette[place], round(float(row[place]), 1))
                for color, place, row in zip(ours, nearest, own, strict=False)
            )
        )
    return found


def _lab(colors: Sequence[str]) -> Doubles:
    """(count, 3), in one conversion for all."""
    digits = bytes.fromhex("".join(colors).replace("#", ""))
    return cielab(np.frombuffer(digits, np.uint8).reshape(-1, 3))
