"""Texture: numbers about a cloth that tell stripes, checks, dots and prints apart."""

from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers, Pixels
from lookalike.features.image_fit import part_resized

STATISTICS = (
    "line_order",  # 1 where all edges run one way (stripes)
    "cross_order",  # 1 where all edges run two ways at right angles (checks)
    "block_coherence",  # 1 where the edges of the median block run one way
    "agreement",  # 1 where those ways agree between blocks
    "marks",  # half the log of the count of marks
    "mark_size",  # a third of the log of the median area of a mark
    "largest_mark",  # share of the marked area in the largest
    "mark_spread",  # extent of the marked places over that of the cloth
    "second_spread",  # extent of what is not of the main color over that of the cloth
    "second_offset",  # distance of its middle from the cloth's
    "usual_detail",  # log of the spread of lightness within the median block
    "busy_detail",  # within the busiest quarter of blocks
    "usual_tint",  # log of the spread of tint within the median block
    "busy_tint",  # within the busiest quarter
    "tint_share",  # of all differences, those in tint: folds change lightness alone
    "colors",  # a third of the entropy of the colors in bits
)
"""What `texture` measures, in order; all are near [-2, 2] or a small multiple of it."""

LEAST_SIDE_PX = 60  # a smaller product is cut out of the larger picture ...
SIDE_PX = 80  # ... and brought to this
SHADING_PX = 15  # what changes slower is shading or a fold; by eye
BLOCK_PX = 10
EDGE_PX = 2  # left out along the outline
LEAST_PIXELS = 80  # of cloth; a stripe and a check look alike on less
FAR_COLOR = 0.16  # RGB distance from the main color that is another color; by eye
MARK_LEVEL = 0.9  # standard deviations from the local mean that belong to a mark; by eye
LEAST_MARK_PX = 3
SURELY_INSIDE = 0.6  # of the foreground's weight
LEAST_BLOCKS = 2
WHOLE_BLOCK = 0.85  # of a block's pixels are cloth, or it does not count
FAINT = 0.004  # of full lightness: below that a spread is noise of the JPEG
LEVELS = 6  # a color's cell is one of 6 x 6 x 6


def texture(pixels: Pixels, weights: Floats, *, large: Pixels) -> Floats | None:
    """(len(STATISTICS),) of the cloth, or None where too little of it is seen.

    pixels   (h, w, 3)
    weights  (h, w) in [0, 1], its foreground
    large    (h', w', 3) of the same picture, read where the product fills little of it
    Measured on the part inside the outline; lightness is the color axis along which neighbors
    differ most.
    """
    cloth = _cloth(pixels, weights, large)
    if cloth is None:
        return None
    inside = cloth.inside
    color = cloth.pixels.transpose(2, 0, 1).astype(np.float32) * np.float32(1 / 255)
    light, slopes = _contrast(color, inside)
    marked = _marked(light, inside)
    cells = _cells(cloth)
    masks = np.stack([inside, marked, _other_color(color, inside, cells)])
    whole, marks, second = _places(masks)
    away = np.hypot(second.row - whole.row, second.column - whole.column) if second.extent else 0
    sums = _block_sums(color, light, slopes, inside)
    found = [
        *_orders(sums),
        *_marks(marked),
        marks.extent / whole.extent,
        second.extent / whole.extent,
        away / whole.extent,
        *_spreads(sums),
        _entropy(cells.counts),
    ]
    return np.asarray(found, dtype=np.float32)


class _Cloth(NamedTuple):
    """pixels (h, w, 3) of the foreground's box and 1 inside its outline, (h, w), else 0."""

    pixels: Pixels
    inside: Floats


def _cloth(pixels: Pixels, weights: Floats, large: Pixels) -> _Cloth | None:
    solid = weights > 0.5
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if len(rows) == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    high, wide = bottom - top, right - left
    if max(high, wide) >= LEAST_SIDE_PX:
        part = pixels[top:bottom, left:right]
        outline = weights[top:bottom, left:right] > SURELY_INSIDE
    else:
        scale = SIDE_PX / max(high, wide)
        size = max(8, round(wide * scale)), max(8, round(high * scale))
        cut = part_resized(weights[top:bottom, left:right], (0, 0, wide, high), size)
        outline = cut > SURELY_INSIDE
        found = _same_place(large, weights, slice(top, bottom), slice(left, right))
        part = part_resized(found, (0, 0, found.shape[1], found.shape[0]), size).astype(np.uint8)
    inside = _eroded(outline)
    if np.count_nonzero(inside) < LEAST_PIXELS:
        return None
    edge = slice(EDGE_PX, -EDGE_PX)
    return _Cloth(part[edge, edge], inside.astype(np.float32))


