"""Thinning a ranked list: one per variant group, at most so many per brand."""

import numpy as np

from lookalike.domain.arrays import Booleans, Integers


def at_most(codes: Integers, count: int) -> Booleans:
    """Keep the first `count` of every value, in the order given.

    codes    (n,) equal numbers mean equal values; negative means no value, always kept
    returns  (n,) True where the row stays

    A longer list with the same beginning keeps the same rows of that beginning, so a page
    can be cut from a prefix of the ranking.
    """
    order = np.argsort(codes, kind="stable")
    ranked = codes[order]
    first = np.searchsorted(ranked, ranked, side="left")
    kept = np.empty(len(codes), dtype=np.bool_)
    kept[order] = np.arange(len(codes)) - first < count
    return kept | (codes < 0)
