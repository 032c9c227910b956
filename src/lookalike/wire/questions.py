"""From a request body to a question."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.query import (
    DEFAULT_DIVERSITY,
    FEED_DIVERSITY,
    Anchor,
    AttributeAnchor,
    Crop,
    ImageAnchor,
    MixAnchor,
    MixPart,
    ProductAnchor,
    Retrieval,
    RowAnchor,
    TextAnchor,
    UserAnchor,
)
from lookalike.errors import InvalidInput
from lookalike.wire.bounds import MOST_IMAGES
from lookalike.wire.schema import QueryBody, RetrieveBody


def question(body: RetrieveBody, *, upload: Callable[[str], bytes]) -> Retrieval:
    """`upload` gives the bytes of an uploaded photo.  Raises InvalidInput."""
    price = body.price_range
    usual = FEED_DIVERSITY if body.query.type == "user_preferences" else DEFAULT_DIVERSITY
    return Retrieval(
        anchor=anchor_from(body.query, upload),
        limit=body.limit,
        where=parse_filter(body.filters) if body.filters else None,
        weights=body.weights,
        same_category=body.same_category,
        price_range=(price.min, price.max) if price else None,
        exclude=tuple(dict.fromkeys((*body.exclude, *body.exclude_owned))),
        diversity=usual if body.diversity is None else body.diversity,
        max_per=body.max_per,
        collapse_variants=body.collapse_variants,
        min_score=body.min_score,
        explain=body.explain,
        user_id=body.user_id,
        rules=None if body.rules is None else tuple(body.rules),
        cursor=body.cursor,
        time_budget_ms=body.time_budget_ms,
    )


def anchor_from(query: QueryBody, upload: Callable[[str], bytes]) -> Anchor:
    """What a query starts from.  Raises InvalidInput."""
    _only_its_own(query)
    match query.type:
        case "product":
            return ProductAnchor(_given(query, "product_id", "SKU"), query.but or {})
        case "attributes":
            return AttributeAnchor(query.attributes or {})
        case "text":
            return TextAnchor(_given(query, "text", "a red summer dress"))
        case "mix":
            return MixAnchor(
                tuple(
                    MixPart(anchor_from(part.query, upload), part.weight)
                    for part in query.parts or ()
                )
            )
        case "user_preferences":
            return _user(query)
        case "image":
            return _image(query, upload)


_FIELDS = {
    "product": ("product_id", "but"),
    "image": ("embedding", "data", "upload_id", "crop", "but"),
    "attributes": ("attributes",),
    "text": ("text",),
    "mix": ("parts",),
    "user_preferences": ("user_id", "product_ids"),
}


def _only_its_own(query: QueryBody) -> None:
    """A field of another type of query would be ignored in silence.  Raises InvalidInput."""
    own = _FIELDS[query.type]
    for field in query.model_fields_set - {"type", *own}:
        if getattr(query, field) is not None:
            raise InvalidInput(
                f'A query of the type "{query.type}" has no {field}.',
                hint=f"It has {', '.join(own)}.",
            )


def _given(query: QueryBody, field: str, example: str) -> str:
    found: str | None = getattr(query, field)
    if not found:
        raise InvalidInput(f"The query has no {field}.", hint=f'Give {{"{field}": "{example}"}}.')
    return found


def _user(query: QueryBody) -> UserAnchor:
    if not query.user_id and not query.product_ids:
        raise InvalidInput(
            "The query names neither a user_id nor product_ids.",
            hint='Give {"user_id": "u1"}, or the products picked in a quiz as product_ids.',
        )
    return UserAnchor(query.user_id or "", tuple(query.product_ids or ()))


def _image(query: QueryBody, upload: Callable[[str], bytes]) -> ImageAnchor | RowAnchor:
    crop = Crop(**query.crop.model_dump()) if query.crop else None
    but = query.but or {}
    given = [name for name in ("embedding", "data", "upload_id") if getattr(query, name)]
    if len(given) != 1:
        raise InvalidInput(
            f"An image query needs one source, not {' and '.join(given) or 'none'}.",
            hint="Give embedding, data (base64) or upload_id.",
        )
    if query.embedding:
        if but:
            raise InvalidInput(
                "An embedding cannot be steered with `but`.",
                hint="Start from product_id or a photo, or mix it with an attributes query.",
            )
        return RowAnchor(rows_from(query.embedding))
    if query.data:
        return ImageAnchor(bytes_from(query.data), crop, but)
    return ImageAnchor(upload(query.upload_id or ""), crop, but)


def rows_from(embedding: list[float] | dict[str, Any]) -> tuple[tuple[float, ...], ...]:
    """A plain list is one row; an object holds `row`, or `rows` of several images."""
    found: Any = embedding
    if isinstance(embedding, dict):
        found = embedding.get("rows") or embedding.get("row")
    if isinstance(found, list) and found and not isinstance(found[0], list):
        found = [found]
    if isinstance(found, list) and len(found) > MOST_IMAGES:
        raise InvalidInput(
            f"The embedding has {len(found):,} rows.", hint=f"At most {MOST_IMAGES} are allowed."
        )
    try:
        return tuple(tuple(float(number) for number in row) for row in found)
    except (TypeError, ValueError):
        raise InvalidInput(
            "The embedding is neither a list of numbers nor an object with `row`.",
            hint="Send back the `image_embedding` of a product as it came.",
        ) from None


def bytes_from(data: str) -> bytes:
    """Base64, as it is or as a data address.  Raises InvalidInput."""
    try:
        return base64.b64decode(data.partition(",")[2] if data.startswith("data:") else data)
    except (binascii.Error, ValueError):
        raise InvalidInput("The image data is not base64.") from None


def users_of(body: QueryBody) -> list[str]:
    """The users whom a query and its parts name."""
    parts = [user for part in body.parts or () for user in users_of(part.query)]
    return parts if body.user_id is None else [body.user_id, *parts]
