"""A log cut in two: what users did before a moment, and what they went for after it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles
from lookalike.domain.evaluation import Interval
from lookalike.domain.events import Event
from lookalike.domain.feed_evaluation import DEPTH, FEED_METRICS, FeedFigures, Split
from lookalike.evaluation.intervals import bootstrap, means

WANTED = ("purchase", "cart", "save")
LOOKED = ("view", "click")
MET = (*WANTED, *LOOKED)
COLD_EVENTS = 3


@dataclass(frozen=True)
class Replay:
    """One log, cut.

    before   user -> events before the split that met a product, in the order of time
    wanted   user -> products gone for from the split on that they had not met before, in order
    kinds    what counts as going for a product
    known    product -> how many users met it before
    after    events from the split on
    left_out why events after the split are not looked for
    """

    before: Mapping[str, Sequence[Event]]
    wanted: Mapping[str, Sequence[str]]
    kinds: tuple[str, ...]
    known: Mapping[str, int]
    after: int
    left_out: Mapping[str, int]


def cut(events: Iterable[Event], split: Split, products: Set[str]) -> Replay:
    """Cut a log at the split.

    products  those of the collection; only these can be found
    What a user met before is not looked for again: a feed leaves out what one owns, and to
    show it anew is the task of another list.
    """
    ordered = sorted(events, key=lambda one: (one.time, one.event_id))
    before: dict[str, list[Event]] = defaultdict(list)
    after = [one for one in ordered if one.time >= split.time]
    for one in ordered:
        if one.time < split.time and one.kind != "impression":
            before[one.user_id].append(one)
    kinds = split.kinds or (WANTED if any(one.kind in WANTED for one in after) else LOOKED)
    met = {user: {one.product_id for one in own} for user, own in before.items()}
    wanted: dict[str, dict[str, None]] = defaultdict(dict)
    left: Counter[str] = Counter()
    for one in after:
        if one.kind not in kinds or one.product_id is None:
            left["other kinds of events"] += 1
        elif one.product_id not in products:
            left["products that are not in the collection"] += 1
        elif one.product_id in met.get(one.user_id, ()):
            left["products that the user had met before"] += 1
        else:
            wanted[one.user_id].setdefault(one.product_id)
    known: dict[str, set[str]] = defaultdict(set)
    for user, own in before.items():
        for one in own:
            if one.product_id is not None and one.kind in MET:
                known[one.product_id].add(user)
    return Replay(
        before=dict(before),
        wanted={user: tuple(own) for user, own in sorted(wanted.items())},
        kinds=kinds,
        known={sku: len(users) for sku, users in known.items()},
        after=len(after),
        left_out=dict(sorted(left.items())),
    )


def list_scores(shown: Sequence[str], wanted: Sequence[str]) -> tuple[float, float]:
    """recall and nDCG of the first DEPTH places.

    recall divides by all that was wanted; nDCG by the best list of DEPTH places.
    Jarvelin and Kekalainen, ACM TOIS 20 (2002), with a gain of 1 for each find.
    """
    sought = set(wanted)
    hits = [place for place, sku in enumerate(shown[:DEPTH]) if sku in sought]
    gain = sum(1 / math.log2(place + 2) for place in hits)
    ideal = sum(1 / math.log2(place + 2) for place in range(min(DEPTH, len(sought))))
    return len(hits) / len(sought), gain / ideal


def figures(scores: Doubles, ours: Doubles | None, *, rng: np.random.Generator) -> FeedFigures:
    """Means over users with intervals, and those of ours less this method's.

    scores, ours  (users, metrics) of the same users
    """
    table = scores if ours is None else np.hstack([scores, ours - scores])
    low, high = bootstrap(means(table), np.arange(len(table), dtype=np.int64), rng=rng)
    mean = table.mean(axis=0)
    count = len(FEED_METRICS)

    def named(values: Doubles, start: int) -> dict[str, float]:
        return dict(zip(FEED_METRICS, values[start : start + count].tolist(), strict=True))

    def spans(start: int) -> dict[str, Interval]:
        lows, highs = named(low, start), named(high, start)
        return {name: (lows[name], highs[name]) for name in FEED_METRICS}

    if ours is None:
        return FeedFigures(named(mean, 0), spans(0))
    return FeedFigures(named(mean, 0), spans(0), named(mean, count), spans(count))


def novelty(lists: Iterable[Sequence[str]], known: Mapping[str, int], users: int) -> float:
    """Mean self-information of what is shown, in bits: -log2 of the share of users that met it.

    Zhou et al., PNAS 107 (2010); one user more is added, so that the unmet is finite.
    """
    values = [-math.log2((known.get(sku, 0) + 1) / (users + 1)) for shown in lists for sku in shown]
    return float(np.mean(values)) if values else 0.0
