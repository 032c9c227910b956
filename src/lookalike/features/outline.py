"""Outline: the foreground as a shape alone, measured once for all who ask about form."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lookalike.domain.arrays import Booleans, Floats

INSIDE = 0.5  # a pixel of this weight belongs to the product
LEAST_PIXELS = 24  # fewer say nothing about a form; by eye on masks of 60 x 80 pictures
CRUMB = 0.02  # of the foreground: a smaller separate piece is a leak of the mask
GRID = 32  # cells a side of the drawing; trouser legs of 60 x 80 pictures still come apart
BANDS = 8  # horizontal slices of the grid
LEAK = 0.3  # a cell fuller than this closes an outline
LEG_OPEN = 0.5  # a cell less full than this parts two legs
TOUCHED = 0.35  # of a side of the picture: the product is cut there; by eye

_ALL_NEIGHBORS = np.ones((3, 3), dtype=bool)
_SIDE_NEIGHBORS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)

Labels = NDArray[np.intp]
"""What scipy calls connected pieces by."""

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of the upright image."""

Edges = tuple[int, int, int, int]
"""Top, bottom, left and right in pixels, as for slices."""


@dataclass(frozen=True)
class Outline:
    """What the outline of a product is like; fractions are of its bounding box.

    edges       the bounding box in pixels of the picture
    inside      (h, w) the product without crumbs, in its bounding box
    labels      (h, w) number of the connected piece there, 0 outside
    pieces      number in `labels` of every piece but crumbs, the largest first
    areas       pixels of each
    piece_boxes of each, in the picture
    box         the bounding box in the picture
    grid        (GRID, GRID) how full every cell of the bounding box is, in [0, 1], openings filled
    widths      of each of BANDS, from the first to the last cell inside, top to bottom
    legs        how far up from the bottom, as a share of the height, it is open in the middle
    leg_gap     how much of the width is open there
    open_share  of what lies between the first and last cell of every row, how much is open
    opening     the largest enclosed opening, as a share of product and opening together
    opening_box of that opening in the picture; None without one
    aspect      height / width
    fill        share of the box, openings filled: a mask loses pillows, glass and highlights
    length      ratio of the two axes of inertia, at least 1: 3.5 is a belt, laid at any angle
    symmetry    overlap of the grid and its mirror image
    ellipse     overlap of the grid and the ellipse in the box; a circle or oval is 1
    in_ellipse  how much of the grid lies inside that ellipse
    cut_sides   of the picture, how many sides the product runs out of
    """

    edges: Edges
    inside: Booleans
    labels: Labels
    pieces: tuple[int, ...]
    areas: tuple[int, ...]
    piece_boxes: tuple[Box, ...]
    box: Box
    grid: Floats
    widths: tuple[float, ...]
    legs: float
    leg_gap: float
    open_share: float
    opening: float
    opening_box: Box | None
    aspect: float
    fill: float
    length: float
    symmetry: float
    ellipse: float
    in_ellipse: float
    cut_sides: int


def outline(weights: Floats) -> Outline | None:
    """The outline of (h, w) foreground weights; None where too little is inside, or only dust."""
    marked = weights > INSIDE
    if int(np.count_nonzero(marked)) < LEAST_PIXELS:
        return None
    size = marked.shape
    parts = _pieces(marked)
    if parts is None:
        return None
    top, bottom, left, right = parts.edges
    box = fractions(parts.edges, size)
    height, width = parts.inside.shape
    raw = _rows(height) @ parts.inside.astype(np.float32) @ _columns(width)
    grid, opening, opening_box = _closed(raw, box)
    total = float(grid.sum())
    legs, leg_gap = _legs(grid)
    widths, gaps = _widths(grid)
    return Outline(
        edges=parts.edges,
        inside=parts.inside,
        labels=parts.labels,
        pieces=parts.numbers,
        areas=parts.areas,
        piece_boxes=(box,) if len(parts.numbers) == 1 else _piece_boxes(parts, size),
        box=box,
        grid=grid,
        widths=widths,
        legs=legs,
        leg_gap=leg_gap,
        open_share=gaps,
        opening=opening,
        opening_box=opening_box,
        aspect=height / width,
        fill=total / GRID**2,
        length=_length(grid, height, width),
        symmetry=_overlap(grid, grid[:, ::-1], total + total),
        ellipse=_overlap(grid, _ELLIPSE, total + _ELLIPSE_TOTAL),
        in_ellipse=float(np.minimum(grid, _ELLIPSE).sum()) / max(total, 1e-9),
        cut_sides=_cut(parts.inside[0], size[1], top == 0)
        + _cut(parts.inside[-1], size[1], bottom == size[0])
        + _cut(parts.inside[:, 0], size[0], left == 0)
        + _cut(parts.inside[:, -1], size[0], right == size[1]),
    )


