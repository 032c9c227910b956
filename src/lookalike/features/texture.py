"""Texture: numbers about a cloth that tell stripes, checks, dots and prints apart."""

from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers, Pixels
from lookalike.features.image_fit import part_resized

STATISTICS = (
    "line_order",  # 1 where all edges run one way (stripes)
    "cross_order",  # 1 where all edges run two ways at right angles (checks)
    "across",  # 1 where edges run across the picture, -1 where they run down it
    "coherence",  # 1 where edges nearby run the same way
    "ridge",  # autocorrelation along the direction that repeats best
    "cross_ridge",  # the same at a right angle to it
    "period",  # how far the autocorrelation rises after its trough, across the ridge
    "most_period",  # the same in the direction where it rises most
    "order",  # share of the detail in the 24 strongest frequencies
    "marks",  # half the log of the count of marks
    "mark_size",  # a third of the log of the median area of a mark
    "mark_variety",  # spread of the log of the areas of marks
    "mark_stretch",  # log of the longer over the shorter side of its box
    "largest_mark",  # share of the marked area in the largest
    "mark_spread",  # extent of the marked places over that of the cloth
    "second_spread",  # extent of what is not of the main color over that of the cloth
    "second_offset",  # distance of its middle from the cloth's
    "usual_detail",  # log of the spread of lightness within the median block
    "busy_detail",  # within the busiest quarter of blocks
    "usual_tint",  # log of the spread of tint within the median block
    "busy_tint",  # within the busiest quarter
    "tint_share",  # of all differences, those in tint: folds change lightness alone
    "block_coherence",  # the median over blocks of how far their edges run one way
    "agreement",  # 1 where those directions agree between blocks
    "colors",  # a third of the entropy of the colors in bits
)
"""What `texture` measures, in order; all are near [-2, 2] or a small multiple of it."""

SIDE_PX = 112  # half the default encoder's picture; by eye
SHADING_PX = 21  # what changes slower is shading or a fold; by eye
LEAST_PIXELS = 150  # of cloth; a stripe and a check look alike on less
FAR_COLOR = 0.16  # RGB distance from the main color that is another color; by eye
MARK_LEVEL = 0.9  # standard deviations from the local mean that belong to a mark; by eye
LEAST_MARK_PX = 4
BLOCK_PX = 14
ANGLES, FIRST_LAG_PX, LAST_LAG_PX = 12, 3, 34
_TINT = np.array([[1, -0.5], [-1, -0.5], [0, 1]], dtype=np.float32)


def texture(pixels: Pixels, weights: Floats) -> Floats | None:
    """(len(STATISTICS),) of the cloth, or None where too little of it is seen.

    pixels   (h, w, 3)
    weights  (h', w') in [0, 1], the foreground of the same picture at any size
    Measured on the part inside the outline, on the color axis along which neighbors differ
    most.
    """
    cloth = _cloth(pixels, weights)
    if cloth is None:
        return None
    color, inside = cloth
    plane = _contrast_plane(color, inside)
    detail = _without_shading(plane, inside)
    spread = float(np.sqrt(np.square(detail[inside]).mean())) + 1e-4
    found = [
        *_edges(plane, inside),
        *_repetition(detail, inside),
        *_marks(detail / np.float32(spread), inside),
        *_second_color(color, inside),
        *_blockwise(color, detail, inside),
        _color_entropy(color, inside),
    ]
    return np.nan_to_num(np.asarray(found, dtype=np.float32))


def _cloth(pixels: Pixels, weights: Floats) -> tuple[Floats, Booleans] | None:
    """Colors (h, w, 3) in [0, 1] and the inside (h, w) of the foreground's box, 112 a side."""
    solid = weights > 0.5
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if len(rows) == 0:
        return None
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    wide, high = box[2] - box[0], box[3] - box[1]
    scale = SIDE_PX / max(wide, high)
    size = max(8, round(wide * scale)), max(8, round(high * scale))
    across, down = pixels.shape[1] / weights.shape[1], pixels.shape[0] / weights.shape[0]
    part = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    color = part_resized(pixels, part, size)
    cut = weights[box[1] : box[3], box[0] : box[2]]
    outline = part_resized(cut, (0, 0, int(wide), int(high)), size) > 0.6
    inside = ndimage.binary_erosion(outline, iterations=3)
    if np.count_nonzero(inside) < LEAST_PIXELS:
        return None
    return np.asarray(color, dtype=np.float32) * np.float32(1 / 255), inside


