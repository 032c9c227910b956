"""Trials of pair scores on looks: blanks and fakes, asked of whatever gives a pair a number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Integers
from lookalike.domain.look_scores import LookFigures, Negatives
from lookalike.evaluation.intervals import bootstrap, means
from lookalike.evaluation.looks import (
    Blank,
    PairTotals,
    answered,
    auc,
    blanks,
    fakes,
    fit_of,
    weighted_auc,
    whole,
)
from lookalike.ranking.compatibility import Basis, compatibility
from lookalike.ranking.pair_features import word_codes
from lookalike.ranking.pieces import UNKNOWN_CODE, Pieces

MOST_AT_ONCE = 400  # products: their pairs take 20 ms at once, a question's alone 1 ms


@dataclass(frozen=True)
class Trial:
    """Looks with a blank each and a fake each, the same for everything that is tried.

    looks     those with a blank, places among the pieces; one that is asked about several times
              is here several times
    fakes     one for each of them
    numbers   (looks,) of each, its place among the looks given
    """

    looks: tuple[Integers, ...]
    blanks: tuple[Blank, ...]
    fakes: tuple[Integers, ...]
    numbers: Integers

    @classmethod
    def of(
        cls,
        looks: Sequence[Integers],
        pieces: Pieces,
        negatives: Negatives,
        seed: int,
        *,
        times: int = 1,
    ) -> "Trial":
        """times  how many blanks and fakes each look gets"""
        groups = groups_of(pieces) if negatives == "same_category" else None
        rng = np.random.default_rng(seed)
        repeated = [look for look in looks for _ in range(times)]
        asked = blanks(repeated, groups, len(pieces), rng)
        kept = [repeated[one.look] for one in asked]
        numbers = np.array([one.look // times for one in asked], dtype=np.int64)
        drawn = fakes(kept, groups, len(pieces), rng)
        return cls(tuple(kept), tuple(asked), tuple(drawn), numbers)

    @property
    def clusters(self) -> Integers:
        """(looks,) equal for one look, numbered from 0 without gaps."""
        return clusters_of(self.numbers)

    def fitb(self, totals: PairTotals) -> Doubles:
        """(blanks,) whether each was filled right; a tie counts its share."""
        return np.array([answered(fit_of(one, totals)) for one in self.blanks])

    def wholes(self, totals: PairTotals) -> tuple[Doubles, Doubles]:
        """(looks,) the mean pair score of each look, and of each fake."""
        return (
            np.array([whole(look, totals) for look in self.looks]),
            np.array([whole(look, totals) for look in self.fakes]),
        )

    def figures(self, totals: PairTotals, *, seed: int) -> tuple[LookFigures, Doubles]:
        """Both figures with intervals over looks, and (blanks,) which were filled right."""
        right = self.fitb(totals)
        real, fake = self.wholes(totals)
        rng = np.random.default_rng(seed)
        low, high = bootstrap(means(right[:, None]), self.clusters, rng=rng)
        auc_low, auc_high = bootstrap(weighted_auc(real, fake), self.clusters, rng=rng)
        intervals = {
            "fitb": (float(low[0]), float(high[0])),
            "auc": (float(auc_low[0]), float(auc_high[0])),
        }
        return LookFigures(float(right.mean()), auc(real, fake), intervals), right

    def brief(self, totals: PairTotals) -> tuple[dict[str, float], Doubles]:
        """Both figures alone, and (blanks,) which were filled right."""
        right = self.fitb(totals)
        real, fake = self.wholes(totals)
        return {"fitb": float(right.mean()), "auc": auc(real, fake)}, right


def clusters_of(numbers: Integers) -> Integers:
    """The same groups, numbered from 0 without gaps."""
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def pair_totals(pieces: Pieces, basis: Basis) -> PairTotals:
    """The pair scores that answer questions; all at once where the collection is small."""
    if len(pieces) <= MOST_AT_ONCE:
        table = compatibility(pieces, pieces, basis).totals
        return lambda first, second: np.asarray(table[np.ix_(first, second)])

    def totals(first: Integers, second: Integers) -> Doubles:
        return compatibility(pieces.take(first), pieces.take(second), basis).totals

    return totals


def similarity(pieces: Pieces, part: slice) -> PairTotals:
    """How alike one channel is, by itself."""

    def totals(first: Integers, second: Integers) -> Doubles:
        return np.asarray(pieces.rows[first, part] @ pieces.rows[second, part].T, np.float64)

    return totals


def each(values: Doubles) -> PairTotals:
    """What the products of a pair are worth by themselves, whatever they stand beside."""

    def totals(first: Integers, second: Integers) -> Doubles:
        return np.asarray(values[first][:, None] + values[second][None, :])

    return totals


def groups_of(pieces: Pieces) -> Integers:
    """(n,) a number for each category; each product without one is a group of its own."""
    codes = word_codes(pieces, "category")
    return np.where(codes == UNKNOWN_CODE, -2 - np.arange(len(pieces)), codes)
