"""The style quiz: a page of pictures whose choice tells most about a taste."""

import json

import numpy as np

from lookalike.domain.filters import Filter
from lookalike.domain.results import Document
from lookalike.errors import InvalidInput
from lookalike.journeys.feed.shelf import MOST_REPRESENTATIVES, Shelf, representatives_of

QUIZ_PICTURES = 24


def quiz(
    shelf: Shelf, *, where: Filter | None = None, limit: int = QUIZ_PICTURES
) -> tuple[Document, ...]:
    """Products that stand for the catalog and are unlike one another, most telling first.

    where  only among these, for a shop that knows which half of it somebody came for
    Raises InvalidInput for a limit below 1 or above MOST_REPRESENTATIVES.
    """
    if not 1 <= limit <= MOST_REPRESENTATIVES:
        raise InvalidInput(
            f"A quiz of {limit} pictures is asked for.",
            hint=f"Ask for 1 to {MOST_REPRESENTATIVES}.",
        )
    index = shelf.view.index
    skus = shelf.representatives
    if where is not None:
        skus = representatives_of(shelf, index.select(where), count=limit)
    numbers = np.array([index.number(sku) for sku in skus[:limit]], dtype=np.int64)
    return tuple(json.loads(text) for text in index.documents(numbers))
