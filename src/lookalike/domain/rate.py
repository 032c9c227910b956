"""Token buckets: how many requests somebody has left, and when there will be another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """What was left at a moment.  left: in requests; at: in seconds of any steady clock"""

    left: float
    at: float


@dataclass(frozen=True)
class Turn:
    """What became of one request.

    bucket    what is left from now on
    is_given  whether it may go on
    wait_s    until there is another; 0 when there is one
    full_s    until all of them are there again
    """

    bucket: Bucket
    is_given: bool
    wait_s: float
    full_s: float


def take(bucket: Bucket | None, *, now: float, per_minute: int) -> Turn:
    """One request out of a bucket that holds a minute's worth and fills evenly.

    bucket  None: nothing was asked so far
    """
    rate = per_minute / 60
    full = float(per_minute)
    left = full if bucket is None else min(full, bucket.left + max(0.0, now - bucket.at) * rate)
    is_given = left >= 1
    left -= is_given
    return Turn(Bucket(left, now), is_given, max(0.0, (1 - left) / rate), (full - left) / rate)
