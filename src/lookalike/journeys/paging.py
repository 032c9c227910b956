"""Cursors: where the next page of one question starts."""

import base64
import binascii
import hashlib
import json
from dataclasses import fields

from lookalike.domain.query import ImageAnchor, Retrieval
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog_view import CatalogView


def digest(question: Retrieval, *, view: CatalogView | None = None) -> str:
    """Sixteen characters that stand for the question, its cursor left out.

    With a view they stand for the answer as well: one state of the collection gives equal
    answers to equal questions.
    """
    anchor = question.anchor
    parts: list[object] = [
        getattr(question, item.name)
        for item in fields(question)
        if item.name not in ("anchor", "cursor")
    ]
    if isinstance(anchor, ImageAnchor):
        parts += [hashlib.sha256(anchor.data).hexdigest(), anchor.crop]
    else:
        parts.append(anchor)
    if view:
        parts += [view.collection_id, view.generation, view.change, question.cursor]
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def cursor(question: Retrieval, view: CatalogView, *, offset: int) -> str:
    """An opaque text that continues this question after `offset` recommendations."""
    state = [offset, view.generation, view.change, digest(question)]
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()


def offset(question: Retrieval, view: CatalogView) -> tuple[int, bool]:
    """Where to start, and whether the collection has changed since the first page.

    Raises InvalidInput for a cursor that is damaged or belongs to another question.
    """
    if question.cursor is None:
        return 0, False
    try:
        start, generation, change, asked = json.loads(
            base64.b64decode(question.cursor, altchars=b"-_", validate=True)
        )
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            f"{question.cursor[:60]!r} is not a cursor.",
            hint="Send the `cursor` of the previous answer as it came.",
        ) from None
    if not isinstance(start, int) or start < 0 or asked != digest(question):
        raise InvalidInput(
            "The cursor belongs to another question.",
            hint="Repeat every option of the first page beside its cursor.",
        )
    return start, (generation, change) != (view.generation, view.change)
