"""What was measured in one image."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from lookalike.domain.arrays import Floats
from lookalike.domain.extraction import ALL_STEPS


@dataclass(frozen=True)
class Swatch:
    """One color of a palette; `share` is its part of the foreground, in (0, 1]."""

    hex: str
    share: float
    family: str


@dataclass(frozen=True)
class AttributeValue:
    """One named value with how sure we are of it.

    `value` is "unknown" where the confidence is below the attribute's threshold;
    `probabilities` holds the best few classes all the same, most probable first;
    `evidence` says how it was found, in words and numbers.
    """

    value: str
    confidence: float
    probabilities: Mapping[str, float] = field(default_factory=dict)
    evidence: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Component:
    """A part that is visible: a belt, a hood, handles, or one of several objects in a picture.

    box  x, y, width, height as fractions of the upright image, ready for a search by crop
    """

    name: str
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True)
class ImageFeatures:
    """The features of one image.

    row         (width,) float32, the channels laid end to end
    palette     the colors of the foreground, largest share first
    attributes  color_family, pattern, style, material_appearance, product_type, ...
    evidence    how it was measured: {"mask": "encoder", "mask_share": 0.41, ...}
    width_px, height_px  of the decoded image
    accent_colors  families of the palette beside its main one, largest share first
    components  what else is visible, the surest first; one whole product has none
    steps       what was measured beside row, palette and heads (domain/extraction.py)
    """

    row: Floats
    palette: tuple[Swatch, ...]
    attributes: Mapping[str, AttributeValue]
    evidence: Mapping[str, str | float]
    width_px: int
    height_px: int
    accent_colors: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    steps: frozenset[str] = ALL_STEPS

    def joined(self, before: Self) -> Self:
        """With what was measured of the same image before, and is not measured here."""
        missing = before.steps - self.steps
        return replace(
            self,
            attributes={**before.attributes, **self.attributes},
            accent_colors=self.accent_colors or before.accent_colors,
            components=before.components if "components" in missing else self.components,
            steps=self.steps | before.steps,
        )
