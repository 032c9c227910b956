"""What users do comes in here, in batches."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from lookalike.domain.access import Sender
from lookalike.domain.event_parsing import unwrapped
from lookalike.errors import InvalidInput
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine, WhoAsks, private
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import users as wire
from lookalike.wire.users_schema import RecordedBody

router = APIRouter(route_class=GuardedRoute, tags=["events"], prefix="/collections/{collection_id}")

MOST_BYTES = 16 << 20
MOST_EVENTS = 10_000  # of one request; a batch of 2,000 takes 0.1 s (bench/events.py)


async def _body(request: Request) -> Any:
    """The JSON of the body, whatever its media type: navigator.sendBeacon cannot set one.

    Raises InvalidInput for what is no JSON or too large; it is never held whole then.
    """
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise InvalidInput(
                f"The body is larger than {MOST_BYTES >> 20} MB.", hint="Send smaller batches."
            )
    try:
        return json.loads(bytes(data))
    except (ValueError, RecursionError):
        raise InvalidInput(
            "The body is not JSON.", hint='Send {"events": [...]}, a list, or one event.'
        ) from None


@router.post(
    "/events",
    responses={200: {"model": RecordedBody}, **PROBLEM_RESPONSES},
    openapi_extra={
        "requestBody": {
            "description": 'One event, a list, or {"events": [...]}: ours, or as GA4, Segment '
            "and Google Retail send them.",
            "required": True,
            "content": {"application/json": {"schema": {}}},
        }
    },
)
def record(
    engine: OpenEngine,
    caller: WhoAsks,
    collection_id: CollectionId,
    body: Annotated[Any, Depends(_body)],
    product_field: Annotated[
        str | None, Query(description="Where another tool keeps our sku, for example `sku`.")
    ] = None,
) -> Answer:
    """Keep events: on the disk when this answers, each once, the bad ones named by their place."""
    events = unwrapped(body)
    if len(events) > MOST_EVENTS:
        raise InvalidInput(
            f"The body holds {len(events):,} events.",
            hint=f"Send at most {MOST_EVENTS:,}, or import a file: lookalike events import FILE",
        )
    sender = Sender(caller.user) if caller.is_browser else None
    done = engine.users(collection=collection_id).record(
        events, sender=sender, product_field=product_field
    )
    return private(wire.recorded(wire.require_some(done)))
