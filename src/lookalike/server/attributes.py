"""The attribute ledger: what counts, what people decide, where feed and images disagree."""

from typing import Annotated

from fastapi import APIRouter, Query

from lookalike.domain.duplicates import KINDS, Kind
from lookalike.domain.filter_parsing import all_of, parse_where
from lookalike.errors import NotFound
from lookalike.server.catalog import Where
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import ledger
from lookalike.wire.duplicates_schema import DuplicatesBody
from lookalike.wire.duplicates_schema import duplicates as told_duplicates
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


@router.get("/duplicates", responses={200: {"model": DuplicatesBody}, **PROBLEM_RESPONSES})
def duplicates(
    engine: OpenEngine,
    collection_id: CollectionId,
    kind: Annotated[list[Kind], Query(description="Which kinds; all by default.")] = list(KINDS),  # noqa: B006
    where: Where = [],  # noqa: B006 - FastAPI copies defaults
    limit: Annotated[int, Query(ge=1, le=1000, description="Groups of each kind.")] = 20,
) -> Answer:
    """Products with the same photo, nearly the same photo, or one design in two colors.

    Compares every product with every other one, so give it time, or narrow it with `where`.
    Nothing is merged: variants are suggestions until the catalog gives them a variant group.
    """
    wanted = all_of(*(parse_where(clause) for clause in where))
    found = engine.quality(collection=collection_id).duplicates(kinds=kind or KINDS, where=wanted)
    return Answer(told_duplicates(found, limit=limit))


def _attribute(engine: OpenEngine, collection_id: str, sku: str, name: str) -> Json:
    shown = ledger.attributes(engine.product(sku, collection=collection_id).ledger)
    for one in shown:
        if one["name"] == name:
            return one
    raise NotFound(
        f'Nothing is known of the attribute "{name}" of "{sku}".',
        hint=f"Known are {', '.join(one['name'] for one in shown) or 'none yet'}.",
    )
