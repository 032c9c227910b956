"""Merchant rules: pin, boost, bury, exclude; and what a change would do."""

from fastapi import APIRouter

from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import rules as wire
from lookalike.wire.rules_schema import (
    MerchantRuleBody,
    MerchantRuleInput,
    MerchantRulesBody,
    RulePreviewBody,
    RulePreviewInput,
)

router = APIRouter(
    route_class=GuardedRoute, tags=["rules"], prefix="/collections/{collection_id}/rules"
)


@router.get("", responses={200: {"model": MerchantRulesBody}, **PROBLEM_RESPONSES})
def rules(engine: OpenEngine, collection_id: CollectionId) -> Answer:
    """Every rule by name, with whether it acts now and how many products it is about."""
    return Answer(wire.states(engine.merchandising(collection=collection_id).rules()))


@router.post("/preview", responses={200: {"model": RulePreviewBody}, **PROBLEM_RESPONSES})
def preview(engine: OpenEngine, collection_id: CollectionId, body: RulePreviewInput) -> Answer:
    """Lists before and after a change, with totals and warnings; nothing is stored."""
    request = wire.preview_request(body)
    return Answer(wire.preview(engine.merchandising(collection=collection_id).preview(request)))


@router.get("/{name}", responses={200: {"model": MerchantRuleBody}, **PROBLEM_RESPONSES})
def rule(engine: OpenEngine, collection_id: CollectionId, name: str) -> Answer:
    """One rule."""
    return Answer(wire.state(engine.merchandising(collection=collection_id).rule(name)))


@router.put("/{name}", responses={200: {"model": MerchantRuleBody}, **PROBLEM_RESPONSES})
def set_rule(
    engine: OpenEngine, collection_id: CollectionId, name: str, body: MerchantRuleInput
) -> Answer:
    """Add a rule or replace it; it counts in the very next question."""
    made = wire.rule(body, name=name)
    return Answer(wire.state(engine.merchandising(collection=collection_id).set(made)))


@router.delete("/{name}", status_code=204, responses=PROBLEM_RESPONSES)
def delete_rule(engine: OpenEngine, collection_id: CollectionId, name: str) -> None:
    """Remove a rule."""
    engine.merchandising(collection=collection_id).delete(name)
