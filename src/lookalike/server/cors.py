"""Cross-origin calls: which pages of other hosts may call us from a browser.

A preflight carries no key, so it can only be asked whether *some* active key names its origin; the
request that follows shows its key and is refused if that one does not.  So nothing is decided at
the preflight that the key does not decide again (docs/decisions/0070).  There are no cookies and
no credentials of the browser here, and the answer names one origin, never `*`.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.access import Access
from lookalike.domain.access import origin_of
from lookalike.errors import Forbidden, LookalikeError
from lookalike.server.access import API, freshen
from lookalike.server.exposure import Exposure
from lookalike.server.problems import answer

METHODS = "GET, POST, PUT, PATCH, DELETE"
MAX_AGE_S = 600
"""Ten minutes: a preflight decides nothing that the request after it does not decide again."""
SENT = "authorization, content-type, idempotency-key, if-none-match, lookalike-user"
READ = (
    "ETag, Idempotency-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
)


class Cors:
    """Middleware: answers preflights, and lets pages read the answers that they may have."""

    def __init__(self, app: ASGIApp, access: Access, exposure: Exposure) -> None:
        self._app = app
        self._access = access
        self._exposure = exposure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            await self._app(scope, receive, _varied(send))
            return
        try:
            await freshen(self._access)
        except LookalikeError as error:
            await answer(error)(scope, receive, send)
            return
        allowed = origin if self._allows(origin) else None
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(origin, allowed)(scope, receive, send)
        else:
            await self._app(scope, receive, _varied(send, allowed))

    def _allows(self, origin: str) -> bool:
        if self._access.is_open:
            return self._exposure.is_home and self._exposure.is_home_origin(origin)
        return self._access.names_origin(origin_of(origin))


def _preflight(origin: str, allowed: str | None) -> Response:
    if allowed is None:
        refused = Forbidden(
            f'No key may be used from "{origin[:100]}".',
            hint="Name it when making a key: lookalike keys create --scope storefront --origin ...",
        )
        refusal = answer(refused)
        refusal.headers["Vary"] = "Origin"
        return refusal
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": allowed,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": SENT,
            "Access-Control-Max-Age": str(MAX_AGE_S),
            "Vary": "Origin",
        },
    )


def _varied(send: Send, allowed: str | None = None) -> Send:
    """Answers depend on the origin, which caches must know also where none was named."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            if allowed is not None:
                headers["Access-Control-Allow-Origin"] = allowed
                headers["Access-Control-Expose-Headers"] = READ
        await send(message)

    return sending
