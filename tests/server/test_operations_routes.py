"""What operators read: metrics, readiness and one log line for each request."""

import io
import json
import logging
import shutil

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from lookalike.cli.logs import JsonLines, Lines
from lookalike.domain.observe import Counted
from lookalike.engine import Engine
from lookalike.server.app import create_app
from lookalike.server.metrics import COUNTERS, reason, source_label

HERE = "/v1/collections/default"


@pytest.fixture
def own_engine(shop, tmp_path):
    """Over a copy of the indexed shop, to break."""
    shutil.copytree(shop.workspace, tmp_path / "workspace", ignore=_no_locks)
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as opened:
        yield opened


def _no_locks(_, names):
    return [name for name in names if name.endswith((".alive", ".writer", "-shm"))]


@pytest.fixture
def client(engine):
    with TestClient(create_app(engine), raise_server_exceptions=False) as opened:
        yield opened


def samples(client):
    """(name, labels) -> value of everything at /metrics."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def value(found, name, **labels):
    return found.get((f"lookalike_{name}", tuple(sorted(labels.items()))))


def ask(client, sku, **body):
    asked = {"query": {"type": "product", "product_id": sku}, **body}
    return client.post(f"{HERE}/retrieve", json=asked)


def test_requests_stages_and_searches_are_measured_by_template_and_name(client, shop):
    sku = sorted(shop.truth)[0]
    ask(client, sku)
    ask(client, sku, same_category=True)
    client.get(f"{HERE}/products/{sku}")
    client.get(f"{HERE}/products/nobody")
    client.get("/nowhere/at/all")
    found = samples(client)

    def requests(**labels):
        return value(found, "http_request_seconds_count", **labels)

    retrieve = "/v1/collections/{collection_id}/retrieve"
    product = "/v1/collections/{collection_id}/products/{sku}"
    product = next(
        dict(labels)["route"]
        for name, labels in found
        if name == "lookalike_http_request_seconds_count" and "/products/" in dict(labels)["route"]
    )
    assert "nobody" not in product
    assert requests(method="POST", route=retrieve, status="200") == 2
    assert requests(method="GET", route=product, status="200") == 1
    assert requests(method="GET", route=product, status="404") == 1
    assert requests(method="GET", route="none", status="404") == 1
    for stage in ("search", "rank", "explain"):
        assert value(found, "stage_seconds_count", stage=stage) == 2
    assert value(found, "stage_seconds_count", stage="extract") == 0
    assert value(found, "searches_total", mode="exact") == 2
    assert value(found, "http_requests_in_flight") == 1  # the scrape itself
    parts = sum(value(found, "stage_seconds_sum", stage=s) for s in ("search", "rank", "explain"))
    whole = value(found, "http_request_seconds_sum", method="POST", route=retrieve, status="200")
    assert 0 < parts < whole


def test_a_photo_and_a_look_have_stages_of_their_own(client, shop):
    sku = sorted(shop.truth)[0]
    photo = (shop.folder / shop.truth[sku]["images"][0]["file"]).read_bytes()
    sent = client.post(f"{HERE}/uploads", files={"file": ("photo.jpg", photo)}).json()
    ask_photo = {"query": {"type": "image", "upload_id": sent["upload_id"]}}
    assert client.post(f"{HERE}/retrieve", json=ask_photo).status_code == 200
    look = client.post(f"{HERE}/looks", json={"product_id": sku})
    assert look.status_code == 200, look.text
    found = samples(client)
    assert value(found, "stage_seconds_count", stage="extract") == 1
    assert value(found, "stage_seconds_count", stage="solve") == 1
    assert value(found, "stage_seconds_count", stage="search") == 2


def test_what_was_skipped_is_counted_by_its_first_word(client, shop):
    sku = sorted(shop.truth)[0]
    said = ask(client, sku, user_id="nobody-knows-them").json()["degraded"]
    assert [one.partition(":")[0] for one in said] == ["user_id"]
    assert value(samples(client), "degraded_total", reason="user_id") == 1
    assert reason("shoes: skipped, as nothing in the collection can be it") == "slot"
    assert reason("pattern: skipped, as no product of this collection has one") == "pattern"
    assert reason("any words of a merchant: skipped") == "other"


def test_events_are_counted_by_what_became_of_them_and_nobody_is_named(own_engine, shop):
    sku = sorted(shop.truth)[0]
    with TestClient(create_app(own_engine)) as client:
        event = {"event_id": "e1", "user_id": "secret-user", "kind": "view", "product_id": sku,
                 "time": "2026-01-02T03:04:05Z"}  # fmt: skip
        client.post(f"{HERE}/events", json=[event])
        client.post(f"{HERE}/events", json=[event, {"kind": "view"}])
        client.get(f"{HERE}/users/secret-user")
        found, text = samples(client), client.get("/metrics").text
    counts = {
        name: value(found, "events_total", outcome=name)
        for name in ("accepted", "repeated", "refused")
    }
    assert counts == {"accepted": 1, "repeated": 1, "refused": 1}
    assert "secret-user" not in text
    assert sku not in text


def test_collections_are_counted_as_they_are(client, shop, engine):
    found = samples(client)
    assert value(found, "products", collection="default") == len(shop.truth)
    assert value(found, "indexed_products", collection="default") == len(shop.truth)
    assert value(found, "generation", collection="default") == 1
    assert 0 <= value(found, "generation_age_seconds", collection="default") < 3600
    assert value(found, "failed_images", collection="default") == 0
    assert value(found, "jobs", collection="default", kind="index") == 0
    assert found[("process_resident_memory_bytes", ())] > 1e6
    assert value(found, "build_info", version=engine.version, python=_python()) == 1


def _python():
    import platform

    return platform.python_version()


def test_an_index_run_in_the_service_is_counted(own_engine, shop, tmp_path):
    catalog = shop.folder / "catalog.csv"
    rows = catalog.read_text().splitlines()
    changed = catalog.with_name("changed.csv")
    changed.write_text("\n".join(rows[:-1]) + "\n")
    try:
        with TestClient(create_app(own_engine)) as client:
            started = client.post(
                f"{HERE}/connect", json={"bucket_uri": str(changed), "accept_loss": True}
            )
            assert started.status_code < 300, started.text
            for thread in own_engine._parts.background._threads:
                thread.join()
            found = samples(client)
    finally:
        changed.unlink()
    assert value(found, "runs_total", outcome="succeeded") == 1
    assert value(found, "products", collection="default") == len(shop.truth) - 1


def test_a_sync_tells_its_age_and_failures_but_no_secret_of_its_address(engine):
    app = create_app(engine)
    address = "https://me:password@shop.example/feeds/0123456789abcdef0123456789/all.xml?key=abc"
    assert source_label(address) == "https://shop.example/feeds/.../all.xml"
    assert source_label("/srv/shop/all.csv") == "all.csv"
    app.state.metrics.synced(address, "default", failed=True)
    app.state.metrics.synced(address, "default", failed=True)
    app.state.metrics.synced("/srv/all.csv", "default", failed=False)
    with TestClient(app) as client:
        found, text = samples(client), client.get("/metrics").text
    there = {"collection": "default", "source": "https://shop.example/feeds/.../all.xml"}
    assert value(found, "sync_failures", **there) == 2
    assert value(found, "sync_failures", collection="default", source="all.csv") == 0
    assert value(found, "sync_age_seconds", collection="default", source="all.csv") < 60
    assert "password" not in text
    assert "0123456789abcdef" not in text


def test_every_count_that_the_core_may_make_has_a_metric():
    from typing import get_args

    assert set(COUNTERS) == set(get_args(Counted))


def test_ready_while_all_can_be_read_and_not_when_asked_to_end(engine):
    app = create_app(engine)
    with TestClient(app) as client:
        answer = client.get("/v1/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        assert client.get("/v1/health").json()["status"] == "ok"
        app.state.lifecycle.leave()
        answer = client.get("/v1/ready")
        assert answer.status_code == 503
        assert "about to end" in answer.json()["detail"]
        assert answer.headers["connection"] == "close"
        assert client.get("/v1/health").status_code == 200  # it lives, it only leaves
        assert value(samples(client), "ready") == 0


def test_not_ready_once_a_newer_version_has_migrated_the_database(own_engine, shop, tmp_path):
    import sqlite3

    with TestClient(create_app(own_engine)) as client:
        assert client.get("/v1/ready").status_code == 200
        with sqlite3.connect(tmp_path / "workspace" / "lookalike.db") as database:
            database.execute("UPDATE lookalike_schema SET version_num = '9999'")
        database.close()
        answer = client.get("/v1/ready")
        assert answer.status_code == 503
        assert "newer version" in answer.json()["detail"] or "9999" in answer.json()["detail"]


def test_not_ready_while_an_index_cannot_be_opened_and_the_others_stay(own_engine, tmp_path):
    generations = tmp_path / "workspace" / "collections" / "default" / "generations"
    (manifest,) = generations.glob("*/manifest.json")
    manifest.write_text("{")
    with TestClient(create_app(own_engine)) as client:
        answer = client.get("/v1/ready")
        assert answer.status_code == 503
        assert "collection default" in answer.json()["detail"]
        found = samples(client)
    assert value(found, "indexed_products", collection="default") == 0


def test_an_id_of_a_request_is_taken_over_if_sane_and_made_otherwise(client):
    given = client.get("/v1/health", headers={"X-Request-ID": "edge-7:a/b"})
    assert given.headers["x-request-id"] == "edge-7:a/b"
    for wrong in ("a b", "x" * 200, 'a"b', ""):
        made = client.get("/v1/health", headers={"X-Request-ID": wrong}).headers["x-request-id"]
        assert len(made) == 32
    assert made != client.get("/v1/health").headers["x-request-id"]


def test_a_failure_of_ours_is_logged_with_the_id_that_the_caller_sees(engine, caplog):
    app = create_app(engine)

    @app.get("/v1/broken/{user}")
    def broken(user: str):
        raise RuntimeError("no")

    with TestClient(app, raise_server_exceptions=False) as client, caplog.at_level("INFO"):
        answer = client.get("/v1/broken/anna", headers={"X-Request-ID": "r-1"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "r-1")
    line = next(one for one in caplog.records if one.name == "lookalike.server.access_log")
    assert (line.status, line.route, line.method) == (500, "/v1/broken/{user}", "GET")
    assert "anna" not in "".join(str(vars(one)) for one in caplog.records if one.name != "httpx2")


def test_a_line_holds_the_template_and_never_the_user(client, caplog):
    with caplog.at_level(logging.INFO, logger="lookalike"):
        client.get(f"{HERE}/users/anna-smith?token=abc")
    (line,) = (one for one in caplog.records if one.name == "lookalike.server.access_log")
    assert line.route == "/v1/collections/{collection_id}/users/{user_id}"
    assert line.ms >= 0
    assert "anna" not in str(vars(line))


def written(formatter, **fields):
    record = logging.makeLogRecord(
        {"name": "lookalike.x", "levelno": 20, "levelname": "INFO", "msg": "request", **fields}
    )
    return formatter.format(record)


def test_a_line_of_json_is_one_object_and_text_keeps_to_one_line():
    told = json.loads(written(JsonLines(), status=200, route="/v1/x\n{"))
    assert (told["message"], told["status"], told["route"]) == ("request", 200, "/v1/x\n{")
    assert (told["level"], told["logger"]) == ("info", "lookalike.x")
    line = written(Lines(), status=200, route="a b\nforged line")
    assert line.endswith('INFO lookalike.x: request status=200 route="a b\\nforged line"')
    assert "\n" not in line


def test_errors_of_the_database_do_not_show_values(own_engine, caplog):
    import sqlalchemy as sa

    database = own_engine._workspace._database
    with pytest.raises(sa.exc.SQLAlchemyError) as failed, database.reading() as connection:
        connection.execute(sa.text("SELECT :who FROM nowhere"), {"who": "anna"})
    stream = io.StringIO()
    stream.write(str(failed.value))
    assert "anna" not in stream.getvalue()
