"""A design: the values every drawing function reads, and short ways to make parts of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lookalike.sample.colors import Color, darker, lighter, luma, mix, seam
from lookalike.sample.curves import Points, box, ellipse
from lookalike.sample.parts import Part, Role, Surface

STEEL: Color = (0.74, 0.75, 0.77)
GOLD: Color = (0.80, 0.66, 0.38)
DARK_METAL: Color = (0.20, 0.20, 0.22)
OAK: Color = (0.76, 0.60, 0.42)
WALNUT: Color = (0.44, 0.29, 0.20)
WOODS: tuple[Color, ...] = (OAK, WALNUT, (0.82, 0.69, 0.52), (0.60, 0.42, 0.28), (0.16, 0.15, 0.15))
SAME_COLOR = 0.2  # the largest change of tone that still counts as the main color; by eye


@dataclass(frozen=True)
class Design:
    """One product as the drawing functions see it.

    traits  the shape in words, such as {"length": "midi", "neck": "v"}
    seed    fixes the pattern and every free choice; variants of one design share it
    """

    product_type: str
    traits: Mapping[str, str]
    material: str
    pattern: str
    main: Color
    accent: Color
    third: Color
    seed: int

    @property
    def rng(self) -> np.random.Generator:
        """Chance for the free choices of the drawing, the same at every call."""
        return np.random.default_rng(self.seed)

    @property
    def cloth(self) -> Surface:
        """The main cloth with its pattern."""
        return Surface(
            self.main, self.material, "main", self.pattern, self.accent, self.third, self.seed
        )

    @property
    def plain(self) -> Surface:
        """The main cloth without its pattern."""
        return Surface(self.main, self.material, "main", seed=self.seed)

    @property
    def inside(self) -> Surface:
        """The main cloth where little light reaches."""
        return Surface(darker(self.main, 0.38), self.material, "trim", seed=self.seed)

    @property
    def seam(self) -> Surface:
        """A sewn line on the main cloth."""
        return Surface(seam(self.main), "ink")

    @property
    def wood(self) -> Surface:
        """The wood of legs and frames, chosen by the seed."""
        color = WOODS[self.seed // 7 % len(WOODS)]
        return Surface(color, "wood", seed=self.seed + 3)

    @property
    def metal(self) -> Surface:
        """The metal of buckles, frames and feet, chosen by the seed."""
        return Surface((STEEL, GOLD, DARK_METAL)[self.seed // 11 % 3], "metal", seed=self.seed + 5)

    def trim(self, color: Color, material: str = "plain") -> Surface:
        """Another surface of the same product."""
        return Surface(color, material, seed=self.seed + 1)

    def rib(self) -> Surface:
        """Ribbed borders: the main color a little deeper."""
        deep = lighter(self.main, 0.08) if luma(self.main) < 0.2 else darker(self.main, 0.12)
        return Surface(deep, "knit", "main", seed=self.seed)

    def tone(self, share: float) -> Surface:
        """The main cloth mixed toward shade (positive) or light (negative), no pattern."""
        color = darker(self.main, share) if share > 0 else lighter(self.main, -share)
        role: Role = "main" if abs(share) <= SAME_COLOR else "trim"
        return replace(self.plain, color=color, role=role)

    def contrast(self) -> Color:
        """The accent, or a gentle neighbor of the main color on solid products."""
        return self.accent if self.pattern != "solid" else mix(self.main, self.accent, 0.35)


def piece(
    outline: Points | tuple[Points, ...],
    surface: Surface,
    *,
    puff: float = 0.2,
    folds: float = 0.0,
    grain_deg: float = 0.0,
    shadow: float = 0.0,
    holes: tuple[Points, ...] = (),
    turned: bool = False,
) -> Part:
    """A filled part."""
    outlines = outline if isinstance(outline, tuple) else (outline,)
    return Part(
        outlines,
        surface,
        holes,
        puff=puff,
        folds=folds,
        grain_deg=grain_deg,
        shadow=shadow,
        turned=turned,
    )


def line(points: Points | tuple[Points, ...], surface: Surface, *, width: float) -> Part:
    """A drawn line, or several of the same kind."""
    lines = points if isinstance(points, tuple) else (points,)
    return Part(lines, surface, stroke=width, opacity=0.85)


def crease(points: Points, color: Color, *, width: float, opacity: float = 0.3) -> Part:
    """A soft dark line: a fold, a gap or a hollow."""
    surface = Surface(darker(color, 0.75), "ink", "trim")
    return Part((points,), surface, stroke=width, soft=width * 0.6, opacity=opacity)


def gleam(outline: Points, *, opacity: float = 0.5, soft: float = 0.01) -> Part:
    """A soft white highlight."""
    return Part((outline,), Surface((1, 1, 1), "ink", "trim"), soft=soft, opacity=opacity)


def ring(points: Points) -> Points:
    """The outline as a line that returns to its start."""
    return np.vstack([points, points[:1]])


def buttons(places: list[tuple[float, float]], surface: Surface, *, size: float) -> list[Part]:
    """A row of buttons with their small shadows."""
    return [
        piece(
            tuple(ellipse(x, y, size, size) for x, y in places), surface, puff=size / 3, shadow=0.5
        ),
    ]


def bar(left: float, top: float, right: float, bottom: float, surface: Surface) -> Part:
    """A lightly rounded rectangular piece."""
    radius = min(right - left, bottom - top) * 0.2
    return piece(box(left, top, right, bottom, radius=radius), surface, puff=radius * 1.6)
