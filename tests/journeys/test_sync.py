"""Keeping a collection in sync: late messages, losses, patches, polling, feeds by address."""

import csv
import gzip
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from lookalike import Conflict, Engine, InvalidInput, Options, Product
from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.patch import Patch
from lookalike.domain.progress import silent
from lookalike.domain.schedule import Schedule, duration_s, schedule, wait_s
from lookalike.errors import Unavailable
from lookalike.journeys.catalog.publish import publish
from lookalike.journeys.catalog.sync import poll

FEW = 12


class Feed:
    """A dozen products of the sample shop in a file that a test may change."""

    def __init__(self, shop, folder):
        self.folder = folder
        self.path = folder / "feed.csv"
        with Path(shop.catalog).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[:FEW]
        self.rows = {
            row["sku"]: {
                "sku": row["sku"],
                "name": row["name"],
                "image": row["images"].split("|")[0],
                "price": row["price"],
                "op": "",
                "version": "",
            }
            for row in rows
        }
        (folder / "images").mkdir(parents=True)
        for row in self.rows.values():
            shutil.copy(shop.folder / row["image"], folder / row["image"])
        self.write()

    def write(self, skus=None):
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, next(iter(self.rows.values())))
            writer.writeheader()
            writer.writerows(self.rows[sku] for sku in skus or self.rows)


@pytest.fixture
def feed(shop, tmp_path):
    return Feed(shop, tmp_path / "catalog")


