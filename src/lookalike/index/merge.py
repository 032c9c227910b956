"""From scored pairs of query and row to products, best first."""

from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Integers


@dataclass(frozen=True)
class Pairs:
    """Scored pairs, all arrays (count,).

    products, rows, queries  int64 numbers
    keys                     int64, ascending as the skus of the products do
    scores                   float64
    """

    products: Integers
    rows: Integers
    queries: Integers
    keys: Integers
    scores: Doubles


def base_keys(products: Integers, stride: int) -> Integers:
    """Sort keys of the base's products, which leave room for `stride - 1` new ones before each."""
    return products * stride + (stride - 1)


def best_pairs(pairs: Pairs, *, single: bool) -> Integers:
    """The places of the best pair of every product, best product first.

    Ties between products go to the lower sku, ties within one to the lower query, then row.
    single  every product occurs once, which saves the search for its best
    """
    if single:
        return np.lexsort((pairs.keys, -pairs.scores))
    order = np.lexsort((pairs.rows, pairs.queries, pairs.keys, -pairs.scores))
    _, first = np.unique(pairs.products[order], return_index=True)
    return order[np.sort(first)]
