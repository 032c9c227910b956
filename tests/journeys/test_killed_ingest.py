"""Kill -9 while events come in: what was acknowledged is there, and nothing is there twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from lookalike.storage.workspace import Workspace

BATCH = 50
INGEST = """
import json, sys
from lookalike import Engine
from lookalike.settings import Settings

folder, run, size = sys.argv[1:]
batch = 0
with Engine.open(Settings.load({"workspace": folder})) as engine:
    while True:
        rows = [
            {"event_id": f"{run}-{batch}-{n}", "user_id": f"u{n % 7}", "anonymous_id": f"a{n % 7}",
             "kind": "save", "product_id": "sku", "time": "2026-05-01T10:00:00Z"}
            for n in range(int(size))
        ]
        done = engine.record(rows)
        print(json.dumps([batch, done.accepted]), flush=True)
        batch += 1
"""


def ingest_and_kill(folder, run, *, seconds):
    """Returns the numbers of the batches that were acknowledged before the process died."""
    child = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(folder), str(run), str(BATCH)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        first = child.stdout.readline()
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        lines = [first, *child.stdout.readlines()]
    told = [json.loads(line) for line in lines if line.endswith("\n")]
    assert all(accepted == BATCH for _, accepted in told)
    return {batch for batch, _ in told}


def check(folder, *, kills, seed):
    rng = random.Random(seed)
    with Workspace.open(folder) as workspace:
        collection = workspace.collection("default", create=True)
        for run in range(kills):
            acknowledged = ingest_and_kill(folder, run, seconds=rng.uniform(0, 0.4))
            mine = Counter(
                int(one.event_id.split("-")[1])
                for user in collection.events.users()
                for one in collection.events.of_user(user)
                if one.event_id.startswith(f"{run}-")
            )
            assert set(mine.values()) == {BATCH}, "a batch is there whole or not at all"
            assert acknowledged <= mine.keys()
            assert len(mine.keys() - acknowledged) <= 1, "at most the one that was under way"
        total, latest = collection.events.count(), collection.events.latest()
        again = collection.events.append(collection.events.of_user("u1"), now=datetime.now(UTC))
        assert again.accepted == 0
        assert (collection.events.count(), collection.events.latest()) == (total, latest)
        assert total == latest


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="run it on Linux or macOS")
def test_a_killed_ingest_loses_no_acknowledged_event(tmp_path):
    check(tmp_path, kills=2, seed=os.getpid())


@pytest.mark.nightly
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="run it on Linux or macOS")
def test_twenty_kills_lose_no_acknowledged_event(tmp_path):
    check(tmp_path, kills=20, seed=1)
