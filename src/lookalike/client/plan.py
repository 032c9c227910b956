"""A call as a value: what to send, and a plan that turns answers into a result.

A plan is a generator.  It yields what it needs, a request or a pause, and is sent the answer;
what it returns is the result of the call.  Who runs it decides whether anybody waits: the
blocking and the asynchronous client run the same plans.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    path     below /v1, each part quoted
    params   None values are left out
    body     sent as JSON; `Any` because its values are the merchant's own
    files    sent as a form: field -> (file name, bytes)
    is_safe  it may be carried out twice; others are sent with an Idempotency-Key
    is_once  its answer holds a secret, which the service keeps for nobody: where it may have been
             carried out already, it is not sent again
    """

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    files: Mapping[str, tuple[str, bytes]] | None = None
    is_safe: bool = False
    is_once: bool = False


@dataclass(frozen=True)
class Pause:
    """Go on after so many seconds."""

    seconds: float


Plan = Generator[Request | Pause, Any, T]
"""`Any` is what an answer holds: parsed JSON, or None."""


def path(*parts: str) -> str:
    """The parts as one path; whatever a sku or a user id holds stays in its place."""
    return "/" + "/".join(quote(str(part), safe="") for part in parts)
