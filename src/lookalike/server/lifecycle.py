"""How the service ends: it says so first, lets what has begun finish, and drops nobody."""

import threading

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Lifecycle:
    """Whether the service was asked to end; safe to share between threads."""

    def __init__(self) -> None:
        self._leaving = threading.Event()

    def leave(self) -> None:
        """From now on /v1/ready answers 503."""
        self._leaving.set()

    @property
    def is_leaving(self) -> bool:
        return self._leaving.is_set()

    def reasons(self) -> list[str]:
        """Why requests should go elsewhere; empty when they need not."""
        return ["the service is about to end"] if self.is_leaving else []


class LeavingConnections:
    """Plain ASGI: while the service leaves, each answer asks its client to come anew.

    A connection that is kept alive would be cut just when the next request is on its way.
    """

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle) -> None:
        self._app = app
        self._lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start" and self._lifecycle.is_leaving:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, last)
