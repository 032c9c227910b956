"""A real service that is asked to end while it works: nothing that was accepted is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from lookalike.engine import Engine

RUN = "from lookalike.cli.main import main; main()"
HERE = "/v1/collections/default"
NOW = "2026-01-02T03:04:05Z"


@contextmanager
def service(workspace, **settings):
    """(process, base URL) of `lookalike serve` over a workspace."""
    given = {f"LOOKALIKE_{name.upper()}": str(value) for name, value in settings.items()}
    with subprocess.Popen(
        [sys.executable, "-c", RUN, "--workspace", str(workspace), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LOOKALIKE_LOG_FORMAT": "json", **given},
        text=True,
    ) as process:
        try:
            yield process, process.stdout.readline().split()[1]
        finally:
            process.kill()


@pytest.fixture
def workspace(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        engine.index(shop.catalog)
    return tmp_path / "w"


def test_under_load_every_accepted_request_is_answered_and_every_event_kept(workspace, shop):
    skus = sorted(shop.truth)
    answered, failed, acknowledged = [], [], []
    over = threading.Event()

    def ask(number, url):
        """A client behind a balancer: it stays away once the service says that it is leaving."""
        with httpx.Client(base_url=url, timeout=20) as client:
            for turn in range(10_000):
                if over.is_set():
                    return
                try:
                    if number % 2:
                        event_id = f"e-{number}-{turn}"
                        event = {"event_id": event_id, "user_id": "u", "kind": "view", "time": NOW,
                                 "product_id": skus[turn % len(skus)]}  # fmt: skip
                        answer = client.post(f"{HERE}/events", json=[event])
                        if answer.status_code == 200:
                            acknowledged.append(event_id)
                    else:
                        query = {"type": "product", "product_id": skus[turn % len(skus)]}
                        answer = client.post(f"{HERE}/retrieve", json={"query": query})
                except httpx.HTTPError as error:
                    failed.append(error)
                    return
                answered.append(answer.status_code)

    def balance(url):
        while httpx.get(f"{url}/v1/ready").status_code == 200:
            over.wait(0.02)
        over.set()

    with service(workspace, drain_s=2) as (process, url), ThreadPoolExecutor(7) as pool:
        assert httpx.get(f"{url}/v1/ready").status_code == 200
        asking = [pool.submit(ask, number, url) for number in range(6)]
        balancing = pool.submit(balance, url)
        while len(answered) < 60:
            over.wait(0.01)
        process.send_signal(signal.SIGTERM)
        for one in (*asking, balancing):
            one.result()
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert failed == []
    assert set(answered) == {200}
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        events = engine.users().export("u").events
        assert {one.event_id for one in events} >= set(acknowledged)
    assert acknowledged
    assert all(json.loads(line) for line in log.splitlines())


def test_a_running_index_job_stops_at_its_next_step_and_the_next_run_goes_on(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))):
        pass
    settings = {"encoder_threads": 1, "fetch_threads": 1, "drain_s": 0}
    with service(tmp_path / "w", **settings) as (process, url):
        sent = {"bucket_uri": shop.catalog}
        job = httpx.post(f"{url}{HERE}/connect", json=sent, timeout=20).json()["job_id"]
        while True:
            told = httpx.get(f"{url}/v1/jobs/{job}").json()
            if told["state"] != "queued" and told["stage"]:
                break
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        assert engine.job(job).state in {"interrupted", "succeeded"}
        assert engine.job(job).message in {"", "Stopped; the next run goes on from here."}
        done = engine.index(shop.catalog)
        assert done.products == len(shop.truth)
        assert not done.problems


def test_a_second_signal_ends_it_at_once(workspace):
    with service(workspace, drain_s=60) as (process, url):
        assert httpx.get(f"{url}/v1/ready").status_code == 200
        process.send_signal(signal.SIGTERM)
        while httpx.get(f"{url}/v1/ready").status_code != 503:
            pass
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 128 + signal.SIGTERM
        assert time.monotonic() - started < 5
