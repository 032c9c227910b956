"""How an index run is getting on."""

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
from lookalike.wire.schema import JobBody, JobsBody, ProblemsBody

router = APIRouter(route_class=GuardedRoute, tags=["jobs"], prefix="/jobs")


@router.get("", responses={200: {"model": JobsBody}})
def jobs(
    engine: OpenEngine, caller: WhoAsks, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Answer:
    """The latest runs, newest first: of the service's own collection, or of those of the key."""
    found = _jobs(engine, caller, limit)
    return Answer({"jobs": [answers.job(job) for job in found]})


@router.get("/{job_id}", responses={200: {"model": JobBody}, **PROBLEM_RESPONSES})
def job(engine: OpenEngine, job_id: str) -> Answer:
    """One run with its stage and counts."""
    return Answer(answers.job(engine.job(job_id)))


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
    if not caller.is_limited:
        return engine.jobs(limit=limit)
    names = [name for name in engine.collections() if caller.sees(name)]
    found = [job for name in names for job in engine.jobs(limit=limit, collection=name)]
    return sorted(found, key=lambda job: job.created_at, reverse=True)[:limit]
