"""What routes share: the open engine, and answers that skip a second validation."""

from typing import Annotated, Any, cast

from fastapi import Depends, Path, Request
from fastapi.responses import JSONResponse

from lookalike.domain.access import Caller
from lookalike.domain.time_budget import is_hurried
from lookalike.engine import Engine
from lookalike.server.access import caller_of


def _engine(request: Request) -> Engine:
    return cast(Engine, request.app.state.engine)  # set once in create_app


async def _caller(request: Request) -> Caller:
    return caller_of(request.scope)


OpenEngine = Annotated[Engine, Depends(_engine)]
WhoAsks = Annotated[Caller, Depends(_caller)]
CollectionId = Annotated[str, Path(description="The collection, for example `default`.")]
Answer = JSONResponse
"""Returned as it is: the shapes are tested, and validating 100 kB again doubles the time."""


def told(body: Any, *, personal: bool) -> Answer:
    """An answer to a question.  One under a time budget that was hit is kept by nobody either:
    the next time there may be more."""
    return private(body) if personal or is_hurried(body["degraded"]) else Answer(body)


def private(body: Any) -> Answer:
    """An answer about one user: nobody between us and the caller may keep it."""
    return Answer(body, headers={"Cache-Control": "no-store"})
