"""Errors as `application/problem+json`, whatever raised them."""

import json
import logging
import math
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.errors import InvalidInput, LookalikeError, RateLimited, Unauthorized
from lookalike.server.access_log import method_of, route_of
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
        return answer(error)

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return answer(
            InvalidInput(
                f"The request is malformed at {place or 'its body'}: {first['msg']}.",
                hint="The shapes are described under /docs.",
            )
        )

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> Response:
        if isinstance(error, Refused):
            return document(error.problem)
        code = "not_found" if error.status_code == 404 else "refused"
        return document(
            ProblemDocument(
                title=str(error.detail),
                status=error.status_code,
                code=code,
                detail=str(error.detail),
                hint="The routes are described under /docs.",
            )
        )


class UnexpectedErrors:
    """Middleware: what nobody expected becomes a 500 like every other problem.

    Starlette answers such errors outside of all middleware, where they would get no headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:  # nobody waits; the log and the numbers get a status
            if not has_begun:
                await answer(InvalidInput("The client left while it asked."))(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http" or has_begun:  # too late for another answer
                raise
            where = {"method": method_of(scope), "route": route_of(scope)}  # a path names a user
            _logger.error("unexpected error", extra=where, exc_info=error)
            told = LookalikeError("Something failed inside the server.")
            await answer(told)(scope, receive, send)


def answer(error: LookalikeError) -> Response:
    """The problem document of an error, with the headers that its status asks for."""
    found = document(problem_document(error))
    if isinstance(error, Unauthorized):
        found.headers["WWW-Authenticate"] = 'Bearer realm="lookalike"'
    if isinstance(error, RateLimited):
        found.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    return found


def document(problem: ProblemDocument, headers: Mapping[str, str] | None = None) -> Response:
    """As ASCII: a message may quote what was sent, even half a surrogate pair."""
    text = json.dumps(problem.model_dump())
    kind = "application/problem+json"
    return Response(text, status_code=problem.status, media_type=kind, headers=headers)


PROBLEM_RESPONSES: dict[int | str, dict[str, type[ProblemDocument]]] = {
    status: {"model": ProblemDocument}
    for status in (401, 403, 404, http_status(InvalidInput("")), 429, 503)
}
"""What every route may answer beside its own shape, for OpenAPI."""