@dataclass(frozen=True)
class _Pieces:
    edges: Edges
    inside: Booleans
    labels: Labels
    numbers: tuple[int, ...]
    areas: tuple[int, ...]


def _pieces(marked: Booleans) -> _Pieces | None:
    """The connected pieces of (h, w) in the box around all but crumbs; None if all are crumbs."""
    edges = bounds(marked)
    inside = np.ascontiguousarray(marked[window(edges)])
    labels = np.empty(inside.shape, dtype=np.intp)
    if ndimage.label(inside, _ALL_NEIGHBORS, output=labels) == 1:
        return _Pieces(edges, inside, labels, (1,), (int(np.count_nonzero(inside)),))
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    large = counts >= CRUMB * counts.sum()
    numbers = np.flatnonzero(large)
    if len(numbers) == 0:
        return None
    numbers = numbers[np.argsort(-counts[numbers], kind="stable")]
    if len(numbers) < np.count_nonzero(counts):
        inside = large[labels]
        within = bounds(inside)
        inside = np.ascontiguousarray(inside[window(within)])
        labels = np.ascontiguousarray(labels[window(within)])
        top, left = edges[0], edges[2]
        edges = (top + within[0], top + within[1], left + within[2], left + within[3])
    areas = counts[numbers]
    return _Pieces(edges, inside, labels, tuple(numbers.tolist()), tuple(areas.tolist()))


def window(edges: Edges) -> tuple[slice, slice]:
    """What to index a picture with to get that part of it."""
    top, bottom, left, right = edges
    return slice(top, bottom), slice(left, right)


def _piece_boxes(parts: _Pieces, size: tuple[int, ...]) -> tuple[Box, ...]:
    found = ndimage.find_objects(parts.labels)
    places = [found[number - 1] for number in parts.numbers]
    top, _, left, _ = parts.edges
    return tuple(
        fractions(
            (top + rows.start, top + rows.stop, left + columns.start, left + columns.stop), size
        )
        for rows, columns in places
    )


def _cut(side: Booleans, length: int, touches: bool) -> bool:
    """Whether the product runs out of a side of the picture that is `length` long."""
    return touches and int(np.count_nonzero(side)) > TOUCHED * length


def bounds(inside: Booleans) -> Edges:
    """Top, bottom, left and right of what is inside, as for slices; not for an empty mask."""
    rows: Booleans = np.any(inside, axis=1)
    columns: Booleans = np.any(inside, axis=0)
    return (
        int(rows.argmax()),
        len(rows) - int(rows[::-1].argmax()),
        int(columns.argmax()),
        len(columns) - int(columns[::-1].argmax()),
    )


def fractions(edges: Edges, size: tuple[int, ...]) -> Box:
    """The box of top, bottom, left and right in a picture of (height, width) pixels."""
    top, bottom, left, right = edges
    height, width = size
    return left / width, top / height, (right - left) / width, (bottom - top) / height


@lru_cache(maxsize=1024)  # one for every side a bounding box can have
def shares(count: int, cells: int) -> Floats:
    """(cells, count) how much each of `count` pixels is worth in every cell; rows sum to 1."""
    edges = np.linspace(0, count, cells + 1)
    upto = np.clip(edges[:, None] - np.arange(count), 0, 1)
    return np.asarray(np.diff(upto, axis=0) * cells / count, dtype=np.float32)


def _rows(count: int) -> Floats:
    return shares(count, GRID)