def _contrast_plane(color: Floats, inside: Booleans) -> Floats:
    """(h, w) the colors along the axis on which neighbors differ most."""
    steps = np.concatenate(
        [
            (color[:, 2:] - color[:, :-2])[inside[:, 1:-1]],
            (color[2:] - color[:-2])[inside[1:-1]],
        ]
    )
    _, axes = np.linalg.eigh(steps.T @ steps)
    axis = axes[:, -1]
    if axis.sum() < 0:
        axis = -axis
    return np.asarray(color @ axis.astype(np.float32), dtype=np.float32)


def _without_shading(plane: Floats, inside: Booleans) -> Floats:
    weight = inside.astype(np.float32)
    total = ndimage.uniform_filter(weight, SHADING_PX, mode="constant")
    mean = ndimage.uniform_filter(plane * weight, SHADING_PX, mode="constant")
    detail = (plane - mean / np.maximum(total, np.float32(1e-3))) * weight
    return np.asarray(detail, dtype=np.float32)


def _slopes(plane: Floats) -> tuple[Floats, Floats]:
    across, down = np.zeros_like(plane), np.zeros_like(plane)
    across[:, 1:-1] = plane[:, 2:] - plane[:, :-2]
    down[1:-1] = plane[2:] - plane[:-2]
    return across, down


_Plane = TypeVar("_Plane", NDArray[np.float32], NDArray[np.complex64])


def _edges(plane: Floats, inside: Booleans) -> list[float]:
    """How far edges run one way or two ways: moments of the doubled angle of their slopes."""
    across, down = _slopes(plane)
    step = (across + 1j * down) * inside
    size = np.abs(step)
    total = float(size.sum()) + 1e-6
    doubled = np.square(step)  # of length size ** 2
    turn = doubled / np.maximum(size, np.float32(1e-9))
    mean = complex(turn.sum()) / total
    cross = complex((turn * doubled / np.maximum(size, np.float32(1e-9)) ** 2).sum()) / total
    joint = float(np.abs(_block_sums(doubled, 8)).sum())
    alone = float(_block_sums(np.square(size), 8).sum())
    return [abs(mean), abs(cross), -mean.real, joint / (alone + 1e-9)]


def _block_sums(plane: _Plane, side: int) -> _Plane:
    """(rows, columns, ...) sums over squares of that side; a rest at the end is left out."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side]
    down = np.add.reduceat(cut, np.arange(0, rows * side, side), axis=0)
    return np.add.reduceat(down, np.arange(0, columns * side, side), axis=1)


def _blockwise(color: Floats, detail: Floats, inside: Booleans) -> list[float]:
    """What holds within small squares of the cloth, where outline and folds matter little."""
    if min(detail.shape) < BLOCK_PX:
        return [0.0] * 7
    tint = color @ _TINT
    across, down = _slopes(detail)
    planes = np.stack(
        [
            np.ones_like(detail),
            detail,
            detail * detail,
            tint[..., 0],
            tint[..., 1],
            np.einsum("ijk,ijk->ij", tint, tint),
            across * across - down * down,
            2 * across * down,
            across * across + down * down,
        ],
        axis=-1,
    )
    sums = _block_sums(planes * inside[..., None], BLOCK_PX).reshape(-1, planes.shape[-1])
    sums = sums[sums[:, 0] > 0.85 * BLOCK_PX**2]
    if len(sums) < 2:
        return [0.0] * 7
    mean = sums / sums[:, :1]
    bright = np.sqrt(np.maximum(mean[:, 2] - mean[:, 1] ** 2, 0))
    tinted = np.sqrt(np.maximum(mean[:, 5] - mean[:, 3] ** 2 - mean[:, 4] ** 2, 0))
    size = np.hypot(mean[:, 6], mean[:, 7])
    coherent = size / (mean[:, 8] + 1e-6)
    vector = (mean[:, 6] + 1j * mean[:, 7]) / np.maximum(size, 1e-9)
    return [
        *(np.log(np.quantile(bright, (0.5, 0.75)) + 0.004) + 3.5),
        *(np.log(np.quantile(tinted, (0.5, 0.75)) + 0.004) + 4.5),
        float(tinted.mean() / (tinted.mean() + bright.mean() + 0.004)),
        float(np.median(coherent)),
        float(np.abs((vector * coherent).sum()) / (coherent.sum() + 1e-6)),
    ]


def _repetition(detail: Floats, inside: Booleans) -> list[float]:
    """Autocorrelation inside the outline, by Fourier transform, read along twelve directions."""
    side = fft.next_fast_len(max(detail.shape) + LAST_LAG_PX)
    power = np.square(np.abs(fft.rfft2(detail, (side, side))))
    overlap = np.square(np.abs(fft.rfft2(inside.astype(np.float32), (side, side))))
    match = fft.irfft2(power, (side, side))
    area = fft.irfft2(overlap, (side, side))
    places = _lags(side)
    seen = area.ravel()[places]
    values = match.ravel()[places] / np.maximum(seen, 1.0)
    values = values / max(float(match[0, 0] / max(area[0, 0], 1.0)), 1e-9)
    values[seen < 0.05 * area[0, 0]] = 0
    means = values.mean(axis=1)
    ridge = int(means.argmax())
    cross = (ridge + ANGLES // 2) % ANGLES
    swing = _swing(values)
    strongest = np.partition(power.ravel(), -24)[-24:]
    return [
        float(means[ridge]),
        float(means[cross]),
        float(swing[cross]),
        float(swing.max()),
        float(strongest.sum() / (float(power.sum()) + 1e-12)),
    ]


def _swing(values: Doubles) -> Doubles:
    """How far each direction's autocorrelation rises again after its lowest point."""
    rise: Doubles = (values - np.minimum.accumulate(values, axis=1)).max(axis=1)
    return rise


