"""Which types of products are in looks together: smoothed, with backoff from types to slots."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Integers

PRIOR_PAIRS = 20.0
"""Pairs of evidence that the slots' answer is worth against the types' own."""

SLOT_PRIOR_PAIRS = 50.0  # and that "as often as by chance" is worth against the slots'


@dataclass(frozen=True)
class TypePairs:
    """How much more often than by chance two types, or two slots, share a look, in nats.

    types  (t,) int64 codes, ascending;  type_lift  (t, t) symmetric
    slots  (s,) int64 codes, ascending;  slot_lift  (s, s) symmetric
    """

    types: Integers
    type_lift: Doubles
    slots: Integers
    slot_lift: Doubles

    def lift(self, first: tuple[Integers, Integers], second: tuple[Integers, Integers]) -> Doubles:
        """(n, m) for products given as their (types, slots); 0 where even the slots are new."""
        found = _looked_up(self.slot_lift, self.slots, first[1], second[1])
        own = _looked_up(self.type_lift, self.types, first[0], second[0])
        return np.where(np.isnan(own), np.nan_to_num(found), own)


def type_pairs(looks: Sequence[Integers], types: Integers, slots: Integers) -> TypePairs:
    """Count pairs of looks.

    looks  places of products;  types, slots  (products,) their codes

    lift = log((pairs + prior x expected x lift of the slots) / (expected + prior x expected)),
    where `expected` is what the shares of both types in the catalog would give: Dirichlet
    smoothing towards the coarser table (MacKay and Peto 1995), which itself is smoothed to 0.
    """
    pairs = [_pairs_of(look) for look in looks]
    ones = np.concatenate([a for a, _ in pairs])
    others = np.concatenate([b for _, b in pairs])
    slot_codes, slot_of = np.unique(slots, return_inverse=True)
    type_codes, type_of = np.unique(types, return_inverse=True)
    by_slot = _lift(slot_of, ones, others, np.zeros((len(slot_codes),) * 2), SLOT_PRIOR_PAIRS)
    usual = np.zeros(len(type_codes), dtype=np.int64)
    usual[type_of] = slot_of  # a type is nearly always in one slot; the last one counts
    by_type = _lift(type_of, ones, others, by_slot[np.ix_(usual, usual)], PRIOR_PAIRS)
    return TypePairs(type_codes, by_type, slot_codes, by_slot)


def _lift(
    kind_of: Integers, ones: Integers, others: Integers, prior: Doubles, weight: float
) -> Doubles:
    kinds = len(prior)
    counts = np.zeros((kinds, kinds))
    np.add.at(counts, (kind_of[ones], kind_of[others]), 1.0)
    shares = np.bincount(kind_of, minlength=kinds) / len(kind_of)
    expected = np.outer(shares, shares) * counts.sum()
    return np.asarray(np.log((counts + weight * np.exp(prior)) / (expected + weight)))


def _pairs_of(look: Integers) -> tuple[Integers, Integers]:
    """Both orders of every pair."""
    a, b = np.meshgrid(look, look, indexing="ij")
    different = ~np.eye(len(look), dtype=np.bool_)
    return a[different], b[different]


def _looked_up(table: Doubles, known: Integers, first: Integers, second: Integers) -> Doubles:
    """(n, m) NaN where a code is not known."""
    a, b = (np.minimum(np.searchsorted(known, codes), len(known) - 1) for codes in (first, second))
    found = table[a[:, None], b[None, :]]
    new = (known[a] != first)[:, None] | (known[b] != second)[None, :]
    return np.where(new, np.nan, found)
