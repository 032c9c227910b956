"""Is it up, and what does it hold?"""

from typing import cast

from fastapi import APIRouter, Request

from lookalike.domain.access import Caller
from lookalike.engine import Engine
from lookalike.errors import Unavailable
from lookalike.server.guard import GuardedRoute
from lookalike.server.lifecycle import Lifecycle
from lookalike.server.parts import OpenEngine, WhoAsks
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire.operations_schema import ReadyBody
from lookalike.wire.schema import CollectionBody, CollectionsBody, HealthBody

router = APIRouter(route_class=GuardedRoute, tags=["health"])


@router.get("/health", response_model=HealthBody)
def health(engine: OpenEngine, caller: WhoAsks) -> HealthBody:
    """Whether the service answers, and how many products each collection holds that one may see."""
    found = _collections(engine, caller)
    return HealthBody(status="ok", version=engine.version, collections=found)


@router.get("/ready", response_model=ReadyBody, responses={503: PROBLEM_RESPONSES[503]})
def ready(request: Request, engine: OpenEngine) -> ReadyBody:
    """Whether to send requests here.  503 says why not: the database or an index cannot be
    read, a newer version has migrated the database, or the service is about to end."""
    state = request.app.state
    reasons = cast(Lifecycle, state.lifecycle).reasons() + engine.operations().unready()
    state.metrics.ready.set(not reasons)
    if reasons:
        raise Unavailable(
            f"Not ready: {'; '.join(reasons)}",
            hint="Send requests elsewhere until this answers 200.",
        )
    return ReadyBody(status="ready")


@router.get("/collections", response_model=CollectionsBody)
def collections(engine: OpenEngine, caller: WhoAsks) -> CollectionsBody:
    """Every collection that one may see, with its number of products."""
    return CollectionsBody(
        collections=[
            CollectionBody(collection_id=name, products=count)
            for name, count in _collections(engine, caller).items()
        ]
    )


def _collections(engine: Engine, caller: Caller) -> dict[str, int]:
    if not caller.is_open and caller.key is None:
        return {}
    return {name: count for name, count in engine.collections().items() if caller.sees(name)}
