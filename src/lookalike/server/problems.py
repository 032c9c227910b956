"""Errors as `application/problem+json`, whatever raised them."""

import json
import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from lookalike.errors import InvalidInput, LookalikeError
from lookalike.server.access_log import method_of, route_of
from lookalike.wire.errors import http_status, problem_document
from lookalike.wire.schema import ProblemDocument

_logger = logging.getLogger(__name__)


def install_problem_documents(app: FastAPI) -> None:
    @app.exception_handler(LookalikeError)
    def ours(_: Request, error: LookalikeError) -> Response:
        return _answer(problem_document(error))

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return _answer(
            problem_document(
                InvalidInput(
                    f"The request is malformed at {place or 'its body'}: {first['msg']}.",
                    hint="The shapes are described under /docs.",
                )
            )
        )

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> Response:
        code = "not_found" if error.status_code == 404 else "refused"
        return _answer(
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
        where = {"method": method_of(request.scope), "route": route_of(request.scope)}
        _logger.error("unexpected error", extra=where, exc_info=error)
        answer = _answer(problem_document(LookalikeError("Something failed inside the server.")))
        if request_id := request.scope.get("request_id"):  # no middleware sees this answer
            answer.headers["X-Request-ID"] = request_id
        return answer


def _answer(problem: ProblemDocument) -> Response:
    """As ASCII: a message may quote what was sent, even half a surrogate pair."""
    text = json.dumps(problem.model_dump())
    return Response(text, status_code=problem.status, media_type="application/problem+json")


PROBLEM_RESPONSES: dict[int | str, dict[str, type[ProblemDocument]]] = {
    status: {"model": ProblemDocument} for status in (http_status(InvalidInput("")), 404, 503)
}
"""What every route may answer beside its own shape, for OpenAPI."""
