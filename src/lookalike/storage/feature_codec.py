"""Image features as they are stored: the row as bytes, the rest as compact JSON."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from lookalike.domain.arrays import Floats
from lookalike.domain.extraction import ALL_STEPS
from lookalike.domain.features import AttributeValue, Component, ImageFeatures, Swatch
from lookalike.storage.tables import to_json

SCOPE = "steps"
SCOPED = f'{{"{SCOPE}":'
"""How details begin where more or less than `ALL_STEPS` was measured."""

ROW_TYPE = "<f4"  # little-endian on every machine, so that a database can move


def encode(features: ImageFeatures) -> tuple[bytes, str]:
    """(row, details): 4 bytes a number, and lists instead of named values to keep JSON short."""
    scope = {} if features.steps == ALL_STEPS else {SCOPE: sorted(features.steps)}
    details = {
        **scope,  # first, so that a query finds it without reading the rest
        "palette": [
            [swatch.hex, float(swatch.share), swatch.family] for swatch in features.palette
        ],
        "attributes": {
            name: [
                one.value,
                float(one.confidence),
                {label: float(share) for label, share in one.probabilities.items()},
                _evidence(one.evidence),
            ]
            for name, one in features.attributes.items()
        },
        "evidence": _evidence(features.evidence),
        "size": [features.width_px, features.height_px],
        "accents": features.accent_colors,
        "components": [
            [one.name, [float(part) for part in one.box], float(one.confidence)]
            for one in features.components
        ],
    }
    return features.row.astype(ROW_TYPE).tobytes(), to_json(details)


def steps_of(details: str) -> frozenset[str]:
    """What was measured, of details that begin with the scope; `ALL_STEPS` of others."""
    if not details.startswith(SCOPED):
        return ALL_STEPS
    return frozenset(json.loads(details)[SCOPE])


def _evidence(values: Mapping[str, str | float]) -> dict[str, str | float]:
    return {name: one if isinstance(one, str) else float(one) for name, one in values.items()}


def decode(row: bytes, details: str) -> ImageFeatures:
    """The reverse of `encode`, equal number for number; the row is read-only."""
    values: dict[str, Any] = json.loads(details)  # the shape is that of `encode`
    width_px, height_px = values["size"]
    numbers: Floats = np.frombuffer(row, dtype=ROW_TYPE).astype(np.float32, copy=False)
    return ImageFeatures(
        row=numbers,
        palette=tuple([Swatch(*swatch) for swatch in values["palette"]]),
        attributes={name: AttributeValue(*one) for name, one in values["attributes"].items()},
        evidence=values["evidence"],
        width_px=width_px,
        height_px=height_px,
        accent_colors=tuple(values["accents"]),
        steps=frozenset(values[SCOPE]) if SCOPE in values else ALL_STEPS,
        components=tuple(
            [Component(name, (x, y, w, h), sure) for name, (x, y, w, h), sure in found]
            if (found := values.get("components"))
            else ()
        ),
    )
