"""A stored product as an index holds it: rows, filter fields and the document shown."""

import json
from typing import Any

import numpy as np

from lookalike.domain.features import ImageFeatures
from lookalike.domain.product import PRODUCT_FIELDS, FieldValue, Product
from lookalike.index.protocol import Entry
from lookalike.storage.features import IndexedProduct

VISUAL_FIELDS = (
    "color_family",
    "accent_colors",
    "pattern",
    "style",
    "material_appearance",
    "product_type",
)
"""What an image says; a column of the feed with such a name becomes `feed_<name>`."""

RESERVED = frozenset((*PRODUCT_FIELDS, *VISUAL_FIELDS, "images", "image_url", "palette"))


def entry(stored: IndexedProduct) -> Entry | None:
    """The product with its readable images; None while it has none, as nothing can match it."""
    features = [image.features for image in stored.images if image.features is not None]
    if not features:
        return None
    visual = _attributes(stored.product, features[0])
    return Entry(
        sku=stored.product.sku,
        rows=np.stack([one.row for one in features]),
        fields={
            **_product_fields(stored.product),
            **_extra(stored.product),
            **{name: value for name, value in visual.items() if name in VISUAL_FIELDS},
        },
        document=json.dumps(document(stored), ensure_ascii=False, separators=(",", ":")),
    )


def document(stored: IndexedProduct) -> dict[str, Any]:
    """The product as callers see it; what its first image shows speaks for the product."""
    seen = [(image, image.features) for image in stored.images if image.features is not None]
    first = seen[0][1] if seen else None
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
        "extra": {name: _plain(value) for name, value in _extra(stored.product).items()},
        "visual_attributes": _attributes(stored.product, first) if first else {},
        "palette": palette(first) if first else [],
    }


def _attributes(product: Product, features: ImageFeatures) -> dict[str, Any]:
    """What the image says, except that the merchant knows better what kind of thing it is: the
    last part of the category is the product type, the encoder's guess stands in where there is
    none.  The default encoder knows no furniture and would call a lamp a handbag."""
    values = visual_attributes(features)
    if product.category:
        values["product_type"] = product.category.split(">")[-1].split("/")[-1].strip()
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


def _extra(product: Product) -> dict[str, FieldValue]:
    return {
        f"feed_{name}" if name in RESERVED else name: value for name, value in product.extra.items()
    }


def _plain(value: Any) -> Any:
    """Decimal is the one value JSON lacks; two decimals survive a float exactly enough."""
    return float(value) if type(value).__name__ == "Decimal" else value


def _is_url(location: str) -> bool:
    return location.startswith(("http://", "https://"))
