"""What is seen in a measured picture: the attributes and components that were asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from lookalike.domain.arrays import Floats, Pixels
from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.features import AttributeValue, Component, Swatch
from lookalike.features.aesthetic import aesthetic
from lookalike.features.collage import Box, tiles
from lookalike.features.color_family import Subject, color_family
from lookalike.features.components import components, laid_out
from lookalike.features.document import LEAST_DOCUMENT, document_odds
from lookalike.features.familiarity import LEAST_FAMILIAR, familiarity, is_default
from lookalike.features.foreground import Foreground
from lookalike.features.form import complexity, outline_trust, shape, white_level
from lookalike.features.heads import head_attributes, pattern_attribute
from lookalike.features.outline import Outline, outline
from lookalike.features.pattern import pattern_guess
from lookalike.features.protocol import AttributeExtractor, MeasuredImage

SURELY_METAL, SOLID = 0.6, "solid"
"""By eye on packshots: earrings were floral, chains zigzag, with a confidence of .97 and more."""

FORM_STEPS = frozenset({"shape", "complexity", "aesthetic", "components"})


@dataclass(frozen=True)
class Shown:
    """A picture after the encoder, the foreground and the palette.

    pixels     (h, w, 3) uint8, the analysis picture
    detail     (h', w', 3) uint8, the same as large as it is at hand
    color      (prototypes,) color channel
    embedding  (e,) of unit length
    heads, chances  head -> class names, and (classes,) probabilities
    cloth      (c,) what the encoder's early layers saw of the product, or None
    """

    pixels: Pixels
    detail: Pixels
    product: Foreground
    palette: tuple[Swatch, ...]
    color: Floats
    embedding: Floats
    heads: Mapping[str, tuple[str, ...]]
    chances: Mapping[str, Floats]
    cloth: Floats | None = None

    @cached_property
    def subject(self) -> Subject:
        return Subject(
            metal=(self.labeled("material") or {}).get("metal"),
            apparel=(self.labeled("category") or {}).get("apparel"),
        )

    @cached_property
    def document(self) -> float | None:
        """Log odds that it is no product but a page; None where the encoder cannot tell."""
        if not is_default(self.embedding, self.heads):
            return None
        return document_odds(self.embedding)

    @property
    def is_document(self) -> bool:
        return self.document is not None and self.document >= LEAST_DOCUMENT

    @property
    def document_evidence(self) -> dict[str, str | float]:
        return {"document": round(self.document or 0.0, 2)} if self.is_document else {}

    @cached_property
    def laid(self) -> tuple[Box, ...]:
        """The boxes of several things on one ground; none where it is one thing or a page."""
        return () if self.is_document else tiles(self.product.lab)

    @cached_property
    def form(self) -> Outline | None:
        return outline(self.product.weights)

    def labeled(self, head: str) -> dict[str, float] | None:
        if head not in self.chances:
            return None
        return dict(zip(self.heads[head], self.chances[head].tolist(), strict=True))


def seen(
    shown: Shown, steps: frozenset[str]
) -> tuple[dict[str, AttributeValue], tuple[Component, ...]]:
    """Attribute -> value, and the components; what is not among the steps is not measured."""
    familiar = familiarity(shown.embedding, shown.heads, shown.chances)
    named: dict[str, AttributeValue] = {}
    if "color_family" in steps:
        named["color_family"] = _color(shown)
    named |= head_attributes(shown.heads, shown.chances, familiar=familiar)
    found = named.pop("pattern", None)
    if found is not None and "pattern" in steps:
        named["pattern"] = _of_cloth(_pattern(shown) or found, shown)
    parts: tuple[Component, ...] = ()
    if steps & FORM_STEPS:
        named |= _form(shown, steps, named=named, familiar=familiar)
        if "components" in steps:
            parts = _components(shown)
    if shown.is_document:
        named |= {
            name: replace(one, value=UNKNOWN, evidence={**one.evidence, **shown.document_evidence})
            for name, one in named.items()
            if name != "color_family"
        }
    return named, parts


def told_by(
    extractor: AttributeExtractor, step: str, shown: Shown, named: Mapping[str, AttributeValue]
) -> dict[str, AttributeValue]:
    """What an extractor of others says, each value with its name and version as evidence."""
    image = MeasuredImage(
        shown.detail, shown.pixels, shown.product.weights, shown.palette, shown.embedding, named
    )
    return {
        name: replace(one, evidence={**one.evidence, "extractor": step})
        for name, one in extractor.extract(image).items()
        if name in extractor.attributes
    }


def _color(shown: Shown) -> AttributeValue:
    return color_family(
        shown.palette,
        shown.labeled("color"),
        channel=shown.color,
        subject=shown.subject,
        whole=shown.product.source == "whole" or shown.is_document,
    )


def _pattern(shown: Shown) -> AttributeValue | None:
    head, classes = shown.chances["pattern"], shown.heads["pattern"]
    weights = shown.product.weights
    guess = pattern_guess(head, shown.cloth, classes, small=shown.pixels, weights=weights)
    return None if guess is None else pattern_attribute(guess, classes, head)


def _of_cloth(pattern: AttributeValue, shown: Shown) -> AttributeValue:
    """A ring has no stripes, and six hooks in a row are no dots: solid, or not known."""
    metal = shown.subject.metal or 0.0
    if pattern.value == SOLID or not (metal >= SURELY_METAL or shown.laid):
        return pattern
    noted: dict[str, str | float] = {"metal": round(metal, 4), "things": max(1, len(shown.laid))}
    return replace(pattern, value=UNKNOWN, evidence={**pattern.evidence, **noted})


def _form(
    shown: Shown,
    steps: frozenset[str],
    *,
    named: Mapping[str, AttributeValue],
    familiar: float | None,
) -> dict[str, AttributeValue]:
    """Shape, complexity and aesthetic: of the outline, as far as it is that of one product."""
    white = white_level(shown.product.lab)
    best = float(shown.chances["category"].max()) if "category" in shown.chances else None
    trust = 0.0 if shown.is_document else outline_trust(shown.product, category=best)
    known = familiar is None or familiar >= LEAST_FAMILIAR
    found: dict[str, AttributeValue] = {}
    if "shape" in steps:
        one = 0.0 if shown.laid else trust  # a collage has many outlines
        found["shape"] = shape(shown.product, shown.form, trust=one, familiar=known)
    if "complexity" in steps:
        found["complexity"] = complexity(
            shown.product.lab, shown.form, shown.palette, white=white, trust=trust
        )
    if "aesthetic" in steps:
        found["aesthetic"] = aesthetic(shown.palette, {**named, **found}, white=white, trust=trust)
    return found


def _components(shown: Shown) -> tuple[Component, ...]:
    if shown.is_document:
        return ()
    if shown.laid:
        return laid_out(shown.laid)
    return components(shown.pixels, shown.form, apparel=shown.subject.apparel or 0.0)
