"""A user's feed, and the style quiz for those of whom nothing is known."""

from typing import Annotated

from fastapi import APIRouter, Query

from lookalike.domain.filter_parsing import all_of, parse_where
from lookalike.domain.query import FEED_DIVERSITY, Retrieval, UserAnchor
from lookalike.server.catalog import Where
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine, private
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.server.users import UserId
from lookalike.wire import answers
from lookalike.wire.schema import QuizBody, RecommendationsBody

router = APIRouter(route_class=GuardedRoute, tags=["feed"], prefix="/collections/{collection_id}")


@router.get(
    "/users/{user_id}/feed",
    responses={200: {"model": RecommendationsBody}, **PROBLEM_RESPONSES},
)
def feed(
    engine: OpenEngine,
    collection_id: CollectionId,
    user_id: UserId,
    where: Where = [],  # noqa: B006 - FastAPI copies defaults
    limit: int = 12,
    diversity: Annotated[float, Query(ge=0, le=1)] = FEED_DIVERSITY,
    cursor: str | None = None,
    explain: bool = True,
) -> Answer:
    """What this user will like; `POST .../retrieve` takes every other option."""
    question = Retrieval(
        UserAnchor(user_id),
        limit=limit,
        where=all_of(*(parse_where(clause) for clause in where)),
        diversity=diversity,
        cursor=cursor,
        explain=explain,
    )
    return private(answers.recommendations(engine.similar(question, collection=collection_id)))


@router.get("/quiz", responses={200: {"model": QuizBody}, **PROBLEM_RESPONSES})
def quiz(
    engine: OpenEngine,
    collection_id: CollectionId,
    where: Where = [],  # noqa: B006 - FastAPI copies defaults
    limit: int = 24,
) -> Answer:
    """Pictures that tell most about a taste, for somebody to pick a few of."""
    wanted = all_of(*(parse_where(clause) for clause in where))
    found = engine.quiz(where=wanted, limit=limit, collection=collection_id)
    return Answer(answers.quiz(found, collection_id))
