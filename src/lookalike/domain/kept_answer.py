"""Answers kept for requests that may be sent again under the same key."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was given; `body` is None where it was too large to keep."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


@dataclass(frozen=True)
class Claim:
    """What became of the wish to carry a request out.

    state   mine: carry it out, then keep or release; running: somebody is at it; other: the key
            was used for another request; kept: `answer` was given before
    token   names this claim to `keep` and `release`
    """

    state: Literal["mine", "running", "other", "kept"]
    token: str = ""
    answer: KeptAnswer | None = None
