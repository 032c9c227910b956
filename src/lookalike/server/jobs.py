"""How an index run is getting on."""

from typing import Annotated

from fastapi import APIRouter, Query

from lookalike.server.parts import Answer, OpenEngine
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import answers
from lookalike.wire.schema import JobBody, JobsBody, ProblemsBody

router = APIRouter(tags=["jobs"], prefix="/jobs")


@router.get("", responses={200: {"model": JobsBody}})
def jobs(engine: OpenEngine, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Answer:
    """The latest runs, newest first."""
    return Answer({"jobs": [answers.job(job) for job in engine.jobs(limit=limit)]})


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
