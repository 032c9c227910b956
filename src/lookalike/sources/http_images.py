"""Image bytes from the web: limited in size, time and number of redirects, and guarded."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpcore
import httpx

from lookalike.sources.addresses import resolve as system_resolve
from lookalike.sources.guarded_network import AddressRefused, GuardedNetwork, HostUnknown, Resolve
from lookalike.sources.images import DOWNLOAD_TIMEOUT_S, MAX_IMAGE_BYTES, too_many_bytes
from lookalike.sources.protocol import FetchFailed, FetchProblem, FetchRefused

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOST = re.compile(rb"[\w.\-]{1,253}|[0-9a-f:.]{2,45}", re.IGNORECASE)
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
HEADERS = [
    (b"User-Agent", b"lookalike (product images)"),
    (b"Accept", b"image/*,*/*;q=0.5"),
    (b"Accept-Encoding", b"identity"),  # a packed body could unpack to any size
]


@dataclass(frozen=True)
class HttpLimits:
    """How much one image may cost.  Times are in seconds.

    total_s       for one attempt with its redirects, from the first byte sent to the last read
    attempts      tries of a connection error, a 429 or a 5xx, with growing waits between
    max_wait_s    the longest wait before a further attempt, also when the server asks for more
    connections   kept open in all, shared by the threads

    The defaults are chosen by eye: an image of 5 MB at 2 Mbit/s takes 20 s.
    """

    bytes: int = MAX_IMAGE_BYTES
    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = DOWNLOAD_TIMEOUT_S
    redirects: int = 5
    attempts: int = 3
    first_wait_s: float = 0.5
    max_wait_s: float = 20.0
    connections: int = 32


class HttpImages:
    """An ImageStore of http and https addresses, on any port.

    Certificates are checked; the content type is not trusted (the decoder tells what it
    is); proxies of the environment are not used, as they would bypass the address check.
    """

    def __init__(
        self,
        limits: HttpLimits | None = None,
        *,
        allow_private_addresses: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolve = system_resolve,
    ) -> None:
        self._limits = limits or HttpLimits()
        self._sleep = sleep
        self._network = GuardedNetwork(resolve, allow_private_addresses=allow_private_addresses)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=self._limits.connections,
            max_keepalive_connections=self._limits.connections,
            keepalive_expiry=30.0,
            network_backend=self._network,
        )

    def stamp(self, location: str) -> str | None:  # noqa: ARG002 - part of the port
        return None

    def read(self, location: str) -> bytes:
        url = _parsed(location)
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._attempt(url)
            except _Retry as failed:
                if attempt == self._limits.attempts:
                    raise failed.problem from None
                self._sleep(self._wait(attempt, failed.asked_s))
        raise AssertionError("attempts is at least one")

    def close(self) -> None:
        self._pool.close()

    def _wait(self, attempt: int, asked_s: float | None) -> float:
        """Doubling waits with jitter, or what the server asks for, up to the limit."""
        own = self._limits.first_wait_s * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.5)
        return min(self._limits.max_wait_s, max(own, asked_s or 0.0))

    def _attempt(self, url: httpx.URL) -> bytes:
        shown = _shown(url)
        try:
            self._network.limit_time(self._limits.total_s)
            return self._follow(url)
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
            raise FetchFailed("timeout", f"{shown} took too long ({error}).") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            problem = FetchFailed("incomplete", f"The answer of {shown} broke off ({error}).")
            raise _Retry(problem) from None

    def _follow(self, url: httpx.URL) -> bytes:
        """The body at the end of the redirects.  Every hop passes the same checks."""
        start = url
        for _ in range(self._limits.redirects + 1):
            answer = self._answer(url)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise FetchRefused(
            "too_many_redirects",
            f"{_shown(start)} redirects more than {self._limits.redirects} times.",
        )

    def _answer(self, url: httpx.URL) -> bytes | httpx.URL:
        timeouts = {
            "connect": self._limits.connect_s,
            "read": self._limits.read_s,
            "write": self._limits.read_s,
            "pool": self._limits.total_s,
        }
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        headers = [(b"Host", url.netloc), *HEADERS]
        with self._pool.stream(
            "GET", target, headers=headers, extensions={"timeout": timeouts}
        ) as response:
            sent = httpx.Headers(response.headers)
            if response.status in REDIRECTS and "location" in sent:
                return _parsed(sent["location"], base=url)
            if response.status != 200:
                raise _status_problem(url, response.status, sent)
            if sent.get("content-encoding", "identity").lower() not in {"identity", ""}:
                raise FetchRefused(
                    "encoded_body", f"{_shown(url)} sends the image packed, against our request."
                )
            return self._body(url, response, sent)

    def _body(self, url: httpx.URL, response: httpcore.Response, sent: httpx.Headers) -> bytes:
        limit = self._limits.bytes
        declared = sent.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise too_many_bytes(_shown(url), int(declared), limit)
        data = bytearray()
        for chunk in response.iter_stream():
            data += chunk
            if len(data) > limit:
                raise too_many_bytes(_shown(url), len(data), limit)
        if not data:
            raise FetchRefused("empty", f"{_shown(url)} sends nothing.")
        return bytes(data)


class _Retry(Exception):
    """Internal: this attempt failed in a way that another may not."""

    def __init__(self, problem: FetchProblem, asked_s: float | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.asked_s = asked_s


def _status_problem(url: httpx.URL, status: int, sent: httpx.Headers) -> Exception:
    message = f"{_shown(url)} answers with the status {status}."
    if status not in RETRIED:
        return FetchRefused(f"http_{status}", message)
    asked = sent.get("retry-after", "")
    return _Retry(
        FetchFailed(f"http_{status}", message), float(asked) if asked.isdecimal() else None
    )


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
            hint="Images are files, or http and https addresses.",
        )
    if not _HOST.fullmatch(url.raw_host) or (url.port or 1) > 65535 or url.port == 0:
        raise FetchRefused("bad_url", f"{_shown(url)} names no host that can exist.")
    return url


def _shown(url: httpx.URL) -> str:
    """An address for messages: short, and without a query, which may hold a signature."""
    return str(url.copy_with(query=None, fragment=None))[:200]
