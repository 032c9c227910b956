"""Looks: what completes a product, and where every kind of product stands."""

from functools import partial

from fastapi import APIRouter

from lookalike.engine import Engine
from lookalike.errors import NotFound
from lookalike.server.guard import GuardedRoute, require_own
from lookalike.server.parts import Answer, CollectionId, OpenEngine, WhoAsks, told
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import looks as wire
from lookalike.wire.looks_schema import (
    LooksAnswerBody,
    LooksBody,
    LookTypeBody,
    SceneAnswerBody,
    SceneBody,
    SlotChoiceBody,
    SlotsBody,
)

router = APIRouter(route_class=GuardedRoute, tags=["looks"], prefix="/collections/{collection_id}")


@router.post("/looks", responses={200: {"model": LooksAnswerBody}, **PROBLEM_RESPONSES})
def looks(
    engine: OpenEngine, caller: WhoAsks, collection_id: CollectionId, body: LooksBody
) -> Answer:
    """What completes a product: complementary products, and whole looks with a total."""
    require_own(caller, body.user_id)
    request = wire.look_request(
        body,
        upload=partial(engine.uploaded, collection=collection_id),
        known=partial(_is_known, engine, collection_id),
    )
    found = wire.looks(engine.look(request, collection=collection_id))
    return told(found, personal=body.user_id is not None)


@router.post("/looks/scene", responses={200: {"model": SceneAnswerBody}, **PROBLEM_RESPONSES})
def scene(engine: OpenEngine, collection_id: CollectionId, body: SceneBody) -> Answer:
    """The parts of a photo of an outfit or a room, similar products, and a look with its total."""
    request = wire.scene_request(body, upload=partial(engine.uploaded, collection=collection_id))
    return Answer(wire.scene(engine.stylist(collection=collection_id).scene(request)))


@router.get("/slots", responses={200: {"model": SlotsBody}, **PROBLEM_RESPONSES})
def slots(engine: OpenEngine, collection_id: CollectionId) -> Answer:
    """Every kind of product with its slot, what no table knows, and the look types."""
    return Answer(_slots(engine, collection_id))


@router.put("/slots/{kind:path}", responses={200: {"model": SlotsBody}, **PROBLEM_RESPONSES})
def set_slot(
    engine: OpenEngine, collection_id: CollectionId, kind: str, body: SlotChoiceBody
) -> Answer:
    """Let a kind, category or product type stand in a slot; it counts in the next question."""
    engine.stylist(collection=collection_id).set_slot(kind, body.slot)
    return Answer(_slots(engine, collection_id))


@router.delete("/slots/{kind:path}", status_code=204, responses=PROBLEM_RESPONSES)
def forget_slot(engine: OpenEngine, collection_id: CollectionId, kind: str) -> None:
    """Take the merchant's word on a kind back."""
    engine.stylist(collection=collection_id).set_slot(kind, None)


@router.put("/look-types/{name}", responses={200: {"model": SlotsBody}, **PROBLEM_RESPONSES})
def set_look_type(
    engine: OpenEngine, collection_id: CollectionId, name: str, body: LookTypeBody
) -> Answer:
    """Make or replace a look type of your own."""
    stylist = engine.stylist(collection=collection_id)
    stylist.set_template(name, tuple(body.required), tuple(body.optional))
    return Answer(_slots(engine, collection_id))


@router.delete("/look-types/{name}", status_code=204, responses=PROBLEM_RESPONSES)
def forget_look_type(engine: OpenEngine, collection_id: CollectionId, name: str) -> None:
    """Remove a look type of your own."""
    engine.stylist(collection=collection_id).forget_template(name)


def _slots(engine: Engine, collection_id: str) -> dict[str, object]:
    stylist = engine.stylist(collection=collection_id)
    return wire.slots(stylist.slots(), stylist.table())


def _is_known(engine: Engine, collection_id: str, sku: str) -> bool:
    try:
        return len(engine.product(sku, collection=collection_id).rows) > 0
    except NotFound:
        return False
