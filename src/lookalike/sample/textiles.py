"""Cushions, throws, rugs and curtains; two to four units across."""

import numpy as np

from lookalike.sample.colors import darker
from lookalike.sample.curves import Points, box, ellipse, limb, polygon, smooth
from lookalike.sample.design import Design, crease, piece, ring
from lookalike.sample.parts import Part, Parts


def cushion(design: Design) -> Parts:
    wide = {"square": 2.0, "rectangular": 2.8, "round": 2.0}[design.traits["form"]]
    shape = ellipse(0, 0, 2.1, 2.0) if design.traits["form"] == "round" else pillow(0, 0, wide, 2.0)
    parts: Parts = []
    edge = design.traits["edge"]
    trim = design.trim(design.contrast(), design.material)
    if edge == "tassels" and design.traits["form"] != "round":
        for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            at = (x * wide / 2, y * 1.0)
            knots = [at, (at[0] + 0.1 * x, at[1] + 0.1 * y), (at[0] + 0.26 * x, at[1] + 0.26 * y)]
            drop = limb(knots, [0.07, 0.1, 0.2])
            parts.append(piece(drop, trim, puff=0.05))
    parts.append(piece(shape, design.cloth, puff=0.75, folds=0.5))
    if edge == "piped":
        parts.append(Part((ring(shape),), trim, stroke=0.07, puff=0.03, shadow=0.15))
    corners = () if design.traits["form"] == "round" else ((-1, -1), (1, -1), (-1, 1), (1, 1))
    for x, y in corners:
        start = (x * wide * 0.44, y * 0.88)
        fold = smooth(
            [start, (start[0] * 0.8, start[1] * 0.74), (start[0] * 0.6, start[1] * 0.66)],
            closed=False,
        )
        parts.append(crease(fold, design.main, width=0.06, opacity=0.16))
    if design.traits["form"] == "round":
        parts.append(piece(ellipse(0, 0, 0.16, 0.16), trim, puff=0.06, shadow=0.5))
    return parts


def blanket(design: Design) -> Parts:
    """A throw folded to a soft stack with its fringe to the front."""
    parts: Parts = []
    if design.traits["edge"] == "fringed":
        threads = tuple(
            polygon((x, 0.68), (x + 0.02 * np.sin(9 * x), 1.04))
            for x in np.linspace(-1.38, 1.38, 34)
        )
        parts.append(Part(threads, design.tone(0.06), stroke=0.04, puff=0.02))
    layers = ((0.5, 0.12), (0.16, 0.06), (-0.2, 0.0))
    for y, share in layers:
        under = smooth(
            [
                (-1.44, y - 0.16),
                (0, y - 0.2),
                (1.44, y - 0.16),
                (1.52, y + 0.04),
                (1.44, y + 0.24),
                (0, y + 0.28),
                (-1.44, y + 0.24),
                (-1.5, y + 0.04),
            ]
        )
        surface = design.cloth if share == 0 else design.tone(share)
        parts.append(
            piece(
                under,
                surface if design.pattern == "solid" else design.cloth,
                puff=0.17,
                folds=0.25,
                shadow=0.3,
            )
        )
    top = smooth(
        [
            (-1.2, -0.98),
            (0, -1.04),
            (1.2, -0.98),
            (1.46, -0.3),
            (1.44, 0.0),
            (0, 0.08),
            (-1.44, 0.0),
            (-1.46, -0.3),
        ]
    )
    flap = smooth(
        [(-1.44, 0.0, 1), (0, 0.06), (1.44, 0.0, 1), (1.42, 0.66, 1), (0, 0.72), (-1.42, 0.66, 1)]
    )
    parts.append(piece(top, design.cloth, puff=0.16, folds=0.3))
    if design.traits["edge"] == "fringed":
        parts.append(piece(flap, design.cloth, puff=0.1, folds=0.5, shadow=0.2))
    return parts


def pillow(x: float, y: float, wide: float, high: float) -> Points:
    half, up = wide / 2, high / 2
    return smooth(
        [
            (x - half, y - up, 1),
            (x, y - up * 0.95),
            (x + half, y - up, 1),
            (x + half * 0.965, y),
            (x + half, y + up, 1),
            (x, y + up * 0.96),
            (x - half, y + up, 1),
            (x - half * 0.965, y),
        ]
    )


