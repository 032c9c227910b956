"""How large one answer may become: a page of huge products is cut, and its cursor goes on."""

from collections.abc import Sequence
from itertools import accumulate

MOST_BYTES = 8_000_000  # of product documents; 500 of an ordinary catalog are 1.2 MB
ALWAYS_FIT = 24  # products, so that usual pages are not measured: a feed's rows are bounded


def fitting(documents: Sequence[str], *, most: int = MOST_BYTES) -> int:
    """How many of them, from the first on, an answer may hold; one at least.

    >>> fitting(["four", "four", "four"], most=9)
    2
    """
    count = sum(total <= most for total in accumulate(map(len, documents)))
    return max(1, count) if documents else 0


def cut(asked: int, shown: int) -> str:
    """What `limits` says of it."""
    return (
        f"size: {asked} products lowered to {shown}, as the answer would be larger than "
        f"{MOST_BYTES // 1_000_000} MB; the cursor leads further"
    )
