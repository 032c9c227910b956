"""How an index run is getting on, ending it early, letting it go on."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from lookalike.domain.access import Caller
from lookalike.domain.job import Job
from lookalike.engine import Engine
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, OpenEngine, WhoAsks
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import answers
from lookalike.wire.jobs_schema import JobBody, JobsBody
from lookalike.wire.schema import ProblemsBody

router = APIRouter(route_class=GuardedRoute, tags=["jobs"], prefix="/jobs")


@router.get("", responses={200: {"model": JobsBody}})
def jobs(
    engine: OpenEngine, caller: WhoAsks, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Answer:
    """The latest runs of all collections that one may see, newest first."""
    found = _jobs(engine, caller, limit)
    return Answer({"jobs": [answers.job(job) for job in found]})


@router.get("/{job_id}", responses={200: {"model": JobBody}, **PROBLEM_RESPONSES})
def job(engine: OpenEngine, job_id: str) -> Answer:
    """One run with its stage and counts."""
    return Answer(answers.job(engine.job(job_id)))


@router.post(
    "/{job_id}/cancel", status_code=202, responses={202: {"model": JobBody}, **PROBLEM_RESPONSES}
)
def cancel(engine: OpenEngine, job_id: str) -> Answer:
    """End a run at its next step, whichever process runs it; nothing is half published."""
    return Answer(answers.job(engine.runs().cancel(job_id)), status_code=202)


@router.post(
    "/{job_id}/resume", status_code=202, responses={202: {"model": JobBody}, **PROBLEM_RESPONSES}
)
def resume(engine: OpenEngine, job_id: str) -> Answer:
    """Let a run go on that failed, was canceled or interrupted; what it did is not done again."""
    return Answer(answers.job(engine.runs().resume(job_id)), status_code=202)


@router.get("/{job_id}/problems", responses={200: {"model": ProblemsBody}, **PROBLEM_RESPONSES})
def problems(
    engine: OpenEngine,
    job_id: str,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Answer:
    """What was wrong with the input of a run, in its order."""
    found = engine.problems(job_id, offset=offset, limit=limit)
    return Answer({"problems": [answers.problem(one) for one in found]})


def _jobs(engine: Engine, caller: Caller, limit: int) -> Sequence[Job]:
    names = [name for name in engine.collections() if caller.sees(name)]
    found = [job for name in names for job in engine.jobs(limit=limit, collection=name)]
    return sorted(found, key=lambda job: job.created_at, reverse=True)[:limit]
