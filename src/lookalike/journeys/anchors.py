"""What a search starts from, as query rows."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Floats
from lookalike.domain.features import ImageFeatures
from lookalike.domain.query import Anchor, ImageAnchor, ProductAnchor, RowAnchor
from lookalike.domain.results import Document
from lookalike.errors import InvalidInput, NotFound
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.entries import palette, visual_attributes

Measure = Callable[[ImageAnchor], ImageFeatures]
"""Looks at an uploaded photo, or at the part of it inside the crop."""


@dataclass(frozen=True)
class Start:
    """The anchor as a search needs it.

    rows      (count, width) float32, count >= 1
    channels  those that the rows really hold; the others say nothing
    document  what is known of it, shaped as a product; empty for bare numbers
    sku       of the anchor, when it is a product of the collection
    """

    rows: Floats
    channels: tuple[str, ...]
    document: Document
    sku: str | None = None


def start_from(anchor: Anchor, view: CatalogView, *, measure: Measure) -> Start:
    """Turn an anchor into query rows.

    Raises NotFound for an unknown product, InvalidInput for an unreadable photo or numbers
    of a length that is neither a whole row nor a bare embedding.
    """
    if isinstance(anchor, ProductAnchor):
        return _product(anchor.sku, view)
    if isinstance(anchor, ImageAnchor):
        features = measure(anchor)
        document = {
            "visual_attributes": visual_attributes(features),
            "palette": palette(features),
        }
        return Start(features.row[np.newaxis], view.index.layout.names, document)
    return _numbers(anchor, view)


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
