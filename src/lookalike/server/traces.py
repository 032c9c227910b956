"""Traces by OpenTelemetry, where its extra is installed and somebody says where they go.

A span for each request, a child for each stage of its answer.  The context that a caller
sends as `traceparent` (W3C Trace Context) is taken over.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.domain.observe import Counted, Observer, Stage
from lookalike.errors import Unavailable
from lookalike.server.access_log import method_of, route_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""What says where to, beside our setting; the exporter reads these itself."""


class Traces:
    """A tracer of our own, so that a program around us keeps its global one.

    Raises Unavailable when OpenTelemetry is not installed.
    """

    def __init__(self, processor: "SpanProcessor", *, version: str) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        name = os.environ.get("OTEL_SERVICE_NAME", "lookalike")
        resource = Resource.create({"service.name": name, "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self.tracer = self._provider.get_tracer("lookalike", version)
        self.propagator = TraceContextTextMapPropagator()
        self.server_kind = trace.SpanKind.SERVER

    def around(self, inner: Observer) -> Observer:
        """An observer that makes spans of stages and tells `inner` too."""
        return _Spans(self, inner)

    def close(self) -> None:
        """Send what has not been sent."""
        self._provider.shutdown()


def traces_to(endpoint: str, *, version: str) -> Traces | None:
    """Traces that are sent to `endpoint`, or to where OTEL_* says; None where neither is given.

    Raises Unavailable when an endpoint is given and the extra is missing.
    """
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if is_off or not (endpoint or any(os.environ.get(name) for name in ENDPOINTS)):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"Traces are to be sent, and {error.name} is not installed.",
            hint='Install it with: pip install "lookalike[otel]"',
        ) from None
    exporter: SpanExporter = OTLPSpanExporter(endpoint=endpoint or None)
    return Traces(BatchSpanProcessor(exporter), version=version)


class _Spans(Observer):
    def __init__(self, traces: Traces, inner: Observer) -> None:
        self._traces = traces
        self._inner = inner

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        with (
            self._inner.stage(name),
            self._traces.tracer.start_as_current_span(name, record_exception=False),
        ):
            yield

    def count(self, what: Counted, label: str, amount: int) -> None:
        self._inner.count(what, label, amount)


class TracedRequests:
    """Plain ASGI: a span around each request, named by its route."""

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # unless an answer begins

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        sent = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"traceparent", b"tracestate")
        }
        method = method_of(scope)
        with self._traces.tracer.start_as_current_span(
            method,
            context=self._traces.propagator.extract(sent),
            kind=self._traces.server_kind,
            record_exception=False,  # its message can name a user
            set_status_on_exception=False,
        ) as span:
            try:
                await self._app(scope, receive, seen)
            finally:
                route = route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                span.set_attribute("lookalike.request_id", scope.get("request_id", ""))
                if status >= 500:
                    span.set_attribute("error.type", str(status))
