"""Pair scores of everything that may be in a look, and the task that the solver solves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, islice

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers
from lookalike.domain.looks import LookRequest
from lookalike.domain.money import units_of, units_within
from lookalike.domain.slot_table import SECONDARY
from lookalike.journeys.looks.candidates import apart, kept_facets
from lookalike.journeys.looks.colors import color_spread
from lookalike.journeys.looks.columns import LookView
from lookalike.journeys.looks.fixed import Fixed, pieces_in
from lookalike.journeys.looks.plan import LookPlan, Open
from lookalike.ranking.compatibility import Basis, PairScores, compatibility
from lookalike.ranking.look_solver import EMPTY, Choices, Solution, Task
from lookalike.ranking.look_variety import busy, clashes, monotony, same_color
from lookalike.ranking.pieces import Pieces
from lookalike.ranking.rules import Bonus

SHORTLIST, OF_KIND = 10, 2
"""Candidates of a slot that the solver sees, and how many at least are of another color than what
the look starts from, and how many are plain."""
LEAST_REPEAT = 0.25  # of `same_color`: the piece is of the same strong color; by eye

COVERAGE = 0.3
"""What a look with every slot filled scores above an empty one: a piece is left out only where its
mean pair score is below about -COVERAGE / 2.  By eye on contact sheets."""

VARIETY = 0.4  # what a look loses whose pieces were all in an earlier one; by eye
SECOND_CHOICE = 0.25  # mean pair score that a stool loses beside a chair; by eye
MOST_WARMTH_APART = 1.6
"""Of -1, high summer, to 1, deep winter: a T-shirt goes under a coat, sandals not beside one."""
BEDROOM = "bedroom"
PINNED = 100.0  # no sum of pair scores outweighs a pin


@dataclass(frozen=True)
class Scales:
    """What pieces are weighed by.

    basis  of pair scores
    taste  product numbers -> what a user's taste adds to each; None where none is known
    bonus  what the merchant's rules add to every product; None where they add nothing
    """

    basis: Basis
    taste: Callable[[Integers], Doubles] | None = None
    bonus: Bonus | None = None

    def liked(self, numbers: Integers) -> Doubles:
        """(n,) of products of the collection."""
        return np.zeros(len(numbers)) if self.taste is None else self.taste(numbers)

    def lifted(self, numbers: Integers) -> Doubles:
        """(n,) by rules, of products of the collection."""
        return np.zeros(len(numbers)) if self.bonus is None else self.bonus.values[numbers]


@dataclass(frozen=True)
class Table:
    """Fixed pieces first, then the shortlists of the slots, with the scores of all pairs.

    numbers  product numbers, -1 for a fixed piece that is none
    places   slot -> its places in the table
    dull     (n, n) what each pair costs the variety of a look
    barred   (n, n) two that must not meet
    liked    (n,) what a user's taste adds; to fixed pieces nothing
    lifted   (n,) what the merchant's rules add; to fixed pieces nothing
    """

    fixed: tuple[Fixed, ...]
    pieces: Pieces
    numbers: Integers
    places: Mapping[str, Integers]
    scores: PairScores
    dull: Doubles
    barred: Booleans
    prices: Integers
    pinned: Booleans
    liked: Doubles
    lifted: Doubles

    @cached_property
    def sums(self) -> Doubles:
        """(n, n) the score of every pair."""
        return self.scores.totals

    @cached_property
    def totals(self) -> Doubles:
        """(n, n) what each pair adds to a look; -inf where two may not be in one."""
        return np.where(self.barred, -np.inf, self.sums - self.dull)


@dataclass(frozen=True)
class Pool:
    """Everything found for the slots, fixed pieces first.

    scores  (fixed, n) of each fixed piece with everything
    ranked  slot -> its places, best beside the fixed pieces first, without what may not be there
    liked   (n,) what a user's taste adds
    """

    pieces: Pieces
    numbers: Integers
    scores: PairScores
    ranked: Mapping[str, Integers]
    liked: Doubles

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
    scales: Scales,
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
    first = compatibility(own, found, scales.basis, rules=request.rules)
    liked = np.concatenate([np.zeros(len(fixed)), scales.liked(pool)])
    lifted = np.concatenate([np.zeros(len(fixed)), scales.lifted(pool)])
    cold = climates_apart(own.warmth, found.warmth)
    patterned = busy(found, color_spread(found.rows, seen.view.index.layout))
    worth = (
        first.totals
        + _secondary(found, fixed)
        + liked
        + lifted
        - clashes(own, found, patterned[: len(own)], patterned)
    )
    fits = np.where(first.allowed & ~cold, worth, -np.inf).mean(axis=0)
    ranked: dict[str, Integers] = {}
    start = len(fixed)
    for name in names:
        places = np.arange(start, start + len(plan.slots[name].products))
        start += len(places)
        good = places[np.isfinite(fits[places])]
        ranked[name] = good[np.argsort(-fits[good], kind="stable")]
    numbers = np.concatenate([_numbers(fixed), pool])
    wanted = np.isin(numbers, list(pins))
    repeats = same_color(own, found).max(axis=0) >= LEAST_REPEAT
    short = {
        name: _short(
            places,
            plan.slots[name],
            (~repeats, patterned < 0.5),
            _always(places, numbers, wanted, seen),
        )
        for name, places in ranked.items()
    }
    kept = np.concatenate([np.arange(len(fixed)), *short.values()]).astype(np.int64)
    table = _table(request, seen, tuple(fixed), found.take(kept), numbers[kept], scales.basis)
    ends = np.cumsum([len(fixed), *(len(one) for one in short.values())])
    laid = {name: np.arange(ends[row], ends[row + 1]) for row, name in enumerate(short)}
    whole = replace(table, places=laid, pinned=wanted[kept], liked=liked[kept], lifted=lifted[kept])
    return whole, Pool(found, numbers, first, ranked, liked)


def task_of(
    table: Table, slots: Sequence[Open], *, budget_units: int | None, used: Mapping[int, int]
) -> tuple[Task, float]:
    """The solver's task for one variant, and what the fixed pieces alone score.

    The score of a look is the mean over all pairs that the variant could have, plus COVERAGE
    times the share of slots filled, plus the mean of what a user's taste and the merchant's rules
    add, less VARIETY times the share of pieces shown before; so it can be told apart into these
    parts, and variants of different sizes can be compared.
    used  place -> in how many earlier looks it was
    """
    count = len(table.fixed)
    most = count + len(slots)
    pairs = max(1, most * (most - 1) // 2)
    shown = np.array([used.get(row, 0) for row in range(len(table.numbers))])
    adds = np.asarray(
        table.totals[:count].sum(axis=0) / pairs
        + (_secondary(table.pieces, table.fixed) + table.liked + table.lifted) / most
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


def climates_apart(first: Doubles, second: Doubles | None = None) -> Booleans:
    """(n, m) where one is for high summer and the other for deep winter; NaN is unknown."""
    other = first if second is None else second
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(first[:, None] - other[None, :]) > MOST_WARMTH_APART)


def _secondary(pieces: Pieces, fixed: Sequence[Fixed]) -> Doubles:
    """(n,) what a piece loses that fills its slot only in want of a better one.

    A bed is the first choice only beside what is for a bedroom.
    """
    sleeping = any(one.piece.of[0].words.get("place") == BEDROOM for one in fixed)
    second = SECONDARY if sleeping else SECONDARY | {"bed"}
    words = [one.words.get("kind") for one in pieces.of]
    return np.array([-SECOND_CHOICE if word in second else 0.0 for word in words])


def _short(places: Integers, one: Open, kinds: Sequence[Booleans], always: set[int]) -> Integers:
    """The best of a slot, the best few of every kind among them, and those that always stay.

    kinds  e.g. of another color than the fixed pieces, or without a pattern: without such the best
           pieces one by one would leave no choice for the look as a whole
    """
    if len(places) <= SHORTLIST or one.owned:
        return places
    kept = {*places[: SHORTLIST - len(kinds) * OF_KIND].tolist(), *always}
    for kind in kinds:
        kept |= set(places[kind[places]][:OF_KIND].tolist())
    rest = (place for place in places.tolist() if place not in kept)
    kept |= set(islice(rest, max(0, SHORTLIST - len(kept))))
    return np.array([place for place in places.tolist() if place in kept], dtype=np.int64)


def _always(places: Integers, numbers: Integers, wanted: Booleans, seen: LookView) -> set[int]:
    """The pinned, and the cheapest few."""
    prices = (
        seen.view.index.numbers("price", numbers[places])
        if "price" in seen.view.index.fields
        else np.full(len(places), np.nan)
    )
    known = np.flatnonzero(np.isfinite(prices))
    cheap = places[known[np.argsort(prices[known], kind="stable")[:2]]]
    return {*places[wanted[places]].tolist(), *cheap.tolist()}


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
    barred |= climates_apart(pieces.warmth)
    barred[: len(fixed), : len(fixed)] = False
    layout = seen.view.index.layout
    given = np.arange(len(numbers)) < len(fixed)
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
        monotony(pieces, busy(pieces, color_spread(pieces.rows, layout)), given),
        barred,
        units_of(prices),
        np.zeros(len(numbers), dtype=np.bool_),
        np.zeros(len(numbers)),
        np.zeros(len(numbers)),
    )
