"""Another encoder without downtime, as a job to follow; and the way back."""

from fastapi import APIRouter

from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import answers
from lookalike.wire.jobs_schema import JobBody
from lookalike.wire.schema import RollbackBody, SwapBody

router = APIRouter(route_class=GuardedRoute, tags=["swap"], prefix="/collections/{collection_id}")


@router.post("/swap", status_code=202, responses={202: {"model": JobBody}, **PROBLEM_RESPONSES})
def swap(engine: OpenEngine, collection_id: CollectionId, body: SwapBody) -> Answer:
    """Build with another encoder, compare, switch; questions are answered all the while.

    Follow the job: its `report` says what was done, with the `comparison` of both encoders.
    """
    encoders = engine.encoders(collection=collection_id)
    job = encoders.start_swap(body.encoder, compare=body.compare, dry_run=body.dry_run)
    return Answer(answers.job(job), status_code=202)


@router.post("/rollback", status_code=202, responses={202: {"model": JobBody}, **PROBLEM_RESPONSES})
def rollback(
    engine: OpenEngine, collection_id: CollectionId, body: RollbackBody | None = None
) -> Answer:
    """Answer with the encoder before the last swap again, whose features are still known."""
    asked = body or RollbackBody()
    job = engine.encoders(collection=collection_id).start_rollback(compare=asked.compare)
    return Answer(answers.job(job), status_code=202)
