"""Why a product was recommended, in a sentence."""

from collections.abc import Mapping
from typing import Any

SPOKEN = {
    "pattern": "{} pattern",
    "color_family": "{} color",
    "style": "{} style",
    "material_appearance": "{} look",
    "shape": "{} shape",
    "aesthetic": "{} aesthetic",
    "complexity": "{} design",
    "product_type": "kind: {}",
}
"""Attribute -> how it is said, in the order in which shoppers care; the same in lookalike.js."""
MOST = 3


def explain_similarity(anchor: Mapping[str, Any], product: Mapping[str, Any]) -> str:
    """The recommendation's own reason, else a sentence from attributes that both products have.

    `similarity_reason` is exact, as it follows from the score; it is there unless
    `return_fields` left it out.  A value nobody knows is not shared.
    """
    reason = product.get("similarity_reason")
    if reason:
        return str(reason)
    mine, theirs = _values(anchor), _values(product)
    shared = [
        spoken.format(mine[name])
        for name, spoken in SPOKEN.items()
        if name in mine and mine[name] == theirs.get(name)
    ]
    if shared:
        return f"Same {_joined(shared[:MOST])}."
    return "Similar overall look." if product.get("similarity_score") else "Nothing in common."


def _values(product: Mapping[str, Any]) -> dict[str, str]:
    found = product.get("visual_attributes") or {}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, str) and value not in ("", "unknown")
    }


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