@pytest.fixture
def engine_here(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        yield engine


def skus(engine):
    return {one["sku"] for one in engine.products(limit=500).products}


def price(engine, sku):
    return engine.product(sku).document["price"]


def comes_true(fact, within_s=10):
    """Wait for what another process wrote to be seen in this one."""
    started = time.monotonic()
    while not fact():
        assert time.monotonic() - started < within_s


def test_a_delta_changes_only_what_it_names_and_removes_what_it_says(feed, engine_here):
    engine_here.index(str(feed.path))
    first, second, *rest = feed.rows
    feed.rows[first]["price"] = "1.25"
    feed.rows[second]["op"] = "delete"
    feed.write([first, second])
    done = engine_here.index(str(feed.path), options=Options(mode="delta"))
    assert (done.changed, done.removed, done.encoded) == (1, 1, 0)
    assert skus(engine_here) == {first, *rest}
    assert price(engine_here, first) == 1.25


def test_a_late_message_neither_overwrites_nor_resurrects(feed, engine_here):
    """The acceptance cases of agentic-commerce-protocol#189."""
    sku = next(iter(feed.rows))
    row = feed.rows[sku]

    def send(**changes):
        row.update(changes)
        feed.write([sku])
        return engine_here.index(str(feed.path), options=Options(mode="delta"))

    feed.write()
    engine_here.index(str(feed.path))
    assert send(price="10.00", version="5").changed == 1
    late = send(price="9.00", version="4")
    assert (late.changed, late.stale, price(engine_here, sku)) == (0, 1, 10.0)
    assert send(price="11.00", version="5").changed == 1  # the same version may be corrected
    assert send(op="delete", version="4").removed == 0
    assert send(op="delete", version="7").removed == 1
    assert sku not in skus(engine_here)
    assert send(op="", version="7").stale == 1
    assert send(op="", version="6").stale == 1
    assert sku not in skus(engine_here)
    assert send(op="", version="8").added == 1
    assert sku in skus(engine_here)


def test_a_removal_that_comes_before_the_product_keeps_its_late_upsert_out(feed, engine_here):
    sku, *rest = feed.rows
    feed.write(rest)
    engine_here.index(str(feed.path))
    feed.rows[sku].update(op="delete", version="3")
    feed.write([sku])
    engine_here.index(str(feed.path), options=Options(mode="delta"))
    feed.rows[sku].update(op="", version="2")
    feed.write([sku])
    assert engine_here.index(str(feed.path), options=Options(mode="delta")).stale == 1
    assert sku not in skus(engine_here)


def test_an_old_full_feed_removes_nothing_that_is_newer(feed, engine_here):
    sku, *rest = feed.rows
    feed.write(rest)
    engine_here.index(str(feed.path), options=Options(version=10))
    feed.write([sku])
    engine_here.index(str(feed.path), options=Options(mode="delta", version=12))
    feed.write(rest)
    late = engine_here.index(str(feed.path), options=Options(version=11))
    assert (late.removed, skus(engine_here)) == (0, set(feed.rows))
    assert engine_here.index(str(feed.path), options=Options(version=13)).removed == 1


def test_single_calls_obey_versions_too(feed, engine_here):
    engine_here.index(str(feed.path))
    image = feed.rows[next(iter(feed.rows))]["image"]
    engine_here.upsert(Product("X", price=Decimal(5), images=(image,), version=5))
    with pytest.raises(Conflict, match="Version 4 of X"):
        engine_here.upsert(Product("X", price=Decimal(4), images=(image,), version=4))
    with pytest.raises(Conflict, match="newer"):
        engine_here.remove("X", version=4)
    engine_here.remove("X", version=6)
    with pytest.raises(Conflict):
        engine_here.upsert(Product("X", images=(image,), version=6))


def test_a_feed_that_lost_many_products_asks_before_it_removes(feed, engine_here):
    engine_here.index(str(feed.path))
    kept = list(feed.rows)[:5]
    feed.write(kept)
    with pytest.raises(Conflict, match=r"lacks 7 of the 12 .*\(58%\)"):
        engine_here.index(str(feed.path))
    assert skus(engine_here) == set(feed.rows)
    assert engine_here.index(str(feed.path), options=Options(accept_loss=True)).removed == 7
    assert skus(engine_here) == set(kept)


def test_the_share_that_may_be_lost_is_a_setting(feed, shop, tmp_path):
    settings = shop.settings(workspace=str(tmp_path / "w"), max_loss_share=0.9)
    with Engine.open(settings) as engine:
        engine.index(str(feed.path))
        feed.write(list(feed.rows)[:5])
        assert engine.index(str(feed.path)).removed == 7


def test_prices_and_stock_are_patched_at_once_with_a_result_a_row(feed, engine_here):
    engine_here.index(str(feed.path))
    first, second, third, *_ = feed.rows
    before = engine_here.product(second).document["price"]
    results = engine_here.upkeep().patch(
        [
            Patch(first, price=Decimal("3.50"), in_stock=False, version=4),
            Patch(second, price=Decimal(str(before))),
            Patch("nobody", price=Decimal(1)),
            Patch(first, price=Decimal("2.00"), version=3),
            Patch(third, in_stock=True, version=9),
        ]
    )
    statuses = [one.status for one in results]
    assert statuses == ["changed", "unchanged", "not_found", "stale", "changed"]
    document = engine_here.product(first).document
    assert (document["price"], document["in_stock"]) == (3.5, False)
    late = engine_here.upkeep().patch([Patch(third, in_stock=False, version=8)])
    assert [one.status for one in late] == ["stale"]


def test_a_patch_is_seen_by_another_process_within_a_second(feed, engine_here, shop, tmp_path):
    engine_here.index(str(feed.path))
    sku = next(iter(feed.rows))
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as other:
        other.product(sku)
        engine_here.upkeep().patch([Patch(sku, price=Decimal("0.50"))])
        comes_true(lambda: price(other, sku) == 0.5, within_s=1)


def test_a_patched_price_outlives_a_sync_of_the_unchanged_feed(feed, engine_here):
    engine_here.index(str(feed.path))
    sku = next(iter(feed.rows))
    engine_here.upkeep().patch([Patch(sku, price=Decimal("0.50"))])
    assert engine_here.index(str(feed.path), if_changed=True).unchanged
    assert price(engine_here, sku) == 0.5


def test_a_sync_works_only_when_something_changed(feed, engine_here):
    engine_here.index(str(feed.path))
    assert engine_here.index(str(feed.path), if_changed=True).unchanged
    feed.rows[next(iter(feed.rows))]["price"] = "7.77"
    feed.write()
    done = engine_here.index(str(feed.path), if_changed=True)
    assert (done.unchanged, done.changed, done.encoded) == (False, 1, 0)
    assert not engine_here.index(
        str(feed.path), options=Options(keep_missing=True), if_changed=True
    ).unchanged


def test_a_sale_that_begins_is_work_though_the_file_is_the_same(feed, engine_here, monkeypatch):
    rows = list(feed.rows.values())
    with feed.path.open("w") as file:
        file.write("id,title,image_link,price,sale_price,sale_price_effective_date\n")
        for row in rows:
            file.write(f"{row['sku']},{row['name']},{row['image']},10 EUR,8 EUR,")
            file.write("2126-01-01T00:00Z/2126-02-01T00:00Z\n")
    engine_here.index(str(feed.path))
    assert engine_here.index(str(feed.path), if_changed=True).unchanged
    assert price(engine_here, rows[0]["sku"]) == 10
    target = engine_here._parts.collection(None)
    assert target.settings()["next_change"] == "2126-01-01T00:00:00+00:00"
    target.update_settings({"next_change": "2020-01-01T00:00:00+00:00"})
    assert not engine_here.index(str(feed.path), if_changed=True).unchanged


def test_failed_images_are_listed_and_mended_by_a_retry(feed, engine_here):
    sku, row = next(iter(feed.rows.items()))
    hidden = feed.folder / row["image"]
    kept = hidden.read_bytes()
    hidden.unlink()
    engine_here.index(str(feed.path))
    assert [(one.sku, one.code) for one in engine_here.upkeep().failed_images()] == [
        (sku, "missing")
    ]
    still = engine_here.upkeep().retry()
    assert (still.tried, still.mended, len(still.problems)) == (1, 0, 1)
    hidden.write_bytes(kept)
    done = engine_here.upkeep().retry()
    assert (done.tried, done.mended, done.encoded, done.problems) == (1, 1, 1, ())
    assert engine_here.upkeep().failed_images() == []
    assert sku in skus(engine_here)


class Host(http.server.BaseHTTPRequestHandler):
    """Serves the files of a folder, with ETags and packed feeds; requests are written down."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        path = server.folder / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        tag = f'"{hash(data)}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", tag)
        if path.suffix == ".csv" and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def host(feed):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.asked, server.folder, server.daemon_threads = [], feed.folder, True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_by_address_is_fetched_packed_and_only_when_it_changed(feed, host, shop, tmp_path):
    settings = shop.settings(workspace=str(tmp_path / "w"), allow_private_addresses=True)
    with Engine.open(settings) as engine:
        done = engine.index(f"{host.url}/feed.csv")
        assert (done.products, done.encoded, done.problems) == (FEW, FEW, ())
        host.asked.clear()
        assert engine.index(f"{host.url}/feed.csv", if_changed=True).unchanged
        assert host.asked == ["/feed.csv"]
        again = engine.index(f"{host.url}/feed.csv", options=Options(refresh=True))
        assert (again.encoded, again.reused) == (0, FEW)
        changed = next(iter(feed.rows.values()))
        other = list(feed.rows.values())[1]
        shutil.copy(feed.folder / other["image"], feed.folder / changed["image"])
        assert engine.index(f"{host.url}/feed.csv").encoded == 0  # asked for only by --refresh
        assert engine.index(f"{host.url}/feed.csv", options=Options(refresh=True)).changed == 0
        assert (
            engine.product(changed["sku"]).document["images"][0]["hash"]
            == (engine.product(other["sku"]).document["images"][0]["hash"])
        )


def test_a_host_that_is_down_takes_no_known_image_away(feed, host, shop, tmp_path):
    settings = shop.settings(workspace=str(tmp_path / "w"), allow_private_addresses=True)
    with Engine.open(settings) as engine:
        feed.write()
        local = feed.folder / "local.csv"
        local.write_text(feed.path.read_text().replace(",images/", f",{host.url}/images/"))
        engine.index(str(local))
        local.write_text(local.read_text().replace(host.url, "http://127.0.0.1:9"))
        assert len(engine.index(str(local)).problems) == FEW  # other addresses: nothing is known
        local.write_text(local.read_text().replace("http://127.0.0.1:9", host.url))
        engine.index(str(local))
        assert len(skus(engine)) == FEW


def test_a_feed_larger_than_allowed_or_inside_the_network_is_refused(feed, host, shop, tmp_path):
    with (
        Engine.open(shop.settings(workspace=str(tmp_path / "a"))) as engine,
        pytest.raises(InvalidInput, match="not public"),
    ):
        engine.index(f"{host.url}/feed.csv")
    (feed.folder / "bomb.csv.gz").write_bytes(gzip.compress(b"sku,image\n" + b"a" * 3_000_000))
    settings = shop.settings(
        workspace=str(tmp_path / "b"), allow_private_addresses=True, max_feed_mb=1
    )
    with Engine.open(settings) as engine:
        with pytest.raises(InvalidInput, match="1,000,000 bytes"):
            engine.index(f"{host.url}/bomb.csv.gz")
        with pytest.raises(InvalidInput, match="1,000,000 bytes"):
            engine.index(str(feed.folder / "bomb.csv.gz"))


def test_a_packed_file_is_read(feed, engine_here):
    packed = feed.folder / "feed.csv.gz"
    packed.write_bytes(gzip.compress(feed.path.read_bytes()))
    assert engine_here.index(str(packed)).products == FEW


def test_polling_waits_longer_after_failures_and_stops_when_told():
    stop = threading.Event()
    waited = []
    outcomes = [Unavailable("down"), Unavailable("down"), "done", Conflict("busy"), "done"]

    class Waiting:
        def is_set(self):
            return stop.is_set()

        def wait(self, seconds):
            waited.append(seconds)

    def run():
        if len(outcomes) == 1:
            stop.set()
        one = outcomes.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    told = []
    poll(run, every_s=100, stop=Waiting(), tell=told.append, rng=random.Random(1))
    assert len(told) == 5
    for seconds, middle in zip(waited, (200, 400, 100, 100, 100), strict=True):
        assert 0.9 * middle <= seconds <= 1.1 * middle


def test_intervals_and_schedules_are_read_as_they_are_written():
    assert [duration_s(text) for text in ("30s", "15m", "2h", "1d")] == [30, 900, 7200, 86400]
    planned = schedule("https://shop.example/my feed.xml every 15m into main")
    assert planned == Schedule("https://shop.example/my feed.xml", 900, "main")
    assert wait_s(60, 50, 0.5) == 60 * 32
    assert wait_s(7200, 50, 0.5) == 6 * 3600
    assert wait_s(86400, 50, 0.5) == 86400
    for wrong in ("15", "0m", "m", "every 5m", "x every 5 minutes"):
        with pytest.raises(InvalidInput):
            schedule(wrong if "every" in wrong else f"x every {wrong}")


RUN = "from lookalike.cli.main import main; main()"


def test_the_poller_ends_cleanly_on_sigterm(feed, tmp_path):
    workspace = str(tmp_path / "w")
    command = [sys.executable, "-c", RUN, "--workspace", workspace, "sync", str(feed.path)]
    run = subprocess.Popen(
        [*command, "--every", "1h", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    report = json.loads(run.stdout.readline())
    assert report["products"] == FEW
    run.send_signal(signal.SIGTERM)
    assert run.wait(20) == 0
    run.stdout.close()
    once = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(once.stdout)["unchanged"] is True


def test_a_patch_file_tells_its_bad_rows_by_line(feed, engine_here, tmp_path):
    engine_here.index(str(feed.path))
    first, second, *_ = feed.rows
    file = tmp_path / "prices.csv"
    file.write_text(f"sku;price;in_stock\n{first};4,x;\n{second};4.20;no\nnobody;1;\n;2;\n")
    run = subprocess.run(
        [sys.executable, "-c", RUN, "--workspace", str(tmp_path / "workspace"), "patch", str(file),
         "--json"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 6
    results = json.loads(run.stdout)["results"]
    assert [(one["line"], one["status"]) for one in results] == [
        (2, "invalid"),
        (3, "changed"),
        (4, "not_found"),
        (5, "invalid"),
    ]
    comes_true(lambda: price(engine_here, second) == 4.2)
    assert engine_here.product(second).document["in_stock"] is False


def test_a_patched_product_is_as_if_it_had_been_read_anew(feed, engine_here, shop, tmp_path):
    feed.rows[next(iter(feed.rows))]["price"] = ""
    feed.write()
    engine_here.index(str(feed.path))
    patches = [
        Patch(sku, price=Decimal("1.5"), currency="CHF", in_stock=False) for sku in feed.rows
    ]
    engine_here.upkeep().patch(patches)
    filters = parse_filter({"price": 1.5, "in_stock": False, "currency": "CHF"})
    seen = {sku: engine_here.product(sku).document for sku in feed.rows}
    assert len(engine_here.products(where=filters).products) == FEW
    assert engine_here.index(str(feed.path), options=Options(mode="delta", version=1)).encoded == 0
    engine_here.upkeep().patch(patches)
    publish_anew(engine_here)
    assert {sku: engine_here.product(sku).document for sku in feed.rows} == seen
    assert len(engine_here.products(where=filters).products) == FEW


def publish_anew(engine):
    tools = engine._parts.tools(None)
    publish(tools.collection, tools.extractor, report=silent)
    engine._parts.live(None).known()


def test_the_catalogs_of_the_settings_are_kept_in_sync(feed, shop, tmp_path):
    settings = shop.settings(
        workspace=str(tmp_path / "w"), sync=[f"{feed.path} every 1h into shoes"]
    )
    with Engine.open(settings) as engine:
        stop = threading.Event()
        threads = engine.upkeep().poll_all(stop)
        deadline = time.monotonic() + 60
        while not any(job.state == "succeeded" for job in jobs(engine, "shoes")):
            assert time.monotonic() < deadline
            stop.wait(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        assert engine.collections() == {"shoes": FEW}


def jobs(engine, collection):
    return engine.jobs(collection=collection) if collection in engine.collections() else ()


def test_new_products_are_recommended_while_their_run_goes_on(shop, tmp_path):
    first, rest = tmp_path / "first.csv", tmp_path / "rest.csv"
    lines = Path(shop.catalog).read_text().splitlines()
    first.write_text("\n".join(lines[:10]) + "\n")
    rest.write_text("\n".join(lines) + "\n")
    workspace = str(tmp_path / "w")
    seen = []
    with (
        Engine.open(shop.settings(workspace=workspace)) as runs,
        Engine.open(shop.settings(workspace=workspace)) as other,
    ):
        runs.index(str(first), images=str(shop.folder))

        def look(step):
            if step.stage == "building the index" and not seen:
                asked = time.monotonic()
                while len(skus(other)) < len(lines) - 1 and time.monotonic() - asked < 5:
                    time.sleep(0.02)
                view = other._parts.live(None).known()
                seen.append((len(skus(other)), view.generation))

        done = runs.index(str(rest), images=str(shop.folder), report=look)
        assert seen == [(len(lines) - 1, done.generation - 1)]


def test_a_feed_that_returns_to_what_it_was_after_a_stopped_run_is_work(feed, engine_here):
    before = feed.path.read_bytes()
    stamp = feed.path.stat()
    engine_here.index(str(feed.path))
    sku = next(iter(feed.rows))
    feed.rows[sku]["price"] = "7.77"
    feed.write()

    def stop(step):
        if step.stage == "looking at the images":
            raise InvalidInput("stopped")

    with pytest.raises(InvalidInput):
        engine_here.index(str(feed.path), report=stop)
    feed.path.write_bytes(before)
    os.utime(feed.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert not engine_here.index(str(feed.path), if_changed=True).unchanged
    assert price(engine_here, sku) != 7.77
