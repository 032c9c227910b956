"""The attribute ledger: what counts, what people decide, where feed and images disagree."""

from typing import Annotated

from fastapi import APIRouter, Query

from lookalike.errors import NotFound
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import ledger
from lookalike.wire.ledger_schema import (
    AttributeBody,
    ConflictsBody,
    DecisionBody,
    UnknownWordsBody,
)
from lookalike.wire.schema import Json

router = APIRouter(
    route_class=GuardedRoute, tags=["attributes"], prefix="/collections/{collection_id}"
)
ONE = "/products/{sku:path}/attributes/{name}"


@router.get(ONE, responses={200: {"model": AttributeBody}, **PROBLEM_RESPONSES})
def attribute(engine: OpenEngine, collection_id: CollectionId, sku: str, name: str) -> Answer:
    """One attribute of a product: the entry that counts and what other sources say."""
    return Answer(_attribute(engine, collection_id, sku, name))


@router.put(ONE, responses={200: {"model": AttributeBody}, **PROBLEM_RESPONSES})
def decide_attribute(
    engine: OpenEngine, collection_id: CollectionId, sku: str, name: str, body: DecisionBody
) -> Answer:
    """Decide an attribute by hand; it counts in the very next question and in every later run."""
    engine.quality(collection=collection_id).decide_attribute(sku, name, body.value, by=body.by)
    return Answer(_attribute(engine, collection_id, sku, name))


@router.delete(ONE, status_code=204, responses=PROBLEM_RESPONSES)
def forget_attribute(engine: OpenEngine, collection_id: CollectionId, sku: str, name: str) -> None:
    """Take a decision back."""
    engine.quality(collection=collection_id).forget_attribute(sku, name)


@router.get("/conflicts", responses={200: {"model": ConflictsBody}, **PROBLEM_RESPONSES})
def conflicts(
    engine: OpenEngine,
    collection_id: CollectionId,
    attribute: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
) -> Answer:
    """Where feed and images disagree, the surest images first; reads every product."""
    found = engine.quality(collection=collection_id).conflicts(attribute=attribute, limit=limit)
    return Answer(ledger.conflicts(found, collection_id))


@router.get("/unknown-words", responses={200: {"model": UnknownWordsBody}, **PROBLEM_RESPONSES})
def unknown_words(engine: OpenEngine, collection_id: CollectionId) -> Answer:
    """Words of columns that speak of attributes, which no table knows; reads every product."""
    return Answer(ledger.unknown_words(engine.quality(collection=collection_id).unknown_words()))


def _attribute(engine: OpenEngine, collection_id: str, sku: str, name: str) -> Json:
    shown = ledger.attributes(engine.product(sku, collection=collection_id).ledger)
    for one in shown:
        if one["name"] == name:
            return one
    raise NotFound(
        f'Nothing is known of the attribute "{name}" of "{sku}".',
        hint=f"Known are {', '.join(one['name'] for one in shown) or 'none yet'}.",
    )
