"""Headers that tell browsers what they may do with an answer."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https: http:; style-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
API_DOCUMENTATION = ("/docs", "/redoc")
"""Swagger's own page needs scripts from elsewhere, so the policy is not set on it."""


class SecurityHeaders:
    """Plain ASGI: what FastAPI calls a middleware starts a task for every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"  # for browsers that know no frame-ancestors
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Referrer-Policy"] = "same-origin"
                if message["status"] >= 400:  # what is wrong now, or names a user, is not kept
                    headers["Cache-Control"] = "no-store"
                if scope["path"] not in API_DOCUMENTATION:
                    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            await send(message)

        await self._app(scope, receive, secured)
