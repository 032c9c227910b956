"""Summaries of disturbed photos: shares with intervals, and the products that fared worst."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

from lookalike.domain.stability import KEPT_ATTRIBUTES, Share, Steadiness, Trial, WorstCase
from lookalike.errors import InvalidInput

Z_95 = 1.959964
UNKNOWN = "unknown"


def wilson(share: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a share seen in `count` independent trials: (low, high) in [0, 1].

    Wilson, JASA 22 (1927), as in Brown, Cai and DasGupta, Statistical Science 16 (2001), eq. 4.
    (0, 1) without trials.  Raises InvalidInput for a share outside [0, 1] or a negative count.
    """
    if not 0 <= share <= 1 or count < 0:
        raise InvalidInput(f"{share} of {count} trials is not a share.")
    if count == 0:
        return 0.0, 1.0
    square = Z_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = Z_95 / (1 + square / count)
    half = spread * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def steadiness(trials: Sequence[Trial]) -> Steadiness:
    """What happened in the trials.

    Photos of one product share their fate, so an interval counts products, not photos: it is
    as wide as if all photos of a product gave the same answer, which is the careful side.
    """
    changes = {name: [t for t in trials if name in t.attributes] for name in KEPT_ATTRIBUTES}
    return Steadiness(
        products=len({trial.sku for trial in trials}),
        first=_share(trials, lambda trial: trial.is_first),
        kept={name: _share(own, _keeps(name)) for name, own in changes.items()},
        withheld={name: _share(own, _withholds(name)).value for name, own in changes.items()},
    )


def by(key: Callable[[Trial], str], trials: Sequence[Trial]) -> dict[str, Steadiness]:
    """The steadiness of every group of trials, in the order in which groups first appear."""
    groups: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[key(trial)].append(trial)
    return {name: steadiness(group) for name, group in groups.items()}


def worst_cases(trials: Sequence[Trial], *, limit: int) -> tuple[WorstCase, ...]:
    """The products with the most broken promises, most first; ties go to the lower sku."""
    broken: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.failures:
            broken[trial.sku].append(trial)
    order = sorted(broken, key=lambda sku: (-sum(t.failures for t in broken[sku]), sku))
    return tuple(
        WorstCase(
            sku, broken[sku][0].category, {trial.disturbance: _said(trial) for trial in broken[sku]}
        )
        for sku in order[:limit]
    )


def _said(trial: Trial) -> tuple[str, ...]:
    said = []
    if trial.rank is None:
        said.append(f"not found; {trial.found} came first")
    elif not trial.is_first:
        said.append(f"rank {trial.rank} behind {trial.found}")
    said += [
        f"{name} {before} became {after}"
        for name, (before, after) in trial.attributes.items()
        if before != after
    ]
    return tuple(said)


def _keeps(name: str) -> Callable[[Trial], bool]:
    return lambda trial: trial.attributes[name][0] == trial.attributes[name][1]


def _withholds(name: str) -> Callable[[Trial], bool]:
    return lambda trial: trial.attributes[name][1] == UNKNOWN


def _share(trials: Sequence[Trial], holds: Callable[[Trial], bool]) -> Share:
    if not trials:
        return Share(0.0, 0.0, 1.0, 0)
    value = sum(map(holds, trials)) / len(trials)
    low, high = wilson(value, len({trial.sku for trial in trials}))
    return Share(value, low, high, len(trials))
