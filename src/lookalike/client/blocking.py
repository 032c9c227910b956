"""The client that waits: every call returns its result."""

import random
import time
from collections.abc import Callable
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


def _waits(plan: Callable[Concatenate[Link, P], Plan[T]]) -> Callable[Concatenate[Any, P], T]:
    """The plan as a method; `Any` is the object it becomes a method of."""

    @wraps(plan)
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        transport: _Transport = self._transport
        return transport.run(plan(transport.link, *args, **kwargs))

    return method


class Buckets(_Calls):
    connect = _waits(catalog_calls.connect)
    plan = _waits(catalog_calls.plan)


class Collections(_Calls):
    get = _waits(catalog_calls.product)
    list = _waits(catalog_calls.collections)
    facets = _waits(catalog_calls.facets)


class Products(_Calls):
    get = _waits(catalog_calls.product)
    list = _waits(catalog_calls.products)
    upsert = _waits(catalog_calls.upsert)
    patch = _waits(catalog_calls.patch)
    delete = _waits(catalog_calls.delete)
    duplicates = _waits(quality_calls.duplicates)


class Attributes(_Calls):
    get = _waits(quality_calls.attribute)
    decide = _waits(quality_calls.decide)
    forget = _waits(quality_calls.forget)
    conflicts = _waits(quality_calls.conflicts)
    unknown_words = unknownWords = _waits(quality_calls.unknown_words)  # noqa: N815


class Looks(_Calls):
    slots = _waits(look_calls.slots)
    set_slot = setSlot = _waits(look_calls.set_slot)  # noqa: N815
    forget_slot = forgetSlot = _waits(look_calls.forget_slot)  # noqa: N815
    set_type = setType = _waits(look_calls.set_type)  # noqa: N815
    forget_type = forgetType = _waits(look_calls.forget_type)  # noqa: N815


class Encoders(_Calls):
    swap = _waits(encoder_calls.swap)
    rollback = _waits(encoder_calls.rollback)


class Jobs(_Calls):
    get = _waits(catalog_calls.job)
    list = _waits(catalog_calls.jobs)
    wait = _waits(catalog_calls.wait_for)
    problems = _waits(catalog_calls.problems)
    cancel = _waits(catalog_calls.cancel)
    resume = _waits(catalog_calls.resume)


class Keys(_Calls):
    create = _waits(key_calls.create)
    list = _waits(key_calls.keys)
    revoke = _waits(key_calls.revoke)
    rotate = _waits(key_calls.rotate)


class Recommending(_Calls):
    get_complementary = getComplementary = _waits(retrieval_calls.get_complementary)  # noqa: N815
    from_scene = fromScene = _waits(retrieval_calls.from_scene)  # noqa: N815
    quiz = _waits(retrieval_calls.quiz)


class Rules(_Calls):
    list = _waits(rule_calls.rules)
    get = _waits(rule_calls.rule)
    set = _waits(rule_calls.set_rule)
    delete = _waits(rule_calls.delete_rule)
    preview = _waits(rule_calls.preview)


class Users(_Calls):
    update_preferences = updatePreferences = _waits(user_calls.update_preferences)  # noqa: N815
    get = _waits(user_calls.user)
    export = _waits(user_calls.export)
    decide = _waits(user_calls.decide)
    login = _waits(user_calls.login)
    erase = _waits(user_calls.erase)
    feed = _waits(user_calls.feed)
    receipts = _waits(user_calls.receipts)
    verify = _waits(user_calls.verify)


class Events(_Calls):
    record = _waits(user_calls.record)


class Client:
    """A Lookalike service.  Safe to share between threads; close it, or use it in `with`.

    api_key     sent as `Authorization: Bearer`; else LOOKALIKE_API_KEY
    base_url    else LOOKALIKE_URL, else http://127.0.0.1:8000
    collection  of calls that name none; else LOOKALIKE_COLLECTION, else the only one there is
    timeout_s   of one request
    retries     further attempts after a broken connection, a 429 or a 503; what changes something
                is sent again with the same Idempotency-Key, so it is done once
    backoff_s   before the first of them; doubles each time
    user_token  for a storefront key: which user it speaks for (`user_token`)
    """

    retrieve = _waits(retrieval_calls.retrieve)
    why_not = whyNot = _waits(retrieval_calls.why_not)  # noqa: N815
    match = _waits(retrieval_calls.match)
    upload = _waits(retrieval_calls.upload)
    health = _waits(catalog_calls.health)
    ready = _waits(catalog_calls.ready)

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

    def close(self) -> None:
        self._transport.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Transport:
    """Runs plans over one pool of connections."""

    def __init__(self, chosen: Link) -> None:
        self.link = chosen
        self.http = httpx.Client(headers=chosen.headers, timeout=chosen.timeout_s)

    def run(self, plan: Plan[T]) -> T:
        answer = None
        while True:
            try:
                wanted = plan.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(wanted, Pause):
                time.sleep(wanted.seconds)
                answer = None
            else:
                answer = self._answer(wanted)

    def _answer(self, request: Request) -> Any:
        attempts = Attempts(self.link, request, random.random)
        while True:
            try:
                answer = self.http.request(**sendable(self.link, request, attempts.key))
            except httpx.TransportError as error:
                time.sleep(attempts.after_error(error))
                continue
            wait_s = attempts.after_answer(answer)
            if wait_s is None:
                return read(answer)
            time.sleep(wait_s)
