"""Pairs that look like one design in two colors: each the other's best, and clearly so."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lookalike.domain.arrays import Floats, Integers
from lookalike.ranking.near_duplicates import TILE

Scores = Callable[[Integers, Integers], Floats]
"""(a, b) how much two lists of products look like one design; -inf where they cannot be."""


class Pair(NamedTuple):
    """Two products, the earlier first."""

    first: int
    second: int
    score: float


def mutual_best(count: int, scores: Scores, *, least: float, lead: float) -> list[Pair]:
    """Pairs of which each is the other's best match, in the order of their first products.

    scores  symmetric; asked tile by tile
    least   what a pair must score
    lead    by how much it must beat the second best match of either; equal matches give none
    Time O(count^2), memory O(count + TILE^2).
    """
    best = np.full(count, -np.inf, dtype=np.float32)
    second = np.full(count, -np.inf, dtype=np.float32)
    partner = np.full(count, -1, dtype=np.int64)
    for start in range(0, count, TILE):
        own = np.arange(start, min(start + TILE, count), dtype=np.int64)
        for later in range(start, count, TILE):
            others = np.arange(later, min(later + TILE, count), dtype=np.int64)
            tile = scores(own, others)
            if later == start:
                tile = tile.copy()
                np.fill_diagonal(tile, -np.inf)
            _keep_best(tile, own, others, (best, second, partner))
            if later != start:
                _keep_best(tile.T, others, own, (best, second, partner))
    ahead = np.flatnonzero((best >= least) & np.isfinite(best))
    ahead = ahead[ahead < partner[ahead]]
    return [
        Pair(one, other, float(best[one]))
        for one, other in zip(ahead.tolist(), partner[ahead].tolist(), strict=True)
        if partner[other] == one and best[one] - max(second[one], second[other]) >= lead
    ]


def _keep_best(
    tile: Floats, own: Integers, others: Integers, kept: tuple[Floats, Floats, Integers]
) -> None:
    """Fold the scores of `own` (rows) against `others` into the best two seen so far."""
    best, second, partner = kept
    top = tile.argmax(axis=1)
    lines = np.arange(len(own))
    highest = tile[lines, top]
    runner = (
        np.partition(tile, -2, axis=1)[:, -2]
        if tile.shape[1] > 1
        else np.full_like(highest, -np.inf)
    )
    wins = highest > best[own]
    second[own] = np.where(wins, np.maximum(best[own], runner), np.maximum(second[own], highest))
    partner[own] = np.where(wins, others[top], partner[own])
    best[own] = np.maximum(best[own], highest)
