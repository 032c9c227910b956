"""How large a request may be: its body as it comes in, its headers, its query."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.server.problems import Refused, document
from lookalike.wire.schema import ProblemDocument

MOST_HEADERS = 100
MOST_HEADER_BYTES = 32_768
MOST_QUERY_BYTES = 16_384
MEGA = 1 << 20


class RequestLimits:
    """Plain ASGI; a body is counted chunk by chunk, whatever its headers say of it."""

    def __init__(self, app: ASGIApp, *, body_mb: int) -> None:
        self._app = app
        self._body_mb = body_mb
        self._most = body_mb * MEGA

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = _address_problem(scope) or self._announced(scope)
        if problem is not None:
            await document(problem)(scope, receive, send)
            return
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._most:
                    raise Refused(self._too_large())
            return message

        async def told(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, told)
        except Refused as error:
            if started:
                raise
            await document(error.problem)(scope, receive, send)

    def _announced(self, scope: Scope) -> ProblemDocument | None:
        if scope["method"] in ("GET", "HEAD"):
            return None
        length = Headers(scope=scope).get("content-length", "")
        return self._too_large() if length.isdecimal() and int(length) > self._most else None

    def _too_large(self) -> ProblemDocument:
        return ProblemDocument(
            title="The request is too large",
            status=413,
            code="too_large",
            detail=f"The body is larger than {self._body_mb} MB.",
            hint="Send it in parts; the limit is the setting max_request_mb.",
        )


def _address_problem(scope: Scope) -> ProblemDocument | None:
    if len(scope["query_string"]) > MOST_QUERY_BYTES:
        return ProblemDocument(
            title="The request is too large",
            status=414,
            code="too_large",
            detail=f"The query has {len(scope['query_string']):,} bytes.",
            hint=f"At most {MOST_QUERY_BYTES:,}; `POST .../retrieve` takes filters in its body.",
        )
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) <= MOST_HEADERS and size <= MOST_HEADER_BYTES:
        return None
    return ProblemDocument(
        title="The request is too large",
        status=431,
        code="too_large",
        detail=f"There are {len(headers)} headers of {size:,} bytes.",
        hint=f"At most {MOST_HEADERS} headers of {MOST_HEADER_BYTES:,} bytes together.",
    )
