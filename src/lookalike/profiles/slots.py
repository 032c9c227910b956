"""Who gets which place of a feed: shares, draws with known chances, and a varied merge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers

WINDOW = 32  # best candidates of a list that compete for its next place
TEMPERATURE = 0.05  # of draws: a candidate that scores 0.05 more is e times as likely; by eye


@dataclass(frozen=True, eq=False)
class Lane:
    """One list of candidates that gets a share of the places.

    share       of the places, relative to the other lanes
    candidates  (n,) numbers of candidates, best first
    relevance   (n,) descending, about in [0, 1]
    is_drawn    each place is drawn by chance, the best most likely, instead of the best taken
    """

    share: float
    candidates: Integers
    relevance: Doubles
    is_drawn: bool = False


@dataclass(frozen=True)
class Placed:
    """Who got a place: candidate, lane, place within the lane, and how likely that was."""

    candidate: int
    lane: int
    number: int
    propensity: float


def merged(
    lanes: Sequence[Lane],
    similarity: Callable[[int], Floats],
    groups: Sequence[tuple[Integers, int]],
    *,
    count: int,
    limit: int,
    diversity: float,
    rng: np.random.Generator,
) -> list[Placed]:
    """Fill `limit` places from the lanes, so that every beginning is shared as the whole is.

    similarity  of a candidate to all candidates, (candidates,) at most 1
    groups      (codes of the candidates, how many of one code may be placed); below 0 is no code
    count       of candidates in all
    diversity   weight of being unlike what is placed already, against relevance

    The lane furthest behind its share is next; a lane that has run out is passed over.  A larger
    limit only adds places at the end, with the same draws before.
    """
    state = _State(lanes, similarity, groups, count, diversity, rng)
    placed: list[Placed] = []
    while len(placed) < limit:
        one = state.next(len(placed))
        if one is None:
            break
        placed.append(one)
    return placed


class _State:
    """What is placed so far."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        similarity: Callable[[int], Floats],
        groups: Sequence[tuple[Integers, int]],
        count: int,
        diversity: float,
        rng: np.random.Generator,
    ) -> None:
        self._lanes, self._similarity, self._groups = lanes, similarity, groups
        self._diversity, self._rng = diversity, rng
        total = sum(lane.share for lane in lanes) or 1.0
        self._shares = [lane.share / total for lane in lanes]
        self._taken = [0] * len(lanes)
        self._free = np.ones(count, dtype=np.bool_)
        self._shown = np.zeros(count, dtype=np.bool_)
        self._closest = np.zeros(count, dtype=np.float32)

    def next(self, place: int) -> Placed | None:
        behind = [
            share * (place + 1) - taken
            for share, taken in zip(self._shares, self._taken, strict=True)
        ]
        for number in sorted(range(len(behind)), key=lambda lane: (-behind[lane], lane)):
            lane = self._lanes[number]
            if lane.share <= 0:
                continue
            open_places = np.flatnonzero(self._free[lane.candidates])[:WINDOW]
            if len(open_places):
                return self._place(number, open_places)
        return None

    def _place(self, number: int, open_places: Integers) -> Placed:
        lane = self._lanes[number]
        candidates = lane.candidates[open_places]
        gains = (1 - self._diversity) * lane.relevance[open_places]
        gains = gains - self._diversity * self._closest[candidates]
        chance = 1.0
        if lane.is_drawn:
            odds = np.exp((gains - gains.max()) / TEMPERATURE)
            chances = odds / odds.sum()
            best = int(self._rng.choice(len(chances), p=chances))
            chance = float(chances[best])
        else:
            best = int(np.argmax(gains))
        candidate = int(candidates[best])
        self._taken[number] += 1
        self._take(candidate)
        return Placed(candidate, number, int(open_places[best]), chance)

    def _take(self, candidate: int) -> None:
        self._free[candidate] = False
        self._shown[candidate] = True
        for codes, most in self._groups:
            same = codes == codes[candidate]
            if codes[candidate] >= 0 and np.count_nonzero(same & self._shown) >= most:
                self._free &= ~same
        if self._diversity:
            np.maximum(self._closest, self._similarity(candidate), out=self._closest)
