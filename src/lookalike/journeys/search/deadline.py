"""The clock behind a time budget."""

import time
from collections.abc import Callable

from lookalike.domain.time_budget import Remaining, endless


def remaining(budget_ms: int, *, clock: Callable[[], float] = time.monotonic) -> Remaining:
    """Counts down from now; 0 never ends."""
    if budget_ms <= 0:
        return endless
    end = clock() + budget_ms / 1000
    return lambda: end - clock()
