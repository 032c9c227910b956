"""Metrics in the text format of Prometheus: what requests, stages, syncs and collections do.

Labels are words of ours: templates of routes, names of stages, ids of collections.  A user,
a product or a key is never one.
"""

import logging
import platform
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import ProcessCollector as ProcessMetrics
from prometheus_client.core import GaugeMetricFamily
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.census import Census
from lookalike.domain.observe import Counted, Observer, Stage, observing
from lookalike.domain.slot_table import SLOTS
from lookalike.errors import LookalikeError
from lookalike.server.access_log import method_of, route_of

_logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STAGE_BUCKETS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
CENSUS_S = 10.0
"""Collections are counted at most so often, however often somebody scrapes."""

REASONS = frozenset(
    ("same_category", "cursor", "user_id", "user", "paused", "popularity", "rule", "pin", "owned",
     "collection", "parts", "price", "lightness", "colorfulness", "time")
)  # fmt: skip
"""What a note of `degraded` may begin with, beside attributes and slots."""


def reason(note: str) -> str:
    """The label of a note such as "cursor: the collection has changed since the first page"."""
    word = note.partition(":")[0]
    if word in REASONS or word in VISUAL_ATTRIBUTES:
        return word
    return "slot" if word in SLOTS else "other"


def source_label(location: str) -> str:
    """Where a catalog lies, without what may be secret in its address."""
    parts = urlsplit(location)
    if not parts.scheme or not parts.netloc:
        return location.rpartition("/")[2] or location
    path = re.sub(r"[A-Za-z0-9_-]{24,}", "...", parts.path)  # a token, as feeds often carry one
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"


class Metrics(Observer):
    """Everything measured in one process; safe to share between threads."""

    def __init__(self, census: Callable[[], Sequence[Census]], *, version: str) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessMetrics(registry=registry)
        registry.register(_Collections(census))
        build = Gauge("lookalike_build_info", "Always 1.", ["version", "python"], registry=registry)
        build.labels(version, platform.python_version()).set(1)
        self.ready = Gauge("lookalike_ready", "Whether /v1/ready last said yes.", registry=registry)
        self._requests = Histogram(
            "lookalike_http_request_seconds",
            "From the first byte of a request to the last of its answer.",
            ["method", "route", "status"],
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "lookalike_http_requests_in_flight", "Requests being answered.", registry=registry
        )
        self._stages = Histogram(
            "lookalike_stage_seconds",
            "Time in one stage of an answer.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=registry,
        )
        self._stage = {name: self._stages.labels(name) for name in get_args(Stage)}
        self._seen: dict[tuple[str, str, int], Histogram] = {}
        self._counts = {
            name: Counter(f"lookalike_{name}", doc, [label], registry=registry)
            for name, (doc, label) in COUNTERS.items()
        }
        self._syncs = _Syncs()
        registry.register(self._syncs)

    def text(self) -> bytes:
        """All of it, as a scrape reads it."""
        return generate_latest(self._registry)

    def stage(self, name: Stage) -> "_Timed":
        return _Timed(self._stage[name])

    def count(self, what: Counted, label: str, amount: int) -> None:
        self._counts[what].labels(reason(label) if what == "degraded" else label).inc(amount)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """One request is over."""
        key = (method_of(scope), route_of(scope), status)
        child = self._seen.get(key)  # finding it by its labels takes longer than observing
        if child is None:
            child = self._seen[key] = self._requests.labels(*key)
        child.observe(seconds)

    def synced(self, location: str, collection: str, *, failed: bool) -> None:
        """A catalog was looked at, or could not be."""
        self._syncs.tell(collection, source_label(location), failed=failed)

    def in_flight(self, change: int) -> None:
        self._in_flight.inc(change)


class _Timed:
    """A stage that is going on."""

    __slots__ = ("_child", "_started")

    def __init__(self, child: Histogram) -> None:
        self._child = child

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._child.observe(time.perf_counter() - self._started)


