"""What is known of one user, and their rights.  For the shop's own server: it names the user."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Path

from lookalike.domain.receipt import as_json, receipt_from
from lookalike.engine import Engine
from lookalike.server.guard import GuardedRoute
from lookalike.server.parts import Answer, CollectionId, OpenEngine, private
from lookalike.server.problems import PROBLEM_RESPONSES
from lookalike.wire import users as wire
from lookalike.wire.schema import Json
from lookalike.wire.users_schema import (
    ControlBody,
    LoginBody,
    PreferencesBody,
    ReceiptBody,
    ReceiptsBody,
    RecordedBody,
    UserBody,
    UserExportBody,
    VerifiedBody,
    VerifyBody,
)

router = APIRouter(route_class=GuardedRoute, tags=["users"], prefix="/collections/{collection_id}")

UserId = Annotated[str, Path(description="The shop's own id of the user, compared exactly.")]
ONE = "/users/{user_id}"


@router.get(ONE, responses={200: {"model": UserBody}, **PROBLEM_RESPONSES})
def user(engine: OpenEngine, collection_id: CollectionId, user_id: UserId) -> Answer:
    """Their tastes, in words and pictures; an unknown user has none."""
    return private(_user(engine, collection_id, user_id))


@router.get(f"{ONE}/export", responses={200: {"model": UserExportBody}, **PROBLEM_RESPONSES})
def export(engine: OpenEngine, collection_id: CollectionId, user_id: UserId) -> Answer:
    """All that is kept of them."""
    found = engine.users(collection=collection_id).export(user_id)
    return private(
        {
            "user_id": user_id,
            "collection_id": collection_id,
            "anonymous_ids": list(found.anonymous_ids),
            "events": [wire.event(one) for one in found.events],
            "decisions": [wire.control(one) for one in found.decisions],
            "profile": _user(engine, collection_id, user_id),
        }
    )


@router.post(f"{ONE}/preferences", responses={200: {"model": RecordedBody}, **PROBLEM_RESPONSES})
def update_preferences(
    engine: OpenEngine,
    collection_id: CollectionId,
    user_id: UserId,
    body: PreferencesBody,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Answer:
    """Add a signal to their tastes: an action on a product, or what it looks like.

    With an Idempotency-Key and no `event_id` the key makes the id, so the signal counts once even
    when the process dies between doing it and keeping the answer.
    """
    interaction, signal = wire.preferences(body)
    event_id = body.event_id or _event_id(idempotency_key, user_id)
    done = engine.users(collection=collection_id).update_preferences(
        user_id, interaction=interaction, signal=signal, event_id=event_id
    )
    return private(wire.recorded(wire.require_some(done)))


@router.post(f"{ONE}/controls", responses={200: {"model": UserBody}, **PROBLEM_RESPONSES})
def decide(
    engine: OpenEngine, collection_id: CollectionId, user_id: UserId, body: ControlBody
) -> Answer:
    """Mute, unmute or delete a taste; pause, resume, reset.  Answers with what holds then."""
    engine.users(collection=collection_id).decide(user_id, body.action, body.taste)
    return private(_user(engine, collection_id, user_id))


@router.post(f"{ONE}/login", status_code=204, responses=PROBLEM_RESPONSES)
def login(
    engine: OpenEngine, collection_id: CollectionId, user_id: UserId, body: LoginBody
) -> None:
    """What the anonymous id did up to now, this user did."""
    engine.users(collection=collection_id).login(user_id, body.anonymous_id)


@router.delete(ONE, responses={200: {"model": ReceiptBody}, **PROBLEM_RESPONSES})
def erase(engine: OpenEngine, collection_id: CollectionId, user_id: UserId) -> Answer:
    """Forget them for good; the signed receipt does not hold the id."""
    (receipt,) = engine.users(collection=collection_id).erase(user_id)
    return private(as_json(receipt))


@router.get("/receipts", responses={200: {"model": ReceiptsBody}, **PROBLEM_RESPONSES})
def receipts(engine: OpenEngine, collection_id: CollectionId) -> Answer:
    """The receipts of all users erased so far, oldest first."""
    found = engine.users(collection=collection_id).receipts()
    return private({"receipts": [as_json(one) for one in found]})


@router.post("/receipts/verify", responses={200: {"model": VerifiedBody}, **PROBLEM_RESPONSES})
def verify(engine: OpenEngine, collection_id: CollectionId, body: VerifyBody) -> Answer:
    """Whether this workspace signed a receipt, and whether it is about the user named."""
    done = engine.users(collection=collection_id).verify(receipt_from(body.receipt), body.user_id)
    return private({"is_genuine": done.is_genuine, "is_of": done.is_of, "is_gone": done.is_gone})


def _event_id(key: str | None, user_id: str) -> str | None:
    """The same for the same key of the same user."""
    if key is None:
        return None
    return f"i-{hashlib.sha256(repr((key, user_id)).encode()).hexdigest()[:32]}"


def _user(engine: Engine, collection_id: str, user_id: str) -> Json:
    shown = engine.users(collection=collection_id).show(user_id)
    return wire.user(user_id, shown.profile, shown.products, collection_id)
