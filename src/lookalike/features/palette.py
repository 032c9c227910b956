"""Palette: the few colors a product consists of, and the color channel made of all of them."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from lookalike.domain.arrays import Floats, Integers, Pixels
from lookalike.domain.color import (
    FAMILIES,
    codes,
    hex_from_rgb,
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
"""Size of the color channel: as good as 157 prototypes for retrieval (bench/color.py --channel)."""

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
    bins = _bins(pixels, weights)
    if len(bins.weight) == 0:
        return ()
    groups = _groups(bins)
    count = int(groups.max()) + 1
    shares = np.bincount(groups, weights=bins.weight, minlength=count)
    colors = _mean_colors(pixels, weights, groups=_by_cell(bins, groups), count=count)
    names = family_votes(oklab_table()[codes(colors)]).argmax(axis=1)
    order = np.lexsort((np.arange(count), -shares))
    return tuple(
        Swatch(hex_from_rgb(colors[row]), float(shares[row]), FAMILIES[names[row]]) for row in order
    )


def _by_cell(bins: _Bins, groups: Integers) -> Integers:
    """(32768,) the group of every filled cell, 0 elsewhere."""
    table = np.zeros(len(oklab_table()), dtype=np.int64)
    table[bins.cell] = groups
    return table


def _mean_colors(pixels: Pixels, weights: Floats, *, groups: Integers, count: int) -> Pixels:
    """(count, 3) the mean sRGB of every group's own pixels: exact where the cells are coarse."""
    used = np.flatnonzero(weights)
    flat = pixels.reshape(-1, 3)[used]
    group, weight = groups[codes(flat)], weights.ravel()[used]
    total = np.bincount(group, weights=weight, minlength=count)
    sums = [np.bincount(group, weights=weight * part, minlength=count) for part in flat.T]
    return np.rint(np.stack(sums, axis=1) / total[:, None]).astype(np.uint8)


def color_channel(pixels: Pixels, weights: Floats) -> Floats:
    """Soft histogram of the foreground over fixed prototypes, square-rooted: unit length.

    returns  (PROTOTYPE_COUNT,) float32 >= 0; all zero where no pixel has weight
    The inner product of two is their Bhattacharyya coefficient, in [0, 1]: 1 for the same
    colors in the same shares, 0 for nothing alike.
    """
    bins = _bins(pixels, weights)
    return _channel(bins.cell, bins.weight)


def channel_of(colors: Mapping[str, float]) -> Floats:
    """The color channel of hex colors with weights, for a query such as "like this but green"."""
    rgb = np.stack([rgb_from_hex(text) for text in colors])
    return _channel(codes(rgb), np.array(list(colors.values()), dtype=np.float32))


def _channel(cells: Integers, weight: Floats) -> Floats:
    nearest, parts = _spread()
    histogram = np.bincount(
        nearest[cells].ravel(),
        weights=(parts[cells] * weight[:, None]).ravel(),
        minlength=PROTOTYPE_COUNT,
    )
    return np.asarray(np.sqrt(histogram / max(histogram.sum(), 1e-12)), dtype=np.float32)


@cache
def _spread() -> tuple[Integers, Floats]:
    """(32768, NEIGHBORS) prototypes of every 5-bit color and its parts at them; rows sum to 1."""
    colors = _stretched(oklab_table())
    near = cKDTree(_lattice(colors)).query(colors, k=NEIGHBORS)
    parts = np.exp(-((near[0] / (KERNEL * SPACING)) ** 2) / 2)
    parts /= parts.sum(axis=1, keepdims=True)
    return np.asarray(near[1], dtype=np.int64), parts.astype(np.float32)


def _lattice(colors: Floats) -> Floats:
    """(PROTOTYPE_COUNT, 3) body-centered cubic lattice over the colors sRGB can show."""
    steps = np.arange(-12, 13)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    points = np.concatenate([cube, cube + 0.5]) * SPACING
    outside = cKDTree(colors).query(points)[0]
    return np.asarray(points[outside < GAMUT_MARGIN * SPACING], dtype=np.float32)


