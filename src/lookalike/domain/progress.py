"""How far a long run has come; whoever shows it gives a callback."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """`done` of `total` in one stage; the total is None while it is unknown."""

    stage: str
    done: int
    total: int | None


Report = Callable[[Step], None]


def silent(_: Step) -> None:
    """The report of a caller who does not want to know."""
