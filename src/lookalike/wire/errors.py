"""Errors on their way out: HTTP status, exit code and problem document, decided once."""

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
from lookalike.wire.schema import ProblemDocument

_FAMILIES: tuple[tuple[type[LookalikeError], int, int, str], ...] = (
    (InvalidInput, 422, 2, "The request cannot work"),
    (NotFound, 404, 3, "Not found"),
    (Conflict, 409, 4, "Conflict"),
    (RateLimited, 429, 5, "Too many requests"),
    (Unavailable, 503, 5, "Not available now"),
    (Unauthorized, 401, 7, "Who is asking?"),
    (Forbidden, 403, 7, "Not allowed"),
)
_UNEXPECTED = (LookalikeError, 500, 1, "Unexpected error")

PROBLEMS_REPORTED = 6
"""Exit code of a run that finished, but met bad rows or images on the way."""


def http_status(error: LookalikeError) -> int:
    return _family(error)[1]


def exit_code(error: LookalikeError) -> int:
    return _family(error)[2]


def problem_document(error: LookalikeError) -> ProblemDocument:
    """The body of an `application/problem+json` answer."""
    _, status, _, title = _family(error)
    return ProblemDocument(
        title=title, status=status, code=error.code, detail=error.message, hint=error.hint
    )


def _family(error: LookalikeError) -> tuple[type[LookalikeError], int, int, str]:
    return next((family for family in _FAMILIES if isinstance(error, family[0])), _UNEXPECTED)
