"""Shape: what the silhouette of the foreground looks like, wherever and however large it is."""

from functools import lru_cache

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats

PROFILE = 12  # horizontal slices of the bounding box
SILHOUETTE_SIZE = 2 * PROFILE + 4 + 4 + 1
"""Widths and gaps of every slice, four bins of aspect, four of fill, one for "no shape"."""

ASPECTS = np.array([-1.2, -0.4, 0.4, 1.2])  # log height / width: very wide to very tall
FILLS = np.array([0.25, 0.45, 0.65, 0.85])  # share of the bounding box
ASPECT_REACH, FILL_REACH = 0.6, 0.15  # standard deviation around those; about their spacing
PARTS = (1.0, 0.8, 0.9, 0.5)  # weight of widths, gaps, aspect, fill; grid on even ids
INSIDE = 0.5  # a pixel of this weight belongs to the silhouette


def silhouette(weights: Floats) -> Floats:
    """Describe the outline of (h, w) foreground weights: (SILHOUETTE_SIZE,) float32, unit length.

    Twelve slices of the bounding box, top to bottom, say how much of it the product fills and
    how much is open between its parts (trouser legs, a handle); four bins each say how tall
    and how full it is.  Mirroring, moving and scaling change nothing but rounding.
    All parts are >= 0, so the similarity of two silhouettes lies in [0, 1].
    A picture without foreground points at a value of its own and is alike only to its kind.
    """
    inside = weights > INSIDE
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    row = np.zeros(SILHOUETTE_SIZE)
    if len(rows) == 0:
        row[-1] = 1
        return row.astype(np.float32)
    box = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = box.shape
    filled = box.mean(axis=1)
    span = _span(box) / width
    aspect = _bins(np.log(height / width), ASPECTS, ASPECT_REACH)
    fill = _bins(float(box.mean()), FILLS, FILL_REACH)
    parts = (_unit(_slices(filled)), _slices(span - filled), aspect, fill)
    row[:-1] = np.concatenate([weight * part for weight, part in zip(PARTS, parts, strict=True)])
    return np.asarray(_unit(row), dtype=np.float32)


def _span(box: Booleans) -> Doubles:
    """(height,) pixels from the first to the last inside, by row."""
    first = box.argmax(axis=1)
    last = box.shape[1] - box[:, ::-1].argmax(axis=1)
    return np.where(box.any(axis=1), last - first, 0).astype(np.float64)


def _slices(profile: Doubles) -> Doubles:
    """(PROFILE,) means over equal slices, exact for any height."""
    return np.asarray(_slicing(len(profile)) @ profile)


@lru_cache(maxsize=256)
def _slicing(count: int) -> Doubles:
    """(PROFILE, count) how much each of `count` rows is worth in every slice; rows sum to 1."""
    edges = np.linspace(0, count, PROFILE + 1)
    upto = np.clip(edges[:, None] - np.arange(count), 0, 1)
    return np.asarray(np.diff(upto, axis=0) * PROFILE / count)


def _bins(value: float, centers: Doubles, reach: float) -> Doubles:
    """Square root of soft bins: close values share mass, far ones do not."""
    gaps = (min(max(value, centers[0]), centers[-1]) - centers) / reach
    near = np.exp(-(gaps**2) / 2)
    return np.asarray(np.sqrt(near / near.sum()))


def _unit(values: Doubles) -> Doubles:
    return np.asarray(values / max(float(np.linalg.norm(values)), 1e-12))
