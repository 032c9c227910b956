"""The best set of pieces, one for each slot: exact on small sets, else a beam with a stated bound.

The score of a look is the sum of what each piece adds by itself and what each pair adds.  Slots
are filled one after the other; a partial look is dropped only when even its most hopeful
completion scores no more than a look already known, or when the beam is full.  The best hope of
all that a full beam dropped is kept: it bounds what was missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers

EMPTY = -1
BEAM = 500
"""Partial looks kept.  With 12 candidates for each of 5 slots no question of 500 on 40,000 products
dropped one that mattered (bench/looks.py)."""
EPSILON = 1e-9  # sums of the same numbers in another order differ by less


@dataclass(frozen=True)
class Choices:
    """The candidates of one slot.

    adds      (n,) what each adds to the look by itself; -inf for one that may not be in it
    prices    (n,) int64 in the smallest unit of money, >= 0
    required  whether a look without this slot is none
    """

    slot: str
    adds: Doubles
    prices: Integers
    required: bool = False


@dataclass(frozen=True)
class Task:
    """Slots with their candidates, and what pairs of candidates add.

    pairs   (a, b) with a < b -> (candidates of a, candidates of b); -inf where the two may not
            be in one look; a pair of slots that is not named adds nothing
    budget  the most that all chosen pieces may cost together; None for no limit
    """

    slots: tuple[Choices, ...]
    pairs: Mapping[tuple[int, int], Doubles]
    budget: int | None = None

    def pair(self, one: int, other: int) -> Doubles:
        """(candidates of one, candidates of other), whichever slot comes first."""
        if one < other:
            return self.pairs.get((one, other), self._nothing(one, other))
        return self.pairs.get((other, one), self._nothing(other, one)).T

    def _nothing(self, one: int, other: int) -> Doubles:
        return np.zeros((len(self.slots[one].adds), len(self.slots[other].adds)))


@dataclass(frozen=True)
class Solution:
    """A look: for each slot the number of its candidate, or EMPTY.

    short_of  no look scores higher by more than this; 0 means that none is better
    """

    chosen: tuple[int, ...]
    score: float
    cost: int
    short_of: float = 0.0


@dataclass(frozen=True)
class _Partial:
    """Partial looks, one a row.

    chosen  (rows, slots so far)
    gains   for each later slot (rows, candidates): what a candidate would add now
    """

    chosen: Integers
    scores: Doubles
    costs: Integers
    gains: tuple[Doubles, ...]

    def take(self, rows: Integers) -> "_Partial":
        return _Partial(
            self.chosen[rows],
            self.scores[rows],
            self.costs[rows],
            tuple(gain[rows] for gain in self.gains),
        )


def best_look(task: Task, *, beam: int = BEAM) -> Solution | None:
    """The look of the highest score; None where the required slots cannot all be filled.

    Equal to trying everything whenever no more than `beam` partial looks are open at a time.
    Time O(beam * candidates * slots^2); ties go to the earlier candidates.
    """
    least = _least_costs(task)
    hopes = _pair_hopes(task)
    known = _greedy(task, least)
    partial = _Partial(
        np.zeros((1, 0), dtype=np.int64),
        np.zeros(1),
        np.zeros(1, dtype=np.int64),
        tuple(slot.adds[np.newaxis] for slot in task.slots),
    )
    missed = -np.inf
    for number in range(len(task.slots)):
        partial = _grown(task, number, partial, least[number + 1])
        hope = partial.scores + _hope(task, number + 1, partial, hopes)
        kept = np.flatnonzero(hope >= known - EPSILON)
        if len(kept) > beam:
            order = np.lexsort((kept, -hope[kept]))
            missed = max(missed, float(hope[kept[order[beam]]]))
            kept = np.sort(kept[order[:beam]])
        if not len(kept):  # proof that there is none, unless the beam dropped some on the way
            return None if missed == -np.inf else best_look(task, beam=8 * beam)
        partial = partial.take(kept)
    best = int(np.argmax(partial.scores))
    score = float(partial.scores[best])
    return Solution(
        tuple(partial.chosen[best].tolist()),
        score,
        int(partial.costs[best]),
        max(0.0, missed - score) if missed > score + EPSILON else 0.0,
    )


def swapped(task: Task, solution: Solution, number: int) -> tuple[Doubles, Integers]:
    """The look with each candidate of one slot in the place of the one chosen.

    returns  scores (n,), -inf where the candidate does not go with the others or breaks the
             budget, and costs (n,)
    """
    slot = task.slots[number]
    without = without_slot(task, solution, number)
    scores = without.score + gains(task, solution.chosen, number)
    costs = without.cost + slot.prices
    if task.budget is not None:
        scores = np.where(costs <= task.budget, scores, -np.inf)
    return scores, costs


def without_slot(task: Task, solution: Solution, number: int) -> Solution:
    """The look with one slot left empty."""
    place = solution.chosen[number]
    if place == EMPTY:
        return solution
    chosen = tuple(EMPTY if row == number else value for row, value in enumerate(solution.chosen))
    return Solution(
        chosen,
        solution.score - float(gains(task, solution.chosen, number)[place]),
        solution.cost - int(task.slots[number].prices[place]),
    )


def gains(task: Task, chosen: Sequence[int], number: int) -> Doubles:
    """(candidates of one slot,) what each adds beside those chosen in the other slots."""
    total = task.slots[number].adds.copy()
    for other, place in enumerate(chosen):
        if other != number and place != EMPTY:
            total += task.pair(other, number)[place]
    return total


def cheapest(task: Task) -> int | None:
    """The least that a look costs, whatever the budget; None where there is no look at all."""
    free = replace(task, budget=None, slots=tuple(_by_price(slot) for slot in task.slots))
    barred = {key: np.where(np.isfinite(value), 0.0, -np.inf) for key, value in task.pairs.items()}
    found = best_look(replace(free, pairs=barred))
    return None if found is None else found.cost


def _by_price(slot: Choices) -> Choices:
    adds = np.where(np.isfinite(slot.adds), -slot.prices.astype(np.float64), -np.inf)
    return replace(slot, adds=adds if slot.required else np.full(len(adds), -np.inf))


def _grown(task: Task, number: int, partial: _Partial, later: int) -> _Partial:
    """Every partial look with every candidate of a slot, and with none where that may be.

    later  what the required slots behind this one cost at least
    """
    slot = task.slots[number]
    gain = partial.gains[0]
    scores = partial.scores[:, np.newaxis] + gain
    costs = partial.costs[:, np.newaxis] + slot.prices
    fits: Booleans = np.isfinite(scores)
    if task.budget is not None:
        fits &= costs + later <= task.budget
    rows, places = np.nonzero(fits)
    score, cost = scores[rows, places], costs[rows, places]
    if not slot.required:
        skipped = np.arange(len(partial.scores))
        rows = np.concatenate([rows, skipped])
        places = np.concatenate([places, np.full(len(skipped), EMPTY)])
        score = np.concatenate([score, partial.scores])
        cost = np.concatenate([cost, partial.costs])
    filled = places != EMPTY
    grown = []
    for step, gain in enumerate(partial.gains[1:], start=1):
        grown_gain = gain[rows]
        grown_gain[filled] += task.pair(number, number + step)[places[filled]]
        grown.append(grown_gain)
    chosen = np.concatenate([partial.chosen[rows], places[:, np.newaxis]], axis=1)
    return _Partial(chosen, score, cost, tuple(grown))


def _hope(task: Task, start: int, partial: _Partial, hopes: Mapping[int, Doubles]) -> Doubles:
    """(rows,) the most that slots from `start` on can still add to each partial look."""
    total = np.zeros(len(partial.scores))
    for step, gain in enumerate(partial.gains):
        number = start + step
        if gain.shape[1] == 0:
            continue
        best = (gain + hopes[number]).max(axis=1)
        total += best if task.slots[number].required else np.maximum(best, 0.0)
    return total


def _pair_hopes(task: Task) -> dict[int, Doubles]:
    """Slot -> (candidates,) half of the best that its pairs with every later slot can add.

    Half on either side: together the two halves are no less than the pair itself.
    """
    found = {number: np.zeros(len(slot.adds)) for number, slot in enumerate(task.slots)}
    for (one, other), values in task.pairs.items():
        if values.size:
            found[one] += np.maximum(values.max(axis=1), 0.0) / 2
            found[other] += np.maximum(values.max(axis=0), 0.0) / 2
    return found


def _least_costs(task: Task) -> list[int]:
    """For each slot what it and all behind it cost at least, as far as they are required."""
    least = [0]
    for slot in reversed(task.slots):
        allowed = slot.prices[np.isfinite(slot.adds)]
        own = int(allowed.min()) if slot.required and len(allowed) else 0
        least.append(least[-1] + own)
    return least[::-1]


def _greedy(task: Task, least: Sequence[int]) -> float:
    """The score of a look found without looking back; -inf where that leads nowhere."""
    chosen: list[int] = []
    score, cost = 0.0, 0
    for number, slot in enumerate(task.slots):
        gain = gains(task, chosen, number)
        if task.budget is not None:
            over = cost + slot.prices + least[number + 1] > task.budget
            gain = np.where(over, -np.inf, gain)
        place = int(np.argmax(gain)) if len(gain) else EMPTY
        worth = float(gain[place]) if len(gain) else -np.inf
        if slot.required and worth == -np.inf:
            return -np.inf
        if slot.required or worth > 0:
            chosen.append(place)
            score += worth
            cost += int(slot.prices[place])
        else:
            chosen.append(EMPTY)
    return score
