"""Light on a part: relief from its silhouette and folds, lit from the upper left."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from lookalike.sample.materials import Finish
from lookalike.sample.noise import Field, noise
from lookalike.sample.parts import Part

# Direction to the light: left, up, toward the viewer.  Chosen by eye.
LIGHT = np.array([-0.42, -0.58, 0.70]) / np.linalg.norm([-0.42, -0.58, 0.70])
HALFWAY = (LIGHT + np.array([0.0, 0.0, 1.0])) / np.linalg.norm(LIGHT + np.array([0.0, 0.0, 1.0]))
DARKEST, BRIGHTEST = 0.45, 1.32
ROUNDNESS = 0.5  # depth of turned bodies against a true half circle
COARSE_SIDE = 56  # relief is computed on about this many cells a side, then enlarged


@dataclass(frozen=True)
class Lit:
    """Light at every pixel: a factor on the color and white to add; each (h, w)."""

    factor: Field
    highlight: Field


def lit(coverage: Field, part: Part, finish: Finish, *, scale: float, fold_scale: float) -> Lit:
    """Light on the part whose coverage is given.

    coverage    (h, w) in [0, 1]
    scale       pixels per drawing unit
    fold_scale  folds across one pixel
    """
    height, width = coverage.shape
    coarse = max(1, min(8, round(max(height, width) / COARSE_SIDE)))
    small = np.pad(coverage[coarse // 2 :: coarse, coarse // 2 :: coarse], 2)
    if part.turned:
        relief = _turned(small)
    else:
        relief = _inflated(small, max(part.puff * scale / coarse, 1e-3))
    if part.folds:
        waves = _folds(small.shape, fold_scale * coarse, part.surface.seed)
        relief = relief + part.folds * finish.folds * waves
    down, across = np.gradient(relief)
    steep = np.sqrt(1 + across**2 + down**2)
    facing = (-across * LIGHT[0] - down * LIGHT[1] + LIGHT[2]) / steep
    factor = 1 + finish.contrast * (facing / LIGHT[2] - 1)
    edge = 1 - 1 / steep
    factor += finish.rim * edge
    if finish.mirror:
        factor += finish.mirror * 0.45 * np.sin(4.2 * across / steep - 2.6 * down / steep + 0.35)
    toward = (-across * HALFWAY[0] - down * HALFWAY[1] + HALFWAY[2]) / steep
    shine = finish.specular * np.clip(toward, 0, 1) ** (finish.gloss * 4)
    # A flat surface facing the viewer keeps its color, so the highlight starts above that.
    flat = finish.specular * HALFWAY[2] ** (finish.gloss * 4)
    return Lit(
        _enlarged(np.clip(factor, DARKEST, BRIGHTEST), coarse, height, width),
        _enlarged(np.clip(shine - flat, 0, 1), coarse, height, width),
    )


def _inflated(small: Field, reach: float) -> Field:
    """A cushion-like height over the silhouette: a quarter circle from the edge inward."""
    inside = ndimage.distance_transform_edt(small > 0.5)
    toward = np.clip(inside / reach, 0, 1)
    height = 0.55 * reach * np.sqrt(np.clip(1 - (1 - toward) ** 2, 0, 1))
    return np.asarray(ndimage.gaussian_filter(height, 0.9), dtype=np.float32)


def _turned(small: Field) -> Field:
    """The height of a round body: in each row a half circle from side to side."""
    solid = small > 0.5
    columns = np.arange(small.shape[1])
    left = np.where(solid.any(axis=1), solid.argmax(axis=1), 0)[:, None]
    right = np.where(solid.any(axis=1), columns[-1] - solid[:, ::-1].argmax(axis=1), 1)[:, None]
    half = np.maximum((right - left + 1) / 2, 1)
    aside = np.clip(np.abs(columns - (left + right) / 2) / half, 0, 0.97)
    height = ROUNDNESS * half * np.sqrt(1 - aside**2) * solid
    # Rows of different width must not read as steps, so only the slope across is kept.
    typical = np.median(half[solid.any(axis=1)]) if solid.any() else 1.0
    return np.asarray(
        ndimage.gaussian_filter(height / half * typical, (0.5, 0.9)), dtype=np.float32
    )


def _folds(shape: tuple[int, int], scale: float, seed: int) -> Field:
    """Draped folds, mostly downward, in coarse cells of height."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32) * np.float32(scale)
    long = noise(columns * 2.2 + rows * 0.5, rows * 0.7, seed)
    short = noise(columns * 3.6 - rows * 0.9, rows * 1.6, seed + 1)
    return np.asarray((0.22 * long + 0.10 * short) / scale * 0.5, dtype=np.float32)


def _enlarged(small: Field, factor: int, height: int, width: int) -> Field:
    """The padded coarse field at full size, linear between cells."""
    small = small.astype(np.float32)
    for axis, size in ((0, height), (1, width)):
        at = (np.arange(size, dtype=np.float32) - factor // 2) / factor + 2
        low = np.clip(np.floor(at).astype(np.int32), 0, small.shape[axis] - 2)
        share = (at - low).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        below, above = np.take(small, low, axis), np.take(small, low + 1, axis)
        small = below * (1 - share) + above * share
    return small
