"""What went wrong, as the errors of the rest of Lookalike, by the code of the problem document."""

from collections.abc import Mapping
from typing import Any

from lookalike.client.answers import Job, parsed
from lookalike.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LookalikeError,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
)

_BY_CODE = {
    one.code: one
    for one in (
        InvalidInput, NotFound, Conflict, Unavailable, Unauthorized, Forbidden, RateLimited
    )
}  # fmt: skip
_BY_STATUS = {
    401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 429: RateLimited,
    502: Unavailable, 503: Unavailable, 504: Unavailable,
}  # fmt: skip


class JobFailed(LookalikeError):
    """A job that was waited for did not succeed; `job` says how far it came."""

    code = "job_failed"

    def __init__(self, job: Job) -> None:
        super().__init__(
            f"The job {job.job_id} is {job.state}: {job.message or 'it does not say why'}.",
            hint="Start it again; what it did is kept." if job.state == "interrupted" else "",
        )
        self.job = job


def failure(status: int, text: str) -> LookalikeError:
    """The error of an answer that is none; it keeps the service's own code, message and hint."""
    problem = _problem(text)
    code = problem.get("code")
    family = _BY_CODE.get(str(code)) or _family(status)
    said = str(problem.get("detail") or f"The service answered with status {status}.")
    error = family(said, hint=str(problem.get("hint") or ""))
    if code:
        vars(error)["code"] = str(code)  # "invalid_image" is an InvalidInput, and says so
    return error


def unreachable(url: str, reason: str) -> Unavailable:
    return Unavailable(
        f"Nothing answers at {url} ({reason}).",
        hint="Start it with `lookalike serve`, or give its address as base_url or LOOKALIKE_URL.",
    )


def too_slow(url: str, timeout_s: float) -> Unavailable:
    return Unavailable(
        f"{url} did not answer within {timeout_s:g} s.", hint="Give the client more: timeout_s=60."
    )


def _family(status: int) -> type[LookalikeError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return InvalidInput if 400 <= status < 500 else LookalikeError


def _problem(text: str) -> Mapping[str, Any]:
    try:
        found = parsed(text)
    except ValueError:
        return {}  # a page of a proxy
    return found if isinstance(found, Mapping) else {}
