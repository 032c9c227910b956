"""The process that serves: requests, catalogs kept in sync, and an orderly end.

SIGTERM or Ctrl+C: /v1/ready answers 503, jobs and syncs end at their next step, requests that
came in are answered, then the process ends.  A second signal ends it at once; nothing that was
acknowledged is lost by that, as it is on the disk before it is acknowledged.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator
from types import FrameType

import uvicorn

from lookalike.domain.index_run import IndexReport
from lookalike.domain.observe import observing
from lookalike.domain.schedule import Schedule
from lookalike.engine import Engine
from lookalike.errors import LookalikeError
from lookalike.server.app import served_app
from lookalike.server.lifecycle import Lifecycle
from lookalike.server.pauses import keep_pauses_short
from lookalike.server.traces import traces_to

_logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(engine: Engine, listening: socket.socket, *, begun: Callable[[], None]) -> bool:
    """Answer on a bound socket until a signal; whether all that had begun could end in time.

    begun  called once nothing forbids it; raises InvalidInput before where a public address has
           no keys
    """
    settings = engine.settings
    traces = traces_to(settings.otlp_endpoint, version=engine.version)
    app = served_app(engine, listening.getsockname()[0], traces=traces)
    begun()
    metrics, lifecycle, stop = app.state.metrics, app.state.lifecycle, threading.Event()

    def synced(planned: Schedule, outcome: IndexReport | LookalikeError) -> None:
        name = planned.collection or settings.collection
        metrics.synced(planned.location, name, failed=isinstance(outcome, LookalikeError))

    config = uvicorn.Config(
        app,
        log_config=None,  # the command line has set up the log
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )
    server = _Server(config, engine, lifecycle, stop)
    if settings.jobs_apart:
        engine.operations().jobs_apart()
    keep_pauses_short(engine)
    with observing(app.state.observer):
        syncing = engine.upkeep().poll_all(stop, tell=synced)
        try:
            server.run(sockets=[listening])
        finally:
            stop.set()
            until = server.left_at + settings.drain_s + settings.shutdown_timeout_s
            ended = engine.operations().stop_jobs(timeout_s=max(0.0, until - time.monotonic()))
            for thread in syncing:
                thread.join(max(0.0, until - time.monotonic()))
            if traces:
                traces.close()
    ended = ended and not server.was_cut and not any(one.is_alive() for one in syncing)
    _logger.info("ended", extra={"in_time": ended})
    return ended


class _Server(uvicorn.Server):
    """Uvicorn, but it leaves in two steps and then ends with status 0."""

    def __init__(
        self, config: uvicorn.Config, engine: Engine, lifecycle: Lifecycle, stop: threading.Event
    ) -> None:
        super().__init__(config)
        self._engine = engine
        self._lifecycle = lifecycle
        self._stop = stop
        self.left_at = time.monotonic()
        self.was_cut = False
        self._drain_s = 0.0

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Ours instead of Uvicorn's, which raises the signal again once all is done."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._asked) for one in SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _asked(self, number: int, _: FrameType | None) -> None:
        if self._lifecycle.is_leaving:
            os._exit(128 + number)  # the second time: at once
        self.left_at = time.monotonic()
        if number == signal.SIGTERM:  # whoever pressed Ctrl+C has no load balancer
            self._drain_s = self._engine.settings.drain_s
        self._stop.set()
        self._lifecycle.leave()

    async def on_tick(self, counter: int) -> bool:
        is_over = await super().on_tick(counter)
        if not self._lifecycle.is_leaving:
            return is_over
        self._engine.operations().stop_jobs(timeout_s=0)
        return is_over or time.monotonic() - self.left_at >= self._drain_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self.was_cut = bool(self.server_state.tasks)
