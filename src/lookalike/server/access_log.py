"""One line for each request, and an id that joins it to everything else about the request."""

import logging
import re
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.domain.observe import name_request

_logger = logging.getLogger(__name__)

HEADER = b"x-request-id"
SANE = re.compile(rb"[A-Za-z0-9._:+/=-]{1,80}")
"""What is taken over from a proxy: short, and nothing that breaks a line of a log."""

PREFIX = "/v1/"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def route_of(scope: Scope) -> str:
    """The template of the route that answered, never the path: a path can name a user."""
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str):  # of an included router, without the prefix it was included with
        is_bare = scope["path"].startswith(PREFIX) and not route.startswith(PREFIX)
        return f"/v1{route}" if is_bare else route
    return "/storefront" if scope["path"].startswith("/storefront/") else "none"


def method_of(scope: Scope) -> str:
    """The method, where it is one; anybody can send any word."""
    method: str = scope["method"]
    return method if method in METHODS else "other"


class AccessLog:
    """Plain ASGI: names the request, and says afterwards what became of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        name_request(request_id)
        status = 500  # unless an answer begins
        started = time.perf_counter()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            if _logger.isEnabledFor(logging.INFO):
                spent_ms = 1000 * (time.perf_counter() - started)
                line = logging.LogRecord(  # not `info`, which walks the stack to find its caller
                    __name__, logging.INFO, __file__, 0, "request", (), None
                )
                line.method, line.route = method_of(scope), route_of(scope)
                line.status, line.ms = status, round(spent_ms, 1)
                _logger.handle(line)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == HEADER and SANE.fullmatch(value):
            return str(value.decode("ascii"))
    return uuid.uuid4().hex
