"""What is chosen by the same people: of products, and of kinds of products for those unmet."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lookalike.domain.arrays import Doubles, Integers
from lookalike.domain.events import Event

MOST_MEETINGS = 60_000  # newest that are paired: what goes together now, in half a second
MOST_OF_USER = 50  # newest products of one user that are paired
SHRINK = 20.0  # pairs that a product's partners by popularity alone count for
FLOOR = 5.0  # pairs added to a partner's own: two unpopular products met once prove little
MOST_LIFT = 4.0  # log-odds
ANCHORS = 8  # newest products of a user that are asked for their company
FADING = 3.0  # places in the past after which an anchor counts half
Small = NDArray[np.int32]
CHOSEN = ("purchase", "cart", "save")
LOOKED = ("view", "click")


class Meeting(NamedTuple):
    """A user chose a product at a time."""

    user_id: str
    sku: str
    time: datetime


def meetings(events: Sequence[Event]) -> list[Meeting]:
    """What was bought, put into a cart or saved; where nothing was, what was looked at."""
    kinds = CHOSEN if any(one.kind in CHOSEN for one in events) else LOOKED
    found = [
        Meeting(one.user_id, one.product_id, one.time)
        for one in events
        if one.kind in kinds and one.product_id is not None
    ]
    return sorted(found, key=lambda one: (one.time, one.user_id, one.sku))[-MOST_MEETINGS:]


@dataclass(frozen=True, eq=False)
class Company:
    """Pairs of products by number, and of their values.

    pairs    (products, products) symmetric: how often two were chosen by one user; pairs of one
             day count twice, as they were meant for each other
    totals   (products,) sums of its rows
    values   field -> (values, values) log-odds of a value in the company of another against its
             share of all company
    version  stands for the counts
    """

    pairs: csr_matrix
    totals: Doubles
    values: Mapping[str, Doubles] = field(default_factory=dict)
    version: str = ""

    @cached_property
    def total(self) -> float:
        return float(self.totals.sum())

    @property
    def is_empty(self) -> bool:
        return not self.pairs.nnz

    def partners(self, anchors: Integers, weights: Doubles) -> tuple[Integers, Doubles, Integers]:
        """(products, their log-odds, place of the anchor that speaks most for each).

        anchors, weights  products of a user, and how much each counts

        P(b | a) is shrunken towards the share of b in all company and averaged over anchors; the
        log-odds are those above a product that was never chosen with any of them.
        """
        share = weights / weights.sum()
        counts = self.totals[anchors] + SHRINK
        base = float(share @ (SHRINK / counts))
        starts, ends = self.pairs.indptr[anchors], self.pairs.indptr[anchors + 1]
        own = np.repeat(np.arange(len(anchors)), ends - starts)
        parts = [slice(*span) for span in zip(starts.tolist(), ends.tolist(), strict=True)]
        others = np.concatenate([self.pairs.indices[part] for part in parts]).astype(np.int64)
        usual = (self.totals[others] + FLOOR) / self.total
        lifts = np.concatenate([self.pairs.data[part] for part in parts]) / usual
        lifts = lifts * (share / counts)[own]
        order = np.lexsort((-lifts, others))
        products, first = np.unique(others[order], return_index=True)
        sums = np.add.reduceat(lifts[order], first) if len(first) else np.zeros(0)
        odds = np.minimum(np.log1p(sums / base), MOST_LIFT)
        return products, odds, own[order][first]

    def kinds(self, name: str, codes: Integers, weights: Doubles) -> Doubles:
        """(values,) log-odds of each value of a field, in the company of the anchors' values."""
        table = self.values[name]
        known = (codes >= 0) & (codes < len(table))
        if not known.any():
            return np.zeros(len(table))
        share = weights[known] / weights[known].sum()
        return np.asarray(np.log(share @ np.exp(table[codes[known]])))


NO_COMPANY = Company(csr_matrix((0, 0)), np.zeros(0))


