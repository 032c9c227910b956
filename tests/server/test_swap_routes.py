"""Another encoder over HTTP: a job to follow, and answers of one space all the while."""

import csv
import json
import shutil
import threading

import pytest
from fastapi.testclient import TestClient
from tests.features import tiny_models

from lookalike import Engine, Settings
from lookalike.server.app import create_app

HERE = "/v1/collections/default"
FEW = 8
LAPS = 3  # answers that a thread sees at least on each side of a swap


@pytest.fixture(scope="module")
def catalog(drawn_shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    (folder / "images").mkdir()
    with (drawn_shop / "catalog.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:FEW]
    for row in rows:
        row["images"] = row["images"].split("|")[0]
        row["variant_group"] = ""
        shutil.copy(drawn_shop / row["images"], folder / row["images"])
    with (folder / "catalog.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "catalog.csv"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny") / "tiny.onnx"
    path.write_bytes(tiny_models.model())
    card = json.loads(tiny_models.card())
    del card["outputs"]["heads"]
    path.with_suffix(".json").write_text(json.dumps(card))
    return f"onnx:{path}"


@pytest.fixture
def client(catalog, tmp_path):
    with Engine.open(Settings.load({"workspace": str(tmp_path / "workspace")})) as engine:
        assert engine.index(str(catalog)).problems == ()
        with TestClient(create_app(engine), raise_server_exceptions=False) as opened:
            yield opened


def ended(client, sent):
    """The job once it has ended, as a poll over HTTP sees it."""
    assert sent.status_code == 202, sent.text
    job = sent.json()
    while job["state"] in ("queued", "running"):
        job = client.get(f"/v1/jobs/{job['job_id']}").json()
    return job


def answer(client, sku):
    got = client.post(
        f"{HERE}/retrieve", json={"query": {"type": "product", "product_id": sku}, "limit": FEW}
    )
    assert got.status_code == 200, got.text
    body = got.json()
    found = [(one["sku"], one["similarity_score"]) for one in body["recommendations"]]
    return body["generation"], found


def skus(client):
    return [one["sku"] for one in client.get(f"{HERE}/products").json()["products"]]


def test_a_swap_is_a_job_whose_report_compares_and_a_rollback_leads_back(client, tiny):
    first = {sku: answer(client, sku)[1] for sku in skus(client)}
    job = ended(client, client.post(f"{HERE}/swap", json={"encoder": tiny, "compare": 5}))
    assert job["state"] == "succeeded", job["message"]
    assert (job["kind"], job["counts"]["encoded"]) == ("swap", FEW)
    report = job["report"]
    assert (report["switched"], report["encoder"], report["encoder_before"]) == (
        True,
        tiny,
        "default",
    )
    assert report["comparison"]["questions"] == 5
    assert set(report["comparison"]["attributes"]) >= {"color_family", "pattern"}
    assert {sku: answer(client, sku)[1] for sku in first} != first
    back = ended(client, client.post(f"{HERE}/rollback"))
    assert (back["report"]["encoder"], back["counts"]["encoded"]) == ("default", 0)
    assert {sku: answer(client, sku)[1] for sku in first} == first


def test_a_dry_run_compares_and_changes_nothing(client, tiny):
    before = {sku: answer(client, sku) for sku in skus(client)}
    job = ended(client, client.post(f"{HERE}/swap", json={"encoder": tiny, "dry_run": True}))
    assert job["state"] == "succeeded"
    assert job["report"]["switched"] is False
    assert job["report"]["comparison"]["questions"] > 0
    assert {sku: answer(client, sku) for sku in before} == before
    assert client.post(f"{HERE}/rollback").status_code == 404


def test_every_answer_over_http_during_a_swap_is_of_one_space(client, tiny):
    names = skus(client)
    expected = {1: {sku: answer(client, sku)[1] for sku in names}}
    told, failed, stop = [], [], threading.Event()
    laps = [0, 0]

    def ask(number):
        while not stop.is_set():
            sku = names[laps[number] % len(names)]
            try:
                told.append((sku, *answer(client, sku)))
            except BaseException as error:
                failed.append(error)
                raise
            laps[number] += 1

    def more():
        wanted = [count + LAPS for count in laps]
        while not failed and any(laps[one] < wanted[one] for one in (0, 1)):
            stop.wait(0.01)

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    try:
        more()
        for path, body in (("swap", {"encoder": tiny}), ("rollback", None)):
            job = ended(client, client.post(f"{HERE}/{path}", json=body))
            assert job["state"] == "succeeded", job["message"]
            more()
            generation = job["counts"]["generation"]
            expected[generation] = {sku: answer(client, sku)[1] for sku in names}
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert {generation for _, generation, _ in told} == set(expected) == {1, 2, 3}
    assert expected[1] == expected[3] != expected[2]
    for sku, generation, found in told:
        assert found == expected[generation][sku], (sku, generation)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"encoder": "defualt"}, 422, "default"),
        ({"encoder": "onnx"}, 422, "names no file"),
        ({"encoder": "default", "compare": -1}, 422, "compare"),
        ({"encoders": "default"}, 422, "encoder"),
    ],
)
def test_a_wrong_request_starts_no_job(client, body, status, said):
    got = client.post(f"{HERE}/swap", json=body)
    assert got.status_code == status
    assert said in got.json()["detail"] + got.json()["hint"]
    assert [job["kind"] for job in client.get("/v1/jobs").json()["jobs"]] == ["index"]


def test_what_stops_a_swap_is_said_by_its_job(client):
    same = ended(client, client.post(f"{HERE}/swap", json={"encoder": "default"}))
    assert same["state"] == "failed"
    assert "already" in same["message"]
    gone = ended(client, client.post(f"{HERE}/swap", json={"encoder": "onnx:/no/such.onnx"}))
    assert gone["state"] == "failed"
    assert "no/such.onnx" in gone["message"]
    assert client.post("/v1/collections/none/swap", json={"encoder": "default"}).status_code == 404
