"""Outline: the foreground as a shape alone, measured once for all who ask about form."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers

INSIDE = 0.5  # a pixel of this weight belongs to the product
LEAST_PIXELS = 24  # fewer say nothing about a form; by eye on masks of 60 x 80 pictures
CRUMB = 0.02  # of the foreground: a smaller separate piece is a leak of the mask
GRID = 32  # cells a side of the drawing; trouser legs of 60 x 80 pictures still come apart
BANDS = 8  # horizontal slices of the grid
LEAK = 0.3  # a cell fuller than this closes an outline
LEG_OPEN = 0.5  # a cell less full than this parts two legs
TOUCHED = 0.35  # of a side of the picture: the product is cut there; by eye

_ALL_NEIGHBORS = np.ones((3, 3), dtype=bool)

Labels = NDArray[np.int32]
"""What scipy calls connected pieces by."""

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of the upright image."""


@dataclass(frozen=True)
class Outline:
    """What the outline of a product is like; fractions are of its bounding box.

    inside      (h, w) the product without crumbs, over the whole picture
    labels      (h, w) number of the connected piece, 0 outside
    pieces      (count,) number in `labels` of every piece but crumbs, the largest first
    areas       (count,) pixels of each
    piece_boxes of each
    box         the bounding box in the picture
    grid        (GRID, GRID) how full every cell of the bounding box is, in [0, 1], openings filled
    widths      (BANDS,) from the first to the last cell inside, top to bottom
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
    cut_sides   of the picture, how many sides the product runs out of
    """

    inside: Booleans
    labels: Labels
    pieces: Integers
    areas: Integers
    piece_boxes: tuple[Box, ...]
    box: Box
    grid: Floats
    widths: Doubles
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
    cut_sides: int


def outline(weights: Floats) -> Outline | None:
    """The outline of (h, w) foreground weights; None where too little is inside."""
    inside = weights > INSIDE
    if int(np.count_nonzero(inside)) < LEAST_PIXELS:
        return None
    found, count = ndimage.label(inside, _ALL_NEIGHBORS)
    labels = np.asarray(found, dtype=np.int32)
    pieces = np.ones(1, dtype=np.int64)
    areas = np.array([np.count_nonzero(inside)], dtype=np.int64)
    if count > 1:
        counts = np.bincount(labels.ravel())
        counts[0] = 0
        large = np.flatnonzero(counts >= CRUMB * counts.sum())
        pieces = large[np.argsort(-counts[large], kind="stable")]
        areas = counts[pieces]
        keep = np.zeros(len(counts), dtype=bool)
        keep[pieces] = True
        inside = keep[labels]
    top, bottom, left, right = bounds(inside)
    box = fractions((top, bottom, left, right), inside.shape)
    kept = inside[top:bottom, left:right]
    height, width = kept.shape
    raw = shares(height, GRID) @ kept.astype(np.float32) @ shares(width, GRID).T
    grid, opening, opening_box = _closed(raw, box)
    legs, leg_gap = _legs(grid)
    widths, gaps = _widths(grid > INSIDE, grid)
    return Outline(
        inside=inside,
        labels=labels,
        pieces=pieces,
        areas=areas,
        piece_boxes=(box,) if count == 1 else _piece_boxes(labels, pieces),
        box=box,
        grid=grid,
        widths=widths,
        legs=legs,
        leg_gap=leg_gap,
        open_share=gaps,
        opening=opening,
        opening_box=opening_box,
        aspect=height / width,
        fill=float(grid.mean()),
        length=_length(grid, height, width),
        symmetry=_overlap(grid, grid[:, ::-1]),
        ellipse=_overlap(grid, _ELLIPSE),
        cut_sides=sum(
            int(np.count_nonzero(side)) > TOUCHED * len(side)
            for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1])
        ),
    )


def _piece_boxes(labels: Labels, pieces: Integers) -> tuple[Box, ...]:
    found = ndimage.find_objects(labels)
    places = [found[int(piece) - 1] for piece in pieces]
    return tuple(
        fractions((rows.start, rows.stop, columns.start, columns.stop), labels.shape)
        for rows, columns in places
    )


def bounds(inside: Booleans) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is inside, as for slices; not for an empty mask."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def fractions(edges: tuple[int, int, int, int], size: tuple[int, ...]) -> Box:
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


def ramp(value: float, low: float, high: float) -> float:
    """0 at `low`, 1 at `high`, even between; `low` may be the greater one."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _widths(cells: Booleans, grid: Floats) -> tuple[Doubles, float]:
    first = cells.argmax(axis=1)
    last = GRID - cells[:, ::-1].argmax(axis=1)
    spans = np.where(cells[np.arange(GRID), first], last - first, 0)
    between = np.maximum.accumulate(cells, axis=1)
    between &= np.maximum.accumulate(cells[:, ::-1], axis=1)[:, ::-1]
    total = int(spans.sum())
    open_share = 1 - float(grid[between].sum()) / total if total else 0.0
    return spans.reshape(BANDS, -1).mean(axis=1) / GRID, open_share


def _closed(raw: Floats, box: Box) -> tuple[Floats, float, Box | None]:
    """The grid with what it encloses filled, and the share and box of the largest such opening.

    Cells decide, not pixels: an outline may have a leak narrower than a cell.
    """
    around = np.ones((GRID + 2, GRID + 2), dtype=bool)
    around[1:-1, 1:-1] = raw <= LEAK
    labels, count = ndimage.label(around)
    if count < 2:
        return raw, 0.0, None
    enclosed = labels != labels[0, 0]
    enclosed &= labels > 0
    counts = np.bincount(labels[enclosed])
    if len(counts) == 0:
        return raw, 0.0, None
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


def _placed(
    edges: tuple[int, int, int, int] | None, top: int, left: int, size: tuple[int, ...]
) -> Box | None:
    if edges is None:
        return None
    return fractions((edges[0] + top, edges[1] + top, edges[2] + left, edges[3] + left), size)


def _length(grid: Floats, height: int, width: int) -> float:
    """From the second moments of the cells; a twelfth is what one cell has of its own."""
    by_row, by_column = grid.sum(axis=1), grid.sum(axis=0)
    total = float(by_row.sum())
    y, x = _STEPS - by_row @ _STEPS / total, _STEPS - by_column @ _STEPS / total
    tall = float(by_row @ y**2 / total + 1 / 12) * height**2
    wide = float(by_column @ x**2 / total + 1 / 12) * width**2
    slant = float(y @ grid @ x / total) * height * width
    half, spread = (tall + wide) / 2, math.hypot((tall - wide) / 2, slant)
    return math.sqrt((half + spread) / max(half - spread, 1e-3 * half))


def _overlap(one: Floats, other: Floats) -> float:
    return float(np.minimum(one, other).sum() / max(float(np.maximum(one, other).sum()), 1e-9))


_MIDDLE = slice(GRID * 3 // 8, GRID * 5 // 8)
_STEPS = np.arange(GRID, dtype=np.float32)
_MIDDLES = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID * 2 - 1
_ELLIPSE = (_MIDDLES[:, None] ** 2 + _MIDDLES**2 <= 1).astype(np.float32)
