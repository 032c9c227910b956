"""Pair scores of everything that may be in a look, and the task that the solver solves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers
from lookalike.domain.looks import LookRequest
from lookalike.domain.money import units_of, units_within
from lookalike.journeys.look_candidates import apart, kept_facets
from lookalike.journeys.look_columns import LookView
from lookalike.journeys.look_fixed import Fixed, pieces_in
from lookalike.journeys.look_plan import LookPlan, Open
from lookalike.ranking.compatibility import Basis, PairScores, compatibility
from lookalike.ranking.look_solver import EMPTY, Choices, Solution, Task
from lookalike.ranking.pieces import Pieces

SHORTLIST = 9
"""Candidates of a slot that the solver sees."""

COVERAGE = 0.3
"""What a look with every slot filled scores above an empty one: a piece is left out only where its
mean pair score is below about -COVERAGE / 2.  By eye on contact sheets."""

VARIETY = 0.4  # what a look loses whose pieces were all in an earlier one; by eye
PINNED = 100.0  # no sum of pair scores outweighs a pin


@dataclass(frozen=True)
class Table:
    """Fixed pieces first, then the shortlists of the slots, with the scores of all pairs.

    numbers  product numbers, -1 for a fixed piece that is none
    places   slot -> its places in the table
    barred   (n, n) two that must not meet
    """

    fixed: tuple[Fixed, ...]
    pieces: Pieces
    numbers: Integers
    places: Mapping[str, Integers]
    scores: PairScores
    barred: Booleans
    prices: Integers
    pinned: Booleans

    @cached_property
    def sums(self) -> Doubles:
        """(n, n) the score of every pair."""
        return self.scores.totals

    @cached_property
    def totals(self) -> Doubles:
        """(n, n) -inf where two may not be in one look."""
        return np.where(self.barred, -np.inf, self.sums)


@dataclass(frozen=True)
class Pool:
    """Everything found for the slots, fixed pieces first.

    scores  (fixed, n) of each fixed piece with everything
    ranked  slot -> its places, best beside the fixed pieces first, without what may not be there
    """

    pieces: Pieces
    numbers: Integers
    scores: PairScores
    ranked: Mapping[str, Integers]

    @cached_property
    def sums(self) -> Doubles:
        return self.scores.totals


@dataclass(frozen=True)
class Solved:
    """One look as the solver found it; `alone` is what its fixed pieces score by themselves."""

    slots: tuple[Open, ...]
    task: Task
    solution: Solution
    alone: float

    @property
    def score(self) -> float:
        return self.alone + self.solution.score

    def chosen(self, table: Table) -> list[tuple[int, int]]:
        """(number of the slot, place in the table) of every piece chosen."""
        pairs = zip(self.slots, self.solution.chosen, strict=True)
        return [
            (number, int(table.places[slot.slot][row]))
            for number, (slot, row) in enumerate(pairs)
            if row != EMPTY
        ]


def table_of(
    request: LookRequest,
    seen: LookView,
    fixed: Sequence[Fixed],
    plan: LookPlan,
    basis: Basis,
    pins: Sequence[int],
) -> tuple[Table, Pool]:
    """The shortlists with the scores of all pairs, and all that was found."""
    own = Pieces.joined([one.piece for one in fixed])
    names = list(plan.slots)
    pool = (
        np.concatenate([plan.slots[name].products for name in names])
        if names
        else np.zeros(0, dtype=np.int64)
    )
    found = Pieces.joined([own, pieces_in(pool, seen)]) if len(pool) else own
    first = compatibility(own, found, basis, rules=request.rules)
    fits = np.where(first.allowed, first.totals, -np.inf).mean(axis=0)
    ranked: dict[str, Integers] = {}
    start = len(fixed)
    for name in names:
        places = np.arange(start, start + len(plan.slots[name].products))
        start += len(places)
        good = places[np.isfinite(fits[places])]
        ranked[name] = good[np.argsort(-fits[good], kind="stable")]
    numbers = np.concatenate([_numbers(fixed), pool])
    wanted = np.isin(numbers, list(pins))
    short = {
        name: _short(places, plan.slots[name], numbers, wanted, seen)
        for name, places in ranked.items()
    }
    kept = np.concatenate([np.arange(len(fixed)), *short.values()]).astype(np.int64)
    table = _table(request, seen, tuple(fixed), found.take(kept), numbers[kept], basis)
    ends = np.cumsum([len(fixed), *(len(one) for one in short.values())])
    laid = {name: np.arange(ends[row], ends[row + 1]) for row, name in enumerate(short)}
    whole = replace(table, places=laid, pinned=wanted[kept])
    return whole, Pool(found, numbers, first, ranked)


def task_of(
    table: Table, slots: Sequence[Open], *, budget_units: int | None, used: Mapping[int, int]
) -> tuple[Task, float]:
    """The solver's task for one variant, and what the fixed pieces alone score.

    The score of a look is the mean over all pairs that the variant could have, plus COVERAGE
    times the share of slots filled, less VARIETY times the share of pieces shown before; so it
    can be told apart into these parts, and variants of different sizes can be compared.
    used  place -> in how many earlier looks it was
    """
    count = len(table.fixed)
    most = count + len(slots)
    pairs = max(1, most * (most - 1) // 2)
    shown = np.array([used.get(row, 0) for row in range(len(table.numbers))])
    adds = np.asarray(
        table.totals[:count].sum(axis=0) / pairs
        + COVERAGE / most
        - VARIETY / most * shown
        + PINNED * table.pinned
    )
    choices = tuple(
        Choices(
            one.slot,
            adds[table.places[one.slot]],
            np.zeros(len(table.places[one.slot]), dtype=np.int64)
            if one.owned
            else table.prices[table.places[one.slot]],
            one.required,
        )
        for one in slots
    )
    between = {
        (a, b): table.totals[np.ix_(table.places[slots[a].slot], table.places[slots[b].slot])]
        / pairs
        for a, b in combinations(range(len(slots)), 2)
    }
    inner = table.sums[:count, :count]
    alone = float(np.triu(inner, 1).sum() / pairs + COVERAGE * count / most)
    return Task(choices, between, budget_units), alone


def left_of(request: LookRequest, fixed: Sequence[Fixed]) -> int | None:
    """What the budget leaves for other pieces, in units; negative where nothing is left."""
    if request.budget is None:
        return None
    spent = sum((one.price for one in fixed if one.paid and one.price is not None), start=0)
    return units_within(request.budget - spent)


def _short(
    places: Integers, one: Open, numbers: Integers, wanted: Booleans, seen: LookView
) -> Integers:
    """The best of a slot, all pinned, and the cheapest few where there is a budget."""
    if len(places) <= SHORTLIST or one.owned:
        return places
    prices = (
        seen.view.index.numbers("price", numbers[places])
        if "price" in seen.view.index.fields
        else np.full(len(places), np.nan)
    )
    cheap = places[np.argsort(prices, kind="stable")[:3]]
    kept = {*places[:SHORTLIST].tolist(), *places[wanted[places]].tolist(), *cheap.tolist()}
    return np.array([place for place in places.tolist() if place in kept], dtype=np.int64)


def _numbers(fixed: Sequence[Fixed]) -> Integers:
    return np.array([-1 if one.number is None else one.number for one in fixed], dtype=np.int64)


def _table(
    request: LookRequest,
    seen: LookView,
    fixed: tuple[Fixed, ...],
    pieces: Pieces,
    numbers: Integers,
    basis: Basis,
) -> Table:
    scores = compatibility(pieces, pieces, basis, rules=request.rules)
    barred = ~scores.allowed | apart(seen, kept_facets(request), numbers)
    barred[: len(fixed), : len(fixed)] = False
    index = seen.view.index
    known = np.maximum(numbers, 0)
    prices = (
        index.numbers("price", known) if "price" in index.fields else np.full(len(known), np.nan)
    )
    return Table(
        fixed,
        pieces,
        numbers,
        {},
        scores,
        barred,
        units_of(prices),
        np.zeros(len(numbers), dtype=np.bool_),
    )
