"""How long an answer may take; whoever knows a clock gives a function, as the core has none."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Remaining = Callable[[], float]
"""Seconds left, below 0 once they are over."""

NAME = "time_budget"


def endless() -> float:
    """What is left where nobody waits."""
    return math.inf


@dataclass
class Haste:
    """Asked before each step that an answer can do without; remembers what was skipped."""

    remaining: Remaining = endless
    skipped: list[str] = field(default_factory=list)

    @property
    def is_bounded(self) -> bool:
        return self.remaining is not endless

    @property
    def mark(self) -> str:
        """Tells an answer that was hurried from the whole one; empty where nothing was skipped."""
        return "|".join(self.skipped)

    def skips(self, what: str, *, takes_s: float = 0.0) -> bool:
        """Whether the step is skipped, as less time is left than it takes; `what` says so."""
        if not self.is_bounded or self.remaining() > takes_s:
            return False
        note = f"{NAME}: {what}"
        if note not in self.skipped:
            self.skipped.append(note)
        return True


def is_hurried(degraded: list[str] | tuple[str, ...]) -> bool:
    """Whether a time budget was hit: such an answer may be another one the next time."""
    return any(note.startswith(f"{NAME}:") for note in degraded)
