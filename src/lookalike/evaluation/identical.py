"""Products that show an identical image: one observation, and no find for one another."""

from collections import defaultdict
from collections.abc import Hashable, Sequence, Set

import numpy as np

from lookalike.domain.arrays import Integers


def kin(keys: Sequence[Set[Hashable]]) -> list[frozenset[int]]:
    """For each item the numbers of those that share a key with it, its own among them.

    keys  what identifies the images of each item: hashes, the bytes of rows; at least one

    Items with equal keys get the same object, so that a placeholder shown by thousands of
    products costs thousands of numbers, not millions.
    """
    owners: dict[Hashable, list[int]] = defaultdict(list)
    for number, own in enumerate(keys):
        for key in own:
            owners[key].append(number)
    known: dict[frozenset[Hashable], frozenset[int]] = {}
    found = []
    for own in map(frozenset, keys):
        if own not in known:
            known[own] = frozenset().union(*(owners[key] for key in own))
        found.append(known[own])
    return found


def clusters(keys: Sequence[Set[Hashable]]) -> Integers:
    """(items,) cluster numbers from 0: items that share a key, directly or over others."""
    parent = list(range(len(keys)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[Hashable, int] = {}
    for number, own in enumerate(keys):
        for key in own:
            parent[root(number)] = root(first.setdefault(key, number))
    roots = [root(number) for number in range(len(keys))]
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)
