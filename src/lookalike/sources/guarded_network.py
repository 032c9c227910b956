"""Connections that go only to addresses we have checked, and that end in time.

A host is resolved here, its addresses are checked, and the very address that was checked is
connected to.  Checking first and letting the library resolve again would leave a gap in
which the answer can change (DNS rebinding).
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from lookalike.sources.addresses import is_public

Resolve = Callable[[str, int], Sequence[str]]


class AddressRefused(Exception):
    """Internal: the host has an address that must not be fetched from."""


class HostUnknown(Exception):
    """Internal: the host has no address."""


class GuardedNetwork(httpcore.NetworkBackend):
    """The network as seen by the connection pool.

    `limit_time` sets the moment by which everything this thread reads must be there;
    without it, a server that sends a byte now and then could hold a thread for hours.
    """

    def __init__(self, resolve: Resolve, *, allow_private_addresses: bool) -> None:
        self._network = httpcore.SyncBackend()
        self._resolve = resolve
        self._allow_private_addresses = allow_private_addresses
        self._thread = threading.local()

    def limit_time(self, seconds: float) -> None:
        self._thread.deadline = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Whether the time that this thread was given is used up."""
        return bool(getattr(self._thread, "deadline", float("inf")) <= time.monotonic())

    def remaining(self, timeout: float | None) -> float:
        """The seconds an operation may take.  Raises ReadTimeout when none are left."""
        left: float = getattr(self._thread, "deadline", float("inf")) - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole image is over")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # Any: httpcore's own type is private
    ) -> httpcore.NetworkStream:
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self.addresses(host, port):
            try:
                stream = self._network.connect_tcp(
                    address, port, self.remaining(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
            else:
                return _TimedStream(stream, self)
        raise error

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host; all of them must be public, lest the choice be a lottery."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise HostUnknown(str(error)) from None
        if not self._allow_private_addresses:
            for address in found:
                if not is_public(address):
                    raise AddressRefused(address)
        return found


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every operation is cut off at the deadline of its thread."""

    def __init__(self, stream: httpcore.NetworkStream, network: GuardedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._network.remaining(timeout)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._network
        )

    def get_extra_info(self, info: str) -> Any:  # Any: as in the interface
        return self._stream.get_extra_info(info)
