"""`lookalike jobs`, and time budgets on the command line."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from lookalike import Engine
from lookalike.cli.main import cli
from lookalike.errors import Conflict

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def workspace(shop, tmp_path):
    shutil.copytree(shop.workspace, tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def run(workspace):
    def running(*arguments):
        return CliRunner().invoke(cli, ["--workspace", str(workspace), *arguments])

    return running


@pytest.fixture
def broken_off(shop, workspace):
    """The id of a run like the last one, whose process ended before it did."""
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        (last,) = engine.jobs()
        jobs = engine._workspace.collection("default").jobs
        job = jobs.create("index", last.request, now=NOW)
        jobs.start(job, now=NOW)
    return job


def test_jobs_are_listed_and_one_shows_its_problems_as_before(run, broken_off):
    told = json.loads(run("jobs", "--json").stdout)["jobs"]
    assert {one["state"] for one in told} == {"interrupted", "succeeded"}
    done = next(one for one in told if one["state"] == "succeeded")
    assert done["progress"] == 1
    assert [one["done"] == one["total"] for one in done["stages"]] == [True] * 3
    assert broken_off in run("jobs").stdout
    assert len(json.loads(run("jobs", "--json", "--limit", "1").stdout)["jobs"]) == 1
    assert json.loads(run("jobs", broken_off, "--json").stdout) == {"problems": []}


def test_a_run_that_broke_off_is_resumed_from_any_folder(run, broken_off, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = json.loads(run("jobs", "resume", broken_off, "--json").stdout)
    assert (done["job_id"], done["state"], done["counts"]["encoded"]) == (
        broken_off,
        "succeeded",
        0,
    )
    again = run("jobs", "resume", broken_off)
    assert isinstance(again.exception, Conflict)


def test_the_source_of_a_run_is_found_from_another_folder(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(shop.folder)
    with Engine.open(shop.settings(workspace=str(tmp_path / "new"))) as engine:
        job = engine.start_index("catalog.csv", images=".")
        assert job.request["source"] == shop.catalog
        assert job.request["read_as"]["images"] == str(shop.folder)
        engine.runs().cancel(job.id)


def test_a_run_that_broke_off_can_be_given_up(run, broken_off):
    assert f"{broken_off} is canceled" in run("jobs", "cancel", broken_off).stdout
    assert json.loads(run("jobs", "--json").stdout)["jobs"][1]["state"] == "canceled"


def test_a_time_budget_can_be_given(run, shop):
    sku = next(s for s, one in sorted(shop.truth.items()) if one["product_type"] == "dress")
    options = ("--time-budget", "1", "--json")
    found = json.loads(run("similar", sku, "--limit", "40", *options).stdout)
    assert any(note.startswith("time_budget:") for note in found["degraded"])
    look = json.loads(run("look", sku, "--looks", "3", *options).stdout)
    assert any(note.startswith("time_budget:") for note in look["degraded"])
    assert run("similar", sku, "--time-budget", "-1").exit_code != 0