@lru_cache(maxsize=256)
def _columns(count: int) -> Floats:
    return np.ascontiguousarray(shares(count, GRID).T)


def ramp(value: float, low: float, high: float) -> float:
    """0 at `low`, 1 at `high`, even between; `low` may be the greater one."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _widths(grid: Floats) -> tuple[tuple[float, ...], float]:
    """The widths of the bands, and how much is open between the first and last cell of a row."""
    cells = grid > INSIDE
    first, end = cells.argmax(axis=1), (cells * _ENDS).max(axis=1)
    spans = end - first
    total = int(spans.sum())
    between = (first[:, None] <= _NUMBERS) & (end[:, None] > _NUMBERS)
    open_share = 1 - float((grid * between).sum()) / total if total else 0.0
    widths = spans.reshape(BANDS, -1).sum(axis=1) / (GRID * GRID / BANDS)
    return tuple(widths.tolist()), open_share


def _closed(raw: Floats, box: Box) -> tuple[Floats, float, Box | None]:
    """The grid with what it encloses filled, and the share and box of the largest such opening.

    Cells decide, not pixels: an outline may have a leak narrower than a cell.
    """
    around = np.ones((GRID + 2, GRID + 2), dtype=bool)
    np.less_equal(raw, LEAK, out=around[1:-1, 1:-1])
    labels = np.empty(around.shape, dtype=np.intp)
    if ndimage.label(around, _SIDE_NEIGHBORS, output=labels) < 2:
        return raw, 0.0, None
    counts = np.bincount(labels.ravel())
    counts[0] = counts[labels[0, 0]] = 0
    enclosed = (counts > 0)[labels]
    grid = np.where(enclosed[1:-1, 1:-1], np.float32(1), raw)
    largest = int(counts.argmax())
    top, bottom, left, right = (edge - 1 for edge in bounds(labels == largest))
    x, y, width, height = box
    place = (
        x + width * left / GRID,
        y + height * top / GRID,
        width * (right - left) / GRID,
        height * (bottom - top) / GRID,
    )
    return grid, float(counts[largest] / grid.sum()), place


def _legs(grid: Floats) -> tuple[float, float]:
    """How far up the middle is open, and how wide; the lowest row may be a bar or a shadow."""
    closed = grid[::-1, _MIDDLE].min(axis=1) > LEG_OPEN
    first = int(closed[1:].argmax()) + 1 if closed[1:].any() else GRID
    if first < 2:
        return 0.0, 0.0
    return first / GRID, 1 - float(grid[::-1][1:first].mean())


def _length(grid: Floats, height: int, width: int) -> float:
    """From the second moments of the cells; a twelfth is what one cell has of its own."""
    moments = (_POWERS.T @ grid @ _POWERS).tolist()
    total = moments[0][0]
    y, x = moments[1][0] / total, moments[0][1] / total
    tall = (moments[2][0] / total - y * y + 1 / 12) * height**2
    wide = (moments[0][2] / total - x * x + 1 / 12) * width**2
    slant = (moments[1][1] / total - x * y) * height * width
    half, spread = (tall + wide) / 2, math.hypot((tall - wide) / 2, slant)
    return math.sqrt((half + spread) / max(half - spread, 1e-3 * half))


def _overlap(one: Floats, other: Floats, total: float) -> float:
    """What both have to what either has; total: the sum of both."""
    shared = float(np.minimum(one, other).sum())
    return shared / max(total - shared, 1e-9)


_MIDDLE = slice(GRID * 3 // 8, GRID * 5 // 8)
_NUMBERS = np.arange(GRID)
_ENDS = _NUMBERS + 1
_FROM_MIDDLE = _NUMBERS - (GRID - 1) / 2
_POWERS = np.stack([_FROM_MIDDLE**power for power in range(3)], axis=1).astype(np.float32)
_MIDDLES = (_FROM_MIDDLE / (GRID / 2)).astype(np.float32)
_ELLIPSE = (_MIDDLES[:, None] ** 2 + _MIDDLES**2 <= 1).astype(np.float32)
_ELLIPSE_TOTAL = float(_ELLIPSE.sum())
