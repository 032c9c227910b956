"""The client for asyncio: every call is awaited; the calls are those of the blocking one."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from lookalike.client import (
    catalog_calls,
    encoder_calls,
    key_calls,
    look_calls,
    quality_calls,
    retrieval_calls,
    rule_calls,
    user_calls,
)
from lookalike.client.attempts import Attempts, read, sendable
from lookalike.client.link import Link, link
from lookalike.client.plan import Pause, Plan, Request

P = ParamSpec("P")
T = TypeVar("T")


class _Calls:
    """Calls of one subject, over one connection."""

    def __init__(self, transport: "_Transport") -> None:
        self._transport = transport


def _awaited(
    plan: Callable[Concatenate[Link, P], Plan[T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """The plan as a method; `Any` is the object it becomes a method of."""

    @wraps(plan)
    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        transport: _Transport = self._transport
        return await transport.run(plan(transport.link, *args, **kwargs))

    return method


class Buckets(_Calls):
    connect = _awaited(catalog_calls.connect)
    plan = _awaited(catalog_calls.plan)


class Collections(_Calls):
    get = _awaited(catalog_calls.product)
    list = _awaited(catalog_calls.collections)
    facets = _awaited(catalog_calls.facets)


class Products(_Calls):
    get = _awaited(catalog_calls.product)
    list = _awaited(catalog_calls.products)
    upsert = _awaited(catalog_calls.upsert)
    patch = _awaited(catalog_calls.patch)
    delete = _awaited(catalog_calls.delete)
    duplicates = _awaited(quality_calls.duplicates)


class Attributes(_Calls):
    get = _awaited(quality_calls.attribute)
    decide = _awaited(quality_calls.decide)
    forget = _awaited(quality_calls.forget)
    conflicts = _awaited(quality_calls.conflicts)
    unknown_words = unknownWords = _awaited(quality_calls.unknown_words)  # noqa: N815


class Looks(_Calls):
    slots = _awaited(look_calls.slots)
    set_slot = setSlot = _awaited(look_calls.set_slot)  # noqa: N815
    forget_slot = forgetSlot = _awaited(look_calls.forget_slot)  # noqa: N815
    set_type = setType = _awaited(look_calls.set_type)  # noqa: N815
    forget_type = forgetType = _awaited(look_calls.forget_type)  # noqa: N815


class Encoders(_Calls):
    swap = _awaited(encoder_calls.swap)
    rollback = _awaited(encoder_calls.rollback)


class Jobs(_Calls):
    get = _awaited(catalog_calls.job)
    list = _awaited(catalog_calls.jobs)
    wait = _awaited(catalog_calls.wait_for)
    problems = _awaited(catalog_calls.problems)
    cancel = _awaited(catalog_calls.cancel)
    resume = _awaited(catalog_calls.resume)


class Keys(_Calls):
    create = _awaited(key_calls.create)
    list = _awaited(key_calls.keys)
    revoke = _awaited(key_calls.revoke)
    rotate = _awaited(key_calls.rotate)


class Recommending(_Calls):
    get_complementary = getComplementary = _awaited(retrieval_calls.get_complementary)  # noqa: N815
    from_scene = fromScene = _awaited(retrieval_calls.from_scene)  # noqa: N815
    quiz = _awaited(retrieval_calls.quiz)


class Rules(_Calls):
    list = _awaited(rule_calls.rules)
    get = _awaited(rule_calls.rule)
    set = _awaited(rule_calls.set_rule)
    delete = _awaited(rule_calls.delete_rule)
    preview = _awaited(rule_calls.preview)


class Users(_Calls):
    update_preferences = updatePreferences = _awaited(user_calls.update_preferences)  # noqa: N815
    get = _awaited(user_calls.user)
    export = _awaited(user_calls.export)
    decide = _awaited(user_calls.decide)
    login = _awaited(user_calls.login)
    erase = _awaited(user_calls.erase)
    feed = _awaited(user_calls.feed)
    receipts = _awaited(user_calls.receipts)
    verify = _awaited(user_calls.verify)


class Events(_Calls):
    record = _awaited(user_calls.record)


class AsyncClient:
    """A Lookalike service.  For one event loop; close it, or use it in `async with`.

    api_key     sent as `Authorization: Bearer`; else LOOKALIKE_API_KEY
    base_url    else LOOKALIKE_URL, else http://127.0.0.1:8000
    collection  of calls that name none; else LOOKALIKE_COLLECTION, else the only one there is
    timeout_s   of one request
    retries     further attempts after a broken connection, a 429 or a 503; what changes something
                is sent again with the same Idempotency-Key, so it is done once
    backoff_s   before the first of them; doubles each time
    user_token  for a storefront key: which user it speaks for (`user_token`)
    """

    retrieve = _awaited(retrieval_calls.retrieve)
    why_not = whyNot = _awaited(retrieval_calls.why_not)  # noqa: N815
    match = _awaited(retrieval_calls.match)
    upload = _awaited(retrieval_calls.upload)
    health = _awaited(catalog_calls.health)
    ready = _awaited(catalog_calls.ready)

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        collection: str | None = None,
        timeout_s: float = 30.0,
        retries: int = 2,
        backoff_s: float = 0.2,
        user_token: str | None = None,
    ) -> None:
        self._transport = _Transport(
            link(
                api_key,
                base_url,
                collection=collection,
                timeout_s=timeout_s,
                retries=retries,
                backoff_s=backoff_s,
                user_token=user_token,
            )
        )
        self.buckets = Buckets(self._transport)
        self.collections = Collections(self._transport)
        self.products = Products(self._transport)
        self.attributes = Attributes(self._transport)
        self.looks = Looks(self._transport)
        self.encoders = Encoders(self._transport)
        self.jobs = Jobs(self._transport)
        self.keys = Keys(self._transport)
        self.recommendations = Recommending(self._transport)
        self.rules = Rules(self._transport)
        self.users = Users(self._transport)
        self.events = Events(self._transport)

    async def close(self) -> None:
        await self._transport.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _Transport:
    """Runs plans over one pool of connections."""

    def __init__(self, chosen: Link) -> None:
        self.link = chosen
        self.http = httpx.AsyncClient(headers=chosen.headers, timeout=chosen.timeout_s)

    async def run(self, plan: Plan[T]) -> T:
        answer = None
        while True:
            try:
                wanted = plan.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(wanted, Pause):
                await asyncio.sleep(wanted.seconds)
                answer = None
            else:
                answer = await self._answer(wanted)

    async def _answer(self, request: Request) -> Any:
        attempts = Attempts(self.link, request, random.random)
        while True:
            try:
                answer = await self.http.request(**sendable(self.link, request, attempts.key))
            except httpx.TransportError as error:
                await asyncio.sleep(attempts.after_error(error))
                continue
            wait_s = attempts.after_answer(answer)
            if wait_s is None:
                return read(answer)
            await asyncio.sleep(wait_s)
