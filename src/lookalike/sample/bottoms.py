"""Dresses, skirts and legwear, drawn on a body measured in heads (see figure.py)."""

import numpy as np

from lookalike.sample.colors import darker, luma
from lookalike.sample.curves import Points, box, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, buttons, crease, line, piece
from lookalike.sample.parts import Part, Parts

WAIST = 3.0
SEAM = 0.024  # line width in heads
DRESS_HEM = {"mini": 4.85, "midi": 6.2, "maxi": 7.4}
SKIRT_HEM = {"mini": 4.6, "midi": 5.9, "maxi": 7.2}
DRESS_NECKS: dict[str, list[tuple[float, ...]]] = {  # the right half, from the middle
    "v-neck": [(0, 2.05, 1), (0.38, 1.31, 1)],
    "round": [(0, 1.74), (0.28, 1.64), (0.44, 1.33, 1)],
    "boat": [(0, 1.5), (0.36, 1.44), (0.6, 1.38, 1)],
    "square": [(0, 1.85, 1), (0.46, 1.85, 1), (0.46, 1.35, 1)],
    "strappy": [(0, 1.96), (0.34, 1.84), (0.5, 1.72, 1)],
}
LEGS = {  # half width at knee and hem, and where the hem is centered
    "slim": (0.24, 0.17, 0.42),
    "straight": (0.29, 0.27, 0.46),
    "tapered": (0.31, 0.19, 0.43),
    "wide": (0.36, 0.44, 0.56),
    "flared": (0.25, 0.36, 0.50),
}


def dress(design: Design) -> Parts:
    traits = design.traits
    hem, half = DRESS_HEM[traits["length"]], 0.0
    half = {
        "a-line": 0.78 + 0.14 * (hem - 3),
        "fit-and-flare": 0.9 + 0.2 * (hem - 3),
        "straight": 0.74 + 0.02 * (hem - 3),
        "wrap": 0.76 + 0.11 * (hem - 3),
    }[traits["cut"]]
    waist = 0.66 if traits["cut"] == "straight" else 0.54
    neck = traits["neck"]
    parts: Parts = []
    if neck != "strappy":
        back = symmetric([(0, 1.34), (0.36, 1.27, 1), (0.5, 1.45), (0.3, 1.9), (0, 2.1)])
        parts.append(piece(back, design.inside, puff=0.02))
        parts += _dress_sleeves(design, traits["sleeve"])
    top = DRESS_NECKS[neck]
    shoulder: list[tuple[float, ...]] = [] if neck == "strappy" else [(0.76, 1.42), (0.88, 1.6)]
    under = (0.72, 2.05) if neck == "strappy" else (0.77, 2.1)
    if neck == "strappy":
        straps = tuple(polygon((s * 0.46, 1.86), (s * 0.36, 1.2)) for s in (1, -1))
        parts.append(Part(straps, design.plain, stroke=0.07, puff=0.03))
    sides = [*shoulder, under, (waist + 0.05, 2.7), (waist, WAIST, traits["cut"] != "straight")]
    hip = waist + (half - waist) * (0.95 / (hem - WAIST)) ** 0.75
    skirt = [
        (max(waist + 0.12, hip), 3.95),
        (half, hem, 1),
        (half * 0.5, hem + 0.08),
        (0, hem + 0.11),
    ]
    parts.append(
        piece(symmetric([*top, *sides, *skirt]), design.cloth, puff=0.22, folds=0.6, shadow=0.25)
    )
    parts += _gathers(design, waist, half, hem, 4 if traits["cut"] == "fit-and-flare" else 2)
    parts.append(_neck_edge(design, top))
    if traits["cut"] == "wrap":
        wrap = smooth([(0.36, 1.34), (0, 2.08), (-0.4, 2.75), (-0.52, WAIST)], closed=False)
        parts.append(crease(wrap, design.main, width=0.05, opacity=0.5))
        fall = smooth([(-0.4, WAIST + 0.05), (-0.1, 4.2), (0.05, hem)], closed=False)
        parts.append(crease(fall, design.main, width=0.06, opacity=0.5))
    if traits["cut"] != "straight":
        belt = symmetric(
            [
                (0, WAIST - 0.06),
                (waist + 0.02, WAIST - 0.1, 1),
                (waist + 0.02, WAIST + 0.08, 1),
                (0, WAIST + 0.12),
            ]
        )
        parts.append(piece(belt, design.tone(0.12), puff=0.04, shadow=0.3))
    return parts


