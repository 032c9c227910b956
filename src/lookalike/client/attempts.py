"""Whether and when a request is sent again; the same for both clients."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx

from lookalike.client.answers import parsed
from lookalike.client.failures import failure, too_slow, unreachable
from lookalike.client.link import Link
from lookalike.client.plan import Request
from lookalike.errors import LookalikeError

LONGEST_WAIT_S = 10.0
LATER = (429, 503)  # too often, or not now
IN_PROGRESS = 409  # with Retry-After: the same request is still at work


class Attempts:
    """The attempts of one request: give it what happened, it says how long to wait or raises.

    key  the Idempotency-Key of a request that must not be carried out twice; else None
    """

    def __init__(self, link: Link, request: Request, chance: Callable[[], float]) -> None:
        self._link = link
        self._left = link.retries
        self._is_once = request.is_once
        self.key = None if request.is_safe or request.is_once else uuid.uuid4().hex
        self._wait_s = link.backoff_s
        self._chance = chance

    def after_error(self, error: httpx.TransportError) -> float:
        """Seconds until the next attempt.  Raises Unavailable when there is none."""
        if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):  # it may be at work still
            raise too_slow(self._link.url, self._link.timeout_s) from error
        if not self._left or self._is_once:
            reason = str(error) or type(error).__name__
            raise unreachable(self._link.url, reason) from error
        return self._next(None)

    def after_answer(self, answer: httpx.Response) -> float | None:
        """The same for an answer; None when it is one to read."""
        told = answer.headers.get("retry-after")
        is_running = answer.status_code == IN_PROGRESS and self.key is not None and told
        if (answer.status_code in LATER or is_running) and self._left:
            return self._next(told)
        return None

    def _next(self, told: str | None) -> float:
        self._left -= 1
        wait = self._wait_s * (0.5 + 0.5 * self._chance())  # so that not all come back at once
        self._wait_s *= 2
        if told is not None and told.isdecimal():
            wait = max(wait, float(told))
        return min(wait, LONGEST_WAIT_S)


def sendable(link: Link, request: Request, key: str | None) -> dict[str, Any]:
    """The arguments of httpx; `Any` because they are of many types.

    key  the same for every attempt, so that the service does once what it is asked twice
    """
    given = {name: value for name, value in request.params.items() if value is not None}
    return {
        "method": request.method,
        "url": f"{link.url}/v1{request.path}",
        "params": given or None,
        "json": request.body,
        "files": request.files,
        "headers": {"Idempotency-Key": key} if key else None,
    }


def read(answer: httpx.Response) -> Any:
    """The parsed body; None where there is none.  Raises the error that the service tells of."""
    if not answer.is_success:
        raise failure(answer.status_code, answer.text)
    if not answer.content:
        return None
    try:
        return parsed(answer.text)
    except ValueError:
        raise LookalikeError(
            f"{answer.url} does not answer with JSON.",
            hint="Is it the address of a Lookalike service?",
        ) from None
