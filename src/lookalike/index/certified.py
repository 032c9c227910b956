"""Exact search by certificate: a quick scan proposes, exact scores decide, a bound proves.

A scan returns a pool of rows by quick scores that are wrong by at most e.  A row outside the
pool has a quick score of at most the pool's lowest, s, hence a score of at most s + e.  So a
product whose exact score is above s + e, for every query, has its final score and place.  When
fewer than `limit` products are proven, the pools that could still change the answer grow
fourfold, until the proof holds or nothing allowed is left outside.
"""

from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.index.merge import Pairs, base_keys, best_pairs
from lookalike.index.protocol import Hits
from lookalike.index.score import scores
from lookalike.index.segment import Segment

_EXTRA = 96  # pool rows beyond twice the limit: 194 for 49; scan.py says that 151 were needed
_GROWTH = 4
_SHARE = 0.2  # a filter that keeps more of the rows is cheaper to apply after the scan
_MOST_AFTER = 1_000  # but not with a larger pool than this: bench/search.py has the crossover
_ALL = 1.5  # up to this many allowed rows per pool row it is cheaper to score them all


@dataclass(frozen=True)
class Part:
    """A segment as one search sees it.

    start, start_row  the numbers of its first product and row within the index
    allowed           (products,) or None when all are
    keys              (products,) int64 in the order of skus over the index; None for the base,
                      whose keys are `base_keys`
    stride            how far apart those are
    """

    segment: Segment
    start: int
    start_row: int
    allowed: Booleans | None
    keys: Integers | None
    stride: int = 1


@dataclass
class _Pool:
    """What is known about one query in one part.

    rows     the rows to score exactly, of this segment
    ceiling  no allowed row outside scores more; -inf when there is none
    """

    part: Part
    query: int
    size: int
    rows: Integers
    exact: Doubles
    ceiling: float


def certified(parts: list[Part], queries: Floats, *, limit: int, layout: Layout) -> Hits:
    """The `limit` best products over all parts, each scored by its best query and row."""
    counts = [_count(part) for part in parts]
    open_parts = [part for part, count in zip(parts, counts, strict=True) if count]
    total = sum(counts)
    pools = [
        _filled(part, queries, number, layout=layout, limit=limit, size=_first_size(part, limit))
        for part in open_parts
        for number in range(len(queries))
    ]
    while True:
        pairs = _pairs(pools)
        single = len(queries) == 1 and all(part.segment.one_row_each for part in open_parts)
        best = best_pairs(pairs, single=single)[:limit]
        ceiling = max((pool.ceiling for pool in pools), default=-np.inf)
        floor = float(pairs.scores[best[-1]]) if len(best) == limit else -np.inf
        if ceiling < floor or ceiling == -np.inf:
            return Hits(
                products=pairs.products[best],
                rows=pairs.rows[best],
                queries=pairs.queries[best],
                scores=pairs.scores[best],
                complete=total <= len(best),
            )
        pools = [
            pool
            if pool.ceiling < floor or pool.ceiling == -np.inf
            else _filled(
                pool.part,
                queries,
                pool.query,
                layout=layout,
                limit=limit,
                size=_GROWTH * pool.size,
            )
            for pool in pools
        ]


def _first_size(part: Part, limit: int) -> int:
    """Enough rows for the limit, also where a product's images all stand side by side."""
    segment = part.segment
    return (2 * limit + _EXTRA) * -(-len(segment.rows) // len(segment))


def _filled(
    part: Part, queries: Floats, number: int, *, layout: Layout, limit: int, size: int
) -> _Pool:
    """A pool of about `size` rows, those of them that can matter with their exact scores."""
    query = queries[number]
    segment, allowed = part.segment, part.allowed
    error = segment.scan.spread.error(query, layout)
    total = len(segment.rows)
    rows_allowed = None if allowed is None else segment.rows_of(allowed)
    count = total if rows_allowed is None else int(np.count_nonzero(rows_allowed))
    ceiling = -np.inf
    if error == np.inf or _ALL * size >= count:
        rows = np.arange(total) if rows_allowed is None else np.flatnonzero(rows_allowed)
    else:
        wide = size * total // count
        after = rows_allowed is not None and count > _SHARE * total and wide <= _MOST_AFTER
        if after:
            rows, quick = segment.scan.top(query, wide, allowed=None)
        else:
            rows, quick = segment.scan.top(query, size, allowed=rows_allowed)
        ceiling = float(quick[-1]) + error
        if after and rows_allowed is not None:
            passing = rows_allowed[rows]
            rows, quick = rows[passing], quick[passing]
        if segment.one_row_each and len(rows) > limit:
            keep, ceiling = _useful(quick, ceiling, limit=limit, error=error)
            rows = rows[:keep]
    return _Pool(part, number, size, rows, scores(query, segment.rows[rows], layout), ceiling)


def _useful(quick: Doubles, ceiling: float, *, limit: int, error: float) -> tuple[int, float]:
    """How many rows to score exactly, and the ceiling of the rest.

    Where each row is a product of its own, `limit` products score at least quick[limit-1] -
    error, so a row with less than that minus another error is not among the best.
    """
    least = quick[limit - 1] - 2 * error
    keep = int(np.searchsorted(-quick, -least, side="right"))
    return keep, max(ceiling, float(quick[keep]) + error) if keep < len(quick) else ceiling


def _count(part: Part) -> int:
    return len(part.segment) if part.allowed is None else int(np.count_nonzero(part.allowed))


def _pairs(pools: list[_Pool]) -> Pairs:
    products, rows, queries, keys = [], [], [], []
    for pool in pools:
        segment = pool.part.segment
        owners = pool.rows if segment.one_row_each else segment.owners[pool.rows].astype(np.int64)
        products.append(owners + pool.part.start)
        rows.append(pool.rows + pool.part.start_row)
        queries.append(np.full(len(pool.rows), pool.query, dtype=np.int64))
        own = pool.part.keys
        keys.append(base_keys(owners, pool.part.stride) if own is None else own[owners])
    if not pools:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, none, none, np.zeros(0))
    return Pairs(
        np.concatenate(products),
        np.concatenate(rows),
        np.concatenate(queries),
        np.concatenate(keys),
        np.concatenate([pool.exact for pool in pools]),
    )
