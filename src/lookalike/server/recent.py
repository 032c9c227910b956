"""Answers that were given a moment ago: the same question to the same state is not thought over.

Shoppers look at the same products, and equal questions to one state are answered byte for byte
equally, so an answer holds until the collection, its rules or its encoder change
(docs/decisions/0084-recent-answers.md).
"""

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from lookalike.engine import Engine
from lookalike.errors import LookalikeError
from lookalike.server.caching import NOT_KEPT
from lookalike.server.guard import GuardedRoute, Handler

MEGA = 1 << 20
LARGEST_SHARE = 16  # an answer larger than this part of the room is not kept
OVERHEAD_BYTES = 400  # of an entry beside its body


class Recent(NamedTuple):
    """An answer, and the state that it was made of."""

    state: str
    media_type: str | None
    body: bytes


class RecentAnswers:
    """Holds so many bytes of answers, the least recently asked for going first; thread-safe."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._found: OrderedDict[bytes, Recent] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes that are held."""
        return self._size

    def get(self, key: bytes, state: str) -> Recent | None:
        """What was answered to the question while the state was this one."""
        with self._lock:
            found = self._found.get(key)
            if found is None:
                return None
            if found.state != state:
                self._drop(key)
                return None
            self._found.move_to_end(key)
            return found

    def put(self, key: bytes, answer: Recent) -> None:
        if len(answer.body) * LARGEST_SHARE > self._most:
            return
        with self._lock:
            self._drop(key)
            self._found[key] = answer
            self._size += len(answer.body) + OVERHEAD_BYTES
            while self._size > self._most:
                self._drop(next(iter(self._found)))

    def _drop(self, key: bytes) -> None:
        gone = self._found.pop(key, None)
        if gone is not None:
            self._size -= len(gone.body) + OVERHEAD_BYTES


class RecentRoute(GuardedRoute):
    """A route whose answers, unless they say `no-store`, depend on nothing but question and state.

    Who asks is checked before; nothing of an answer may depend on it.
    """

    async def answered(self, request: Request, answer: Handler) -> Response:
        answers: RecentAnswers | None = request.app.state.recent
        if answers is None:
            return await answer(request)
        engine: Engine = request.app.state.engine
        collection: str = request.path_params["collection_id"]
        state = await _state(engine, collection)
        if state is None:
            return await answer(request)
        key = _key(request, await request.body())
        known = answers.get(key, state)
        if known is not None:
            return Response(known.body, media_type=known.media_type)
        response = await answer(request)
        if _is_kept(response) and await _state(engine, collection) == state:
            answers.put(key, Recent(state, response.headers["content-type"], bytes(response.body)))
        return response


async def _state(engine: Engine, collection: str) -> str | None:
    """None where there is nothing to ask yet; looked up without a thread where it is known."""
    try:
        known = engine.state(collection=collection, look=False)
        if known is not None:
            return known
        return await run_in_threadpool(engine.state, collection=collection, look=True)
    except LookalikeError:  # the route says what is wrong
        return None


def _key(request: Request, body: bytes) -> bytes:
    scope = request.scope
    whole = hashlib.blake2b(digest_size=16)
    for part in (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()


def _is_kept(response: Response) -> bool:
    return response.status_code == 200 and NOT_KEPT not in response.headers.get("cache-control", "")
