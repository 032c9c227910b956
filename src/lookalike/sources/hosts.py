"""Politeness: how many requests one host gets at a time, and when it asked for a pause."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Hosts:
    """Shared by the threads of one client."""

    def __init__(self, at_once: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._gates: dict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(at_once)
        )
        self._resume: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """One of the requests that the host gets at a time; waits for it."""
        with self._lock:
            gate = self._gates[host]
        with gate:
            yield

    def pause(self, host: str, seconds: float) -> None:
        """The host asked every one of us to wait, not only who was told so."""
        with self._lock:
            until = self._clock() + seconds
            self._resume[host] = max(until, self._resume.get(host, until))

    def pause_left(self, host: str) -> float:
        with self._lock:
            return max(0.0, self._resume.get(host, 0.0) - self._clock())
