"""Traces, read back from OpenTelemetry's own exporter in memory."""

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lookalike.server import traces
from lookalike.server.app import create_app
from lookalike.server.traces import Traces, traces_to

HERE = "/v1/collections/default"


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def client(engine, exporter):
    app = create_app(engine, traces=Traces(SimpleSpanProcessor(exporter), version="1"))
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def test_a_request_is_a_span_with_its_stages_below_and_the_callers_above(client, exporter, shop):
    sku = sorted(shop.truth)[0]
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    asked = {"query": {"type": "product", "product_id": sku}}
    sent = {"traceparent": f"00-{trace}-{parent}-01", "X-Request-ID": "r-9"}
    assert client.post(f"{HERE}/retrieve", json=asked, headers=sent).status_code == 200
    spans = {one.name: one for one in exporter.get_finished_spans()}
    request = spans["POST /v1/collections/{collection_id}/retrieve"]
    assert f"{request.context.trace_id:032x}" == trace
    assert f"{request.parent.span_id:016x}" == parent
    assert dict(request.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/collections/{collection_id}/retrieve",
        "http.response.status_code": 200,
        "lookalike.request_id": "r-9",
    }
    assert request.resource.attributes["service.name"] == "lookalike"
    for stage in ("search", "rank", "explain"):
        assert spans[stage].parent.span_id == request.context.span_id
        assert request.start_time <= spans[stage].start_time <= spans[stage].end_time
        assert spans[stage].end_time <= request.end_time
    assert "lookalike_stage_seconds_count" in client.get("/metrics").text


def test_a_request_without_a_caller_begins_a_trace_and_names_no_user(client, exporter):
    client.get(f"{HERE}/users/anna-smith")
    (span,) = [one for one in exporter.get_finished_spans() if one.parent is None]
    assert "anna" not in span.to_json()


def test_traces_are_off_until_somebody_says_where_they_go(monkeypatch):
    assert traces_to("", version="1") is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert traces_to("http://127.0.0.1:9", version="1") is None
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    on = traces_to("", version="1")
    assert isinstance(on, traces.Traces)
    on.close()
