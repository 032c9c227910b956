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
    """Noise in [0, 1], evenly distributed, with about one blob per unit of u and v.

    u and v broadcast together; a row u and a column v are several times faster.
    """
    step = TILE / BLOBS
    shift = np.random.default_rng(seed).uniform(0, TILE, 2).astype(np.float32)
    left, right, across = _cells(u * np.float32(step) + shift[0])
    top, bottom, down = _cells(v * np.float32(step) + shift[1])
    tile = _tile()
    if u.shape[0] == 1 and v.shape[1] == 1:
        wide = tile[:, left[0]] * (1 - across) + tile[:, right[0]] * across
        return np.asarray(wide[top[:, 0]] * (1 - down) + wide[bottom[:, 0]] * down)
    flat = tile.ravel()
    upper, lower = top * TILE, bottom * TILE
    above = flat.take(upper + left) * (1 - across) + flat.take(upper + right) * across
    below = flat.take(lower + left) * (1 - across) + flat.take(lower + right) * across
    return np.asarray(above * (1 - down) + below * down)


def _cells(where: Field) -> tuple[NDArray[np.int32], NDArray[np.int32], Field]:
    """The samples before and after each place, and how far it is between them."""
    low = np.floor(where)
    before = low.astype(np.int32) % TILE
    return before, (before + 1) % TILE, where - low
