import subprocess
import sys
from datetime import timedelta

import pytest

from lookalike.domain.problems import Problem
from lookalike.errors import NotFound
from lookalike.storage.jobs import JOBS_WITH_PROBLEMS
from lookalike.storage.workspace import Workspace

PROBLEM = Problem(None, None, None, "x", "y")
OWN_A_JOB = """
import sys
from datetime import UTC, datetime
from lookalike.storage.workspace import Workspace

collection = Workspace.open(sys.argv[1], database_url=sys.argv[2]).collection("default")
job = collection.jobs.create("index", {}, now=datetime.now(UTC))
collection.jobs.update(job, now=datetime.now(UTC), state="running")
print(job, flush=True)
sys.stdin.read()
"""


def test_a_job_goes_from_queued_to_its_end(collection, now):
    request = {"source": "käse.csv", "options": {"limit": 3}}
    job = collection.jobs.create("index", request, now=now)
    queued = collection.jobs.get(job)
    assert (queued.state, queued.kind, queued.request) == ("queued", "index", request)
    assert (queued.created_at, queued.started_at, queued.finished_at) == (now, None, None)

    start, middle, end = (now + timedelta(seconds=s) for s in (1, 2, 3))
    collection.jobs.update(job, now=start, state="running", stage="images")
    collection.jobs.update(job, now=middle, state="running", counts={"products": 7})
    running = collection.jobs.get(job)
    assert (running.state, running.stage, running.counts) == ("running", "images", {"products": 7})
    assert (running.started_at, running.updated_at, running.finished_at) == (start, middle, None)

    collection.jobs.update(job, now=end, state="succeeded", message="Done.")
    done = collection.jobs.get(job)
    assert (done.state, done.stage, done.counts) == ("succeeded", "images", {"products": 7})
    assert (done.started_at, done.finished_at, done.message) == (start, end, "Done.")


def test_jobs_are_listed_newest_first(collection, now):
    ids = [
        collection.jobs.create("index", {}, now=now + timedelta(seconds=second))
        for second in range(5)
    ]
    assert [job.id for job in collection.jobs.list(3)] == ids[:1:-1]


def test_a_job_belongs_to_its_collection(workspace, collection, now):
    job = collection.jobs.create("index", {}, now=now)
    other = workspace.collection("other", create=True).jobs
    assert other.list(10) == ()
    assert other.problems(job, limit=10) == ()
    for attempt in (
        lambda: other.get(job),
        lambda: other.update(job, now=now, state="failed"),
        lambda: other.add_problems(job, [PROBLEM]),
    ):
        with pytest.raises(NotFound, match=job):
            attempt()
    assert collection.jobs.get(job).state == "queued"


def test_problems_keep_their_order_and_place(collection, now):
    job = collection.jobs.create("index", {}, now=now)
    problems = [
        Problem(line, "a", "x.jpg", "bad_price", f"line {line}", skipped=line % 2 > 0)
        for line in range(10)
    ]
    collection.jobs.add_problems(job, problems[:4])
    collection.jobs.add_problems(job, [])
    collection.jobs.add_problems(job, problems[4:])
    assert collection.jobs.problems(job, limit=100) == tuple(problems)
    assert collection.jobs.problems(job, offset=3, limit=4) == tuple(problems[3:7])


def test_a_file_name_that_is_not_text_can_be_reported(collection, now):
    job = collection.jobs.create("index", {}, now=now)
    collection.jobs.add_problems(
        job, [Problem(None, None, "photo\udce4.jpg", "unreadable", "no\0")]
    )
    (problem,) = collection.jobs.problems(job, limit=1)
    assert (problem.location, problem.message) == ("photo\\udce4.jpg", "no\\x00")


def test_old_jobs_lose_their_problems_but_stay(workspace, collection, now):
    other = workspace.collection("other", create=True).jobs
    untouched = other.create("index", {}, now=now - timedelta(days=9))
    other.add_problems(untouched, [PROBLEM])
    ids = []
    for second in range(JOBS_WITH_PROBLEMS + 3):
        ids.append(collection.jobs.create("index", {}, now=now + timedelta(seconds=second)))
        collection.jobs.add_problems(ids[-1], [PROBLEM])
    kept = [job for job in ids if collection.jobs.problems(job, limit=1)]
    assert kept == ids[-JOBS_WITH_PROBLEMS:]
    assert len(collection.jobs.list(100)) == len(ids)
    assert other.problems(untouched, limit=1)


def test_a_job_of_a_killed_process_is_interrupted_and_one_of_a_living_process_is_not(
    workspace, collection, database_url
):
    child = subprocess.Popen(
        [sys.executable, "-c", OWN_A_JOB, str(workspace.path), database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        job = child.stdout.readline().strip()
        assert collection.jobs.get(job).state == "running"
        child.kill()
    assert [collection.jobs.get(job).state for _ in range(2)] == ["interrupted"] * 2
    assert collection.jobs.list(1)[0].state == "interrupted"


def test_unfinished_jobs_of_a_closed_workspace_are_interrupted(tmp_path, database_url, now):
    with Workspace.open(tmp_path / "w", database_url=database_url) as first:
        jobs = first.collection("default", create=True).jobs
        unfinished, finished = (jobs.create("index", {}, now=now) for _ in range(2))
        jobs.update(finished, now=now, state="succeeded")
    with Workspace.open(tmp_path / "w", database_url=database_url) as second:
        jobs = second.collection("default").jobs
        assert jobs.get(unfinished).state == "interrupted"
        assert jobs.get(finished).state == "succeeded"


def test_a_job_is_found_without_naming_its_collection(workspace, collection, now):
    workspace.collection("other", create=True)
    job = collection.jobs.create("index", {}, now=now)
    assert workspace.job(job) == collection.jobs.get(job)
    with pytest.raises(NotFound, match='no job "unknown"'):
        workspace.job("unknown")
