"""The attribute ledger of a product: what feed, rules, images and people say of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lookalike.domain.attributes import (
    UNKNOWN,
    VISUAL_ATTRIBUTES,
    Attribute,
    Decision,
    believed,
    in_order,
)
from lookalike.domain.features import AttributeValue, ImageFeatures
from lookalike.domain.image_merge import image_weights, leading, merged
from lookalike.domain.product import Product
from lookalike.domain.vocabulary import (
    VOCABULARY_VERSION,
    claimed_columns,
    kind_of_product,
    pattern_of_title,
    read_cell,
)
from lookalike.storage.collection import Collection
from lookalike.storage.features import IndexedProduct

CATEGORY = "category"
TITLE_PATTERN_CONFIDENCE = 0.9  # a title that says "striped" or "floral"; a guess, not measured
TITLE_KIND_CONFIDENCE = 0.9  # the same of a title's last noun


@dataclass(frozen=True)
class Told:
    """What a collection is told beside feed and images.

    columns      attribute -> the column that speaks of it, where guessing fails
    decisions    sku -> what people decided
    kept         the attributes that the collection keeps
    fingerprint  of the extractor whose features are read; the version of the image's entries
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    kept: tuple[str, ...] = VISUAL_ATTRIBUTES
    fingerprint: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """What a generation depends on beside the numbered changes, as plain JSON values."""
        return {"columns": dict(self.columns), "attributes": list(self.kept)}


def told(collection: Collection, fingerprint: str, *, skus: Iterable[str] | None = None) -> Told:
    """What a collection is told now; the decisions of the skus only, where some are named."""
    settings: dict[str, Any] = collection.settings()  # written by `index_catalog`
    kept = settings.get("kept_attributes")
    return Told(
        columns=settings.get("attribute_columns") or {},
        decisions=collection.decisions.of(skus),
        kept=VISUAL_ATTRIBUTES if kept is None else tuple(kept),
        fingerprint=fingerprint,
    )


def ledger(stored: IndexedProduct, told: Told) -> tuple[Attribute, ...]:
    """What every source says, of the kept attributes, the source believed first first."""
    product = stored.product
    images = _from_images(stored, told.fingerprint)
    entries = [
        *_from_people(told.decisions.get(product.sku, ())),
        *_from_feed(product, told.columns),
        *_from_rules(product, images),
        *images.values(),
    ]
    return tuple(one for one in entries if one.name in told.kept)


def believed_values(entries: Iterable[Attribute]) -> dict[str, str]:
    """Attribute -> the value that counts, in the order of `in_order`."""
    chosen = believed(entries)
    return {name: chosen[name].value for name in in_order(chosen)}


def leading_image(stored: IndexedProduct) -> ImageFeatures | None:
    """The features of the image that counts most; None while no image could be read."""
    seen = _readable(stored)
    if not seen:
        return None
    return seen[leading(image_weights([one.evidence for one in seen]))]


def image_attributes(stored: IndexedProduct) -> dict[str, AttributeValue]:
    """Attribute -> what the images of a product say together."""
    seen = _readable(stored)
    if len(seen) == 1:
        return dict(seen[0].attributes)
    weights = image_weights([one.evidence for one in seen])
    found: dict[str, AttributeValue] = {}
    for name in dict.fromkeys(name for one in seen for name in one.attributes):
        speaking = [
            (one.attributes[name], weight)
            for one, weight in zip(seen, weights, strict=True)
            if name in one.attributes
        ]
        found[name] = merged([one for one, _ in speaking], [weight for _, weight in speaking])
    return found


def unknown_words(product: Product, columns: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(attribute, column, word) of every word in a claiming column that no table knows."""
    for attribute, column in claimed_columns(product.extra, columns).items():
        for word in read_cell(attribute, product.extra[column]).unknown:
            yield attribute, column, word


def _readable(stored: IndexedProduct) -> list[ImageFeatures]:
    return [image.features for image in stored.images if image.features is not None]


def _from_images(stored: IndexedProduct, version: str) -> dict[str, Attribute]:
    seen = _readable(stored)
    if not seen:
        return {}
    front = leading_image(stored)
    common = front.evidence if front else {}
    return {
        name: Attribute(
            name,
            one.value,
            "image",
            confidence=one.confidence,
            version=str(one.evidence.get("extractor", version)),
            evidence={**common, **one.evidence},
            probabilities=one.probabilities,
        )
        for name, one in image_attributes(stored).items()
    }


def _from_people(decisions: Iterable[Decision]) -> Iterator[Attribute]:
    for one in decisions:
        evidence = {"decided_by": one.decided_by, "decided_at": one.decided_at.isoformat()}
        yield Attribute(one.attribute, one.value, "human", 1.0, one.decided_by, evidence)


def _from_feed(product: Product, columns: Mapping[str, str]) -> Iterator[Attribute]:
    claimed = claimed_columns(product.extra, columns)
    for attribute, column in claimed.items():
        cell = product.extra[column]
        reading = read_cell(attribute, cell)
        if reading.value is None:
            continue
        said = ", ".join(cell) if isinstance(cell, tuple) else str(cell)
        evidence = {"column": column, "said": said}
        if reading.also:
            evidence["also"] = ", ".join(reading.also)
        yield Attribute(attribute, reading.value, "feed", 1.0, VOCABULARY_VERSION, evidence)
    if product.category and "product_type" not in claimed:
        leaf = product.category.split(">")[-1].split("/")[-1].strip()
        if leaf:
            evidence = {"column": CATEGORY, "said": product.category}
            yield Attribute("product_type", leaf, "feed", 1.0, VOCABULARY_VERSION, evidence)


def _from_rules(product: Product, images: Mapping[str, Attribute]) -> Iterator[Attribute]:
    """What the title says.  Where the image names the same kind, its finer word is left to it."""
    title = product.name or ""
    kind = kind_of_product(title)
    seen = images.get("product_type")
    if kind and (seen is None or seen.value == UNKNOWN or kind_of_product(seen.value) != kind):
        yield _rule("product_type", kind, TITLE_KIND_CONFIDENCE, title)
    pattern = pattern_of_title(title)
    if pattern:
        yield _rule("pattern", pattern, TITLE_PATTERN_CONFIDENCE, title)


def _rule(name: str, value: str, confidence: float, title: str) -> Attribute:
    evidence = {"column": "name", "said": title}
    return Attribute(name, value, "rule", confidence, VOCABULARY_VERSION, evidence)
