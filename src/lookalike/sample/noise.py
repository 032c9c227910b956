"""Smooth periodic noise, made once and sampled wherever a texture needs chance."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, special

Field = NDArray[np.float32]

TILE = 256  # side of the stored tile in samples
BLOBS = 16  # blobs across one tile


@lru_cache(maxsize=1)
def _tile() -> Field:
    rough = np.random.default_rng(20240).standard_normal((TILE, TILE))
    calm = ndimage.gaussian_filter(rough, TILE / BLOBS / 3.2, mode="wrap")
    even = special.ndtr(calm / calm.std())
    return np.asarray(even, dtype=np.float32)


def noise(u: Field, v: Field, seed: int) -> Field:
    """Noise in [0, 1], evenly distributed, with about one blob per unit of u and v."""
    step = TILE / BLOBS
    shift = np.random.default_rng(seed).uniform(0, TILE, 2)
    where = np.stack(np.broadcast_arrays(u * step + shift[0], v * step + shift[1]))
    low = np.floor(where)
    part = where - low
    left, top = low.astype(np.int32) % TILE
    right, bottom = (left + 1) % TILE, (top + 1) % TILE
    tile, across, down = _tile(), part[0], part[1]
    upper = tile[top, left] * (1 - across) + tile[top, right] * across
    lower = tile[bottom, left] * (1 - across) + tile[bottom, right] * across
    return np.asarray(upper * (1 - down) + lower * down, dtype=np.float32)