def _stretched(lab: Floats) -> Floats:
    chroma = np.maximum(np.hypot(lab[:, 1], lab[:, 2]), 1e-6)
    stretch = (chroma / CHROMA_UNIT) ** (CHROMA_POWER - 1)
    return np.stack(
        [CHANNEL_LIGHTNESS * lab[:, 0], stretch * lab[:, 1], stretch * lab[:, 2]], axis=-1
    )


def _bins(pixels: Pixels, weights: Floats) -> _Bins:
    height, width = weights.shape
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    centered = (weights * (1 + CENTER_BONUS * (1 - (down**2 + across**2) / 2))).ravel()
    used = np.flatnonzero(centered)
    centered, cell = centered[used], codes(pixels).ravel()[used]
    table = oklab_table()
    weight = np.bincount(cell, weights=centered, minlength=len(table))
    filled = np.flatnonzero(weight > 0)
    return _Bins(filled, weight[filled] / max(weight.sum(), 1e-12), table[filled])


def _groups(bins: _Bins) -> Integers:
    """(count,) a group number for every bin: k-means, merging, then small groups join near ones."""
    points = bins.lab * np.array([LIGHTNESS_WEIGHT, 1, 1], dtype=np.float32)
    heavy = np.argsort(-bins.weight, kind="stable")[:MOST_BINS]
    centers = _kmeans(points[heavy], bins.weight[heavy])
    nearest = _distances(points, centers).argmin(axis=1)
    shares = np.bincount(nearest, weights=bins.weight, minlength=len(centers)).astype(np.float32)
    return _compact(_merged(centers, shares)[nearest])


def _kmeans(points: Floats, weight: Floats) -> Floats:
    """(<= SEEDS, 3) centers; seeds are the point that adds most, so no chance is involved."""
    chosen = [int(weight.argmax())]
    gap = _distances(points, points[chosen])[:, 0]
    while len(chosen) < SEEDS:
        farthest = int((gap * weight).argmax())
        if gap[farthest] < (MERGE_DISTANCE / 2) ** 2:
            break
        chosen.append(farthest)
        gap = np.minimum(gap, _distances(points, points[[farthest]])[:, 0])
    centers = points[chosen]
    for _ in range(ROUNDS):
        owner = np.eye(len(centers), dtype=np.float32)[_distances(points, centers).argmin(axis=1)]
        mass = owner.T @ weight
        centers = np.where(
            mass[:, None] > 0,
            (owner.T * weight) @ points / np.maximum(mass, 1e-12)[:, None],
            centers,
        )
    return centers


def _merged(centers: Floats, shares: Floats) -> Integers:
    """(count,) the group of every center: closest pairs join first, then the small ones."""
    group = np.arange(len(centers))
    centers, shares = centers.astype(np.float64), shares.astype(np.float64)
    shares_left = shares.copy()
    while True:
        live = np.flatnonzero(shares_left > 0)
        if len(live) == 1:
            return group
        gaps = np.sqrt(_distances(centers[live], centers[live]))
        np.fill_diagonal(gaps, np.inf)
        closest = np.unravel_index(gaps.argmin(), gaps.shape)
        if gaps[closest] < MERGE_DISTANCE:
            first, second = live[closest[0]], live[closest[1]]
        else:
            smallest = int(shares_left[live].argmin())
            if len(live) <= MOST_SWATCHES and shares_left[live[smallest]] >= LEAST_ACCENT:
                return group
            first, second = live[int(gaps[smallest].argmin())], live[smallest]
        total = shares_left[first] + shares_left[second]
        small = shares_left[second] < LEAST_ACCENT <= shares_left[first]
        if not small:  # crumbs must not drag the color they join
            centers[first] = (
                centers[first] * shares_left[first] + centers[second] * shares_left[second]
            ) / total
        shares_left[first], shares_left[second] = total, 0
        group[group == second] = first


def _compact(group: Integers) -> Integers:
    return np.asarray(np.unique(group, return_inverse=True)[1], dtype=np.int64)


def _distances(points: Floats, centers: Floats) -> Floats:
    """(points, centers) squared distances."""
    squares = (points**2).sum(axis=1)[:, None] + (centers**2).sum(axis=1)
    return np.asarray(np.maximum(squares - 2 * (points @ centers.T), 0))
