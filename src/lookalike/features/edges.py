"""Edges: where the lines of a product run, whatever its color.

Two colors of one design have the same seams, collars and prints in the same places.  This is
too large and too dependent on the pose for the feature row, so it is measured when asked for.
"""

import numpy as np
from scipy import ndimage

from lookalike.domain.arrays import Floats
from lookalike.features.image import ImageLimits, decode
from lookalike.features.image_fit import thumbnail

SIDE_PX, CELLS, DIRECTIONS = 128, 16, 8
EDGES_SIZE = CELLS * CELLS * DIRECTIONS
QUIET = 0.02  # of the strongest cell: fainter lines are noise; a guess, not measured


def edges(data: bytes, *, limits: ImageLimits) -> Floats:
    """Describe the lines of a photo: (EDGES_SIZE,) float32 of unit length, all parts >= 0.

    Histograms of gradient directions in 16 x 16 cells, each relative to its surroundings (Dalal
    and Triggs, CVPR 2005, section 6).  Directions have no sign, as a dark cloth on white and a
    light one on dark have the same lines.  A flat photo gives zeros.
    Raises ImageProblem for an unusable photo.
    """
    small, _ = thumbnail(decode(data, limits=limits, target_px=2 * SIDE_PX), SIDE_PX)
    rows, columns = small.shape[:2]
    light = np.sqrt(small.astype(np.float32).mean(axis=2))
    top, left = (SIDE_PX - rows) // 2, (SIDE_PX - columns) // 2
    around = ((top, SIDE_PX - rows - top), (left, SIDE_PX - columns - left))
    down, across = np.gradient(np.pad(light, around, mode="edge"))
    return _described(np.hypot(across, down), np.arctan2(down, across))


def _described(strength: Floats, angle: Floats) -> Floats:
    place = (angle % np.pi) / np.pi * DIRECTIONS
    low = np.floor(place).astype(np.int64) % DIRECTIONS
    part = place - np.floor(place)
    cell = np.arange(SIDE_PX) // (SIDE_PX // CELLS)
    first = (cell[:, None] * CELLS + cell) * DIRECTIONS
    counts = np.zeros(EDGES_SIZE)
    for direction, weight in ((low, 1 - part), ((low + 1) % DIRECTIONS, part)):
        counts += np.bincount(
            (first + direction).ravel(), weights=(strength * weight).ravel(), minlength=EDGES_SIZE
        )
    cells = counts.reshape(CELLS, CELLS, DIRECTIONS)
    energy = np.square(cells).sum(axis=2)
    near = np.sqrt(np.maximum(ndimage.uniform_filter(energy, 3), 0))
    relative = np.sqrt(cells / (near + QUIET * np.sqrt(energy.max()) + 1e-12)[..., None])
    length = float(np.linalg.norm(relative))
    return np.asarray(relative.ravel() / max(length, 1e-12), dtype=np.float32)
