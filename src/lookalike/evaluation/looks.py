"""How good looks are: filling a blank, and telling looks that people made from random ones.

A question of fill-in-the-blank takes one piece out of a look and asks which of four products it
was (Han et al., ACM Multimedia 2017, section 4.2).  The negatives are random products, or, harder,
products of the right one's category (Vasileva et al., ECCV 2018, section 5.1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Integers

CHOICES = 4

PairTotals = Callable[[Integers, Integers], Doubles]
"""Places of products (n,) and (m,) -> (n, m) how well each pair goes together."""


@dataclass(frozen=True)
class Blank:
    """A look without one piece.  rest, choices: places of products; the first choice is right."""

    look: int
    rest: Integers
    choices: Integers


def blanks(
    looks: Sequence[Integers], groups: Integers | None, count: int, rng: np.random.Generator
) -> list[Blank]:
    """One question for each look with at least two pieces.

    groups  (count,) of every product; negatives are of the right one's group.  None: of any
    Looks whose right piece has fewer than three others in its group are left out.
    """
    members = _members(groups)
    found = []
    for number, look in enumerate(looks):
        place = int(rng.integers(len(look)))
        right = int(look[place])
        pool = members[int(groups[right])] if groups is not None else None
        wrong = _others(pool, count, look, CHOICES - 1, rng)
        if wrong is not None:
            found.append(Blank(number, np.delete(look, place), np.array([right, *wrong])))
    return found


def fakes(
    looks: Sequence[Integers], groups: Integers | None, count: int, rng: np.random.Generator
) -> list[Integers]:
    """For each look one of as many products, none of them in it, drawn as for `blanks`.

    A piece whose group has no other product stays.
    """
    members = _members(groups)
    found = []
    for look in looks:
        fake = look.copy()
        for place, right in enumerate(look.tolist()):
            pool = members[int(groups[right])] if groups is not None else None
            other = _others(pool, count, np.union1d(look, fake), 1, rng)
            if other is not None:
                fake[place] = other[0]
        found.append(fake)
    return found


def answered(scores: Doubles) -> float:
    """1 where the first choice, the right one, scores highest; its share of a tie; else 0."""
    best = np.isclose(scores, scores.max(), rtol=1e-9, atol=1e-12)
    return float(best[0] / best.sum())


def fit_of(blank: Blank, totals: PairTotals) -> Doubles:
    """(choices,) the mean pair score of each choice with the rest of the look."""
    return np.asarray(totals(blank.choices, blank.rest).mean(axis=1))


def whole(look: Integers, totals: PairTotals) -> float:
    """The mean score of the pairs of a look."""
    scores = totals(look, look)
    return float(scores[np.triu_indices(len(look), 1)].mean())


def auc(real: Doubles, fake: Doubles) -> float:
    """The chance that a real look scores above a fake one; ties count half.

    Mann and Whitney 1947, by ranks: O(n log n).
    """
    both = np.concatenate([real, fake])
    order = np.unique(both, return_inverse=True, return_counts=True)
    ends = np.cumsum(order[2])
    ranks = (ends - (order[2] - 1) / 2)[order[1]]
    above = ranks[: len(real)].sum() - len(real) * (len(real) + 1) / 2
    return float(above / (len(real) * len(fake)))


def weighted_auc(real: Doubles, fake: Doubles) -> Callable[[Doubles], Doubles]:
    """The statistic of `auc` when look i and its fake are drawn `times[i]` times."""
    order = np.argsort(fake, kind="stable")
    below = np.searchsorted(fake[order], real, side="left")
    upto = np.searchsorted(fake[order], real, side="right")

    def statistic(times: Doubles) -> Doubles:
        reached = np.concatenate([[0.0], np.cumsum(times[order])])
        wins = (reached[below] + reached[upto]) / 2
        return np.array([times @ wins / times.sum() ** 2])

    return statistic


def popularity(looks: Sequence[Integers], count: int) -> Doubles:
    """(count,) in how many looks each product is."""
    return np.bincount(np.concatenate(looks), minlength=count).astype(np.float64)


def _members(groups: Integers | None) -> Mapping[int, Integers]:
    if groups is None:
        return {}
    order = np.argsort(groups, kind="stable")
    codes, starts = np.unique(groups[order], return_index=True)
    return dict(zip(codes.tolist(), np.split(order, starts[1:]), strict=True))


def _others(
    pool: Integers | None, count: int, taken: Integers, wanted: int, rng: np.random.Generator
) -> list[int] | None:
    """So many different products of the pool that are not taken; None where there are not."""
    if pool is None:
        pool_size = count
    else:
        pool_size = len(pool)
        if pool_size <= wanted + len(taken):
            free = np.setdiff1d(pool, taken)
            return None if len(free) < wanted else rng.choice(free, wanted, replace=False).tolist()
    if pool is None and count < wanted + len(taken):
        return None
    found: list[int] = []
    held = set(taken.tolist())
    while len(found) < wanted:
        place = int(rng.integers(pool_size))
        one = place if pool is None else int(pool[place])
        if one not in held:
            held.add(one)
            found.append(one)
    return found
