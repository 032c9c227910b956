"""Requests to addresses that strangers name: limited, polite to each host, and guarded."""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpcore
import httpx

from lookalike.sources.addresses import resolve as system_resolve
from lookalike.sources.guarded_network import AddressRefused, GuardedNetwork, HostUnknown, Resolve
from lookalike.sources.hosts import Hosts
from lookalike.sources.protocol import FetchFailed, FetchProblem, FetchRefused

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOST = re.compile(rb"[\w.\-]{1,253}|[0-9a-f:.]{2,45}", re.IGNORECASE)
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
AGENT = (b"User-Agent", b"lookalike (product images)")
T = TypeVar("T")


@dataclass(frozen=True)
class HttpLimits:
    """How much one request may cost.  Times are in seconds.

    total_s       for one attempt with its redirects, from the first byte sent to the last read
    attempts      tries of a connection error, a 429 or a 5xx, with growing waits between; of
                  a timeout at most two
    per_host      requests to one host at a time
    max_wait_s    the longest wait before a further attempt, also when the server asks for more
    connections   kept open in all, shared by the threads

    The defaults are chosen by eye: an image of 5 MB at 2 Mbit/s takes 20 s.
    """

    bytes: int = 20_000_000
    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    redirects: int = 5
    attempts: int = 3
    first_wait_s: float = 0.5
    max_wait_s: float = 20.0
    connections: int = 32
    per_host: int = 4


class NotModified(Exception):
    """Internal: the server says that what we know is still what it has."""


@dataclass(frozen=True)
class Answer:
    """A body on its way.

    stamp    what makes the next request conditional; None where the server gives nothing
    chunks   the body as it comes; raises the network's errors
    """

    shown: str
    headers: httpx.Headers
    stamp: str | None
    chunks: Iterator[bytes]


class HttpClient:
    """GET for http and https addresses, on any port.

    Certificates are checked; the content type is not trusted (the decoder tells what it
    is); proxies of the environment are not used, as they would bypass the address check.
    """

    def __init__(
        self,
        limits: HttpLimits,
        *,
        accept: tuple[bytes, bytes],
        allow_private_addresses: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolve = system_resolve,
    ) -> None:
        """accept: the values of Accept and Accept-Encoding"""
        self._limits = limits
        self._headers = [
            AGENT,
            (b"Accept", accept[0]),
            (b"Accept-Encoding", accept[1]),
        ]
        self._sleep = sleep
        self._hosts = Hosts(limits.per_host)
        self._network = GuardedNetwork(resolve, allow_private_addresses=allow_private_addresses)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=limits.connections,
            max_keepalive_connections=limits.connections,
            keepalive_expiry=30.0,
            network_backend=self._network,
        )

    def get(self, location: str, take: Callable[[Answer], T], *, known: str | None = None) -> T:
        """What `take` makes of the body; it is called anew for each attempt.

        known  the stamp of what we have
        Raises FetchProblem, and NotModified when `known` still holds.
        """
        url = _parsed(location)
        wait = min(self._hosts.pause_left(url.host), self._limits.max_wait_s)
        if wait > 0:
            self._sleep(wait)
        for attempt in range(1, self._limits.attempts + 1):
            try:
                with self._hosts.turn(url.host):
                    return self._attempt(url, take, known)
            except _Retry as failed:
                if failed.asked_s is not None:
                    self._hosts.pause(url.host, min(failed.asked_s, self._limits.max_wait_s))
                if attempt >= min(self._limits.attempts, failed.attempts):
                    raise failed.problem from None
                self._sleep(self._wait(attempt, failed.asked_s))
        raise AssertionError("attempts is at least one")

    def close(self) -> None:
        self._pool.close()

    def _wait(self, attempt: int, asked_s: float | None) -> float:
        """Doubling waits with jitter, or what the server asks for, up to the limit."""
        own = self._limits.first_wait_s * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        return min(self._limits.max_wait_s, max(own, asked_s or 0.0))

    def _attempt(self, url: httpx.URL, take: Callable[[Answer], T], known: str | None) -> T:
        shown = _shown(url)
        try:
            self._network.limit_time(self._limits.total_s)
            return self._follow(url, take, known)
        except AddressRefused as error:
            raise FetchRefused(
                "refused_address",
                f"{shown} leads to {error}, an address that is not public.",
                hint="Allow it with the setting allow_private_addresses if the shop's own"
                " images lie there.",
            ) from None
        except HostUnknown as error:
            problem = FetchFailed("unknown_host", f"The host of {shown} is not known ({error}).")
            raise _Retry(problem) from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            problem = FetchFailed("unreachable", f"{shown} cannot be reached ({error}).")
            raise _Retry(problem) from None
        except httpcore.TimeoutException as error:
            problem = FetchFailed("timeout", f"{shown} took too long ({error}).")
            is_over = self._network.is_over()  # then another attempt would wait as long again
            raise _Retry(problem, attempts=1 if is_over else 2) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            problem = FetchFailed("incomplete", f"The answer of {shown} broke off ({error}).")
            raise _Retry(problem) from None

    def _follow(self, url: httpx.URL, take: Callable[[Answer], T], known: str | None) -> T:
        """The body at the end of the redirects.  Every hop passes the same checks."""
        start = url
        for _ in range(self._limits.redirects + 1):
            with self._answer(url, known) as answer:
                if isinstance(answer, Answer):
                    return take(answer)
            url = answer
        raise FetchRefused(
            "too_many_redirects",
            f"{_shown(start)} redirects more than {self._limits.redirects} times.",
        )

    @contextmanager
    def _answer(self, url: httpx.URL, known: str | None) -> Iterator[Answer | httpx.URL]:
        timeouts = {
            "connect": self._limits.connect_s,
            "read": self._limits.read_s,
            "write": self._limits.read_s,
            "pool": self._limits.total_s,
        }
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        headers = [(b"Host", url.netloc), *self._headers, *_condition(known)]
        with self._pool.stream(
            "GET", target, headers=headers, extensions={"timeout": timeouts}
        ) as response:
            sent = httpx.Headers(response.headers)
            if response.status in REDIRECTS and "location" in sent:
                yield _parsed(sent["location"], base=url)
                return
            if response.status == 304 and known is not None:
                raise NotModified
            if response.status != 200:
                raise _status_problem(url, response.status, sent)
            yield Answer(_shown(url), sent, _stamp(sent), response.iter_stream())


