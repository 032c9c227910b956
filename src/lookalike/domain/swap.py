"""What a swap of encoders changes and did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

DEFAULT_QUESTIONS = 200
"""By eye: a share of 200 lists is known to about three points, and both are asked in seconds."""

MOST_QUESTIONS = 10_000
"""Of a request: minutes of lists; more would tell nothing."""


@dataclass(frozen=True)
class Times:
    """Milliseconds, median and 95th percentile."""

    p50: float
    p95: float


@dataclass(frozen=True)
class Agreement:
    """How far two generations agree on one attribute of the products asked about.

    same    share of the products that both know and on which they agree; None where there are none
    known_before, known_after  share of the products on which each says something
    """

    same: float | None
    known_before: float
    known_after: float


@dataclass(frozen=True)
class Comparison:
    """What changes with a swap.

    questions        products asked about, each in both generations
    overlap_at_10    mean share of the first list that the second has, of 10 products
    lost             products that only the generation before can find: their images cannot be
                     read any more; the first few
    attributes       attribute -> agreement
    query_before, query_after  time of a question by product, of this process alone
    photo_before, photo_after  time to look at a photo; None when it could not be tried
    """

    questions: int
    overlap_at_10: float
    products_before: int
    products_after: int
    lost: tuple[str, ...]
    attributes: Mapping[str, Agreement]
    query_before: Times
    query_after: Times
    photo_before: Times | None = None
    photo_after: Times | None = None


Agree = Callable[[Comparison], bool]
"""Whether to switch, after seeing what changes."""


@dataclass(frozen=True)
class SwapReport:
    """What a swap did.

    generation  the one that answers now
    switched    False when the comparison was not agreed to; then nothing has changed
    encoded     images looked at; reused: those that the new encoder knew already
    problems    images that could not be read
    """

    collection_id: str
    encoder_before: str
    encoder: str
    switched: bool
    generation: int
    encoded: int
    reused: int
    problems: int
    comparison: Comparison
    seconds: float
