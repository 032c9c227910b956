"""Kill -9 at random moments of an index run; the next run ends as if nothing had happened."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lookalike import Engine, ProductAnchor, Retrieval
from lookalike.wire import answers

RUN = "from lookalike.cli.main import main; main()"


def start(shop, workspace, *arguments):
    chosen = arguments or ("index", shop.catalog)
    command = [sys.executable, "-c", RUN, "--workspace", str(workspace), *chosen]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def state(shop, workspace):
    """All that a caller can see: every product with its vectors, and some lists."""
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        products = {}
        for one in engine.products(limit=500).products:
            detail = engine.product(one["sku"])
            products[one["sku"]] = (detail.document, detail.rows.tobytes())
        lists = [
            answers.recommendations(engine.similar(Retrieval(ProductAnchor(sku))))[
                "recommendations"
            ]
            for sku in list(products)[::7]
        ]
        return products, lists


def killed_run(shop, workspace, *, seconds):
    run = start(shop, workspace)
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    run.wait()


def check(shop, tmp_path, *, kills, seed):
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    began = time.monotonic()
    assert start(shop, undisturbed).wait() == 0
    whole_run_s = time.monotonic() - began
    rng = random.Random(seed)
    for _ in range(kills):
        killed_run(shop, disturbed, seconds=rng.uniform(0.1, whole_run_s))
    assert start(shop, disturbed).wait() == 0
    assert state(shop, disturbed) == state(shop, undisturbed)
    with Engine.open(shop.settings(workspace=str(disturbed))) as engine:
        assert engine.index(shop.catalog).encoded == 0
        assert {job.state for job in engine.jobs(limit=50)} <= {"succeeded", "interrupted"}
    return disturbed


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="run it on Linux or macOS")
def test_a_killed_run_goes_on_where_it_stopped(shop, tmp_path):
    check(shop, tmp_path, kills=2, seed=os.getpid())


@pytest.mark.nightly
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="run it on Linux or macOS")
def test_twenty_kills_lose_nothing_and_repeat_nothing(shop, tmp_path):
    check(shop, tmp_path, kills=20, seed=1)


def changed_feed(shop, folder):
    """The catalog with a third of its prices changed, some products gone and some new."""
    folder.mkdir()
    lines = Path(shop.catalog).read_text().splitlines()
    first, second = lines[:-10], [*lines[:31:3], *lines[40:]]
    (folder / "catalog.csv").write_text("\n".join(first) + "\n")
    priced = [line.replace("EUR", "USD", 1) if n % 3 else line for n, line in enumerate(second)]
    return folder / "catalog.csv", "\n".join(priced) + "\n"


def check_sync(shop, tmp_path, *, kills, seed):
    feed, later = changed_feed(shop, tmp_path / "feed")
    sync = ("sync", str(feed), "--images", str(shop.folder), "--accept-loss")
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    assert start(shop, undisturbed, *sync).wait() == 0
    shutil.copytree(undisturbed, disturbed)
    feed.write_text(later)
    began = time.monotonic()
    assert start(shop, undisturbed, *sync).wait() == 0
    whole_run_s = time.monotonic() - began
    rng = random.Random(seed)
    for _ in range(kills):
        run = start(shop, disturbed, *sync)
        time.sleep(rng.uniform(0.1, whole_run_s))
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert start(shop, disturbed, *sync).wait() == 0
    assert state(shop, disturbed) == state(shop, undisturbed)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="run it on Linux or macOS")
def test_a_killed_sync_ends_as_if_nothing_had_happened(shop, tmp_path):
    check_sync(shop, tmp_path, kills=2, seed=3)


@pytest.mark.nightly
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="run it on Linux or macOS")
def test_a_sync_killed_at_twenty_moments_ends_as_if_nothing_had_happened(shop, tmp_path):
    check_sync(shop, tmp_path, kills=20, seed=4)
