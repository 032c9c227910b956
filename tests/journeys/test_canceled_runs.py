"""Runs that are canceled or killed in the middle, and resumed: nothing is lost or done twice."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from lookalike import Conflict, Engine, InvalidInput, NotFound
from lookalike.domain.index_run import Options
from lookalike.domain.job import Canceled
from lookalike.domain.progress import silent
from lookalike.index import snapshot
from lookalike.journeys.catalog import job_report
from lookalike.journeys.catalog.measure_images import CHUNK, STAGE
from lookalike.settings import Settings

SLOW = """
import json, sys
from lookalike import Engine
from lookalike.domain.job import Canceled
from lookalike.settings import Settings

folder, catalog, stage = sys.argv[1:]
told = False


def slow(step):
    "The first images are measured; the rest waits until somebody says go."
    global told
    if step.stage == stage and step.done and not told:
        told = True
        with Engine.open(Settings.load({"workspace": folder})) as other:
            print(json.dumps([other.jobs()[0].id, step.done]), flush=True)
        sys.stdin.readline()


with Engine.open(Settings.load({"workspace": folder})) as engine:
    try:
        engine.index(catalog, report=slow)
    except Canceled as error:
        print(error.code, flush=True)
"""


class Slow:
    """A run in a process of its own, which stands still once the first images are measured."""

    def __init__(self, shop, workspace):
        arguments = [str(workspace), shop.catalog, STAGE]
        self.child = subprocess.Popen(
            [sys.executable, "-c", SLOW, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.job, self.done = json.loads(self.child.stdout.readline())

    def go(self):
        said, _ = self.child.communicate("go\n")
        return said.strip()

    def kill(self):
        self.child.kill()
        self.child.communicate()


def exported(engine, path):
    engine.export(path)
    return path.read_text()


def finished_as_if_undisturbed(engine, job, shop, tmp_path):
    """Resume it; the counts, after comparing all that can be asked for with a run in one go."""
    resumed = engine.runs().resume(job, report=silent)
    assert (resumed.id, resumed.state, resumed.message) == (job, "succeeded", "")
    with Engine.open(shop.settings()) as undisturbed:
        whole = exported(undisturbed, tmp_path / "whole.jsonl")
    assert exported(engine, tmp_path / "resumed.jsonl") == whole
    return resumed.counts


def test_a_run_canceled_from_another_process_stops_and_is_resumed(shop, tmp_path):
    slow = Slow(shop, tmp_path / "workspace")
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        with pytest.raises(Conflict, match="at work"):
            engine.runs().resume(slow.job)
        assert engine.runs().cancel(slow.job).state == "canceling"
        assert engine.runs().cancel(slow.job).state == "canceling"
        assert slow.go() == "canceled"
        job = engine.job(slow.job)
        assert job.state == "canceled"
        assert "lookalike jobs resume" in job.message
        stages = {stage.name: stage for stage in job.stages}
        assert stages[STAGE].done == slow.done < stages[STAGE].total
        assert snapshot.current(tmp_path / "workspace/collections/default") is None
        counts = finished_as_if_undisturbed(engine, slow.job, shop, tmp_path)
        images = sum(len(one["images"]) for one in shop.truth.values())
        assert counts["encoded"] <= images - slow.done
        assert counts["encoded"] + counts["reused"] == images
        with pytest.raises(Conflict, match="succeeded"):
            engine.runs().resume(slow.job)
        with pytest.raises(Conflict, match="over"):
            engine.runs().cancel(slow.job)
        with pytest.raises(NotFound):
            engine.runs().cancel("none")


def test_a_run_that_was_killed_is_resumed(shop, tmp_path):
    slow = Slow(shop, tmp_path / "workspace")
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        assert engine.job(slow.job).state == "running"
        slow.kill()
        assert engine.job(slow.job).state == "interrupted"
        finished_as_if_undisturbed(engine, slow.job, shop, tmp_path)


def test_a_killed_run_can_be_given_up_for_good(shop, tmp_path):
    slow = Slow(shop, tmp_path / "workspace")
    slow.kill()
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:
        assert engine.runs().cancel(slow.job).state == "canceled"


def test_what_was_measured_before_a_cancel_is_not_measured_again(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(job_report, "LOOK_EVERY_S", 0)
    with Engine.open(shop.settings(workspace=str(tmp_path / "workspace"))) as engine:

        def cancel_soon(step):
            if step.stage == STAGE and step.done >= 2 * CHUNK:
                engine.runs().cancel(engine.jobs()[0].id)

        with pytest.raises(Canceled):
            engine.index(shop.catalog, options=Options(keep_missing=True), report=cancel_soon)
        job = engine.jobs()[0]
        resumed = engine.runs().resume(job.id, report=silent)
        assert resumed.request == job.request
        assert resumed.request["keep_missing"] is True
        assert (
            0
            < resumed.counts["encoded"]
            <= sum(len(one["images"]) for one in shop.truth.values()) - CHUNK
        )


def test_a_job_of_an_older_version_says_why_it_cannot_be_resumed(tmp_path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Engine.open(Settings.load({"workspace": str(tmp_path)})) as engine:
        jobs = engine._workspace.collection("default", create=True).jobs
        job = jobs.create("index", {"source": "/catalog.csv"}, now=now)
        jobs.update(job, now=now, state="failed")
        with pytest.raises(InvalidInput, match="older version"):
            engine.runs().resume(job)
        assert engine.job(job).state == "failed"
