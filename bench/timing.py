"""Fair timing on a noisy machine: cases take turns, medians and ratios are what counts.

A turn is a run of calls, as a server answers one question after the other: single calls in turns
would time what the case before left in the caches, and its threads that still spin.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

TOGETHER = 20
WARM = 10

Case = Callable[[int], object]
"""Called with the number of the turn."""


def take_turns(cases: Mapping[str, Case], *, turns: int) -> dict[str, list[float]]:
    """Milliseconds of every call, in runs of TOGETHER after WARM more that are not counted."""
    times: dict[str, list[float]] = {label: [] for label in cases}
    for first in range(0, turns, TOGETHER):
        for label, run in cases.items():
            for turn in range(first - WARM, min(first + TOGETHER, turns)):
                spent = seconds(lambda run=run, turn=turn: run(turn)) * 1e3
                if turn >= first:
                    times[label].append(spent)
    return times


def seconds(run: Callable[[], object]) -> float:
    gc.disable()
    try:
        started = time.perf_counter()
        run()
        return time.perf_counter() - started
    finally:
        gc.enable()


def table(times: Mapping[str, list[float]], *, floor: str) -> None:
    """Print median, 95th percentile, and the median as a ratio to the floor's."""
    least = statistics.median(times[floor])
    print(f"{'':52}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}")
    for label, values in times.items():
        middle = statistics.median(values)
        late = statistics.quantiles(values, n=20)[-1]
        print(f"{label:52}{middle:9.3f}{late:9.3f}{middle / least:8.2f}")
