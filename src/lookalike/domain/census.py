"""One collection in the numbers that an operator watches."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Census:
    """One collection at one moment.

    indexed         products that a list can show
    generation      0 while nothing was indexed
    generation_at   when it came into use, in seconds since 1970
    beside          products that changed since it was built
    failed_images   the dead letters: images that wait for `lookalike retry`
    jobs            kind -> how many wait or run
    """

    collection_id: str
    products: int
    indexed: int = 0
    generation: int = 0
    generation_at: float | None = None
    beside: int = 0
    failed_images: int = 0
    jobs: Mapping[str, int] = field(default_factory=dict)
