"""From a request body to a question."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.query import (
    DEFAULT_DIVERSITY,
    Anchor,
    Crop,
    ImageAnchor,
    ProductAnchor,
    Retrieval,
    RowAnchor,
)
from lookalike.errors import InvalidInput
from lookalike.wire.schema import QueryBody, RetrieveBody


def question(body: RetrieveBody, *, upload: Callable[[str], bytes]) -> Retrieval:
    """`upload` gives the bytes of an uploaded photo.  Raises InvalidInput."""
    price = body.price_range
    return Retrieval(
        anchor=_anchor(body.query, upload),
        limit=body.limit,
        where=parse_filter(body.filters) if body.filters else None,
        weights=body.weights,
        same_category=body.same_category,
        price_range=(price.min, price.max) if price else None,
        exclude=tuple(dict.fromkeys((*body.exclude, *body.exclude_owned))),
        diversity=DEFAULT_DIVERSITY if body.diversity is None else body.diversity,
        max_per=body.max_per,
        collapse_variants=body.collapse_variants,
        min_score=body.min_score,
        explain=body.explain,
        cursor=body.cursor,
    )


def _anchor(query: QueryBody, upload: Callable[[str], bytes]) -> Anchor:
    if query.type == "product":
        if not query.product_id:
            raise InvalidInput("The query has no product_id.", hint='Give {"product_id": "SKU"}.')
        return ProductAnchor(query.product_id)
    crop = Crop(**query.crop.model_dump()) if query.crop else None
    given = [name for name in ("embedding", "data", "upload_id") if getattr(query, name)]
    if len(given) != 1:
        raise InvalidInput(
            f"An image query needs one source, not {' and '.join(given) or 'none'}.",
            hint="Give embedding, data (base64) or upload_id.",
        )
    if query.embedding:
        return RowAnchor(_rows(query.embedding))
    if query.data:
        return ImageAnchor(_bytes(query.data), crop)
    return ImageAnchor(upload(query.upload_id or ""), crop)


def _rows(embedding: list[float] | dict[str, Any]) -> tuple[tuple[float, ...], ...]:
    """A plain list is one row; an object holds `row`, or `rows` of several images."""
    found: Any = embedding
    if isinstance(embedding, dict):
        found = embedding.get("rows") or embedding.get("row")
    if isinstance(found, list) and found and not isinstance(found[0], list):
        found = [found]
    try:
        return tuple(tuple(float(number) for number in row) for row in found)
    except (TypeError, ValueError):
        raise InvalidInput(
            "The embedding is neither a list of numbers nor an object with `row`.",
            hint="Send back the `image_embedding` of a product as it came.",
        ) from None


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data.partition(",")[2] if data.startswith("data:") else data)
    except (binascii.Error, ValueError):
        raise InvalidInput("The image data is not base64.") from None