def rug(design: Design) -> Parts:
    form, border = design.traits["form"], design.traits["edge"]
    half, high = {"rectangular": (1.15, 1.75), "round": (1.5, 1.5), "runner": (0.72, 1.9)}[form]
    parts: Parts = []
    if border == "fringed" and form != "round":
        threads = tuple(
            polygon((x, s * (high - 0.02)), (x + 0.015 * np.sin(40 * x), s * (high + 0.16)))
            for x in np.linspace(-half + 0.03, half - 0.03, round(half * 24))
            for s in (1, -1)
        )
        parts.append(Part(threads, design.trim((0.90, 0.87, 0.80)), stroke=0.03))
    shape = (
        ellipse(0, 0, 2 * half, 2 * high)
        if form == "round"
        else box(-half, -high, half, high, radius=0.03)
    )
    parts.append(piece(shape, design.cloth, puff=0.05))
    if border == "bordered":
        for inset, width, color in (
            (0.14, 0.09, design.contrast()),
            (0.27, 0.03, design.contrast()),
        ):
            inner = (
                ellipse(0, 0, 2 * (half - inset), 2 * (high - inset))
                if form == "round"
                else box(-half + inset, -high + inset, half - inset, high - inset)
            )
            parts.append(Part((ring(inner),), design.trim(color, "pile"), stroke=width))
    return parts


def curtain(design: Design) -> Parts:
    rod = design.metal
    parts = [piece(box(-1.75, -1.9, 1.75, -1.8, radius=0.05), rod, puff=0.04)]
    knobs = tuple(ellipse(s * 1.76, -1.85, 0.2, 0.2) for s in (1, -1))
    parts.append(piece(knobs, rod, puff=0.09))
    for side in (1, -1):
        inner = 0.55 if design.traits["drape"] == "tied" else 0.42
        if design.traits["drape"] == "tied":
            panel = smooth(
                [
                    (side * 1.66, -1.78, 1),
                    (side * 0.35, -1.78, 1),
                    (side * 0.5, -0.8),
                    (side * 1.22, 0.5),
                    (side * 1.0, 1.2),
                    (side * 0.92, 1.9, 1),
                    (side * 1.72, 1.9, 1),
                    (side * 1.66, 0.4),
                ]
            )
        else:
            panel = smooth(
                [
                    (side * 1.64, -1.78, 1),
                    (side * inner, -1.78, 1),
                    (side * (inner - 0.02), 0),
                    (side * (inner - 0.1), 1.9, 1),
                    (side * 1.74, 1.9, 1),
                    (side * 1.66, 0),
                ]
            )
        parts.append(piece(panel, design.cloth, puff=0.12, folds=0.2))
        parts += _drapes(design, side, inner)
        if design.traits["drape"] == "tied":
            band = limb([(side * 1.16, 0.36), (side * 1.4, 0.5), (side * 1.7, 0.4)], [0.14] * 3)
            parts.append(piece(band, design.tone(0.2), puff=0.05, shadow=0.3))
        rings = tuple(
            ellipse(side * x, -1.82, 0.12, 0.2) for x in np.linspace(inner + 0.1, 1.58, 6)
        )
        parts.append(Part(tuple(ring(r) for r in rings), rod, stroke=0.035))
    return parts


def _drapes(design: Design, side: int, inner: float) -> Parts:
    """The vertical folds of one panel, dark hollows beside light ridges."""
    dark: list[Points] = []
    light: list[Points] = []
    tied = design.traits["drape"] == "tied"
    for share in np.linspace(0.08, 0.94, 7):
        top = inner + share * (1.62 - inner)
        middle = 1.24 + 0.36 * share if tied else top + 0.01
        low = 0.96 + 0.72 * share if tied else inner - 0.08 + share * (1.78 - inner)
        for lines, shift in ((dark, 0.0), (light, 0.075)):
            lines.append(
                smooth(
                    [
                        (side * (top + shift), -1.76),
                        (side * (middle + shift * 0.6), 0.4),
                        (side * (low + shift), 1.88),
                    ],
                    closed=False,
                )
            )
    shade = design.trim(darker(design.main, 0.7), "ink")
    return [
        Part(tuple(dark), shade, stroke=0.085, soft=0.04, opacity=0.36),
        Part(tuple(light), design.trim((1, 1, 1), "ink"), stroke=0.05, soft=0.03, opacity=0.22),
    ]


TEXTILES = {"cushion": cushion, "blanket": blanket, "rug": rug, "curtain": curtain}
