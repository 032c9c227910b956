"""Everything at once against a real service, by bench/load.py: nothing is lost, refused or kept."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lookalike.engine import Engine

BENCH = Path(__file__).parents[2] / "bench" / "load.py"
SHORT = ("--minutes", "0.34", "--idle", "5", "--rate", "8")
MOST_GROWN_MB = 150  # of anonymous memory after warm-up; 86 were seen with 600 products


@pytest.mark.nightly
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_shop_in_full_swing_gets_every_answer(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        engine.index(shop.catalog)
    told = tmp_path / "told.json"
    subprocess.run(
        [sys.executable, str(BENCH), str(tmp_path / "w"), "--json", str(told), *SHORT],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        timeout=300,
        check=True,
    )
    report = json.loads(told.read_text())
    counts, jobs = report["counts"], report["jobs"]
    assert report["server_errors"] == 0, report["bad"]
    assert not report["bad"]
    assert counts["events acknowledged"] == counts["events stored"] > 0
    assert counts["prices seen at once"] == counts["prices patched"] > 0
    assert counts["rotations"] > 0
    assert counts["old keys tried"] == counts["rotations"]
    assert counts["old keys accepted"] == 0
    assert sum(jobs[state] for state in jobs if state in {"failed", "interrupted"}) == 0
    assert report["memory"]["most"] - report["memory"]["warm"] < MOST_GROWN_MB
