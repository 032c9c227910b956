"""A stored product as an index holds it: rows, filter fields and the document shown."""

import json
from collections.abc import Container
from dataclasses import asdict
from typing import Any

import numpy as np

from lookalike.domain.attributes import UNKNOWN, VISUAL_ATTRIBUTES
from lookalike.domain.features import ImageFeatures
from lookalike.domain.patch import Terms
from lookalike.domain.product import PRODUCT_FIELDS, FieldValue, Product
from lookalike.domain.vocabulary import MULTICOLOR
from lookalike.index.protocol import Entry, Restated
from lookalike.journeys.catalog.ledger import Told, believed_values, leading_image, ledger
from lookalike.storage.features import IndexedProduct

VISUAL_FIELDS = (*VISUAL_ATTRIBUTES, "accent_colors")
"""The attributes; a column of the feed with such a name becomes `feed_<name>`."""

TWIN_GROUP = "twin_group"
"""Products without a variant group whose first image is the same file: lists show one of them."""

RESERVED = frozenset(
    (*PRODUCT_FIELDS, *VISUAL_FIELDS, TWIN_GROUP, "images", "image_url", "palette", "components")
)


def entry(
    stored: IndexedProduct, told: Told, *, shared: Container[str] = frozenset()
) -> Entry | None:
    """The product with its readable images; None while it has none, as nothing can match it.

    shared  hashes that are the first image of several products
    Fields and document hold the values that count by the ledger.
    """
    features = [image.features for image in stored.images if image.features is not None]
    if not features:
        return None
    shown = document(stored, told)
    first = shown["images"][0]["hash"]
    twin = {TWIN_GROUP: first} if first in shared and not stored.product.variant_group else {}
    visual: dict[str, Any] = shown["visual_attributes"]
    return Entry(
        sku=stored.product.sku,
        rows=np.stack([one.row for one in features]),
        fields={
            **_product_fields(stored.product),
            **_extra(stored.product, told.kept),
            **visual,
            **twin,
        },
        document=json.dumps({**shown, **twin}, ensure_ascii=False, separators=(",", ":")),
    )


def with_terms(sku: str, shown: str, terms: Terms) -> Restated:
    """What a product is sold on now, without looking at anything else of it again.

    shown  its document before
    """
    fields = {name: _plain(value) for name, value in vars(terms).items()}
    known: dict[str, Any] = {**json.loads(shown), **fields}
    return Restated(sku, fields, json.dumps(known, ensure_ascii=False, separators=(",", ":")))


def document(stored: IndexedProduct, told: Told) -> dict[str, Any]:
    """The product as callers see it; its palette is that of the image that counts most."""
    seen = [(image, image.features) for image in stored.images if image.features is not None]
    front = leading_image(stored)
    return {
        **{name: _plain(getattr(stored.product, name)) for name in PRODUCT_FIELDS},
        "images": [
            {
                "hash": image.hash,
                "url": image.location if _is_url(image.location) else None,
                "width": features.width_px,
                "height": features.height_px,
            }
            for image, features in seen
        ],
        "extra": {name: _plain(value) for name, value in _extra(stored.product, told.kept).items()},
        "visual_attributes": _attributes(stored, told, front),
        "palette": palette(front) if front else [],
        "components": [asdict(one) for one in front.components] if front else [],
    }


def _attributes(stored: IndexedProduct, told: Told, front: ImageFeatures | None) -> dict[str, Any]:
    values: dict[str, Any] = {**believed_values(ledger(stored, told))}
    if front and "color_family" in values:
        main = front.attributes.get("color_family")
        families = [main.value if main else UNKNOWN, *front.accent_colors]
        no_accent = {values["color_family"], UNKNOWN, MULTICOLOR}
        values["accent_colors"] = tuple(f for f in dict.fromkeys(families) if f not in no_accent)
    return values


def visual_attributes(features: ImageFeatures) -> dict[str, Any]:
    """What one image says, as plain JSON values."""
    values: dict[str, Any] = {name: one.value for name, one in features.attributes.items()}
    values["accent_colors"] = features.accent_colors
    return values


def palette(features: ImageFeatures) -> list[dict[str, Any]]:
    """The palette as plain JSON values, largest share first."""
    return [
        {"hex": swatch.hex, "share": round(swatch.share, 3), "family": swatch.family}
        for swatch in features.palette
    ]


def _product_fields(product: Product) -> dict[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    for name in PRODUCT_FIELDS:
        value = _plain(getattr(product, name))
        if value is not None:
            values[name] = value
    return values


def _extra(product: Product, kept: Container[str]) -> dict[str, FieldValue]:
    return {
        f"feed_{name}" if name in RESERVED or name in kept else name: value
        for name, value in product.extra.items()
    }


def _plain(value: Any) -> Any:
    """Decimal is the one value JSON lacks; two decimals survive a float exactly enough."""
    return float(value) if type(value).__name__ == "Decimal" else value


def _is_url(location: str) -> bool:
    return location.startswith(("http://", "https://"))
