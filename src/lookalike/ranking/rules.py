"""Rules as arithmetic: who is lifted by how much, what is proven best, where the pinned stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles
from lookalike.domain.rules import MerchantRule, RuleMark

MOST_LEVELS = 4  # sets of lifted products that are searched apart; more are joined
ALIKE = (
    0.25  # lifts that differ by less share a set: one search of 8% costs two of 2% (bench/rules.py)
)


class Level(NamedTuple):
    """Products that are lifted by at most so much; `among` is (product numbers,)."""

    most: float
    among: Booleans


@dataclass(frozen=True, eq=False)
class Bonus:
    """What boosts and buries together add to the score of every product.

    values  (product numbers,)
    levels  the products with a bonus above 0, by how much, most first
    sunk    the share of products with a bonus below 0
    """

    values: Doubles
    levels: tuple[Level, ...]
    sunk: float = 0.0

    @property
    def least(self) -> float:
        """No bonus is lower; at most 0."""
        return min(0.0, float(self.values.min(initial=0.0)))


def bonus_of(changes: Sequence[tuple[float, Booleans]]) -> Bonus | None:
    """The sum of all changes, each for the products of its mask; None where nothing changes."""
    if not any(change and mask.any() for change, mask in changes):
        return None
    values = np.zeros(len(changes[0][1]))
    for change, mask in changes:
        values[mask] += change
    groups = _groups(np.unique(values[values > 0])[::-1])
    levels = [Level(float(one[0]), (values <= one[0]) & (values >= one[-1])) for one in groups]
    return Bonus(values, tuple(levels), float(np.mean(values < 0)))


def _groups(amounts: Doubles) -> list[Doubles]:
    """Descending amounts in at most MOST_LEVELS runs."""
    groups: list[Doubles] = []
    rest = amounts
    while len(rest):
        if len(groups) == MOST_LEVELS - 1:
            return [*groups, rest]
        count = int(np.count_nonzero(rest[0] - rest < ALIKE))
        groups.append(rest[:count])
        rest = rest[count:]
    return groups


def places(count: int, pins: Sequence[int], *, limit: int) -> list[tuple[bool, int]]:
    """(is pinned, which of its kind) for each place from the first.

    count  how many products there are that nobody pinned, best first
    pins   the wanted places from 1, ascending, each once; where the list ends before,
           the pinned close it
    """
    found: list[tuple[bool, int]] = []
    pinned = plain = 0
    for place in range(1, limit + 1):
        if pinned < len(pins) and (pins[pinned] <= place or plain >= count):
            found.append((True, pinned))
            pinned += 1
        elif plain < count:
            found.append((False, plain))
            plain += 1
        else:
            break
    return found


class Pin(NamedTuple):
    """A product at a place of its own, and the rule that says so."""

    sku: str
    place: int
    rule: MerchantRule


def settled(pins: Sequence[Pin]) -> tuple[list[Pin], list[str]]:
    """Every product once and every place once, by place; and what had to give way.

    pins  in the order in which they act: the first one of a product or of a place counts, and a
          later one goes to the next free place
    """
    taken: dict[int, Pin] = {}
    skus: dict[str, Pin] = {}
    notes = []
    for pin in pins:
        if pin.sku in skus:
            other = skus[pin.sku].rule.name
            if other != pin.rule.name:
                notes.append(f"rule {pin.rule.name}: {pin.sku} is already pinned by {other}")
            continue
        place = pin.place
        while place in taken:
            place += 1
        if place != pin.place:
            first = taken[pin.place]
            notes.append(
                f"rule {pin.rule.name}: {pin.sku} goes to place {place}, as {first.rule.name} pins"
                f" {first.sku} to {pin.place}"
            )
        skus[pin.sku] = taken[place] = pin._replace(place=place)
    return [taken[place] for place in sorted(taken)], notes


SPOKEN_FROM = 0.03  # of a score: less is not felt, and not spoken of
UNLIKE = "different"


def told_reason(reason: str, band: str, marks: Sequence[RuleMark]) -> str:
    """The reason of a place that rules had a part in.

    What is unlike the original claims no likeness: the shop chose it.  What is paid for says so
    first, whatever else it says.
    """
    amount = sum(one.amount for one in marks)
    chosen = amount >= SPOKEN_FROM or any(one.kind == "pin" for one in marks)
    sponsored = any(one.sponsored for one in marks)
    if chosen:
        by = "recommended by the shop"
        text = f"{reason.removesuffix('.')}; {by}." if band != UNLIKE else f"{by.capitalize()}."
    else:
        text = reason
    return f"Sponsored. {text}" if sponsored else text


def marks_of(
    rules: Sequence[MerchantRule], masks: Mapping[str, Booleans], product: int
) -> tuple[RuleMark, ...]:
    """What boosts and buries did to one product."""
    return tuple(
        RuleMark(rule.name, rule.kind, rule.change, rule.sponsored)
        for rule in rules
        if rule.kind in ("boost", "bury") and masks[rule.name][product]
    )
