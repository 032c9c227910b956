"""A simple illustrated figure that wears the clothes, measured in heads.

The crown is at y = 0, the chin at 1, the shoulders at 1.5, the waist at 3, the
knee at 5.9 and the sole at 7.9; x = 0 is the middle.
"""

from dataclasses import dataclass

import numpy as np

from lookalike.sample.bottoms import jeans, trousers
from lookalike.sample.colors import Color, darker, lighter, mix
from lookalike.sample.curves import ellipse, limb, smooth, symmetric
from lookalike.sample.design import Design, crease, line, piece
from lookalike.sample.parts import Parts, Surface, as_props
from lookalike.sample.tops import t_shirt

SKINS: tuple[Color, ...] = (
    (0.96, 0.82, 0.72),
    (0.90, 0.72, 0.58),
    (0.78, 0.57, 0.43),
    (0.60, 0.41, 0.30),
    (0.42, 0.28, 0.21),
)
HAIRS: tuple[Color, ...] = (
    (0.13, 0.10, 0.09),
    (0.28, 0.18, 0.13),
    (0.45, 0.28, 0.17),
    (0.76, 0.58, 0.34),
    (0.60, 0.26, 0.15),
)
CLOTHES: tuple[Color, ...] = (  # what a figure wears besides the product
    (0.93, 0.92, 0.90),
    (0.30, 0.33, 0.40),
    (0.78, 0.72, 0.63),
    (0.22, 0.22, 0.24),
)


@dataclass(frozen=True)
class Figure:
    """One figure: skin, hair and the color of its own clothes."""

    skin: Color
    hair: Color
    haircut: str
    top: Color
    bottom: Color

    @classmethod
    def drawn(cls, gender: str | None, rng: np.random.Generator) -> "Figure":
        """A figure by chance; men and women differ in their haircuts."""
        cuts = ("short", "short", "curly") if gender == "men" else ("long", "bun", "bob", "curly")
        picks = rng.integers(0, 1 << 16, 5)
        top = CLOTHES[picks[3] % 2 * 2]
        bottom = CLOTHES[1 + picks[4] % 2 * 2]
        return cls(
            SKINS[picks[0] % len(SKINS)],
            HAIRS[picks[1] % len(HAIRS)],
            cuts[picks[2] % len(cuts)],
            top,
            bottom,
        )


def behind(figure: Figure, *, dressed: frozenset[str]) -> Parts:
    """The figure up to the neck, with its own clothes where the product leaves it bare.

    dressed  "top", "bottom", "sleeves" and "legs" as far as the product covers them
    """
    parts: Parts = _hair_behind(figure)
    skin = _skin(figure)
    trousered = "legs" in dressed or "bottom" not in dressed
    for side in (1, -1):
        knots = [(0.36, 3.9), (0.39, 5.0), (0.37, 5.9), (0.37, 6.5), (0.35, 7.6)]
        widths = [0.66, 0.56, 0.36, 0.36, 0.2]
        if trousered:  # a bare thigh would show between trouser legs
            knots, widths = [(0.4, 6.4), (0.4, 6.7), (0.38, 7.6)], [0.2, 0.26, 0.2]
        leg = limb([(side * x, y) for x, y in knots], widths)
        shoe = smooth(
            [
                (side * 0.24, 7.45),
                (side * 0.46, 7.45),
                (side * 0.56, 7.8),
                (side * 0.42, 7.94),
                (side * 0.22, 7.9),
                (side * 0.2, 7.7),
            ]
        )
        arm = limb(
            [(side * 0.74, 1.66), (side * 1.04, 2.5), (side * 1.24, 3.3), (side * 1.38, 4.0)],
            [0.36, 0.29, 0.25, 0.17],
        )
        hand = smooth(
            [
                (side * 1.31, 3.95),
                (side * 1.46, 3.95),
                (side * 1.52, 4.2),
                (side * 1.47, 4.46),
                (side * 1.38, 4.44),
                (side * 1.33, 4.2),
            ]
        )
        parts += [
            piece(leg, skin, puff=0.2),
            piece(shoe, _prop(darker(figure.bottom, 0.5), "leather"), puff=0.1),
            piece(hand, skin, puff=0.08),
            piece(arm, skin, puff=0.14),
        ]
    body = symmetric(
        [
            (0, 1.42),
            (0.5, 1.42),
            (0.82, 1.58),
            (0.78, 2.1),
            (0.55, 3.0),
            (0.74, 3.8),
            (0.62, 4.3),
            (0, 4.42),
        ]
    )
    neck = limb([(0, 0.85), (0, 1.55)], [0.36, 0.42])
    parts += [
        piece(body, skin, puff=0.2),
        piece(neck, skin, puff=0.12),
        crease(
            smooth([(-0.16, 1.12), (0, 1.18), (0.16, 1.12)], closed=False),
            figure.skin,
            width=0.09,
            opacity=0.3,
        ),
    ]
    parts = as_props(parts)
    if "bottom" not in dressed:
        parts += as_props(_own_bottom(figure))
    if "top" not in dressed:
        parts += as_props(
            _own_top(figure, sleeve="short" if "sleeves" not in dressed else "sleeveless")
        )
    return parts


