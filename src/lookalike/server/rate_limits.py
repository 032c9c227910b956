"""How many requests each caller has left: in memory, so each process counts for itself."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from lookalike.domain.rate import Bucket, Turn, take
from lookalike.errors import RateLimited

MOST_CALLERS = 50_000
"""Buckets kept; of more, those that asked longest ago begin anew.  Some 10 MB."""


class RateLimits:
    """Used by one event loop, which runs one call at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, caller: str, per_minute: int) -> Turn:
        """One request of a caller."""
        turn = take(self._buckets.get(caller), now=self._clock(), per_minute=per_minute)
        self._buckets[caller] = turn.bucket
        self._buckets.move_to_end(caller)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return turn


def headers_of(turn: Turn, per_minute: int) -> list[tuple[bytes, bytes]]:
    """RateLimit-Limit, -Remaining and -Reset (IETF draft-ietf-httpapi-ratelimit-headers-03)."""
    told = {
        b"ratelimit-limit": per_minute,
        b"ratelimit-remaining": int(turn.bucket.left),
        b"ratelimit-reset": math.ceil(turn.full_s),
    }
    return [(name, str(value).encode()) for name, value in told.items()]


def refusal(turn: Turn, per_minute: int) -> RateLimited:
    return RateLimited(
        f"These are more than {per_minute:,} requests per minute.",
        hint=f"Try again in {math.ceil(turn.wait_s)} s.",
        retry_after_s=turn.wait_s,
    )


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the 64 bits of a network of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return address
