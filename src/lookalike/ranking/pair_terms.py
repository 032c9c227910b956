"""What speaks for and against two products together: each term a number per pair, 0 for nothing.

Every function takes two sets of pieces and returns (n, m) float64 in about [-1, 1]; what nobody
knows says nothing and gives 0.
"""

from collections.abc import Sequence

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Integers
from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Layout
from lookalike.domain.coherence import together
from lookalike.domain.slot_table import EXCLUSIVE, OUTFIT_SLOTS, ROOM_SLOTS
from lookalike.ranking.pieces import UNKNOWN_CODE, Pieces

MOST_SPREADS = 2.5  # a similarity further from the mean says no more
SEVERAL = ("accessory",)
"""Slots to wear of which a look often has several: a necklace and sunglasses."""
SEVERAL_FIT, NO_SLOT_FIT = -0.1, -0.5
"""Of two different accessories, and of a product that no table puts into a look."""

QUIET_PATTERNS = ("solid", "unknown")
SAME_PATTERN_CLASH = 0.4  # two florals fight less than a floral and a check; by eye
PRICE_RATIO = 3.0  # a belt at a third of the coat's price is usual, at a thirtieth it is not


def channel(
    first: Pieces, second: Pieces, name: str, layout: Layout, calibration: Calibration
) -> Doubles:
    """How alike one channel is, in spreads above random products, over MOST_SPREADS, in [-1, 1].

    0 everywhere where the layout lacks the channel.
    """
    if name not in layout.names:
        return np.zeros((len(first), len(second)))
    part = layout.part(name)
    alike = (first.rows[:, part] @ second.rows[:, part].T).astype(np.float64)
    spreads = (alike - calibration.mean.get(name, 0.0)) / calibration.std.get(name, 1.0)
    return np.asarray(np.clip(spreads / MOST_SPREADS, -1, 1))


def same_word(first: Pieces, second: Pieces, name: str) -> Doubles:
    """1 where both have the same word, -1 where they have different ones."""
    a, b = first.codes(name)[:, None], second.codes(name)[None, :]
    known = (a != UNKNOWN_CODE) & (b != UNKNOWN_CODE)
    return np.where(known, np.where(a == b, 1.0, -1.0), 0.0)


def pattern_clash(first: Pieces, second: Pieces) -> Doubles:
    """-1 where two busy patterns meet, less where they are the same one."""
    a, b = _busy(first)[:, None], _busy(second)[None, :]
    same = first.codes("pattern")[:, None] == second.codes("pattern")[None, :]
    return np.where(a & b, np.where(same, -SAME_PATTERN_CLASH, -1.0), 0.0)


def near(first: Doubles, second: Doubles, *, reach: float) -> Doubles:
    """1 where equal, 0 at `reach` apart, -1 from twice that; (n,) and (m,), NaN is unknown."""
    gap = np.abs(first[:, None] - second[None, :])
    return np.nan_to_num(np.clip(1 - gap / reach, -1, 1), nan=0.0)


def price_tier(first: Pieces, second: Pieces) -> Doubles:
    """1 for equal prices, 0 at a ratio of PRICE_RATIO, -1 from its square."""
    with np.errstate(divide="ignore"):
        logs = [np.log(np.where(one.prices > 0, one.prices, np.nan)) for one in (first, second)]
    return near(logs[0], logs[1], reach=float(np.log(PRICE_RATIO)))


def apart(first: Pieces, second: Pieces, facets: Sequence[str]) -> Booleans:
    """(n, m) where a facet says that two do not meet: women's and men's, summer and winter."""
    wrong = np.zeros((len(first), len(second)), dtype=np.bool_)
    for facet in facets:
        a, mine = _distinct(first, facet)
        b, other = _distinct(second, facet)
        clash = np.array([[not together(x, y) for y in other] for x in mine], dtype=np.bool_)
        wrong |= clash[a[:, None], b[None, :]]
    return wrong


def slot_fit(first: Pieces, second: Pieces) -> Doubles:
    """How the slots of two pieces go together: SLOT_FIT, and -1 for two of one kind to wear."""
    a, mine = _distinct_slots(first)
    b, other = _distinct_slots(second)
    table = np.array([[_slots_meet(x, y) for y in other] for x in mine])
    found = table[a[:, None], b[None, :]]
    worn = [np.array([slot in OUTFIT_SLOTS for slot in slots]) for slots in (mine, other)]
    twice = (same_word(first, second, "kind") > 0) & worn[0][a][:, None] & worn[1][b][None, :]
    return np.where(twice, -1.0, found)


def _slots_meet(one: str, other: str) -> float:
    if not one or not other:
        return NO_SLOT_FIT if {one, other} & set(OUTFIT_SLOTS) else 0.0
    if (one in OUTFIT_SLOTS) != (other in OUTFIT_SLOTS):
        return -1.0
    if one in ROOM_SLOTS:
        return 0.0
    if one == other:
        return SEVERAL_FIT if one in SEVERAL else -1.0
    return -1.0 if (one, other) in EXCLUSIVE or (other, one) in EXCLUSIVE else 0.0


def _busy(pieces: Pieces) -> Booleans:
    words = [one.words.get("pattern", "unknown") for one in pieces.of]
    return np.array([word not in QUIET_PATTERNS for word in words], dtype=np.bool_)


def _distinct(pieces: Pieces, name: str) -> tuple[Integers, list[str]]:
    """(n,) places in the list of different words; "" is unknown."""
    return _placed([one.words.get(name, "") for one in pieces.of])


def _distinct_slots(pieces: Pieces) -> tuple[Integers, list[str]]:
    return _placed([one.slot or "" for one in pieces.of])


def _placed(words: list[str]) -> tuple[Integers, list[str]]:
    places: dict[str, int] = {}
    return np.array([places.setdefault(word, len(places)) for word in words]), list(places)