def _same_place(large: Pixels, weights: Floats, rows: slice, columns: slice) -> Pixels:
    """The part of a larger picture that those rows and columns of the weights show."""
    down, across = large.shape[0] / weights.shape[0], large.shape[1] / weights.shape[1]
    return large[
        int(rows.start * down) : ceil(rows.stop * down),
        int(columns.start * across) : ceil(columns.stop * across),
    ]


def _eroded(outline: Booleans) -> Booleans:
    """Smaller by EDGE_PX on every side, without what is as near to the outside."""
    for _ in range(EDGE_PX):
        beside = outline[1:-1, :-2] & outline[1:-1, 2:]
        outline = outline[1:-1, 1:-1] & outline[:-2, 1:-1] & outline[2:, 1:-1] & beside
    return outline


def _contrast(color: Floats, inside: Floats) -> tuple[Floats, Floats]:
    """(h, w) colors along the axis on which neighbors differ most; (2, h, w) slopes inside."""
    steps = np.zeros((3, 2, *inside.shape), np.float32)
    np.subtract(color[:, :, 2:], color[:, :, :-2], out=steps[:, 0, :, 1:-1])
    np.subtract(color[:, 2:], color[:, :-2], out=steps[:, 1, 1:-1])
    steps *= inside
    red, green, blue = flat = steps.reshape(3, -1)
    rg, rb, gb = red @ green, red @ blue, green @ blue  # faster than `flat @ flat.T`
    moments = np.array([[red @ red, rg, rb], [rg, green @ green, gb], [rb, gb, blue @ blue]])
    axis = np.linalg.eigh(moments)[1][:, -1]
    axis = axis if axis.sum() >= 0 else -axis
    light = (axis @ color.reshape(3, -1)).reshape(inside.shape)
    return light, (axis @ flat).reshape(steps.shape[1:])


def _marked(light: Floats, inside: Floats) -> Floats:
    """1 on the rarer of what is clearly brighter and clearly darker than the cloth around it."""
    both = np.stack([light * inside, inside])
    near = _windows(len(inside)) @ both @ _windows(inside.shape[1])
    detail = both[0] - near[0] / np.maximum(near[1], np.float32(1e-3)) * inside
    square = detail * detail
    spread = float(np.sqrt(square.sum() / inside.sum())) + 1e-4
    sign = 1 if float(np.vdot(square, detail)) > 0 else -1
    return np.asarray(detail * np.float32(sign / spread) > MARK_LEVEL, dtype=np.float32)


@lru_cache(maxsize=256)
def _windows(side: int) -> Floats:
    """(side, side) symmetric: 1 where two places are within half of SHADING_PX."""
    place = np.arange(side)
    near = np.abs(place[:, None] - place) <= SHADING_PX // 2
    return np.asarray(near, dtype=np.float32)


def _marks(marked: Floats) -> list[float]:
    labels, count = ndimage.label(marked)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    areas = areas[areas >= LEAST_MARK_PX]
    if len(areas) == 0:
        return [0.0] * 3
    middle = np.log(_quantile(areas, 0.5))
    return [np.log1p(len(areas)) / 2, middle / 3, areas.max() / areas.sum()]


class _Place(NamedTuple):
    """Middle, and root mean square distance from it; all 0 for no place."""

    row: float
    column: float
    extent: float


def _places(masks: Floats) -> list[_Place]:
    """Of (n, h, w) masks of 0 and 1, by their moments."""
    moments = (_powers(masks.shape[1]).T @ masks @ _powers(masks.shape[2])).astype(np.float64)
    found = []
    for one in moments:
        if one[0, 0] < 2:
            found.append(_Place(0.0, 0.0, 0.0))
            continue
        row, column = one[1, 0] / one[0, 0], one[0, 1] / one[0, 0]
        variance = (one[2, 0] + one[0, 2]) / one[0, 0] - row * row - column * column
        found.append(_Place(row, column, float(np.sqrt(max(variance, 0))) + 1e-6))
    return found


@lru_cache(maxsize=256)
def _powers(side: int) -> Floats:
    """(side, 3): 1, x and its square, with x from the middle in units of SIDE_PX."""
    place = (np.arange(side) - side / 2) / SIDE_PX
    return np.stack([np.ones(side), place, place * place], axis=1).astype(np.float32)


class _Cells(NamedTuple):
    numbers: Integers
    counts: Doubles


def _cells(cloth: _Cloth) -> _Cells:
    """(h, w) the cell of each color in a cube of 6 x 6 x 6; (216,) how many are inside."""
    level = cloth.pixels // np.uint8(256 // LEVELS + 1)
    numbers = level[..., 0] * np.uint8(LEVELS**2) + level[..., 1] * np.uint8(LEVELS) + level[..., 2]
    counts = np.bincount(numbers.ravel(), weights=cloth.inside.ravel(), minlength=LEVELS**3)
    return _Cells(numbers, counts.astype(np.float64))


