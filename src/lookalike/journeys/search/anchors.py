"""What a search starts from, as query rows."""

import json
from collections.abc import Callable, Sequence

import numpy as np

from lookalike.domain.arrays import Floats
from lookalike.domain.features import ImageFeatures
from lookalike.domain.query import (
    Anchor,
    AttributeAnchor,
    ImageAnchor,
    MixAnchor,
    ProductAnchor,
    RowAnchor,
    TextAnchor,
    UserAnchor,
)
from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.features.protocol import Encoder
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import palette, visual_attributes
from lookalike.journeys.search.mix import mixed
from lookalike.journeys.search.start import Start
from lookalike.journeys.search.steer import from_attributes, steered

__all__ = ["Measure", "ReadText", "Start", "start_from", "text_embedding"]

Measure = Callable[[ImageAnchor], ImageFeatures]
"""Looks at an uploaded photo, or at the part of it inside the crop."""

ReadText = Callable[[str], Floats]
"""Gives the embedding (size,) of a text."""


def no_text(_: str) -> Floats:
    """The reader of a caller that has none."""
    raise Unavailable(
        "Texts cannot be searched with here.",
        hint="Use an encoder with a text tower, for example --encoder open_clip:MODEL/WEIGHTS",
    )


def start_from(
    anchor: Anchor, view: CatalogView, *, measure: Measure, read: ReadText = no_text
) -> Start:
    """Turn an anchor into query rows.

    Raises NotFound for an unknown product, InvalidInput for an unreadable photo, numbers
    of a length that is neither a whole row nor a bare embedding and wishes that cannot be
    understood, Unavailable for a text where the encoder reads none.
    """
    match anchor:
        case ProductAnchor():
            return steered(_product(anchor.sku, view), anchor.but, view)
        case ImageAnchor():
            return steered(_photo(measure(anchor), view), anchor.but, view)
        case AttributeAnchor():
            return from_attributes(anchor.attributes, view)
        case TextAnchor():
            return _text(read(anchor.text), view)
        case MixAnchor():
            parts = [
                (start_from(part.anchor, view, measure=measure, read=read), part.weight)
                for part in anchor.parts
            ]
            return mixed(parts, view)
        case RowAnchor():
            return _numbers(anchor, view)
        case UserAnchor():
            raise InvalidInput(
                "A user's feed has several starts, so this cannot be asked of it.",
                hint="Ask with the product of a taste: `placement.because` names it.",
            )


def text_embedding(encoder: Encoder, text: str) -> Floats:
    """(size,) unit length.  Raises Unavailable where the encoder has no text tower."""
    encode_text: Callable[[Sequence[str]], Floats] | None = getattr(encoder, "encode_text", None)
    return no_text(text) if encode_text is None else encode_text([text])[0]


def _text(embedding: Floats, view: CatalogView) -> Start:
    layout = view.index.layout
    return Start(layout.row({"look": embedding})[np.newaxis], ("look",), {})


def _photo(features: ImageFeatures, view: CatalogView) -> Start:
    document = {
        "visual_attributes": visual_attributes(features),
        "palette": palette(features),
    }
    return Start(features.row[np.newaxis], view.index.layout.names, document)


def _product(sku: str, view: CatalogView) -> Start:
    index = view.index
    number = index.number(sku)
    if number is None:
        raise NotFound(
            f'"{sku}" is not a product of the collection "{view.collection_id}" with an image.',
            hint=f"`lookalike products {sku}` says whether it is known and what is wrong with it.",
        )
    rows = index.vectors(index.product_rows(number))
    (document,) = index.documents(np.array([number]))
    return Start(rows, index.layout.names, json.loads(document), sku)


def _numbers(anchor: RowAnchor, view: CatalogView) -> Start:
    layout = view.index.layout
    rows = np.array(anchor.rows, dtype=np.float32)
    if rows.ndim != 2 or not len(rows) or not np.isfinite(rows).all():
        raise InvalidInput(
            "The embedding is not one or more equally long lists of finite numbers.",
            hint="Send back the `image_embedding` of a product as it came.",
        )
    if rows.shape[1] == layout.width:
        return Start(rows, layout.names, {})
    look = layout.part("look")
    if rows.shape[1] == look.stop - look.start:
        whole = np.stack(
            [layout.row({"look": row / max(1e-12, np.linalg.norm(row))}) for row in rows]
        )
        return Start(whole, ("look",), {})
    raise InvalidInput(
        f"The embedding has {rows.shape[1]} numbers.",
        hint=f"A whole row has {layout.width}, a bare encoder embedding {look.stop - look.start}.",
    )
