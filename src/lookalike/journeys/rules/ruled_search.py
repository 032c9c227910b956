"""The best by score plus bonus, exactly: one search over all, one over each lifted set.

The index ranks by inner products and knows no bonus.  A product outside the `depth` best by score
scores at most the last of them; so with no bonus, or a bury, it ends up no higher.  A lifted
product may come from anywhere, so each set of equally lifted products is searched by itself,
and one outside its list ends at most at the last score there plus the lift.  Once every such
ceiling lies below the last of the answer, no product outside can belong to it.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from lookalike.domain.arrays import Booleans, Floats
from lookalike.domain.filters import Filter
from lookalike.index.protocol import Hits, VectorIndex
from lookalike.journeys.search.plan import Plan
from lookalike.ranking.rules import Bonus

SPARE = 32  # products beyond the limit, to begin with
FIRST = 64  # of a lifted set, to begin with
MOST_SPARE = 4  # times the limit, where many are buried
GROWTH = 2


class _Asked(NamedTuple):
    rows: VectorIndex
    queries: Floats
    where: Filter | None


class Best(NamedTuple):
    """The best with what rules add, and the best without, which reasons compare with."""

    hits: Hits
    by_score: Hits


def best_hits(
    index: VectorIndex, todo: Plan, bonus: Bonus | None, *, limit: int, rivals: int = 1
) -> Best:
    """The `limit` best of a plan, and at least so many of the best by score alone."""
    if bonus is None:
        hits = index.search(todo.queries, limit=max(limit, rivals), where=todo.where)
        return Best(hits, hits)
    return ruled_search(
        index, todo.queries, limit=limit, where=todo.where, bonus=bonus, rivals=rivals
    )


def ruled_search(
    index: VectorIndex,
    queries: Floats,
    *,
    limit: int,
    where: Filter | None,
    bonus: Bonus,
    rivals: int = 1,
) -> Best:
    """The `limit` best by score plus bonus; the scores of these hits are the sums.


    Ties go to the lower sku.  Cost: one more search for each level of the bonus, of its set only.
    """
    asked = _Asked(index, queries, where)
    room = min(MOST_SPARE * limit, int(limit / max(1 - bonus.sunk, 0.01)))  # for the buried
    everyone = _Pool(None, 0.0, max(room + SPARE, rivals)).searched(asked)
    lifted = [_Pool(one.among, one.most, min(FIRST, limit)) for one in bonus.levels]
    while True:
        joined = _joined([everyone, *lifted], bonus, index, limit=limit)
        if everyone.is_complete:
            break
        floor = float(joined.scores[limit - 1])
        is_open = [min(one.last, everyone.last) + one.lift >= floor for one in lifted]
        if any(is_open):
            pairs = zip(lifted, is_open, strict=True)
            lifted = [one.searched(asked) if more else one for one, more in pairs]
        elif everyone.last >= floor:
            everyone = everyone.searched(asked)
        else:
            break
    top = slice(limit)
    hits = Hits(
        joined.products[top],
        joined.rows[top],
        joined.queries[top],
        joined.scores[top],
        complete=everyone.is_complete and len(joined.products) <= limit,
    )
    return Best(hits, everyone.hits or hits)


@dataclass(frozen=True, eq=False)
class _Pool:
    """What is known of a set of products: the best by score of those among it."""

    among: Booleans | None
    lift: float
    depth: int
    hits: Hits | None = None

    @property
    def is_complete(self) -> bool:
        return self.hits is not None and self.hits.complete

    @property
    def last(self) -> float:
        """No product of the set that is not in its list scores more, before its bonus."""
        if self.hits is None:
            return np.inf
        return -np.inf if self.hits.complete else float(self.hits.scores[-1])

    def searched(self, asked: _Asked) -> "_Pool":
        """The same, looked into (more deeply)."""
        depth = self.depth if self.hits is None else GROWTH * self.depth
        index, queries, where = asked
        hits = index.search(queries, limit=depth, where=where, among=self.among)
        return replace(self, depth=depth, hits=hits)


def _joined(pools: list[_Pool], bonus: Bonus, index: VectorIndex, *, limit: int) -> Hits:
    """All found, each once, best first by score plus bonus, ties by sku."""
    found = [one.hits for one in pools if one.hits is not None]
    products = np.concatenate([one.products for one in found])
    products, first = np.unique(products, return_index=True)
    scores = np.concatenate([one.scores for one in found])[first] + bonus.values[products]
    order = np.argsort(-scores, kind="stable")
    if (np.diff(scores[order][: limit + 1]) == 0).any():
        order = np.lexsort((np.array(index.skus(products)), -scores))
    which = first[order]
    rows = np.concatenate([one.rows for one in found])[which]
    queries = np.concatenate([one.queries for one in found])[which]
    return Hits(products[order], rows, queries, scores[order], complete=False)