def skirt(design: Design) -> Parts:
    traits = design.traits
    hem, cut = SKIRT_HEM[traits["length"]], traits["cut"]
    half = {
        "a-line": 0.8 + 0.2 * (hem - 3.6),
        "pencil": 0.78 - 0.05 * (hem - 4),
        "pleated": 0.86 + 0.24 * (hem - 3.6),
        "wrap": 0.8 + 0.14 * (hem - 3.6),
    }[cut]
    body = symmetric(
        [
            (0, WAIST + 0.06),
            (0.56, WAIST, 1),
            (0.76, 3.75),
            (half, hem, 1),
            (half * 0.5, hem + 0.09),
            (0, hem + 0.12),
        ]
    )
    parts = [piece(body, design.cloth, puff=0.2, folds=0.7)]
    if cut == "pleated":
        parts += _pleats(design, half, hem)
    elif cut == "wrap":
        path = smooth([(0.4, WAIST + 0.1), (0.2, 4.0), (0.36, hem + 0.08)], closed=False)
        parts.append(crease(path, design.main, width=0.07, opacity=0.5))
        parts += buttons([(0.32, 3.28), (0.28, 3.6)], design.metal, size=0.1)
    elif cut == "a-line":
        parts += _gathers(design, 0.56, half, hem, 3)
    else:
        parts.append(
            crease(
                polygon((0.24, hem - 0.5), (0.25, hem + 0.1)), design.main, width=0.04, opacity=0.5
            )
        )
        darts = tuple(polygon((s * 0.3, WAIST + 0.2), (s * 0.34, 3.7)) for s in (1, -1))
        parts.append(line(darts, design.seam, width=SEAM * 0.7))
    return [*parts, _waistband(design, 0.57)]


def trousers(design: Design) -> Parts:
    hem = 6.7 if design.traits["length"] == "cropped" else 7.45
    parts = _legs(design, hem)
    pressed = tuple(
        smooth([(s * 0.36, 3.5), (s * 0.4, 5.2), (s * _center(design), hem - 0.04)], closed=False)
        for s in (1, -1)
    )
    if design.traits["leg"] != "tapered":
        parts.append(line(pressed, design.seam, width=SEAM * 0.6))
    parts += _fly(design) + _slant_pockets(design)
    parts.append(_waistband(design, 0.58))
    if design.traits["leg"] == "tapered":
        cords = tuple(
            smooth([(s * 0.03, 3.08), (s * 0.1, 3.4), (s * 0.08, 3.66)], closed=False)
            for s in (1, -1)
        )
        pale = (0.93, 0.92, 0.9) if luma(design.main) < 0.7 else darker(design.main, 0.4)
        parts.append(Part(cords, design.trim(pale, "ink"), stroke=0.04, shadow=0.3))
    else:
        parts += buttons([(0, 3.07)], design.metal, size=0.09)
    return parts


def jeans(design: Design) -> Parts:
    parts = _legs(design, 7.4)
    for side in (1, -1):  # faded thighs and whiskers
        fade = limb([(side * 0.4, 4.1), (side * 0.42, 5.0), (side * 0.44, 5.9)], [0.1, 0.26, 0.12])
        parts.append(Part((fade,), design.trim((1, 1, 1), "ink"), soft=0.14, opacity=0.16))
        for row in range(3):
            path = smooth(
                [(side * 0.14, 4.3 + 0.13 * row), (side * 0.55, 4.12 + 0.16 * row)], closed=False
            )
            parts.append(crease(path, design.main, width=0.035, opacity=0.22))
    thread = design.trim((0.82, 0.58, 0.30) if luma(design.main) < 0.6 else design.main, "ink")
    scoops = tuple(
        smooth([(s * 0.56, 3.5), (s * 0.36, 3.46), (s * 0.26, 3.18)], closed=False) for s in (1, -1)
    )
    parts.append(line(scoops, thread, width=SEAM))
    fly = smooth([(0.0, 4.1), (0.12, 3.95), (0.13, 3.2)], closed=False)
    parts.append(line((fly, polygon((0, 3.2), (0, 4.25))), thread, width=SEAM * 0.8))
    hems = tuple(_hem_line(design, s, 7.3) for s in (1, -1))
    parts.append(line(hems, thread, width=SEAM * 0.8))
    parts.append(_waistband(design, 0.6))
    loops = tuple(box(x - 0.03, 2.96, x + 0.03, 3.22, radius=0.01) for x in (-0.4, 0.4))
    parts.append(piece(loops, design.tone(0.1), puff=0.02, shadow=0.3))
    return parts + buttons([(0, 3.09)], design.trim((0.72, 0.52, 0.32), "metal"), size=0.11)


