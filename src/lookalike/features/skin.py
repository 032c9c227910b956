"""Skin and hair of the person who wears the product count little toward its color."""

from functools import cache

import numpy as np
from scipy import ndimage

from lookalike.domain.arrays import Booleans, Floats, Integers
from lookalike.domain.color import oklab_table

DAMPED = 0.1  # weight left to a skin or hair pixel
# OKLab polar box of human skin in photographs, light to dark; by eye on on-model shots.
LIGHTNESS = (0.35, 0.93)
CHROMA = (0.025, 0.14)
HUE = (0.40, 1.35)  # radians
MOST_SKIN = 0.5  # of the figure; beyond, the product itself is of that color
LEAST_FACE, MOST_FACE = 0.008, 0.15  # of the figure
FACE_ZONE = 0.3  # of the figure's height, from its top
HAIR_LIGHTNESS = 0.45
TALL = 1.15  # height to width of a figure that could be a person


def without_skin(cells: Integers, lab: Floats, weights: Floats) -> Floats:
    """The weights with skin and hair damped, where the picture shows a person.

    cells    (h, w) rows of `oklab_table`;  lab  (h, w, 3) what stands there
    weights  (h, w) in [0, 1]
    A person is a tall figure with a face: a compact skin-colored patch in the middle of its
    top, while most of the figure is not skin-colored.  A beige dress alone has no such patch,
    and a tan bag is skin-colored all over; both keep their weights.
    """
    inside = weights > 0.5
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if len(rows) == 0:
        return weights
    top, left = rows[0], columns[0]
    height, width = rows[-1] - top + 1, columns[-1] - left + 1
    skin = _skin_colored()[cells] & inside
    area = int(inside.sum())
    if height < TALL * width or not LEAST_FACE * area < skin.sum() < MOST_SKIN * area:
        return weights

    face = _face(skin, area=area, box=(top, left, height, width))
    if not face.any():
        return weights
    damped = np.where(skin, DAMPED, 1.0)
    face_bottom = int(np.flatnonzero(face.any(axis=1))[-1])
    hair = (lab[..., 0] < HAIR_LIGHTNESS) & inside
    hair[face_bottom + 1 :] = False
    return np.asarray(weights * np.where(hair, DAMPED, damped), dtype=np.float32)


@cache
def _skin_colored() -> Booleans:
    """(32768,) of every row of `oklab_table`."""
    lab = oklab_table()
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    return np.asarray(
        (lab[..., 0] > LIGHTNESS[0])
        & (lab[..., 0] < LIGHTNESS[1])
        & (chroma > CHROMA[0])
        & (chroma < CHROMA[1])
        & (hue > HUE[0])
        & (hue < HUE[1])
    )


def _face(skin: Booleans, *, area: int, box: tuple[int, int, int, int]) -> Booleans:
    """The largest skin patch that starts in the face zone, if it has a face's size and place."""
    top, left, height, width = box
    labels, count = ndimage.label(skin)
    if not count:
        return skin
    zone = labels[top : top + max(1, round(FACE_ZONE * height))]
    sizes = np.bincount(zone.ravel(), minlength=count + 1)
    sizes[0] = 0
    best = int(sizes.argmax())
    patch = np.zeros_like(skin)
    patch[top : top + len(zone)] = zone == best
    across = np.flatnonzero(patch.any(axis=0))
    if not LEAST_FACE * area < sizes[best] < MOST_FACE * area:
        return np.zeros_like(skin)
    middle = (across.mean() - left) / width
    return patch if 0.25 < middle < 0.75 else np.zeros_like(skin)
