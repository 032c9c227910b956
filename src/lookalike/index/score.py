"""The score of a pair: what every index agrees on, to the last bit."""

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.channels import Layout

_CHUNK = 2_048  # rows scored at a time: 8 MB of float64 at 512 columns, which stays in the cache


def contributions(query: Floats | Doubles, rows: Floats, layout: Layout) -> Doubles:
    """The inner product of every channel of a query with every row.

    query    (width,)
    rows     (count, width) float32
    returns  (count, channels) float64

    A value depends only on its own row, never on its place or its neighbors, so equal rows
    get equal numbers; a matrix product does not promise that.
    """
    products = np.multiply(rows, query, dtype=np.float64)
    found: Doubles = np.add.reduceat(products, layout.starts, axis=1)
    return found


def scores(query: Floats | Doubles, rows: Floats, layout: Layout) -> Doubles:
    """(count,) float64: the sum of the contributions of every row."""
    if len(rows) <= _CHUNK:
        total: Doubles = contributions(query, rows, layout).sum(axis=1)
        return total
    parts = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
    return np.concatenate([scores(query, part, layout) for part in parts])
