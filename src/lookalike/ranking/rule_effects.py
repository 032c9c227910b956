"""Lists before and after a change of the rules, counted."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from lookalike.domain.rule_preview import Exposure, ListChange, Means, Shown

MOST_NAMED = 10  # products that a preview names among those that gain, and among those that lose


def mean(values: Iterable[float]) -> float:
    """NaN of nothing."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def means(lists: Sequence[Sequence[Shown]]) -> Means:
    """Over all places of all lists."""
    every = [one for shown in lists for one in shown]
    return Means(
        sold_out=mean(float(not one.in_stock) for one in every if one.in_stock is not None),
        price=mean(one.price for one in every if one.price is not None),
        likeness=mean(one.likeness for one in every),
    )


def exposures(lists: Sequence[ListChange]) -> tuple[tuple[Exposure, ...], tuple[Exposure, ...]]:
    """Products shown in more lists, and in fewer, those that change most first."""
    before = Counter(one.sku for each in lists for one in each.before)
    after = Counter(one.sku for each in lists for one in each.after)
    names = {one.sku: one.name for each in lists for one in (*each.before, *each.after)}
    changes = [
        Exposure(sku, name, before[sku], after[sku])
        for sku, name in names.items()
        if before[sku] != after[sku]
    ]
    changes.sort(key=lambda one: (-abs(one.after - one.before), one.sku))
    gained = [one for one in changes if one.after > one.before]
    lost = [one for one in changes if one.after < one.before]
    return tuple(gained[:MOST_NAMED]), tuple(lost[:MOST_NAMED])
