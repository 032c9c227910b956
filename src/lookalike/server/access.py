"""Who is asking: the key of a request, its origin, its user token and its turn.

Plain ASGI, outside of all routes, so that whatever they and other layers do knows the caller
(`caller_of`).  What a caller may do is decided beside the routes: server/guard.py.
"""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.access import Access
from lookalike.domain.access import ApiKey, Caller, origin_of
from lookalike.errors import Forbidden, LookalikeError, Unauthorized, Unavailable
from lookalike.server.exposure import Exposure
from lookalike.server.problems import answer
from lookalike.server.rate_limits import RateLimits, headers_of, network_of, refusal

_logger = logging.getLogger(__name__)

CALLER = "lookalike.caller"
USER_HEADER = "lookalike-user"
API = "/v1/"
UNCOUNTED = (f"{API}health",)
"""Load balancers ask it all the time."""


def caller_of(scope: Scope) -> Caller:
    """Who asks, as `KeyCheck` found out."""
    found: Caller = scope[CALLER]
    return found


async def freshen(access: Access) -> None:
    """Let the keys be no older than a moment; reads the database at most twice a second.

    Raises Unavailable, which tells strangers nothing of the database.
    """
    if not access.is_stale:
        return
    try:
        await run_in_threadpool(access.refresh)
    except LookalikeError as error:
        _logger.warning("the keys cannot be read", exc_info=error)
        raise Unavailable("The service cannot read its keys now.", hint="Try again.") from None


class KeyCheck:
    """Middleware: refuses keys that are not right and callers that ask too often.

    unkeyed_per_minute  requests of one address that shows no key, where anybody can reach us
    """

    def __init__(
        self, app: ASGIApp, access: Access, exposure: Exposure, unkeyed_per_minute: int
    ) -> None:
        self._app = app
        self._access = access
        self._exposure = exposure
        self._unkeyed_per_minute = unkeyed_per_minute
        self._limits = RateLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await freshen(self._access)
            caller = self._caller(scope, Headers(scope=scope))
            counted = self._counted(scope, caller)
        except LookalikeError as error:
            if isinstance(error, Unauthorized):  # who tries keys out is one without any
                error = self._counted_refusal(scope) or error
            await answer(error)(scope, receive, send)
            return
        scope[CALLER] = caller
        if counted is None:
            await self._app(scope, receive, send)
        else:
            await self._in_turn(counted, scope, receive, send)

    def _caller(self, scope: Scope, headers: Headers) -> Caller:
        if self._access.is_open:
            self._exposure.require_home(headers)
            return Caller(is_open=True)
        kind, _, shown = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return Caller()
        key = self._access.key(shown.strip())
        _require_origin(key, scope, headers)
        caller = Caller(key)
        token = headers.get(USER_HEADER)
        if token is None or not caller.is_browser:
            return caller
        return Caller(key, self._access.user(token, _collection(scope["path"])))

    def _counted(self, scope: Scope, caller: Caller) -> tuple[str, int] | None:
        """(whose bucket, requests per minute); None where nobody counts."""
        if not scope["path"].startswith(API) or scope["path"] in UNCOUNTED:
            return None
        if caller.key is None:
            is_counted = self._exposure.is_public and self._unkeyed_per_minute > 0
            return (f"@{_address(scope)}", self._unkeyed_per_minute) if is_counted else None
        per_minute = caller.key.grants.per_minute
        if per_minute is None:
            return None
        # every shopper has the storefront key, and one of them must not use up what all have
        key_id = caller.key.id
        whose = f"{key_id}@{_address(scope)}" if caller.is_browser else key_id
        return whose, per_minute

    def _counted_refusal(self, scope: Scope) -> LookalikeError | None:
        counted = self._counted(scope, Caller())
        turn = self._limits.take(*counted) if counted else None
        return refusal(turn, counted[1]) if turn and counted and not turn.is_given else None

    async def _in_turn(
        self, counted: tuple[str, int], scope: Scope, receive: Receive, send: Send
    ) -> None:
        turn = self._limits.take(*counted)
        told = headers_of(turn, counted[1])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *told]}
            await send(message)

        if turn.is_given:
            await self._app(scope, receive, with_headers)
        else:
            await answer(refusal(turn, counted[1]))(scope, receive, with_headers)


def _require_origin(key: ApiKey, scope: Scope, headers: Headers) -> None:
    """A key that is bound to pages is refused to others, which browsers name truthfully."""
    origin = headers.get("origin")
    if not key.grants.origins or origin is None:
        return
    own = origin_of(f"{scope.get('scheme', 'http')}://{headers.get('host', '')}")
    if origin_of(origin) not in (*key.grants.origins, own):
        raise Forbidden(
            f'The key {key.id} may not be used from "{origin[:100]}".',
            hint="A key names the origins of its pages: lookalike keys create --origin ...",
        )


def _address(scope: Scope) -> str:
    return network_of(scope["client"][0]) if scope.get("client") else ""


def _collection(path: str) -> str | None:
    parts = path.split("/")
    return parts[3] if len(parts) > 3 and parts[2] == "collections" else None
