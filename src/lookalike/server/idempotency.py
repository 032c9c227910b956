"""`Idempotency-Key`: what changes something is done once, however often it is asked for.

After draft-ietf-httpapi-idempotency-key-header.  The answer is kept before it is sent, so what a
caller was told is never done again; who was told nothing may ask again with the same key.
"""

import hashlib
import logging
import re
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.domain.kept_answer import Claim, KeptAnswer
from lookalike.engine import Engine
from lookalike.errors import InvalidInput, LookalikeError
from lookalike.server.problems import answer, document
from lookalike.wire.schema import ProblemDocument

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
READING = re.compile(
    r"/v1/collections/[^/]+/(retrieve|looks|looks/scene|receipts/verify|rules/preview|why-not/.*)"
)
"""Routes that take a body and change nothing: to send them twice does no harm."""
SECRET = re.compile(r"/v1/keys(/.*)?")
"""Routes whose answers hold a secret, which is shown once and kept nowhere."""
LONGEST_KEY = 255
MOST_KEPT_BYTES = 1_000_000
NOT_KEPT = frozenset({401, 403, 408, 409, 413, 425, 429, 431})
"""They speak of the caller or of the moment; the same request may be answered otherwise later."""
RETRY_AFTER_S = "1"

_logger = logging.getLogger(__name__)


class Idempotency:
    """Plain ASGI; requests without the header pass as they are."""

    def __init__(self, app: ASGIApp, *, engine: Engine) -> None:
        self._app = app
        self._answers = engine.kept_answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            await answer(_bad_key(key))(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:  # who hung up in the middle asked for nothing
            return
        caller, request = caller_of(scope), _request_digest(scope, body)
        try:
            claim = await run_in_threadpool(
                self._answers.claim, caller, key, request, now=datetime.now(UTC)
            )
        except LookalikeError as error:
            await answer(error)(scope, receive, send)
            return
        if claim.state == "mine":
            await _Once(self, claim, caller, key).run(scope, _again(body, receive), send)
        else:
            await _told(claim, scope, receive, send)

    async def carry_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def keep(self, claim: Claim, caller: str, key: str, given: KeptAnswer) -> None:
        """Keep what may be kept, and let the key go where nothing was decided."""
        act = self._answers.release
        try:
            if given.status >= 500 or given.status in NOT_KEPT:
                await run_in_threadpool(act, claim.token, caller, key)
            else:
                await run_in_threadpool(self._answers.keep, claim.token, caller, key, given)
        except LookalikeError as error:  # it was done, and that is said; a repeat waits its turn
            _logger.warning("an answer could not be kept", extra={"error": error.code})


class _Once:
    """One claimed request: its answer is held back until it is kept."""

    def __init__(self, keeper: Idempotency, claim: Claim, caller: str, key: str) -> None:
        self._keeper, self._claim, self._caller, self._key = keeper, claim, caller, key
        self._held: list[Message] = []
        self._size = 0
        self._is_kept = False

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Message) -> None:
            if self._is_kept:
                await send(message)
                return
            self._held.append(message)
            self._size += len(message.get("body", b""))
            is_over = message["type"] == "http.response.body" and not message.get("more_body")
            if is_over or self._size > MOST_KEPT_BYTES:
                await self._keep()
                for one in self._held:
                    await send(one)

        try:
            await self._keeper.carry_out(scope, receive, hold)
        finally:
            if not self._is_kept:  # it failed before it answered
                await self._keep()

    async def _keep(self) -> None:
        self._is_kept = True
        status, headers = 500, tuple[tuple[str, str], ...]()
        body = b""
        for message in self._held:
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = tuple(
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in message.get("headers", ())
                )
            body += message.get("body", b"")
        kept = body if self._size <= MOST_KEPT_BYTES else None
        given = KeptAnswer(status, headers, kept)
        await self._keeper.keep(self._claim, self._caller, self._key, given)


def caller_of(scope: Scope) -> str:
    """Who asks, as a digest of what they show of themselves; all who show nothing are one."""
    headers = Headers(scope=scope)
    shown = [headers.get(name, "") for name in ("authorization", "lookalike-user")]
    return hashlib.sha256("\n".join(shown).encode()).hexdigest() if any(shown) else "anonymous"


def _key(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] not in CHANGING:
        return None
    for name, value in scope["headers"]:
        if name == b"idempotency-key":
            if READING.fullmatch(scope["path"]) or SECRET.fullmatch(scope["path"]):
                return None
            found: str = value.decode("latin-1").strip()
            is_quoted = len(found) >= 2 and found[0] == found[-1] == '"'
            return found[1:-1] if is_quoted else found
    return None


async def _whole(receive: Receive) -> bytes | None:
    """The body, which `limits` has bounded; None where the caller hung up before its end."""
    data = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        data += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(data)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body once more, then whatever comes after it."""
    given = False

    async def repeated() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return repeated


def _request_digest(scope: Scope, body: bytes) -> str:
    """Of the method, path, query and body; the border between the parts of a form, which a
    client draws anew each time, does not count."""
    kind = Headers(scope=scope).get("content-type", "")
    border = kind.partition("boundary=")[2].strip('"')
    if kind.startswith("multipart/") and border:
        body = body.replace(border.encode("latin-1"), b"")
    path = scope.get("raw_path") or scope["path"].encode()
    parts = (scope["method"].encode(), path, scope["query_string"], body)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


async def _told(claim: Claim, scope: Scope, receive: Receive, send: Send) -> None:
    """What a request gets that is not carried out."""
    kept = claim.answer
    if kept is not None and kept.body is not None:
        headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.headers
        ]
        headers.append((b"idempotency-replayed", b"true"))
        await send({"type": "http.response.start", "status": kept.status, "headers": headers})
        await send({"type": "http.response.body", "body": kept.body})
    elif kept is not None:
        await document(_TOO_LARGE)(scope, receive, send)
    elif claim.state == "running":
        await document(_RUNNING, {"Retry-After": RETRY_AFTER_S})(scope, receive, send)
    else:
        await document(_REUSED)(scope, receive, send)


def _bad_key(key: str) -> InvalidInput:
    return InvalidInput(
        f"The Idempotency-Key {key[:60]!r} has {len(key)} characters.",
        hint=f"Send 1 to {LONGEST_KEY} printable ASCII characters, for example a UUID.",
    )


_REUSED = ProblemDocument(
    title="The request cannot work",
    status=422,
    code="idempotency_key_reused",
    detail="The Idempotency-Key was used for another request within 24 hours.",
    hint="Make a new key for each new request; repeat a request exactly as it was.",
)
_RUNNING = ProblemDocument(
    title="Conflict",
    status=409,
    code="request_in_progress",
    detail="The request with this Idempotency-Key is still at work.",
    hint="Send it again after the seconds of Retry-After.",
)
_TOO_LARGE = ProblemDocument(
    title="Conflict",
    status=409,
    code="answer_not_kept",
    detail="The request was carried out before; its answer was larger than 1 MB and was not kept.",
    hint="It is not done again.  Read what it changed.",
)
