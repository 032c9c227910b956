"""API keys by HTTP: who may call is decided by whoever may do everything."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from lookalike.access import NewKey
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, OpenEngine, private
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import keys as wire
from lookalike.wire.keys_schema import KeyInput, KeysBody, NewKeyBody, RotateInput

router = APIRouter(route_class=GuardedRoute, tags=["keys"], prefix="/keys")


@router.get("", responses={200: {"model": KeysBody}, **PROBLEM_RESPONSES})
def keys(engine: OpenEngine) -> Answer:
    """All keys, oldest first, without their secrets; those that were revoked are among them."""
    now = datetime.now(UTC)
    return private({"keys": [wire.key(one, now) for one in engine.access.list()]})


@router.post("", status_code=201, responses={201: {"model": NewKeyBody}, **PROBLEM_RESPONSES})
def create_key(engine: OpenEngine, body: KeyInput) -> Answer:
    """Make a key.  The answer holds its secret, which nobody can read again."""
    days = body.expires_in_days
    expires_in = None if days is None else timedelta(days=days)
    made = engine.access.create(body.name, wire.grants_of(body), expires_in=expires_in)
    return _told(made, status=201)


@router.delete("/{key_id}", status_code=204, responses=PROBLEM_RESPONSES)
def revoke_key(
    engine: OpenEngine,
    key_id: str,
    forget: Annotated[bool, Query(description="Take it off the list, too.")] = False,
) -> None:
    """End a key: at once here, within a second in other processes."""
    engine.access.revoke(key_id, forget=forget)


@router.post("/{key_id}/rotate", responses={200: {"model": NewKeyBody}, **PROBLEM_RESPONSES})
def rotate_key(engine: OpenEngine, key_id: str, body: RotateInput | None = None) -> Answer:
    """Another secret; the present one opens until the grace is over."""
    hours = (body or RotateInput()).grace_hours
    return _told(engine.access.rotate(key_id, grace=timedelta(hours=hours)))


def _told(made: NewKey, *, status: int = 200) -> Answer:
    found = private(wire.new_key(made.key, made.secret, datetime.now(UTC)))
    found.status_code = status
    return found
