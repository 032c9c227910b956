"""Is it up, and what does it hold?"""

from fastapi import APIRouter

from lookalike.server.parts import OpenEngine
from lookalike.wire.schema import CollectionBody, CollectionsBody, HealthBody

router = APIRouter(tags=["health"])


@router.get("/health", response_model=HealthBody)
def health(engine: OpenEngine) -> HealthBody:
    """Whether the service answers, and how many products each collection holds."""
    return HealthBody(status="ok", version=engine.version, collections=engine.collections())


@router.get("/collections", response_model=CollectionsBody)
def collections(engine: OpenEngine) -> CollectionsBody:
    """Every collection with its number of products."""
    return CollectionsBody(
        collections=[
            CollectionBody(collection_id=name, products=count)
            for name, count in engine.collections().items()
        ]
    )