def shorts(design: Design) -> Parts:
    hem = 5.05 if design.traits["length"] == "short" else 5.6
    flare = 0.76 if design.traits["leg"] == "wide" else 0.7
    outline = symmetric(
        [
            (0, WAIST + 0.05),
            (0.57, WAIST, 1),
            (0.77, 3.9),
            (flare + 0.16, hem, 1),
            (0.1, hem + 0.08, 1),
            (0.02, 4.45, 1),
            (0, 4.4),
        ]
    )
    parts = [piece(outline, design.cloth, puff=0.18, folds=0.6)]
    parts.append(crease(polygon((0, 3.5), (0, 4.5)), design.main, width=0.05, opacity=0.4))
    cuffs = tuple(
        smooth([(s * (flare + 0.16), hem - 0.14), (s * 0.11, hem - 0.06)], closed=False)
        for s in (1, -1)
    )
    parts.append(line(cuffs, design.seam, width=SEAM))
    parts += _fly(design) + _slant_pockets(design)
    parts.append(_waistband(design, 0.58))
    if design.traits["waist"] == "drawstring":
        cords = tuple(
            smooth([(s * 0.03, 3.08), (s * 0.1, 3.4), (s * 0.08, 3.7)], closed=False)
            for s in (1, -1)
        )
        pale = (0.94, 0.93, 0.91) if luma(design.main) < 0.7 else darker(design.main, 0.4)
        return [*parts, Part(cords, design.trim(pale, "ink"), stroke=0.045, shadow=0.3)]
    return parts + buttons([(0, 3.08)], design.metal, size=0.09)


def _center(design: Design) -> float:
    return LEGS[design.traits["leg"]][2]


def _legs(design: Design, hem: float) -> Parts:
    knee, ankle, center = LEGS[design.traits["leg"]]
    ankle = knee + (ankle - knee) * (hem - 5.8) / 1.65
    middle = 0.40 + (center - 0.42) * 0.5
    right: list[tuple[float, ...]] = [
        (0.6, WAIST, 1),
        (0.78, 3.85),
        (middle + knee + 0.05, 5.1),
        (center + ankle, hem, 1),
        (center, hem + 0.04),
        (center - ankle, hem, 1),
        (middle - knee + 0.05, 5.3),
        (0.0, 4.4, 1),
        (0.0, WAIST + 0.05, 1),
    ]
    parts: Parts = []
    for side in (-1, 1):
        leg = smooth([(side * x, y, *rest) for x, y, *rest in right])
        parts.append(piece(leg, design.cloth, puff=0.26, folds=0.6, grain_deg=-side * 3))
    join = smooth([(0, 3.3), (0.0, 4.0), (0, 4.42)], closed=False)
    parts.append(crease(join, design.main, width=0.05, opacity=0.35))
    for side in (1, -1):  # folds from the crotch
        path = smooth([(side * 0.06, 4.42), (side * 0.3, 4.62), (side * 0.5, 4.66)], closed=False)
        parts.append(crease(path, design.main, width=0.06, opacity=0.2))
    return parts


def _hem_line(design: Design, side: int, y: float) -> Points:
    _, ankle, center = LEGS[design.traits["leg"]]
    return polygon((side * (center - ankle), y), (side * (center + ankle), y))