def _other_color(color: Floats, inside: Floats, cells: _Cells) -> Floats:
    """1 inside where the color is far from the mean of the fullest cell."""
    main = (cells.numbers == int(cells.counts.argmax())) * inside
    mean = color.reshape(3, -1) @ main.ravel() / main.sum()
    red, green, blue = (np.square(color[one] - mean[one]) for one in range(3))
    other: Floats = (red + green + blue > np.float32(FAR_COLOR**2)) * inside
    return other


def _entropy(counts: Doubles) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share @ np.log2(share))) / 3


class _Sums(NamedTuple):
    """(..., blocks) over the cloth of every block."""

    pixels: Doubles
    light: Doubles
    light_squared: Doubles
    tint: Doubles  # (2, blocks)
    tint_squared: Doubles
    doubled: Doubles  # (2, blocks) slopes turned to twice their angle
    steepness: Doubles
    fourfold: Doubles  # (2, blocks)


def _block_sums(color: Floats, light: Floats, slopes: Floats, inside: Floats) -> _Sums:
    """Sums over squares of BLOCK_PX, as two products with matrices of 0 and 1."""
    red, green, blue = color
    planes = np.empty((11, *inside.shape), np.float32)
    planes[0], planes[1] = 1, light
    np.square(light, out=planes[2])
    np.subtract(red, green, out=planes[3])
    np.subtract(blue, (red + green) * np.float32(0.5), out=planes[4])
    np.add(np.square(planes[3]), np.square(planes[4]), out=planes[5])
    planes[:6] *= inside
    across, down = slopes
    squared = np.square(slopes)
    np.subtract(squared[0], squared[1], out=planes[6])
    np.multiply(across, down * np.float32(2), out=planes[7])
    np.add(squared[0], squared[1], out=planes[8])
    sine = planes[7] / (planes[8] + np.float32(1e-9))
    np.subtract(planes[8], planes[7] * sine * np.float32(2), out=planes[9])
    np.multiply(planes[6] * sine, np.float32(2), out=planes[10])
    sums = _blocks(inside.shape[0]).T @ planes @ _blocks(inside.shape[1])
    flat = sums.reshape(len(planes), -1).astype(np.float64)
    return _Sums(
        pixels=flat[0],
        light=flat[1],
        light_squared=flat[2],
        tint=flat[3:5],
        tint_squared=flat[5],
        doubled=flat[6:8],
        steepness=flat[8],
        fourfold=flat[9:],
    )


def _orders(sums: _Sums) -> list[float]:
    steep = sums.steepness.sum() + 1e-6
    length = np.hypot(*sums.doubled)
    coherent = length / (sums.steepness + 1e-6 * BLOCK_PX**2)
    kept = sums.pixels > WHOLE_BLOCK * BLOCK_PX**2
    if np.count_nonzero(kept) < LEAST_BLOCKS:
        inner = [0.0, 0.0]
    else:
        turned = (sums.doubled * (coherent / (length + 1e-9)))[:, kept].sum(axis=1)
        coherent = coherent[kept]
        inner = [_quantile(coherent, 0.5), np.hypot(*turned) / (coherent.sum() + 1e-6)]
    return [
        np.hypot(*sums.doubled.sum(axis=1)) / steep,
        np.hypot(*sums.fourfold.sum(axis=1)) / steep,
        *inner,
    ]


def _spreads(sums: _Sums) -> list[float]:
    kept = sums.pixels > WHOLE_BLOCK * BLOCK_PX**2
    if np.count_nonzero(kept) < LEAST_BLOCKS:
        return [0.0] * 5
    pixels = np.maximum(sums.pixels, 1)
    light = sums.light_squared / pixels - np.square(sums.light / pixels)
    tint = sums.tint_squared / pixels - np.square(sums.tint / pixels).sum(axis=0)
    detail, tinted = (np.sqrt(np.maximum(one[kept], 0)) for one in (light, tint))
    return [
        *(np.log(_quantile(detail, part) + FAINT) + 3.5 for part in (0.5, 0.75)),
        *(np.log(_quantile(tinted, part) + FAINT) + 4.5 for part in (0.5, 0.75)),
        tinted.mean() / (tinted.mean() + detail.mean() + FAINT),
    ]


@lru_cache(maxsize=256)
def _blocks(side: int) -> Floats:
    """(side, blocks): 1 where a place belongs to a block; a rest at the end to none."""
    block = np.arange(side)[:, None] // BLOCK_PX
    return np.asarray(block == np.arange(side // BLOCK_PX), dtype=np.float32)


def _quantile(values: Doubles | Integers, part: float) -> float:
    """The value at that part of the order; always one of them, unlike `numpy.quantile`."""
    return float(np.sort(values)[round(part * (len(values) - 1))])