@lru_cache(maxsize=128)
def _lags(side: int) -> Integers:
    """(ANGLES, lags) places of the half circle of shifts in a (side, side) correlation."""
    angle = np.arange(ANGLES) * np.pi / ANGLES
    lag = np.arange(FIRST_LAG_PX, LAST_LAG_PX + 1)
    down = np.rint(np.outer(np.sin(angle), lag)).astype(np.int64) % side
    across = np.rint(np.outer(np.cos(angle), lag)).astype(np.int64) % side
    return np.asarray(down * side + across)


def _marks(detail: Floats, inside: Booleans) -> list[float]:
    """The rarer of what is clearly brighter and clearly darker than the cloth around it."""
    bright = float((detail * detail * detail).sum()) > 0
    marked = detail > MARK_LEVEL if bright else detail < -MARK_LEVEL
    labels, count = ndimage.label(marked)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    kept = np.flatnonzero(areas >= LEAST_MARK_PX)
    if len(kept) == 0:
        return [0.0] * 6
    areas = areas[kept].astype(np.float64)
    boxes = ndimage.find_objects(labels)
    high = np.array([boxes[i][0].stop - boxes[i][0].start for i in kept], dtype=np.float64)
    wide = np.array([boxes[i][1].stop - boxes[i][1].start for i in kept], dtype=np.float64)
    total = float(areas.sum())
    return [
        float(np.log1p(len(kept))) / 2,
        float(np.log(np.median(areas))) / 3,
        float(np.log(areas).std()),
        float((np.abs(np.log(high / wide)) * areas).sum() / total),
        float(areas.max() / total),
        _extent(marked) / _extent(inside),
    ]


def _extent(places: Booleans) -> float:
    """Root mean square distance of the places from their middle."""
    rows, columns = np.nonzero(places)
    if len(rows) < 2:
        return 0.0
    return float(np.sqrt(rows.var() + columns.var())) + 1e-6


def _second_color(color: Floats, inside: Booleans) -> list[float]:
    flat = color[inside]
    cells = _coarse(flat)
    main = flat[cells == np.bincount(cells, minlength=216).argmax()].mean(axis=0)
    difference = flat - main
    other = np.zeros_like(inside)
    other[inside] = np.einsum("ij,ij->i", difference, difference) > FAR_COLOR**2
    if np.count_nonzero(other) < LEAST_MARK_PX:
        return [0.0, 0.0]
    whole = _extent(inside)
    middle = np.argwhere(other).mean(axis=0) - np.argwhere(inside).mean(axis=0)
    return [_extent(other) / whole, float(np.hypot(*middle)) / whole]


def _color_entropy(color: Floats, inside: Booleans) -> float:
    counts = np.bincount(_coarse(color[inside]), minlength=216)
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum()) / 3


def _coarse(flat: Floats) -> Integers:
    """(pixels,) the cell of each color in a cube of 6 x 6 x 6."""
    return np.asarray(np.minimum(flat * 6, 5).astype(np.int64) @ np.array([36, 6, 1]))
