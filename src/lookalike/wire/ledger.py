"""The attribute ledger and its conflicts as JSON."""

from collections.abc import Iterable

from lookalike.domain.attributes import Attribute, believed, in_order
from lookalike.domain.conflicts import Conflict, Conflicts, UnknownWord
from lookalike.wire.schema import Json


def attributes(ledger: Iterable[Attribute]) -> list[Json]:
    """The shape of `AttributeBody` for each attribute: what counts, and the others beside it."""
    entries = tuple(ledger)
    chosen = believed(entries)
    return [
        {
            **entry(chosen[name]),
            "others": [
                entry(one) for one in entries if one.name == name and one is not chosen[name]
            ],
        }
        for name in in_order(chosen)
    ]


def entry(one: Attribute) -> Json:
    """The shape of `AttributeEntryBody`."""
    return {
        "name": one.name,
        "value": one.value,
        "source": one.source,
        "confidence": one.confidence,
        "version": one.version,
        "evidence": dict(one.evidence),
        "probabilities": dict(one.probabilities),
    }


def conflicts(found: Conflicts, collection_id: str) -> Json:
    """The shape of `ConflictsBody`."""
    return {
        "conflicts": [_conflict(one, collection_id) for one in found.conflicts],
        "counts": dict(found.counts),
        "products": found.products,
    }


def unknown_words(found: Iterable[UnknownWord]) -> Json:
    """The shape of `UnknownWordsBody`."""
    return {
        "unknown_words": [
            {
                "attribute": one.attribute,
                "column": one.column,
                "word": one.word,
                "count": one.count,
            }
            for one in found
        ]
    }


def _conflict(one: Conflict, collection_id: str) -> Json:
    picture = one.image_hash and f"/v1/collections/{collection_id}/images/{one.image_hash}"
    return {
        "sku": one.sku,
        "name": one.name,
        "attribute": one.said.name,
        "said": entry(one.said),
        "seen": entry(one.seen),
        "surprise": one.surprise,
        "palette": [
            {"hex": swatch.hex, "share": swatch.share, "family": swatch.family}
            for swatch in one.palette
        ],
        "image_url": picture,
    }
