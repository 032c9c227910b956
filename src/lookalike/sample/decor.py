"""Decoration: vases, mirrors, pictures and plant pots."""

import numpy as np

from lookalike.sample.colors import darker, lighter, mix
from lookalike.sample.curves import Points, box, ellipse, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, bar, gleam, piece, ring
from lookalike.sample.parts import Part, Parts, Surface

LEAF_GREENS = ((0.30, 0.46, 0.28), (0.24, 0.40, 0.27), (0.40, 0.53, 0.33))


def vase(design: Design) -> Parts:
    half: list[tuple[float, ...]] = {
        "bottle": [
            (0, -1.3),
            (0.2, -1.3, 1),
            (0.16, -0.9),
            (0.2, -0.4),
            (0.62, 0.3),
            (0.66, 0.9),
            (0.46, 1.3),
            (0, 1.36),
        ],
        "bulb": [
            (0, -0.9),
            (0.34, -0.92, 1),
            (0.24, -0.62),
            (0.78, 0.0),
            (0.92, 0.55),
            (0.66, 1.14),
            (0.4, 1.3),
            (0, 1.34),
        ],
        "cylinder": [(0, -1.2), (0.5, -1.2, 1), (0.5, 0), (0.5, 1.16), (0.4, 1.3), (0, 1.36)],
        "amphora": [
            (0, -1.2),
            (0.4, -1.2, 1),
            (0.28, -0.95),
            (0.36, -0.66),
            (0.74, -0.2),
            (0.66, 0.5),
            (0.36, 1.2),
            (0.4, 1.32, 1),
            (0, 1.38),
        ],
    }[design.traits["form"]]
    mouth_half, mouth_y = half[1][0], half[1][1]
    rim = ellipse(0, mouth_y, 2 * mouth_half, mouth_half * 0.34)
    body = smooth([*half[1:], *[(-x, y, *rest) for x, y, *rest in reversed(half[1:-1])]])
    parts: Parts = []
    if design.traits["form"] == "amphora":
        for s in (1, -1):
            handle = limb([(s * 0.3, -0.98), (s * 0.68, -0.86), (s * 0.66, -0.34)], [0.12] * 3)
            parts.append(piece(handle, design.plain, puff=0.06))
    parts += [
        piece(body, design.cloth, turned=True),
        piece(rim, design.inside, puff=0.01),
        Part((ring(rim),), design.tone(-0.1), stroke=0.05, puff=0.02),
    ]
    strength = {"glass": 0.6, "ceramic": 0.45}.get(design.material, 0.14)
    x = -0.55 * max(knot[0] for knot in half)
    shine = limb([(x * 0.9, 0.1), (x * 1.1, 0.45), (x, 0.85)], [0.06, 0.13, 0.05])
    return [*parts, gleam(shine, opacity=strength, soft=0.04)]


def mirror(design: Design) -> Parts:
    form = design.traits["form"]
    outer, inner = _mirror_shapes(form)
    parts: Parts = []
    if form == "sunburst":
        rays = tuple(
            limb(
                [
                    (0.7 * np.cos(a), 0.7 * np.sin(a)),
                    ((1.5 if k % 2 else 1.25) * np.cos(a), (1.5 if k % 2 else 1.25) * np.sin(a)),
                ],
                [0.12, 0.03],
            )
            for k, a in enumerate(np.linspace(0, 2 * np.pi, 33)[:-1])
        )
        parts.append(piece(rays, design.plain, puff=0.04))
    parts.append(piece(outer, design.cloth, puff=0.09))
    glass = Surface((0.80, 0.85, 0.88), "plain")
    parts.append(piece(inner, glass, puff=0.02))
    for x, wide, opacity in ((-0.35, 0.5, 0.5), (0.3, 0.18, 0.4)):
        band = polygon(
            (x - 0.4, 0.75), (x - 0.4 + wide, 0.75), (x + 0.5 + wide, -0.75), (x + 0.5, -0.75)
        )
        inside = _clipped(band, inner)
        parts.append(gleam(inside, opacity=opacity, soft=0.05))
    edge = Part(
        (ring(inner),),
        design.trim(darker(design.main, 0.5), "ink"),
        stroke=0.03,
        soft=0.02,
        opacity=0.5,
    )
    return [*parts, edge]


def _mirror_shapes(form: str) -> tuple[Points, Points]:
    if form == "rectangular":
        return box(-1.1, -1.5, 1.1, 1.5, radius=0.05), box(-0.94, -1.34, 0.94, 1.34)
    if form == "arched":
        outer = symmetric([(0, -1.6), (0.7, -1.42), (1.0, -0.7), (1.0, 1.5, 1), (0, 1.5)])
        inner = symmetric([(0, -1.47), (0.61, -1.3), (0.87, -0.68), (0.87, 1.37, 1), (0, 1.37)])
        return outer, inner
    size = 1.5 if form == "sunburst" else 2.8
    return ellipse(0, 0, size, size), ellipse(0, 0, size - 0.26, size - 0.26)


def _clipped(band: Points, inner: Points) -> Points:
    """The band kept inside the glass by its bounding circle; enough for a soft highlight."""
    reach = np.abs(inner).max(axis=0) * 0.62
    return np.clip(band, -reach, reach)


