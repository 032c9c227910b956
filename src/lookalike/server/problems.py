"""Errors as `application/problem+json`, whatever raised them."""

import json
import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from lookalike.errors import InvalidInput, LookalikeError
from lookalike.wire.errors import http_status, problem_document
from lookalike.wire.schema import ProblemDocument

_logger = logging.getLogger(__name__)


class Refused(HTTPException):
    """Raised below whatever reads a request; passes through it, and is answered as it says."""

    def __init__(self, problem: ProblemDocument) -> None:
        super().__init__(problem.status, problem.detail)
        self.problem = problem


def install_problem_documents(app: FastAPI) -> None:
    @app.exception_handler(LookalikeError)
    def ours(_: Request, error: LookalikeError) -> Response:
        return answer(problem_document(error))

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return answer(
            problem_document(
                InvalidInput(
                    f"The request is malformed at {place or 'its body'}: {first['msg']}.",
                    hint="The shapes are described under /docs.",
                )
            )
        )

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> Response:
        if isinstance(error, Refused):
            return answer(error.problem)
        code = "not_found" if error.status_code == 404 else "refused"
        return answer(
            ProblemDocument(
                title=str(error.detail),
                status=error.status_code,
                code=code,
                detail=str(error.detail),
                hint="The routes are described under /docs.",
            )
        )

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        route = getattr(request.scope.get("route"), "path", "no route")  # a path can name a user
        _logger.error("unexpected error at %s %s", request.method, route, exc_info=error)
        return answer(problem_document(LookalikeError("Something failed inside the server.")))


def answer(problem: ProblemDocument, headers: Mapping[str, str] | None = None) -> Response:
    """As ASCII: a message may quote what was sent, even half a surrogate pair."""
    text = json.dumps(problem.model_dump())
    kind = "application/problem+json"
    return Response(text, status_code=problem.status, media_type=kind, headers=headers)


PROBLEM_RESPONSES: dict[int | str, dict[str, type[ProblemDocument]]] = {
    status: {"model": ProblemDocument} for status in (http_status(InvalidInput("")), 404, 503)
}
"""What every route may answer beside its own shape, for OpenAPI."""
