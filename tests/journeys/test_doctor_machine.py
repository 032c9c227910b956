"""The doctor's look at the machine and at settings that are at odds."""

import json
import resource
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lookalike.engine import Engine
from lookalike.journeys.operations import doctor_machine
from lookalike.journeys.operations.doctor_machine import Wishes, machine_checks
from lookalike.storage.workspace import Workspace

CALM = Wishes("default", 0, 8, 4, (), "")


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(tmp_path / "w") as opened:
        yield opened


def found(workspace, wishes=CALM, now=None):
    checks = machine_checks(workspace, wishes, now=now or datetime.now(UTC))
    return {one.name: one for one in checks}


def test_a_calm_machine_is_good_but_for_the_missing_backup(workspace):
    states = {name: one.state for name, one in found(workspace).items()}
    assert states.pop("backup") == "warning"
    assert set(states.values()) == {"good"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"encoder_threads": 10_000}, "encoder_threads is 10000"),
        ({"fetch_threads": 2}, "fetch_per_host (4) can never be reached"),
        ({"sync": ("a.csv every 1h", "b.csv every 1h into default")}, "2 catalogs for default"),
        ({"sync": ("a.csv every never",)}, "is not an interval"),
    ],
)
def test_settings_at_odds_are_named(workspace, change, said):
    check = found(workspace, replace(CALM, **change))["settings"]
    assert check.state == "warning"
    assert said in check.message


def test_two_catalogs_into_two_collections_are_fine(workspace):
    wishes = replace(CALM, sync=("a.csv every 1h", "b.csv every 1h into other"))
    assert found(workspace, wishes)["settings"].state == "good"


def test_a_clock_that_went_back_is_bad(workspace):
    collection = workspace.collection("default", create=True)
    later = datetime.now(UTC) + timedelta(hours=2)
    collection.jobs.create("index", {}, now=later)
    assert found(workspace)["clock"].state == "bad"
    assert found(workspace, now=later)["clock"].state == "good"


def test_an_index_larger_than_free_memory_is_a_warning(workspace, tmp_path, monkeypatch):
    generation = tmp_path / "w" / "collections" / "default" / "generations" / "000001"
    generation.mkdir(parents=True)
    (generation / "rows.f4").write_bytes(b"\0" * 4096)
    told = tmp_path / "meminfo"
    monkeypatch.setattr(doctor_machine, "MEMINFO", told)
    told.write_text("MemTotal: 9 kB\nMemAvailable: 3 kB\n")
    assert found(workspace)["memory"].state == "warning"
    told.write_text("MemAvailable: 5 kB\n")
    assert found(workspace)["memory"].state == "good"


def test_few_open_files_are_a_warning(workspace, monkeypatch):
    # Not set for real: the tests before this one may have more files open than that.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (256, hard))
    assert found(workspace)["open files"].state == "warning"


def test_the_age_of_the_last_backup_is_told(tmp_path, shop):
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        engine.operations().backup(Path(tmp_path / "one.backup"), version="1")
        workspace = engine._workspace
        assert found(workspace)["backup"].state == "good"
        assert found(workspace, now=datetime.now(UTC) + timedelta(days=8))["backup"].state == (
            "warning"
        )
        (tmp_path / "w" / "last-backup.json").write_text(json.dumps({"made_at": "?"}))
        assert found(workspace)["backup"].state == "warning"
