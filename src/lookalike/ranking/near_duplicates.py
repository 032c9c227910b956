"""Groups of products that look the same, found tile by tile in bounded memory.

A group is a leader and those that are alike *to it*, never a chain in which each is like the
next and the ends have nothing in common.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from lookalike.domain.arrays import Booleans, Floats, Integers
from lookalike.domain.channels import Layout

TILE = 1024  # products a side: a tile of similarities takes 4 MB
PAIRS_AT_ONCE = 8192  # compared channel by channel: 30 MB of rows

Alike = Callable[[Floats, Floats], Booleans]
"""Which of (a, width) rows are alike to which of (b, width): (a, b)."""

ReadRows = Callable[[Integers], Floats]
"""(count, width) rows of products by their numbers."""


@dataclass(frozen=True)
class LeastSimilarity:
    """What every channel's similarity must reach for two photos to count as near-identical.

    Channels that a layout lacks ask nothing; `look` comes first, as it rules out nearly all.
    """

    by_channel: Mapping[str, float]

    def alike(self, layout: Layout) -> Alike:
        known = {name: least for name, least in self.by_channel.items() if name in layout.names}
        return partial(_reaching, layout=layout, least=known)


NEAR_IDENTICAL = LeastSimilarity({"look": 0.93, "color": 0.96, "shape": 0.9, "type": 0.85})
"""What photos must share before their pixels are compared.  Of 30 drawn photos, trimmed by 4 of 224
pixels and saved at quality 70, 9 of 10 reach each of these, and so do as many of 210 real photos of
200 px and more, saved at quality 60 or trimmed by 2 or 4 %."""


def leaders(count: int, read: ReadRows, *, alike: Alike, apart: Integers | None = None) -> Integers:
    """(count,) the leader of every product: the first that it is alike to, else itself.

    Products are taken in order; one that has no leader yet becomes one, and all later ones
    without a leader that are alike to it join it.
    apart  (count,) products of one number >= 0 are never joined: the merchant named them
    Reads every tile of rows against every later one and holds two tiles: time O(count^2),
    memory O(count + TILE^2).
    """
    found = np.arange(count, dtype=np.int64)
    for start in range(0, count, TILE):
        own = np.arange(start, min(start + TILE, count), dtype=np.int64)
        rows = read(own)
        mask = _allowed(alike(rows, rows), own, own, apart)
        for place in range(len(own)):
            if found[own[place]] == own[place]:
                joining = own[place + 1 :][mask[place, place + 1 :]]
                free = joining[found[joining] == joining]
                found[free] = own[place]
        leading = own[found[own] == own]
        if not len(leading):
            continue
        ahead = rows[leading - start]
        for later in range(start + TILE, count, TILE):
            others = np.arange(later, min(later + TILE, count), dtype=np.int64)
            others = others[found[others] == others]
            if len(others):
                mask = _allowed(alike(ahead, read(others)), leading, others, apart)
                joined = mask.any(axis=0)
                found[others[joined]] = leading[mask[:, joined].argmax(axis=0)]
    return found


def groups(leader: Integers) -> list[Integers]:
    """The products of every group of two or more, each with its leader first."""
    order = np.argsort(leader, kind="stable")
    starts = np.flatnonzero(np.diff(leader[order], prepend=-1))
    return [part for part in np.split(order, starts[1:]) if len(part) > 1]


def _allowed(mask: Booleans, first: Integers, second: Integers, apart: Integers | None) -> Booleans:
    if apart is None or not mask.any():
        return mask
    one, other = apart[first], apart[second]
    return np.asarray(mask & ~((one[:, None] == other) & (one[:, None] >= 0)))


def _reaching(
    first: Floats, second: Floats, *, layout: Layout, least: Mapping[str, float]
) -> Booleans:
    """One channel for all pairs, then the others for the few that are left."""
    name, *others = least
    part = layout.part(name)
    mask = np.asarray(first[:, part] @ second[:, part].T >= np.float32(least[name]))
    left, right = np.nonzero(mask)
    for start in range(0, len(left), PAIRS_AT_ONCE):
        chunk = slice(start, start + PAIRS_AT_ONCE)
        one, other = first[left[chunk]], second[right[chunk]]
        kept = np.ones(len(one), dtype=np.bool_)
        for name in others:
            part = layout.part(name)
            close = np.einsum("ij,ij->i", one[:, part], other[:, part])
            kept &= close >= np.float32(least[name])
        mask[left[chunk], right[chunk]] = kept
    return mask