def _condition(known: str | None) -> list[tuple[bytes, bytes]]:
    kind, _, value = (known or "").partition(":")
    name = {"etag": b"If-None-Match", "modified": b"If-Modified-Since"}.get(kind)
    return [(name, value.encode("latin-1", "replace"))] if name else []


def _stamp(sent: httpx.Headers) -> str | None:
    for kind, header in (("etag", "etag"), ("modified", "last-modified")):
        value = sent.get(header, "")
        if value and value.isprintable() and len(value) <= MAX_STAMP:
            return f"{kind}:{value}"
    return None


MAX_STAMP = 500
"""Characters of an ETag worth keeping; longer ones are no marks but data."""


class _Retry(Exception):
    """Internal: this attempt failed in a way that another may not."""

    def __init__(
        self, problem: FetchProblem, asked_s: float | None = None, *, attempts: int = 1_000
    ) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.asked_s = asked_s
        self.attempts = attempts


def _status_problem(url: httpx.URL, status: int, sent: httpx.Headers) -> Exception:
    message = f"{_shown(url)} answers with the status {status}."
    if status not in RETRIED:
        return FetchRefused(f"http_{status}", message)
    return _Retry(FetchFailed(f"http_{status}", message), _seconds(sent.get("retry-after", "")))


def _seconds(asked: str) -> float | None:
    """What Retry-After asks for: seconds, or a moment (RFC 9110, section 10.2.3)."""
    if asked.isascii() and asked.isdecimal():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _parsed(location: str, base: httpx.URL | None = None) -> httpx.URL:
    """A URL we are willing to fetch, without user name and fragment.  Raises FetchRefused."""
    try:
        url = base.join(location) if base else httpx.URL(location)
        url = url.copy_with(username=None, password=None, fragment=None)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise FetchRefused("bad_url", f"{location[:80]!r} is no address ({error}).") from None
    if url.scheme not in {"http", "https"}:
        raise FetchRefused(
            "bad_scheme",
            f"{_shown(url)} does not begin with http:// or https://.",
            hint="Only http and https addresses are fetched.",
        )
    if not _HOST.fullmatch(url.raw_host) or (url.port or 1) > 65535 or url.port == 0:
        raise FetchRefused("bad_url", f"{_shown(url)} names no host that can exist.")
    return url


def _shown(url: httpx.URL) -> str:
    """An address for messages: short, and without a query, which may hold a signature."""
    return str(url.copy_with(query=None, fragment=None))[:200]
