"""Palette: the few colors a product consists of, and the color channel made of all of them."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from lookalike.domain.arrays import Doubles, Floats, Integers, Pixels
from lookalike.domain.color import (
    FAMILIES,
    codes,
    hex_from_rgb,
    oklab_of_swatches,
    oklab_table,
    rgb_from_hex,
)
from lookalike.domain.features import Swatch
from lookalike.features.color_names import family_votes

MOST_SWATCHES = 6
LEAST_ACCENT = 0.04  # METHODS.md: an accent of 4 % is worth a swatch
MERGE_DISTANCE = 0.08  # in shaded OKLab; by eye on contact sheets
SEEDS = 10
ROUNDS = 6
LIGHTNESS_WEIGHT = 0.6  # folds and shading change lightness more than hue: same cloth, one swatch
CENTER_BONUS = 0.3  # extra weight of the middle over the corners
MOST_BINS = 400

PROTOTYPE_COUNT = 64
"""Size of the color channel: as good as 157 prototypes for retrieval (docs/decisions/0012)."""

SPACING = 0.11  # of the prototype lattice; gives the 64 above
GAMUT_MARGIN = 0.45  # a prototype lies at most this many spacings outside sRGB
CHANNEL_LIGHTNESS = 0.5  # lightness counts half in the channel, as shading does not change a color
CHROMA_POWER, CHROMA_UNIT = 0.6, 0.1  # chroma^0.6: finer near gray, where most products are
NEIGHBORS, KERNEL = 4, 0.4  # a color spreads over 4 prototypes, standard deviation in spacings


class _Bins(NamedTuple):
    """Filled cells of the 5-bit color cube: their weight and OKLab."""

    cell: Integers  # (count,) row of the OKLab table
    weight: Floats  # (count,) sums to 1
    lab: Floats  # (count, 3)


def palette(pixels: Pixels, weights: Floats) -> tuple[Swatch, ...]:
    """The foreground's colors, largest share first; at most 6, shares sum to 1.

    pixels   (h, w, 3)
    weights  (h, w) in [0, 1]; the middle of the picture counts a little more
    Empty where no pixel has weight.  Clusters in OKLab, merged while closer than a person
    would keep apart; clusters under 4 % join the nearest.
    """
    return palette_and_channel(pixels, weights)[0]


def color_channel(pixels: Pixels, weights: Floats) -> Floats:
    """Soft histogram of the foreground over fixed prototypes, square-rooted: unit length.

    returns  (PROTOTYPE_COUNT,) float32 >= 0; all zero where no pixel has weight
    The inner product of two is their Bhattacharyya coefficient, in [0, 1]: 1 for the same
    colors in the same shares, 0 for nothing alike.
    """
    return palette_and_channel(pixels, weights)[1]


def palette_and_channel(pixels: Pixels, weights: Floats) -> tuple[tuple[Swatch, ...], Floats]:
    """Both, from one count of the foreground's colors."""
    used = np.flatnonzero(weights)
    flat, weight = pixels.reshape(-1, 3).take(used, axis=0), weights.ravel().take(used)
    cells = codes(flat)
    bins = _bins(cells, weight * _center_bonus(*weights.shape).take(used))
    channel = _channel(bins.cell, bins.weight)
    if len(bins.weight) == 0:
        return (), channel
    groups = _groups(bins)
    count = int(groups.max()) + 1
    shares = np.bincount(groups, weights=bins.weight, minlength=count)
    by_cell = np.zeros(len(oklab_table()), dtype=np.uint8)
    by_cell[bins.cell] = groups
    colors = _mean_colors(flat, weight, by_cell.take(cells), count=count)
    names = family_votes(oklab_of_swatches(colors)).argmax(axis=1)
    order = np.lexsort((np.arange(count), -shares))
    swatches = tuple(
        Swatch(hex_from_rgb(colors[row]), float(shares[row]), FAMILIES[names[row]]) for row in order
    )
    return swatches, channel


