"""Look-alikes of a product, a photo or an embedding."""

from functools import partial

from fastapi import APIRouter

from lookalike.server.parts import Answer, CollectionId, OpenEngine
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import answers
from lookalike.wire.questions import question
from lookalike.wire.schema import RecommendationsBody, RetrieveBody

router = APIRouter(tags=["retrieval"], prefix="/collections/{collection_id}")


@router.post("/retrieve", responses={200: {"model": RecommendationsBody}, **PROBLEM_RESPONSES})
def retrieve(engine: OpenEngine, collection_id: CollectionId, body: RetrieveBody) -> Answer:
    """The products nearest to the query, best first, each with its reason."""
    asked = question(body, upload=partial(engine.uploaded, collection=collection_id))
    answer = engine.similar(asked, collection=collection_id)
    return Answer(answers.recommendations(answer, fields=body.return_fields))
