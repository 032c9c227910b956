"""Is it up, and what does it hold?"""

from fastapi import APIRouter

from lookalike.domain.access import Caller
from lookalike.engine import Engine
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import OpenEngine, WhoAsks
from lookalike.wire.schema import CollectionBody, CollectionsBody, HealthBody

router = APIRouter(route_class=GuardedRoute, tags=["health"])


@router.get("/health", response_model=HealthBody)
def health(engine: OpenEngine, caller: WhoAsks) -> HealthBody:
    """Whether the service answers, and how many products each collection holds that one may see."""
    found = _collections(engine, caller)
    return HealthBody(status="ok", version=engine.version, collections=found)


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