def wall_art(design: Design) -> Parts:
    half, high = {"portrait": (1.05, 1.4), "landscape": (1.5, 1.1), "square": (1.25, 1.25)}[
        design.traits["form"]
    ]
    frame = design.wood if design.traits["frame"] == "wood" else design.trim((0.12, 0.12, 0.13))
    if design.traits["frame"] == "white":
        frame = design.trim((0.94, 0.94, 0.93))
    mat = 0.26 if design.traits["mat"] == "mat" else 0.0
    parts = [
        piece(box(-half, -high, half, high), frame, puff=0.06),
        piece(
            box(-half + 0.1, -high + 0.1, half - 0.1, high - 0.1),
            design.trim((0.965, 0.96, 0.945), "paper"),
            puff=0.02,
        ),
    ]
    inner = box(-half + 0.1 + mat, -high + 0.1 + mat, half - 0.1 - mat, high - 0.1 - mat)
    parts.append(piece(inner, design.cloth, puff=0.01, shadow=0.15))
    if design.pattern == "solid":
        parts += _poster(design, half - 0.1 - mat, high - 0.1 - mat)
    shade = Part(
        (
            polygon((-half + 0.1, -high + 0.13), (half - 0.1, -high + 0.13)),
            polygon((-half + 0.13, -high + 0.1), (-half + 0.13, high - 0.1)),
        ),
        design.trim((0.05, 0.05, 0.07), "ink"),
        stroke=0.06,
        soft=0.04,
        opacity=0.3,
    )
    return [*parts, shade]


def _poster(design: Design, half: float, high: float) -> Parts:
    """A quiet landscape in the colors of the product: sun, hills and water."""
    sun = ellipse(half * 0.3, -high * 0.3, half * 0.62, half * 0.62)
    parts = [piece(sun, Surface(mix(design.accent, (1, 0.95, 0.85), 0.3), "paper"), puff=0)]
    for row, share in enumerate((0.15, 0.35, 0.6)):
        y = high * (0.05 + 0.28 * row)
        bend = 0.16 * high * (-1) ** row
        hill = np.vstack(
            [
                smooth(
                    [
                        (-half, y + bend),
                        (-half * 0.3, y - bend),
                        (half * 0.4, y + bend * 0.8),
                        (half, y - bend),
                    ],
                    closed=False,
                ),
                [(half, high), (-half, high)],
            ]
        )
        parts.append(
            piece(
                hill,
                Surface(
                    mix(design.main, design.accent, share * 0.6)
                    if row < 2
                    else darker(design.main, 0.35),
                    "paper",
                ),
                puff=0,
            )
        )
    return parts


def plant_pot(design: Design) -> Parts:
    form = design.traits["form"]
    if form == "bowl":
        body = symmetric([(0, -0.5), (1.1, -0.5, 1), (1.06, 0.1), (0.6, 0.66), (0, 0.74)])
        half, top = 1.1, -0.5
    elif form == "cylinder":
        body = symmetric([(0, -0.8), (0.85, -0.8, 1), (0.85, 0.7), (0.76, 0.84), (0, 0.92)])
        half, top = 0.85, -0.8
    else:
        body = symmetric([(0, -0.7), (0.92, -0.7, 1), (0.74, 0.6), (0.64, 0.82), (0, 0.9)])
        half, top = 0.92, -0.7
    parts: Parts = []
    if design.traits["foot"] == "stand":
        legs = tuple(
            limb([(s * half * 0.72, 0.2), (s * half * 0.86, 1.5)], [0.1, 0.07]) for s in (1, -1)
        )
        parts.append(piece(legs, design.wood, puff=0.05))
        parts.append(bar(-half * 0.76, 0.8, half * 0.76, 0.92, design.wood))
    elif design.traits["foot"] == "saucer":
        parts.append(piece(ellipse(0, 0.86, 1.7, 0.26), design.tone(0.12), puff=0.08))
    mouth = ellipse(0, top, 2 * half, 0.42)
    inner = ellipse(0, top + 0.02, 2 * half - 0.14, 0.32)
    parts += [
        piece(body, design.cloth, turned=True),
        piece(mouth, design.tone(-0.12), puff=0.03),
        piece(inner, design.trim((0.27, 0.20, 0.16), "fleece"), puff=0.02),
    ]
    if form == "tapered":
        band = symmetric(
            [(0, top + 0.24), (half + 0.03, top - 0.01, 1), (half, top + 0.3, 1), (0, top + 0.5)]
        )
        parts.insert(-2, piece(band, design.plain, puff=0.1, shadow=0.35))
    strength = 0.3 if design.material == "ceramic" else 0.1
    shine = limb([(-half * 0.55, -0.1), (-half * 0.52, 0.4)], [0.16, 0.08])
    return [*parts, gleam(shine, opacity=strength, soft=0.06)]


def plant(x: float, y: float, height: float, rng: np.random.Generator) -> Parts:
    """A leafy plant that grows upward from a point; always a prop."""
    parts: Parts = []
    green = LEAF_GREENS[int(rng.integers(len(LEAF_GREENS)))]
    count = int(rng.integers(9, 13))
    for leaf, lean in enumerate(rng.permutation(np.linspace(-1.0, 1.0, count))):
        reach = height * (1 - 0.35 * abs(lean)) * rng.uniform(0.75, 1.0)
        tip = (x + lean * height * 0.62, y - reach)
        middle = (x + lean * height * 0.22, y - reach * 0.62)
        tone = (
            lighter(green, 0.22 * rng.random()) if leaf % 2 else darker(green, 0.25 * rng.random())
        )
        blade = limb([(x + lean * 0.05, y), middle, tip], [0.03, 0.24 * height**0.5, 0.01])
        parts.append(piece(blade, Surface(tone, "plastic", "prop"), puff=0.06, shadow=0.25))
        vein = smooth([(x + lean * 0.05, y), middle, tip], closed=False)
        parts.append(
            Part((vein,), Surface(lighter(tone, 0.3), "ink", "prop"), stroke=0.015, opacity=0.5)
        )
    return parts


DECOR = {
    "vase": vase,
    "mirror": mirror,
    "wall art": wall_art,
    "plant pot": plant_pot,
}