def _waistband(design: Design, half: float) -> Part:
    band = symmetric(
        [
            (0, WAIST - 0.0),
            (half, WAIST - 0.06, 1),
            (half + 0.03, WAIST + 0.13, 1),
            (0, WAIST + 0.2),
        ]
    )
    return piece(band, design.tone(0.06), puff=0.05, shadow=0.3)


def _fly(design: Design) -> Parts:
    fly = smooth([(0.0, 4.05), (0.11, 3.9), (0.12, 3.2)], closed=False)
    return [line((fly, polygon((0, 3.2), (0, 4.1))), design.seam, width=SEAM * 0.8)]


def _slant_pockets(design: Design) -> Parts:
    slants = tuple(polygon((s * 0.42, 3.16), (s * 0.66, 3.75)) for s in (1, -1))
    return [line(slants, design.seam, width=SEAM)]


def _gathers(design: Design, waist: float, half: float, hem: float, count: int) -> Parts:
    parts: Parts = []
    for share in np.linspace(-0.8, 0.8, 2 * count):
        start = (waist * share, WAIST + 0.12)
        middle = (half * share * 0.72, WAIST + 0.5 * (hem - WAIST))
        path = smooth([start, middle, (half * share * 0.96, hem - 0.03)], closed=False)
        parts.append(crease(path, design.main, width=0.06, opacity=0.17))
    return parts


def _pleats(design: Design, half: float, hem: float) -> Parts:
    shares = np.linspace(-1, 1, 13)
    dark: list[Points] = []
    for share in shares[1:-1]:
        start, hip = (0.55 * share, WAIST + 0.12), (0.75 * share, 3.75)
        dark.append(smooth([start, hip, (half * share, hem + 0.1 * (1 - share**2))], closed=False))
    lines = tuple(dark)
    shade = design.trim(darker(design.main, 0.75), "ink")
    light = tuple(path + np.array([0.06, 0.0]) for path in lines)
    return [
        Part(lines, shade, stroke=0.07, soft=0.035, opacity=0.34),
        Part(light, design.trim((1, 1, 1), "ink"), stroke=0.04, soft=0.02, opacity=0.16),
    ]


def _neck_edge(design: Design, top: list[tuple[float, ...]]) -> Part:
    right = [(x, y) for x, y, *_ in top]
    path = polygon(*[(-x, y) for x, y in right[:0:-1]], *right)
    if len(right) == 3 and design.traits["neck"] != "square":
        knots: list[tuple[float, ...]] = [(-x, y) for x, y in right[:0:-1]]
        path = smooth([*knots, *right], closed=False)
    return Part((path,), design.tone(0.14), stroke=0.05, puff=0.02, shadow=0.2)


def _dress_sleeves(design: Design, kind: str) -> Parts:
    paths: dict[str, tuple[list[tuple[float, float]], list[float]]] = {
        "short": ([(0.66, 1.66), (0.92, 2.02), (1.06, 2.4)], [0.48, 0.50, 0.46]),
        "puff": ([(0.66, 1.64), (0.96, 1.96), (1.08, 2.3)], [0.5, 0.72, 0.42]),
        "long": ([(0.66, 1.66), (1.0, 2.5), (1.20, 3.3), (1.34, 4.05)], [0.48, 0.40, 0.34, 0.27]),
        "sleeveless": ([], []),
    }
    knots, widths = paths[kind]
    parts: Parts = []
    for side in (1, -1):
        if knots:
            sleeve = limb([(side * x, y) for x, y in knots], widths)
            parts.append(piece(sleeve, design.cloth, puff=0.18, folds=0.5, grain_deg=-side * 22))
            (x0, y0), (x1, y1) = knots[-2], knots[-1]
            start = (side * (x1 + 0.16 * (x0 - x1)), y1 + 0.16 * (y0 - y1))
            cuff = limb([start, (side * x1, y1)], [widths[-1] * 1.03] * 2)
            parts.append(piece(cuff, design.tone(0.1), puff=0.05))
    return parts


BOTTOMS = {
    "dress": dress,
    "skirt": skirt,
    "trousers": trousers,
    "jeans": jeans,
    "shorts": shorts,
}
