"""Jobs in a process of their own end as they would here, and never outlive who began them."""

import os
import shutil
import signal
import threading
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from lookalike.domain.index_run import Options
from lookalike.domain.observe import observing
from lookalike.engine import Engine
from lookalike.errors import Unavailable
from lookalike.journeys.catalog.index_catalog import LossNotAccepted
from lookalike.journeys.catalog.index_job import create_job
from lookalike.parts import Choice
from lookalike.settings import Settings

ROWS = 30
on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


class Counts:
    """An observer that keeps what was counted."""

    def __init__(self):
        self.found = Counter()

    def stage(self, _):
        return nullcontext()

    def count(self, what, label, amount):
        self.found[what, label] += amount


@pytest.fixture
def catalog(drawn_shop, tmp_path) -> Path:
    """The first products of the sample shop; more rows can be taken away than may be lost."""
    lines = (drawn_shop / "catalog.csv").read_text().splitlines()[: ROWS + 1]
    path = tmp_path / "catalog.csv"
    path.write_text("\n".join(lines) + "\n")
    shutil.copytree(drawn_shop / "images", tmp_path / "images")
    return path


@pytest.fixture
def apart(tmp_path):
    settings = Settings.load({"workspace": str(tmp_path / "workspace"), "job_niceness": 1})
    with Engine.open(settings) as engine:
        engine.operations().jobs_apart()
        yield engine
        engine.operations().stop_jobs(timeout_s=30)


def ended(engine, job_id):
    until = time.monotonic() + 60
    while (job := engine.job(job_id)).state in {"queued", "running", "canceling"}:
        assert time.monotonic() < until, job
        threading.Event().wait(0.05)
    return job


def test_a_run_elsewhere_does_what_a_run_here_does(apart, catalog, tmp_path):
    counts = Counts()
    with observing(counts):
        job = ended(apart, apart.start_index(str(catalog)).id)
        assert apart.operations().stop_jobs(timeout_s=30)
    with Engine.open(Settings.load({"workspace": str(tmp_path / "here")})) as here:
        done = here.index(str(catalog))
        own = here.product(job_sku := here.products(limit=1).products[0]["sku"])
    assert job.state == "succeeded", job
    assert job.counts["products"] == done.products == ROWS
    assert job.counts["encoded"] == done.encoded == counts.found["images", "encoded"]
    assert counts.found["runs", "succeeded"] == 1
    assert apart.product(job_sku).document == own.document


def test_a_sync_elsewhere_gives_its_report_and_its_errors(apart, catalog):
    done = apart.index(str(catalog), if_changed=True)
    assert (done.products, done.added, done.unchanged) == (ROWS, ROWS, False)
    assert apart.index(str(catalog), if_changed=True).unchanged
    catalog.write_text("\n".join(catalog.read_text().splitlines()[:3]) + "\n")
    with pytest.raises(LossNotAccepted, match="lacks 28 of the 30") as told:
        apart.index(str(catalog), if_changed=True)
    assert "--accept-loss" in told.value.hint
    accepted = apart.index(str(catalog), options=Options(accept_loss=True))
    assert (accepted.products, accepted.removed) == (2, ROWS - 2)


def test_who_stops_the_service_stops_the_run_and_can_resume_it(apart, catalog):
    job = apart.start_index(str(catalog))
    assert apart.operations().stop_jobs(timeout_s=30)
    assert apart.job(job.id).state in {"interrupted", "succeeded"}
    if apart.job(job.id).state == "interrupted":
        with Engine.open(apart.settings) as other:
            assert other.runs().resume(job.id, report=lambda _: None).state == "succeeded"


@on_linux
def test_a_run_whose_process_is_killed_is_nobodys(apart, catalog):
    def killed(_):
        for child in children():
            os.kill(child, signal.SIGKILL)

    jobs = apart._parts.workspace.collection("default", create=True).jobs
    process = apart._parts.apart
    job = begun(apart, catalog)
    with pytest.raises(Unavailable, match="ended with status -9"):
        process.carry_out(job, jobs, killed)
    assert jobs.get(job).state in {"failed", "interrupted"}
    assert apart.runs().resume(job, report=None).state in {"queued", "running"}
    assert ended(apart, job).state == "succeeded"


def test_a_run_canceled_before_it_begins_does_nothing(apart, catalog):
    jobs = apart._parts.workspace.collection("default", create=True).jobs
    job = begun(apart, catalog)
    apart.runs().cancel(job)
    with pytest.raises(Exception, match="Canceled"):
        apart._parts.apart.carry_out(job, jobs, lambda _: None)
    assert jobs.get(job).state == "canceled"
    assert apart.collections() == {"default": 0}


@on_linux
def test_the_process_steps_back(apart, catalog):
    found = []

    def look(_):
        found.extend(os.getpriority(os.PRIO_PROCESS, child) for child in children())

    job = begun(apart, catalog)
    jobs = apart._parts.workspace.collection("default", create=True).jobs
    apart._parts.apart.carry_out(job, jobs, look)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert max(found) == min(own + apart.settings.job_niceness, 19)


def begun(engine, catalog) -> str:
    """The id of a queued run that nobody works on yet."""
    parts = engine._parts
    source = parts.source(str(catalog), Choice(None, {}, None), Options())
    tools = parts.tools(None, images_root=source.images_root, options=Options())
    return create_job(source, tools, Options(), read_as=Choice(None, {}, None).asked)


def children() -> list[int]:
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    found = [one for task in tasks for one in (task / "children").read_text().split()]
    ours = [one for one in found if b"job_process" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return [int(one) for one in ours]  # others help other tests
