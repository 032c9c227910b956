"""Collages: several pictures or products laid out on one plain ground, told by its gutters.

Where a mask is drawn around one product, the others are lost; straight gutters of the ground are
not.  Cutting a page along them is the recursive X-Y cut (Nagy and Seth, ICPR 1984).
"""

import numpy as np

from lookalike.domain.arrays import Booleans, Floats

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of the picture."""

GROUND = 0.05  # OKLab distance from the frame's color: beyond, something lies there
LEAST_FRAME = 0.95  # of the frame must be of one color
GUTTER = 0.03  # of the picture's longer side; narrower is a gap within a thing
LEAST_TILE = 0.12  # of the picture's side: at least this long, and
LEAST_BREADTH = 0.05  # this broad, or it is a shadow, a tag or a line of text
MOST_CRUMBS = 0.1  # of all boxes' area may be such; beyond, it is a page
CONTRAST = (
    0.06  # mean OKLab distance to the ground of what lies in a tile; white on white is a guess
)
LEAST_TILES, MOST_TILES = 3, 12  # two may be a pair: `components` looks at those
UNLIKE = 12.0  # how much larger the largest may be: a swatch beside a product is none
MOST_CUTS = 4  # rows of columns of rows: deeper is a page of text
"""By eye on drawn collages, and on packshots that are none."""


def tiles(lab: Floats) -> tuple[Box, ...]:
    """The boxes of three or more things on one ground; none where there are fewer.

    lab  (h, w, 3) OKLab of the picture
    """
    frame = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    ground = np.median(frame, axis=0)
    if (np.abs(frame - ground).max(axis=1) < GROUND).mean() < LEAST_FRAME:
        return ()
    away = np.abs(lab - ground).max(axis=2)
    ink = away > GROUND
    height, width = ink.shape
    found = _cut(ink, (0, 0), max(2, round(GUTTER * max(ink.shape))), MOST_CUTS)
    large = [
        (x, y, w, h)
        for x, y, w, h in found
        if max(w / width, h / height) >= LEAST_TILE and min(w / width, h / height) >= LEAST_BREADTH
    ]
    areas = [w * h for _, _, w, h in large]
    crumbs = sum(w * h for _, _, w, h in found) - sum(areas)
    if crumbs > MOST_CRUMBS * sum(areas) or max(areas, default=0) > UNLIKE * min(areas, default=1):
        return ()
    seen = [
        (x / width, y / height, w / width, h / height)
        for x, y, w, h in large
        if away[y : y + h, x : x + w][ink[y : y + h, x : x + w]].mean() >= CONTRAST
    ]
    return tuple(seen) if len(seen) >= LEAST_TILES and len(large) <= MOST_TILES else ()


def _cut(
    ink: Booleans, corner: tuple[int, int], gutter: int, cuts: int
) -> list[tuple[int, int, int, int]]:
    """x, y, width and height in pixels of what gutters part, trimmed to its ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return []
    x, y = corner
    top, left = int(rows[0]), int(columns[0])
    if cuts:
        for axis, filled in ((0, rows), (1, columns)):
            breaks = np.flatnonzero(np.diff(filled) > gutter)
            if len(breaks):
                starts = [int(filled[0]), *(int(filled[one + 1]) for one in breaks)]
                ends = [*(int(filled[one]) + 1 for one in breaks), int(filled[-1]) + 1]
                parts = []
                for start, end in zip(starts, ends, strict=True):
                    part = ink[start:end] if axis == 0 else ink[:, start:end]
                    place = (x, y + start) if axis == 0 else (x + start, y)
                    parts += _cut(part, place, gutter, cuts - 1)
                return parts
    return [(x + left, y + top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)]
