"""Whether two files show the same picture: saved again, resized, or trimmed at the edges."""

import numpy as np
from PIL import Image

from lookalike.domain.arrays import Floats, Pixels
from lookalike.features.image import ImageLimits, decode

GRID = 32
TRIMS = (0.02, 0.04)  # of each side: what a shop's crop to the product's edge takes off
BLOCK = 4  # grid cells a side: an eighth of the picture, about the size of a label or a swatch
SAME_PICTURE = 10.0
"""Largest difference of levels (of 255) at which two pictures are one.  Copies of 40 packshots,
saved at quality 60, halved or trimmed by 2 or 4 %, stay below 6.6 in 95 of 100; of 40 drawn photos
of 224 px, trimmed and saved at quality 70, all below 9.5.  Most shades of one lipstick differ by 11
and more; by eye.  Pictures under 100 pixels a side lose more, and some copies are missed."""


def picture_difference(first: bytes, second: bytes, *, limits: ImageLimits) -> float:
    """How much two pictures differ where they differ most: sRGB levels, in [0, 255].

    The mean over a block of a coarse grid, in the worst block; the least of five: as they are,
    and with either trimmed at its edges by one of TRIMS.
    Raises ImageProblem for an unusable picture.
    """
    one, other = (
        decode(data, limits=limits, target_px=8 * GRID).pixels for data in (first, second)
    )
    whole, its = _grid(one, 0), _grid(other, 0)
    found = [_worst(whole, its)]
    for trim in TRIMS:
        found.append(_worst(_grid(one, trim), its))
        found.append(_worst(whole, _grid(other, trim)))
    return min(found)


def _grid(pixels: Pixels, trim: float) -> Floats:
    rows, columns = pixels.shape[:2]
    box = (trim * columns, trim * rows, (1 - trim) * columns, (1 - trim) * rows)
    small = Image.fromarray(pixels).resize((GRID, GRID), Image.Resampling.BOX, box=box)
    return np.asarray(small, dtype=np.float32)


def _worst(one: Floats, other: Floats) -> float:
    count = GRID // BLOCK
    blocks = np.abs(one - other).mean(axis=2).reshape(count, BLOCK, count, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())
