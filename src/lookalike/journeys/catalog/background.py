"""Threads that work on jobs beside the answers, and end at their next step when asked to."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from contextvars import copy_context

from lookalike.domain.progress import Report, silent
from lookalike.errors import LookalikeError
from lookalike.journeys.catalog.job_report import Stopped, stopping

_logger = logging.getLogger(__name__)


class Background:
    """The jobs of one open workspace; safe to share between threads."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self, name: str, run: Callable[[Report], object]) -> None:
        """Run in a thread; what goes wrong is kept with the job, where its owner looks.

        run  given a report that ends it at its next step once `stop` was called
        """
        report = stopping(silent, self._stop)

        def work() -> None:
            try:
                with contextlib.suppress(LookalikeError, Stopped):
                    run(report)
            except Exception:  # the edge of the thread; the job keeps what went wrong
                _logger.exception("a job failed unexpectedly")

        thread = threading.Thread(target=copy_context().run, args=(work,), name=name, daemon=True)
        with self._lock:
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
        thread.start()

    def stop(self, *, timeout_s: float) -> bool:
        """Let every job end at its next step; whether all have ended in time."""
        self._stop.set()
        until = time.monotonic() + timeout_s
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)