def company(
    found: Sequence[Meeting],
    numbers: Mapping[str, int],
    codes: Mapping[str, Integers | Small],
    size: int,
) -> Company:
    """Count who chose what together.

    numbers  sku -> its number; others are left out
    codes    field -> (size,) code of each product's value, below 0 for none
    """
    return of_pairs(pairs_of(found, numbers, size), codes)


def of_pairs(pairs: csr_matrix | None, codes: Mapping[str, Integers | Small]) -> Company:
    """The company that pairs make; nobody's where there are none."""
    if pairs is None:
        return NO_COMPANY
    pairs.sort_indices()
    totals = np.asarray(pairs.sum(axis=1), dtype=np.float64).ravel()
    values = {name: _transitions(pairs, own) for name, own in codes.items()}
    text = pairs.data.tobytes() + pairs.indices.tobytes()
    return Company(pairs, totals, values, hashlib.blake2b(text, digest_size=8).hexdigest())


def renumbered(pairs: csr_matrix, old: Integers, new: Integers, size: int) -> csr_matrix:
    """The same pairs by other numbers.

    old, new  the numbers of each product that has pairs, and perhaps of others
    size      products by the new numbers
    """
    numbers = np.full(pairs.shape[0], -1, dtype=np.int64)
    numbers[old] = new
    held = pairs.tocoo()
    return csr_matrix((held.data, (numbers[held.row], numbers[held.col])), (size, size))


def resized(known: Company, size: int) -> Company:
    """The same company among more or fewer products, whose numbers and values are the same."""
    own = known.pairs
    starts = np.pad(own.indptr, (0, max(0, size - own.shape[0])), mode="edge")[: size + 1]
    pairs = csr_matrix((own.data, own.indices, starts), (size, size))
    totals = np.zeros(size)
    totals[: len(known.totals)] = known.totals[:size]
    return Company(pairs, totals, known.values, known.version)


def pairs_of(found: Sequence[Meeting], numbers: Mapping[str, int], size: int) -> csr_matrix | None:
    """(size, size) how often two were chosen by one user; None where nothing was."""
    ordered = sorted(found, key=lambda one: (one.user_id, one.time, one.sku))
    rows: list[int] = []
    columns: list[int] = []
    days: list[int] = []
    row = day = 0
    for _, of_user in groupby(ordered, key=lambda one: one.user_id):
        last: dict[str, datetime] = {}
        for one in of_user:
            if one.sku in numbers:
                last[one.sku] = one.time
        newest = sorted(last, key=lambda sku: (last[sku], sku))[-MOST_OF_USER:]
        before = None
        for sku in newest:
            if before is not None and last[sku].date() != before:
                day += 1
            before = last[sku].date()
            rows.append(row)
            days.append(day)
            columns.append(numbers[sku])
        row, day = row + 1, day + 1
    return _pairs(rows, columns, size) + _pairs(days, columns, size) if rows else None


def _pairs(rows: Sequence[int], columns: Sequence[int], size: int) -> csr_matrix:
    """(products, products) how many rows hold both; each row as if it held one pair a product."""
    held = csr_matrix((np.ones(len(rows)), (rows, columns)), (max(rows) + 1, size))
    many = np.asarray(held.sum(axis=1)).ravel()
    held.data /= np.sqrt(np.repeat(np.maximum(many - 1, 1), np.diff(held.indptr)))
    found = csr_matrix(held.T @ held)
    found.setdiag(0)
    found.eliminate_zeros()
    return found


def _transitions(pairs: csr_matrix, codes: Integers | Small) -> Doubles:
    """(values, values) log-odds, shrunken as those of products are."""
    known = np.flatnonzero(codes >= 0)
    count = int(codes.max(initial=-1)) + 1
    held = csr_matrix((np.ones(len(known)), (known, codes[known])), (len(codes), count))
    table = np.asarray((held.T @ pairs @ held).todense(), dtype=np.float64)
    usual = table.sum(axis=0) + FLOOR * 0.1
    usual = usual / usual.sum()
    rows = table.sum(axis=1, keepdims=True)
    lifts = (table + SHRINK * usual) / (rows + SHRINK) / usual
    return np.asarray(np.clip(np.log(lifts), -MOST_LIFT, MOST_LIFT))