def _mean_colors(flat: Pixels, weight: Floats, group: Pixels, *, count: int) -> Pixels:
    """(count, 3) the mean sRGB of every group's own pixels: exact where the cells are coarse.

    flat (pixels, 3), weight (pixels,), group (pixels,) uint8
    """
    groups = group.astype(np.int64)
    total = np.bincount(groups, weights=weight, minlength=count)
    sums = [np.bincount(groups, weights=weight * part, minlength=count) for part in flat.T]
    return np.rint(np.stack(sums, axis=1) / total[:, None]).astype(np.uint8)


def channel_of(colors: Mapping[str, float]) -> Floats:
    """The color channel of hex colors with weights, for a query such as "like this but green"."""
    rgb = np.stack([rgb_from_hex(text) for text in colors])
    weight = np.array(list(colors.values()), dtype=np.float32)
    return _histogram(*_parts(oklab_of_swatches(rgb)), weight)


def _channel(cells: Integers, weight: Floats) -> Floats:
    nearest, parts = _spread()
    return _histogram(nearest[cells], parts[cells], weight)


def _histogram(nearest: Integers, parts: Floats, weight: Floats) -> Floats:
    """The square root of the shares; (count, NEIGHBORS) prototypes and parts, (count,) weight."""
    histogram = np.bincount(
        nearest.ravel(), weights=(parts * weight[:, None]).ravel(), minlength=PROTOTYPE_COUNT
    )
    return np.asarray(np.sqrt(histogram / max(histogram.sum(), 1e-12)), dtype=np.float32)


@cache
def _spread() -> tuple[Integers, Floats]:
    """(32768, NEIGHBORS) prototypes of every 5-bit color and its parts at them; rows sum to 1."""
    return _parts(oklab_table())


def _parts(lab: Floats | Doubles) -> tuple[Integers, Floats]:
    """(count, NEIGHBORS) the prototypes near (count, 3) OKLab and the parts they take."""
    near = _prototypes().query(_stretched(lab), k=NEIGHBORS)
    parts = np.exp(-((near[0] / (KERNEL * SPACING)) ** 2) / 2)
    parts /= parts.sum(axis=1, keepdims=True)
    return np.asarray(near[1], dtype=np.int64), parts.astype(np.float32)


@cache
def _prototypes() -> cKDTree:
    return cKDTree(_lattice(_stretched(oklab_table())))


def _lattice(colors: Floats) -> Floats:
    """(PROTOTYPE_COUNT, 3) body-centered cubic lattice over the colors sRGB can show."""
    steps = np.arange(-12, 13)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    points = np.concatenate([cube, cube + 0.5]) * SPACING
    outside = cKDTree(colors).query(points)[0]
    return np.asarray(points[outside < GAMUT_MARGIN * SPACING], dtype=np.float32)


def _stretched(lab: Floats | Doubles) -> Floats:
    chroma = np.maximum(np.hypot(lab[:, 1], lab[:, 2]), 1e-6)
    stretch = (chroma / CHROMA_UNIT) ** (CHROMA_POWER - 1)
    return np.stack(
        [CHANNEL_LIGHTNESS * lab[:, 0], stretch * lab[:, 1], stretch * lab[:, 2]], axis=-1
    )


@lru_cache(maxsize=32)  # a catalog has a handful of sizes
def _center_bonus(height: int, width: int) -> Floats:
    """(h * w,) what a pixel's place makes of its weight."""
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    bonus = 1 + CENTER_BONUS * (1 - (down**2 + across**2) / 2)
    return np.asarray(bonus, dtype=np.float32).ravel()


def _bins(cells: Integers, weights: Floats) -> _Bins:
    """The filled cells of (pixels,) cells with (pixels,) weights."""
    weight = np.bincount(cells, weights=weights)
    filled = np.flatnonzero(weight)
    share = weight[filled] / max(float(weights.sum(dtype=np.float64)), 1e-12)
    return _Bins(filled, share.astype(np.float32), oklab_table().take(filled, axis=0))


