"""The values a drawing is made of: surfaces, and parts listed from back to front."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from lookalike.sample.colors import Color
from lookalike.sample.curves import Points, bounds, moved

Role = Literal["main", "trim", "prop"]


@dataclass(frozen=True)
class Surface:
    """What a part is made of.

    `role` says whose it is: the product's main cloth, another piece of the
    product, or a prop that is not part of the product.
    """

    color: Color
    material: str
    role: Role = "trim"
    pattern: str = "solid"
    accent: Color | None = None
    third: Color | None = None
    seed: int = 0


@dataclass(frozen=True)
class Part:
    """One shape of a drawing.

    outlines    closed outlines, filled together; open lines where `stroke` > 0
    holes       outlines cut out
    stroke      line width in the drawing's units, 0 for a filled shape
    puff        how far the rounding of the edge reaches inward, in units; 0 is flat
    folds       strength of draped folds, in [0, 1]
    grain_deg   turn of pattern and grain against the drawing
    shadow      strength of the shadow cast on what lies below, in [0, 1]
    soft        blur of the shape, in units
    turned      round like a pot from side to side, instead of puffed from every edge
    """

    outlines: tuple[Points, ...]
    surface: Surface
    holes: tuple[Points, ...] = ()
    stroke: float = 0.0
    puff: float = 0.0
    folds: float = 0.0
    grain_deg: float = 0.0
    shadow: float = 0.0
    soft: float = 0.0
    opacity: float = 1.0
    turned: bool = False


Parts = list[Part]
Extent = tuple[float, float, float, float]


def extent(parts: Iterable[Part]) -> Extent:
    """Left, top, right and bottom of the parts that belong to the product."""
    own = [outline for part in parts if part.surface.role != "prop" for outline in part.outlines]
    return bounds(own)


def as_props(parts: Parts) -> Parts:
    """The same parts, no longer part of the product."""
    return [replace(part, surface=replace(part.surface, role="prop")) for part in parts]


def shifted(parts: Parts, *, x: float, y: float, scale: float = 1.0) -> Parts:
    """The parts scaled about the origin and moved."""
    return [
        replace(
            part,
            outlines=tuple(moved(outline, x=x, y=y, scale=scale) for outline in part.outlines),
            holes=tuple(moved(hole, x=x, y=y, scale=scale) for hole in part.holes),
            stroke=part.stroke * scale,
            puff=part.puff * scale,
            soft=part.soft * scale,
        )
        for part in parts
    ]
