"""What users may do with what is known of them: export, decide about tastes, be forgotten."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from lookalike.domain.controls import ABOUT_A_TASTE, Action, Control
from lookalike.domain.events import Event, Link, require_id
from lookalike.domain.profile import Profile, Taste
from lookalike.domain.receipt import Receipt, as_json, is_genuine, receipt_from, signature
from lookalike.errors import InvalidInput, NotFound
from lookalike.storage.collection import Collection
from lookalike.storage.pseudonyms import pseudonym
from lookalike.storage.users import refusal
from lookalike.storage.workspace import Workspace

NEEDLE_BYTES = 48  # of each row of a signal: enough that no other file holds it by chance


@dataclass(frozen=True)
class UserData:
    """All that is kept of one user."""

    user_id: str
    events: tuple[Event, ...]
    decisions: tuple[Control, ...]
    anonymous_ids: tuple[str, ...]


def user_data(collection: Collection, user_id: str) -> UserData:
    """Raises NotFound for an id of which nothing is kept."""
    require_id("user_id", user_id)
    events = collection.events.of_user(user_id)
    decisions = collection.events.decisions(user_id)
    joined = collection.users.anonymous_ids(user_id)
    if not (events or decisions or joined):
        raise unknown(user_id)
    return UserData(user_id, events, decisions, joined)


def unknown(user_id: str) -> NotFound:
    return NotFound(
        f'Nothing is known of a user "{user_id}".',
        hint="Ids are compared exactly, with upper and lower case.",
    )


def decide(
    collection: Collection,
    user_id: str,
    action: Action,
    *,
    now: datetime,
    profile: Profile,
    taste: str | None = None,
) -> Control:
    """Keep a decision of a user.

    taste  for mute, unmute and delete: the id of a taste, or a product in it
    Raises NotFound for a taste that the user does not have.
    """
    require_id("user_id", user_id)
    found = None
    if action in ABOUT_A_TASTE:
        found = _taste(profile, taste or "")
    control = Control(
        user_id,
        action,
        now,
        taste=found.id if found else None,
        sources=tuple(member.source for member in found.members) if found else (),
    )
    if action == "reset":  # what is not to count any more is not to move at a login either
        collection.users.seal(user_id, now)
    collection.events.decide(control)
    return control


def join(collection: Collection, link: Link) -> None:
    """A login.  Raises InvalidInput or Conflict for ids that cannot be joined."""
    if link.anonymous_id == link.user_id:
        raise InvalidInput(f'"{link.user_id}" cannot be joined to itself.')
    if collection.users.link([link]):
        raise refusal(link)


def erase(
    workspace: Workspace, collection: Collection, user_ids: Sequence[str], now: datetime
) -> tuple[Receipt, ...]:
    """Delete all that is kept of users, rewrite the files once, look whether anything is left.

    An id of which nothing is kept gives a receipt too, with no rows: to answer otherwise
    would tell strangers who is a customer.
    """
    for user_id in user_ids:
        require_id("user_id", user_id)
    rows = [_rows(collection.events.of_user(user_id)) for user_id in user_ids]
    erased = [collection.users.erase(user_id, now=now) for user_id in user_ids]
    workspace.scrub()
    key = collection.users.key()
    receipts = []
    for user_id, needles, done in zip(user_ids, rows, erased, strict=True):
        scan, backups = workspace.look_for(user_id, needles)
        bare = Receipt(
            collection=collection.id,
            pseudonym=done.pseudonyms[0],
            erased_at=now,
            anonymous_ids=len(done.pseudonyms) - 1,
            rows=done.rows,
            scan=scan,
            backups=backups,
        )
        receipts.append(replace(bare, signature=signature(bare, key)))
    for one in receipts:
        collection.users.keep_receipt(one.pseudonym, json.dumps(as_json(one)))
    return tuple(receipts)


def receipts(collection: Collection) -> tuple[Receipt, ...]:
    """Those of every user erased so far, oldest first; of one erased twice the last."""
    return tuple(receipt_from(json.loads(text)) for text in collection.users.receipts())


@dataclass(frozen=True)
class Verified:
    """What can be said of a receipt.

    is_genuine  this workspace signed exactly this text
    is_of       whether it is about the user named; None where none was named
    is_gone     whether nothing is kept of that user now; None where none was named
    """

    is_genuine: bool
    is_of: bool | None = None
    is_gone: bool | None = None


def verify(collection: Collection, receipt: Receipt, user_id: str | None = None) -> Verified:
    """Check a receipt of this collection, and the user it is about where one is named."""
    if user_id is not None:
        require_id("user_id", user_id)
    key = collection.users.key()
    genuine = is_genuine(receipt, key) and receipt.collection == collection.id
    if user_id is None:
        return Verified(genuine)
    same = pseudonym(key, receipt.collection, user_id) == receipt.pseudonym
    state = collection.events.state(user_id)
    gone = not (state.events or state.controls or collection.users.anonymous_ids(user_id))
    return Verified(genuine, same, gone)


def _taste(profile: Profile, name: str) -> Taste:
    for one in profile.tastes:
        if one.id == name:
            return one
    for one in profile.tastes:
        if any(name in {member.source, member.sku} for member in one.members):
            return one
    known = ", ".join(one.id for one in profile.tastes)
    raise NotFound(
        f'The user has no taste "{name}".',
        hint=f"There are {known}." if known else "Nothing is known of their taste yet.",
    )


def _rows(events: tuple[Event, ...]) -> list[bytes]:
    """The rows of direct signals, as the database holds them and as numbers."""
    found = []
    for event in events:
        for row in event.signal.rows if event.signal else ():
            data = np.asarray(row, np.float32).tobytes()
            found += [data[:NEEDLE_BYTES], b64encode(data)[:NEEDLE_BYTES]]
    return [row for row in found if len(set(row)) > NEEDLE_BYTES // 4]  # not a run of zeros