def _groups(bins: _Bins) -> Integers:
    """(count,) a group number for every bin: k-means, merging, then small groups join near ones."""
    points = bins.lab * np.array([LIGHTNESS_WEIGHT, 1, 1], dtype=np.float32)
    heavy = np.argsort(-bins.weight, kind="stable")[:MOST_BINS]
    centers = _kmeans(points[heavy], bins.weight[heavy])
    nearest = (points @ (-2 * centers.T) + _squares(centers)).argmin(axis=1)
    shares = np.bincount(nearest, weights=bins.weight, minlength=len(centers)).astype(np.float32)
    return _compact(_merged(centers, shares)[nearest])


def _kmeans(points: Floats, weight: Floats) -> Floats:
    """(<= SEEDS, 3) centers; seeds are the point that adds most, so no chance is involved."""
    ones = np.ones((len(points), 1), dtype=np.float32)
    against = _against(points)
    points, squares = np.concatenate([points, ones], axis=1), against[:, 3]
    chosen = [int(weight.argmax())]
    gap = squares + points @ against[chosen[0]]
    while len(chosen) < SEEDS:
        farthest = int((gap * weight).argmax())
        if gap[farthest] < (MERGE_DISTANCE / 2) ** 2:
            break
        chosen.append(farthest)
        np.minimum(gap, squares + points @ against[farthest], out=gap)
    centers, before = points[chosen, :3], np.zeros(0)
    for _ in range(ROUNDS):
        nearest = (points @ _against(centers).T).argmin(axis=1)
        if np.array_equal(nearest, before):
            break
        before = nearest
        sums = ((nearest == np.arange(len(centers))[:, None]) * weight) @ points
        mass = sums[:, 3:]
        centers = np.where(mass > 0, sums[:, :3] / np.maximum(mass, 1e-12), centers)
    return centers


def _against(centers: Floats) -> Floats:
    """(centers, 4) whose product with (x, y, z, 1) is a squared distance less that of the point
    to the origin: one matrix product finds every point's nearest center."""
    return np.concatenate([-2 * centers, _squares(centers)[:, None]], axis=1)


def _merged(centers: Floats, shares: Floats) -> Integers:
    """(count,) the group of every center: closest pairs join first, then the small ones."""
    group = np.arange(len(centers))
    centers, left = centers.astype(np.float64), shares.astype(np.float64)
    left[left == 0] = np.inf  # of those that are gone
    gaps = np.sqrt(_squares(centers[:, None] - centers))
    np.fill_diagonal(gaps, np.inf)
    gaps[left == np.inf] = gaps[:, left == np.inf] = np.inf
    for live in range(int(np.isfinite(left).sum()), 1, -1):
        first, second = divmod(int(gaps.argmin()), len(centers))
        if gaps[first, second] >= MERGE_DISTANCE:
            second = int(left.argmin())
            if live <= MOST_SWATCHES and left[second] >= LEAST_ACCENT:
                break
            first = int(gaps[second].argmin())
        one, other = left[first], left[second]
        if not other < LEAST_ACCENT <= one:  # crumbs must not drag the color they join
            centers[first] = (centers[first] * one + centers[second] * other) / (one + other)
            moved = np.sqrt(_squares(centers - centers[first]))
            moved[~np.isfinite(left)] = moved[first] = np.inf
            gaps[first] = gaps[:, first] = moved
        gaps[second] = gaps[:, second] = left[second] = np.inf
        left[first] = one + other
        group[group == second] = first
    return group


def _compact(group: Integers) -> Integers:
    return np.asarray(np.unique(group, return_inverse=True)[1], dtype=np.int64)


def _squares(values: Floats) -> Floats:
    """The squared length of (..., 3) values."""
    return np.asarray(np.einsum("...c,...c->...", values, values))
