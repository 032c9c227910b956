"""Cursors: where the next page of one question starts."""

import base64
import binascii
import hashlib
import json
from dataclasses import fields

from lookalike.domain.query import Anchor, ImageAnchor, MixAnchor, Retrieval
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.catalog_view import CatalogView


def digest(question: Retrieval) -> str:
    """Sixteen characters that stand for the question, its cursor left out."""
    parts = [getattr(question, name) for name in _COMPARED]
    if question.user_id is not None:
        parts.append(question.user_id)
    return short([*parts, *compared(question.anchor)])


def compared(anchor: Anchor) -> list[object]:
    """What tells two anchors apart; photos by their hash."""
    if isinstance(anchor, ImageAnchor):
        return [hashlib.sha256(anchor.data).hexdigest(), anchor.crop, anchor.but]
    if isinstance(anchor, MixAnchor):
        return [[part.weight, *compared(part.anchor)] for part in anchor.parts]
    return [anchor]


def request_id(view: CatalogView, *, asked: str, offset: int) -> str:
    """Stands for the answer: one state of the collection answers equal questions equally."""
    return short([asked, offset, view.collection_id, view.generation, view.change])


MOVED = {
    "collection": "cursor: the collection has changed since the first page",
    "rules": "cursor: other rules of the shop act than on the page before",
    "user": "cursor: the user has done something since the page before, so the order is another; "
    "products may come twice or be missed",
}
"""What `offset` finds changed -> what `degraded` says of it."""


def cursor(view: CatalogView, *, asked: str, offset: int, known: str = "", rules: str = "") -> str:
    """An opaque text that continues the question after `offset` recommendations.

    known  stands for what is known of the user, where the answer was made of that
    rules  the version of the merchant's rules that acted
    """
    state = [offset, view.generation, view.change, asked, known, rules]
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()


def offset(
    cursor: str | None, view: CatalogView, *, asked: str, known: str = "", rules: str = ""
) -> tuple[int, str]:
    """Where to start, and what has changed since the page before: a key of MOVED, or "".

    Raises InvalidInput for a cursor that is damaged or belongs to another question.
    """
    if cursor is None:
        return 0, ""
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True)
        start, generation, change, of_question, was_known, had_rules = json.loads(text)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            f"{cursor[:60]!r} is not a cursor.",
            hint="Send the `cursor` of the previous answer as it came.",
        ) from None
    if not isinstance(start, int) or start < 0 or of_question != asked:
        raise InvalidInput(
            "The cursor belongs to another question.",
            hint="Repeat every option of the first page beside its cursor.",
        )
    if (generation, change) != (view.generation, view.change):
        return start, "collection"
    if had_rules != rules:
        return start, "rules"
    return start, "" if was_known == known else "user"


_COMPARED = tuple(
    item.name
    for item in fields(Retrieval)
    if item.name not in ("anchor", "cursor", "user_id", "time_budget_ms")
)


def short(parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