COUNTERS: dict[str, tuple[str, str]] = {
    "searches": ("Searches by how they find: exact looks at every row.", "mode"),
    "degraded": ("Things skipped in answers, as their field `degraded` says.", "reason"),
    "events": ("Events by what became of them.", "outcome"),
    "images": ("Images of index runs of this process: encoded, known or failed.", "outcome"),
    "runs": ("Jobs of this process by how they ended.", "outcome"),
}


class MeasuredRequests:
    """Plain ASGI: measures each request, and observes the stages within."""

    def __init__(self, app: ASGIApp, metrics: Metrics, observer: Observer) -> None:
        self._app = app
        self._metrics = metrics
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # unless an answer begins
        started = time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._metrics.in_flight(1)
        try:
            with observing(self._observer):
                await self._app(scope, receive, seen)
        finally:
            self._metrics.in_flight(-1)
            self._metrics.answered(scope, status, time.perf_counter() - started)


class _Collections:
    """The collections as they are when somebody asks, or were up to CENSUS_S before."""

    def __init__(self, census: Callable[[], Sequence[Census]]) -> None:
        self._census = census
        self._lock = threading.Lock()
        self._counted: Sequence[Census] = ()
        self._next = float("-inf")

    def describe(self) -> list[Any]:  # what a collector of prometheus_client gives
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._lock:
            if time.monotonic() >= self._next:
                try:
                    self._counted = self._census()
                except LookalikeError as error:
                    _logger.warning("collections not counted", extra={"error": error.code})
                    self._counted = ()  # /v1/ready says why; old numbers would say all is well
                self._next = time.monotonic() + CENSUS_S
            counted = self._counted
        for name, doc, value in GAUGES:
            family = GaugeMetricFamily(f"lookalike_{name}", doc, labels=["collection"])
            for one in counted:
                found = value(one)
                if found is not None:
                    family.add_metric([one.collection_id], found)
            yield family
        running = GaugeMetricFamily(
            "lookalike_jobs", "Jobs that wait or run.", labels=["collection", "kind"]
        )
        for one in counted:
            for kind in sorted({"index", "swap", *one.jobs}):
                running.add_metric([one.collection_id, kind], one.jobs.get(kind, 0))
        yield running


GAUGES: tuple[tuple[str, str, Callable[[Census], float | None]], ...] = (
    ("products", "Products on sale.", lambda one: one.products),
    ("indexed_products", "Products that a list can show.", lambda one: one.indexed),
    ("generation", "The number of the generation in use.", lambda one: one.generation),
    (
        "generation_age_seconds",
        "Since the generation came into use.",
        lambda one: one.generation_at and max(0.0, time.time() - one.generation_at),
    ),
    ("changes_beside", "Products changed since the generation was built.", lambda one: one.beside),
    ("failed_images", "Images that wait for `lookalike retry`.", lambda one: one.failed_images),
)


class _Syncs:
    """When each catalog that this process keeps in sync was last in sync."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._good: dict[tuple[str, str], float] = {}
        self._failures: dict[tuple[str, str], int] = {}
        self._since = time.monotonic()

    def tell(self, collection: str, source: str, *, failed: bool) -> None:
        key = (collection, source)
        with self._lock:
            self._failures[key] = self._failures.get(key, 0) + 1 if failed else 0
            if not failed:
                self._good[key] = time.monotonic()

    def describe(self) -> list[Any]:  # what a collector of prometheus_client gives
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        labels = ["collection", "source"]
        age = GaugeMetricFamily(
            "lookalike_sync_age_seconds",
            "Since a catalog was last in sync; since the start where it never was.",
            labels=labels,
        )
        failures = GaugeMetricFamily(
            "lookalike_sync_failures", "Failed looks at a catalog in a row.", labels=labels
        )
        with self._lock:
            for key, count in self._failures.items():
                failures.add_metric(key, count)
                age.add_metric(key, time.monotonic() - self._good.get(key, self._since))
        yield age
        yield failures
