"""Look-alikes of a product, a photo or an embedding."""

from functools import partial
from typing import Literal

from fastapi import APIRouter, Response

from lookalike.server.guard import require_own
from lookalike.server.parts import Answer, CollectionId, OpenEngine, WhoAsks, told
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.server.recent import RecentRoute
from lookalike.wire import answers
from lookalike.wire.questions import question, users_of
from lookalike.wire.schema import MatchMapBody, RecommendationsBody, RetrieveBody, WhyNotBody

router = APIRouter(
    route_class=RecentRoute, tags=["retrieval"], prefix="/collections/{collection_id}"
)


@router.post("/retrieve", responses={200: {"model": RecommendationsBody}, **PROBLEM_RESPONSES})
def retrieve(
    engine: OpenEngine, caller: WhoAsks, collection_id: CollectionId, body: RetrieveBody
) -> Answer:
    """The products nearest to the query, best first, each with its reason."""
    require_own(caller, body.user_id, *users_of(body.query))
    asked = question(body, upload=partial(engine.uploaded, collection=collection_id))
    answer = engine.similar(asked, collection=collection_id)
    found = answers.recommendations(answer, fields=body.return_fields)
    is_personal = body.query.type == "user_preferences" or body.user_id is not None
    return told(found, personal=is_personal)


@router.post("/why-not/{sku:path}", responses={200: {"model": WhyNotBody}, **PROBLEM_RESPONSES})
def why_not(
    engine: OpenEngine, collection_id: CollectionId, sku: str, body: RetrieveBody
) -> Answer:
    """Why a product is not in the answer to a question, or where it stands."""
    asked = question(body, upload=partial(engine.uploaded, collection=collection_id))
    return Answer(answers.why_not(engine.why_not(asked, sku, collection=collection_id)))


@router.get(
    "/match",
    responses={200: {"model": MatchMapBody, "content": {"image/png": {}}}, **PROBLEM_RESPONSES},
)
def match(
    engine: OpenEngine,
    collection_id: CollectionId,
    sku: str,
    other: str,
    format: Literal["json", "png"] = "json",
) -> Response:
    """Where the images of two products are alike, as numbers or as a picture."""
    found = engine.match(sku, other, collection=collection_id)
    if format == "png":
        return Response(found.png, media_type="image/png")
    return Answer(answers.match_map(found))