def head(figure: Figure) -> Parts:
    """Head, face and the hair in front; drawn over collars and hoods."""
    skin = _skin(figure)
    face = symmetric([(0, 0.06), (0.3, 0.16), (0.37, 0.5), (0.28, 0.84), (0.1, 1.03), (0, 1.05)])
    ears = (ellipse(0.37, 0.58, 0.12, 0.22), ellipse(-0.37, 0.58, 0.12, 0.22))
    ink = Surface(darker(figure.hair, 0.4), "ink", "prop")
    lips = Surface(mix(figure.skin, (0.66, 0.22, 0.24), 0.6), "ink", "prop")
    eyes = tuple(
        smooth([(s * 0.09, 0.55), (s * 0.155, 0.58), (s * 0.22, 0.545)], closed=False)
        for s in (1, -1)
    )
    brows = tuple(
        smooth([(s * 0.08, 0.45), (s * 0.16, 0.42), (s * 0.24, 0.45)], closed=False)
        for s in (1, -1)
    )
    parts = [piece(ears, skin, puff=0.05), piece(face, skin, puff=0.3)]
    parts += [line(eyes, ink, width=0.026), line(brows, ink, width=0.02)]
    nose = smooth([(0.01, 0.52), (0.045, 0.7), (-0.01, 0.72)], closed=False)
    parts.append(line(nose, Surface(darker(figure.skin, 0.35), "ink", "prop"), width=0.02))
    mouth = smooth([(-0.09, 0.84), (0, 0.825), (0.09, 0.84), (0, 0.885)])
    parts += [piece(mouth, lips, puff=0), *_hair_front(figure)]
    return as_props(parts)


def _skin(figure: Figure) -> Surface:
    return _prop(figure.skin, "plain")


def _prop(color: Color, material: str) -> Surface:
    return Surface(color, material, "prop")


def _hair_behind(figure: Figure) -> Parts:
    hair = _prop(figure.hair, "satin")
    if figure.haircut == "long":
        return [
            piece(
                symmetric([(0, -0.1), (0.44, 0.1), (0.52, 0.7), (0.6, 1.5), (0.46, 2.1), (0, 2.2)]),
                hair,
                puff=0.2,
                folds=0.8,
            )
        ]
    if figure.haircut == "bob":
        return [
            piece(
                symmetric([(0, -0.1), (0.46, 0.08), (0.56, 0.7), (0.52, 1.14), (0, 1.2)]),
                hair,
                puff=0.2,
                folds=0.8,
            )
        ]
    if figure.haircut == "bun":
        return [piece(ellipse(0, -0.14, 0.5, 0.46), hair, puff=0.2)]
    return []


def _hair_front(figure: Figure) -> Parts:
    hair = _prop(figure.hair, "satin")
    if figure.haircut == "curly":
        angle = np.linspace(-0.25, np.pi + 0.25, 12)
        curls = tuple(ellipse(0.38 * np.cos(a), 0.24 - 0.32 * np.sin(a), 0.34, 0.34) for a in angle)
        crown = ellipse(0, 0.1, 0.66, 0.34)
        return [piece((*curls, crown), hair, puff=0.1)]
    if figure.haircut == "short":
        top = smooth(
            [
                (-0.39, 0.52, 1),
                (-0.42, 0.2),
                (-0.24, -0.06),
                (0.1, -0.1),
                (0.36, 0.06),
                (0.41, 0.3),
                (0.39, 0.52, 1),
                (0.33, 0.3),
                (0.1, 0.2),
                (-0.2, 0.24),
                (-0.33, 0.32),
            ]
        )
        return [piece(top, hair, puff=0.1)]
    side = -1 if figure.haircut == "bob" else 1
    knots = [
        (0.41, 0.66, 1),
        (0.44, 0.24),
        (0.26, -0.04),
        (0, -0.09),
        (-0.26, -0.04),
        (-0.44, 0.24),
        (-0.41, 0.66, 1),
        (-0.34, 0.36),
        (-0.1, 0.2),
        (0.12, 0.13, 1),
        (0.3, 0.3),
    ]
    return [piece(smooth([(side * x, y, *rest) for x, y, *rest in knots]), hair, puff=0.1)]


def _own(product_type: str, color: Color, traits: dict[str, str], material: str) -> Design:
    return Design(product_type, traits, material, "solid", color, lighter(color, 0.3), color, 11)


def _own_top(figure: Figure, *, sleeve: str) -> Parts:
    traits = {"neck": "crew", "sleeve": sleeve, "fit": "slim"}
    own = _own("t-shirt", figure.top, traits, "plain")
    return worn(t_shirt(own), own)


def _own_bottom(figure: Figure) -> Parts:
    if figure.bottom == CLOTHES[1]:
        return jeans(_own("jeans", figure.bottom, {"leg": "slim"}, "denim"))
    traits = {"leg": "slim", "length": "full"}
    return trousers(_own("trousers", figure.bottom, traits, "plain"))


def worn(parts: Parts, design: Design) -> Parts:
    """A garment without the inside of its back, which the neck hides."""
    return [part for part in parts if part.surface != design.inside]
