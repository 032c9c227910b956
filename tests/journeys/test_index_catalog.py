"""What an index run promises, on the sample shop and on what merchants really send."""

import csv
import http.server
import json
import os
import shutil
import threading
import time
from decimal import Decimal

import numpy as np
import pytest

from lookalike import (
    Conflict,
    Engine,
    ImageAnchor,
    InvalidInput,
    NotFound,
    Options,
    Product,
    ProductAnchor,
    Retrieval,
)
from lookalike.domain.filter_parsing import parse_filter

FEW = 12


@pytest.fixture
def few(shop, tmp_path):
    """A copy of a dozen products that a test may change."""
    folder = tmp_path / "catalog"
    (folder / "images").mkdir(parents=True)
    with open(shop.catalog, newline="", encoding="utf-8") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))[:FEW]
    for row in rows:
        row["images"] = row["images"].split("|")[0]
        shutil.copy(shop.folder / row["images"], folder / row["images"])
    return Catalog(folder, rows)


class Catalog:
    def __init__(self, folder, rows):
        self.folder, self.rows = folder, rows
        self.path = str(folder / "catalog.csv")
        self.write()

    def write(self):
        with open(self.path, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123
            writer = csv.DictWriter(file, self.rows[0])
            writer.writeheader()
            writer.writerows(self.rows)


@pytest.fixture
def engine_here(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        yield engine


def skus(engine):
    return [one["sku"] for one in engine.products(limit=500).products]


def test_a_second_identical_run_does_no_work(few, engine_here):
    first = engine_here.index(few.path)
    second = engine_here.index(few.path)
    assert (first.added, first.encoded, first.reused) == (FEW, FEW, 0)
    assert (second.added, second.changed, second.removed, second.encoded) == (0, 0, 0, 0)
    assert second.reused == FEW
    assert second.generation == first.generation


def test_only_what_changed_is_done_again(few, engine_here, shop):
    first = engine_here.index(few.path)
    few.rows[0]["price"] = "1.50"
    few.rows.pop()
    few.write()
    spare = list(shop.truth.values())[-1]
    shutil.copy(shop.folder / spare["images"][0]["file"], few.folder / few.rows[1]["images"])
    second = engine_here.index(few.path)
    assert (second.added, second.changed, second.removed) == (0, 1, 1)
    assert (second.encoded, second.reused) == (1, FEW - 2)
    assert second.generation > first.generation
    assert engine_here.product(few.rows[0]["sku"]).document["price"] == 1.5


def test_a_dry_run_says_what_a_run_would_do_and_changes_nothing(few, engine_here):
    planned = engine_here.index(few.path, dry_run=True)
    assert (planned.added, planned.encoded, planned.dry_run) == (FEW, FEW, True)
    assert planned.seconds > 0
    assert sum(engine_here.collections().values()) == 0
    assert engine_here.index(few.path).encoded == FEW


def test_products_the_catalog_no_longer_has_stay_when_that_is_wanted(few, engine_here):
    engine_here.index(few.path)
    gone = few.rows.pop()["sku"]
    few.write()
    assert engine_here.index(few.path, options=Options(keep_missing=True)).removed == 0
    assert gone in skus(engine_here)
    assert engine_here.index(few.path).removed == 1
    assert gone not in skus(engine_here)


def test_two_products_with_one_photograph_stay_two_products(few, engine_here):
    few.rows[1]["images"] = few.rows[0]["images"]
    few.write()
    done = engine_here.index(few.path)
    assert (done.products, done.images, done.encoded) == (FEW, FEW - 1, FEW - 1)
    assert {few.rows[0]["sku"], few.rows[1]["sku"]} <= set(skus(engine_here))


def test_one_photograph_under_two_names_is_looked_at_once(few, engine_here):
    shutil.copy(few.folder / few.rows[0]["images"], few.folder / few.rows[1]["images"])
    assert engine_here.index(few.path).encoded == FEW - 1
    assert len(skus(engine_here)) == FEW


def test_refresh_notices_a_change_that_left_size_and_time_alone(few, engine_here, shop):
    engine_here.index(few.path)
    file = few.folder / few.rows[0]["images"]
    status = file.stat()
    data = bytearray(file.read_bytes())
    data[data.index(b"\xff\xd9") - 20] ^= 1
    file.write_bytes(bytes(data))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert engine_here.index(few.path).encoded == 0
    assert engine_here.index(few.path, options=Options(refresh=True)).encoded == 1


def test_a_bad_image_is_reported_with_its_reason_and_the_rest_goes_on(few, engine_here):
    (few.folder / few.rows[0]["images"]).write_bytes(b"this is no image")
    (few.folder / few.rows[1]["images"]).unlink()
    few.rows[2]["images"] = "../../etc/passwd"
    few.write()
    done = engine_here.index(few.path)
    reasons = {one.sku: one.code for one in done.problems}
    assert reasons == {
        few.rows[0]["sku"]: "not_an_image",
        few.rows[1]["sku"]: "missing",
        few.rows[2]["sku"]: "outside_root",
    }
    assert len(skus(engine_here)) == FEW - 3
    job = engine_here.jobs(limit=1)[0]
    assert (job.state, job.counts["problems"]) == ("succeeded", 3)
    assert [one.code for one in engine_here.problems(job.id)] == [one.code for one in done.problems]


def test_a_missing_image_is_tried_again_and_found_when_it_is_there(few, engine_here):
    file = few.folder / few.rows[0]["images"]
    data = file.read_bytes()
    file.unlink()
    assert engine_here.index(few.path).encoded == FEW - 1
    file.write_bytes(data)
    done = engine_here.index(few.path)
    assert (done.encoded, done.problems) == (1, ())
    assert few.rows[0]["sku"] in skus(engine_here)


def test_bad_rows_carry_their_line_and_take_nothing_away(few, engine_here):
    engine_here.index(few.path)
    few.rows[3]["price"] = "NaN"
    few.rows[5]["sku"] = few.rows[4]["sku"]
    few.write()
    done = engine_here.index(few.path)
    assert {(one.line, one.code) for one in done.problems} == {
        (5, "bad_price"),
        (7, "duplicate_sku"),
    }


def test_a_catalog_that_cannot_be_read_changes_nothing(few, engine_here, tmp_path):
    engine_here.index(few.path)
    with pytest.raises(NotFound):
        engine_here.index(str(tmp_path / "no-such.csv"))
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InvalidInput):
        engine_here.index(str(tmp_path / "empty.csv"))
    assert len(skus(engine_here)) == FEW


def test_a_folder_of_images_is_a_catalog(shop, tmp_path, engine_here):
    folder = tmp_path / "photos"
    (folder / "BAG-1").mkdir(parents=True)
    files = [product["images"][0]["file"] for product in list(shop.truth.values())[:4]]
    shutil.copy(shop.folder / files[0], folder / "SHIRT-1.jpg")
    shutil.copy(shop.folder / files[1], folder / "BAG-1" / "front.jpg")
    shutil.copy(shop.folder / files[2], folder / "BAG-1" / "back.jpg")
    done = engine_here.index(str(folder))
    assert (done.products, done.images) == (2, 3)
    assert skus(engine_here) == ["BAG-1", "SHIRT-1"]
    assert engine_here.product("BAG-1").rows.shape[0] == 2


def test_two_runs_at_once_are_a_conflict(few, engine_here):
    engine_here.index(few.path)
    with engine_here._parts.collection(None).writer(), pytest.raises(Conflict, match="indexing"):
        engine_here.index(few.path)
    assert engine_here.jobs(limit=1)[0].state == "failed"


def test_an_upsert_is_found_by_the_very_next_question(few, engine_here):
    engine_here.index(few.path)
    anchor = few.rows[0]["sku"]
    twin = Product("TWIN", price=Decimal("9.99"), in_stock=True, images=(few.rows[0]["images"],))
    engine_here.upsert(twin)
    answer = engine_here.similar(Retrieval(ProductAnchor(anchor), limit=3))
    assert answer.recommendations[0].sku == "TWIN"
    assert answer.recommendations[0].score == pytest.approx(1, abs=1e-4)
    cheaper = Product("TWIN", price=Decimal("5"), images=(few.rows[0]["images"],))
    engine_here.upsert(cheaper)
    where = parse_filter({"price": {"$lt": 6}})
    found = engine_here.similar(Retrieval(ProductAnchor(anchor), where=where)).recommendations
    assert "TWIN" in [one.sku for one in found]
    engine_here.remove("TWIN")
    again = engine_here.similar(Retrieval(ProductAnchor(anchor), limit=3))
    assert "TWIN" not in [one.sku for one in again.recommendations]


def test_the_first_product_of_a_collection_may_come_by_itself(engine_here, shop):
    engine_here.index(shop.catalog, dry_run=True)
    engine_here._parts.collection(None).update_settings({"images_root": str(shop.folder)})
    image = next(iter(shop.truth.values()))["images"][0]["file"]
    engine_here.upsert(Product("FIRST", images=(image,)))
    engine_here.upsert(Product("SECOND", images=(image,)))
    assert skus(engine_here) == ["FIRST", "SECOND"]


def test_rows_of_two_encoders_never_meet(few, engine_here, shop, tmp_path):
    engine_here.index(few.path)
    photo = (few.folder / few.rows[0]["images"]).read_bytes()
    with Engine.open(engine_here.settings) as other:
        other._parts.extractor.fingerprint = "another"
        with pytest.raises(Conflict, match="another encoder"):
            other.similar(Retrieval(ImageAnchor(photo)))
        with pytest.raises(Conflict, match="another encoder"):
            other.upsert(Product("X", images=(few.rows[0]["images"],)))
        assert other.similar(Retrieval(ProductAnchor(few.rows[0]["sku"]))).recommendations


def test_a_catalog_run_leaves_products_of_the_api_alone(few, engine_here):
    engine_here.index(few.path)
    engine_here.upsert(Product("API-1", images=(few.rows[0]["images"],)))
    assert engine_here.index(few.path).removed == 0
    assert "API-1" in skus(engine_here)


def test_another_process_sees_a_change_within_a_second(few, engine_here, shop):
    engine_here.index(few.path)
    with Engine.open(engine_here.settings) as other:
        assert "NEW" not in skus(other)
        engine_here.upsert(Product("NEW", images=(few.rows[0]["images"],)))
        deadline = time.monotonic() + 1
        while "NEW" not in skus(other) and time.monotonic() < deadline:
            pass
        assert "NEW" in skus(other)


def test_an_export_holds_every_product_with_its_vectors(engine, shop, tmp_path):
    from pyarrow import parquet

    count = engine.export(tmp_path / "all.parquet")
    assert engine.export(tmp_path / "all.jsonl") == count == len(shop.truth)
    table = parquet.read_table(tmp_path / "all.parquet").to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [row["sku"] for row in table] == [row["sku"] for row in lines] == sorted(shop.truth)
    detail = engine.product(table[7]["sku"])
    assert np.allclose(table[7]["rows"], detail.rows)
    assert np.allclose(lines[7]["image_embedding"]["rows"], detail.rows)
    with pytest.raises(InvalidInput, match="xlsx"):
        engine.export(tmp_path / "all.xlsx")


def test_the_doctor_finds_a_healthy_workspace_healthy(engine):
    assert {check.state for check in engine.doctor()} <= {"good", "warning"}


def test_images_from_the_web_are_fetched_once_and_private_addresses_only_when_allowed(
    shop, tmp_path
):
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(shop.folder))

        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    files = [product["images"][0]["file"] for product in list(shop.truth.values())[:3]]
    rows = [
        f"P{number},http://127.0.0.1:{server.server_port}/{file}"
        for number, file in enumerate([*files, "images/none.jpg"])
    ]
    catalog = tmp_path / "web.csv"
    catalog.write_text("sku,image_url\n" + "\n".join(rows) + "\n")
    place = str(tmp_path / "workspace")
    try:
        with Engine.open(shop.settings(workspace=place)) as engine:
            refused = engine.index(str(catalog))
            assert refused.problem_counts == {"refused_address": 4}
            assert asked == []
        with Engine.open(shop.settings(workspace=place, allow_private_addresses=True)) as engine:
            done = engine.index(str(catalog))
            assert (done.encoded, done.problem_counts) == (3, {"http_404": 1})
            asked.clear()
            again = engine.index(str(catalog))
            assert (again.encoded, again.reused) == (0, 3)
            assert asked == ["/images/none.jpg"]
    finally:
        server.shutdown()
        server.server_close()
