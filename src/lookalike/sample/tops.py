"""Tops, drawn on a body measured in heads (see figure.py)."""

from lookalike.sample.colors import darker, lighter, luma
from lookalike.sample.curves import box, ellipse, limb, smooth, symmetric
from lookalike.sample.design import Design, buttons, crease, line, piece, ring
from lookalike.sample.parts import Part, Parts
from lookalike.sample.tailoring import (
    SEAM,
    WIDTHS,
    back_inside,
    band,
    neckband,
    patch_pocket,
    placket,
    shirt_collar,
    sleeves,
    torso,
    zipper,
)


def t_shirt(design: Design) -> Parts:
    neck = design.traits["neck"]
    parts = [*back_inside(design), *sleeves(design, design.traits["sleeve"])]
    parts += torso(design, neck=neck, hem=4.05)
    parts.append(neckband(design, neck))
    parts.append(_hem_seam(design, 3.96, 0.8))
    return parts


def shirt(design: Design) -> Parts:
    parts = [*back_inside(design), *sleeves(design, design.traits["sleeve"], cuff="shirt")]
    parts += torso(design, neck="v-collar", hem=4.2, curved_hem=True)
    parts += placket(design, 1.75, 4.2)
    if design.traits.get("pocket") == "chest pocket":
        parts += patch_pocket(design, 0.27, 2.1, 0.66, 2.56)
    return parts + shirt_collar(design)


def blouse(design: Design) -> Parts:
    neck = design.traits["neck"]
    parts = [*back_inside(design), *sleeves(design, design.traits["sleeve"], cuff="gathered")]
    parts += torso(
        design, neck="v-neck" if neck != "round" else "round", hem=3.85, flare=0.12, folds=0.9
    )
    if neck == "bow":
        parts += _bow(design, 1.98)
    elif neck == "ruffle":
        parts += _ruffle(design)
    else:
        parts.append(neckband(design, neck))
    return parts


def sweater(design: Design) -> Parts:
    neck = design.traits["neck"]
    parts = [*back_inside(design), *sleeves(design, "long", cuff="rib", thick=0.06)]
    cut = {"turtleneck": "crew", "cardigan": "v-neck"}.get(neck, neck)
    parts += torso(design, neck=cut, hem=3.95, puff=0.26, folds=0.35)
    parts.append(band(design, 3.78, 3.99, 0.86))
    if neck == "turtleneck":
        roll = symmetric([(0, 1.12), (0.3, 1.06), (0.36, 1.2), (0.40, 1.46), (0, 1.62)])
        parts.append(piece(roll, design.rib(), puff=0.16, shadow=0.4))
        parts.append(
            crease(
                smooth([(-0.36, 1.3), (0, 1.38), (0.36, 1.3)], closed=False),
                design.main,
                width=0.05,
            )
        )
    else:
        parts.append(neckband(design, cut, width=0.12))
    if neck == "cardigan":
        parts.append(piece(box(-0.075, 2.02, 0.075, 3.99), design.rib(), puff=0.05, shadow=0.3))
        knobs = [(0.0, 2.22 + 0.42 * row) for row in range(5)]
        parts += buttons(knobs, design.trim(darker(design.main, 0.45), "plastic"), size=0.1)
    return parts


def hoodie(design: Design) -> Parts:
    hood_back = symmetric([(0, 0.98), (0.34, 1.02), (0.56, 1.3), (0.5, 1.62), (0, 1.75)])
    parts = [piece(hood_back, design.plain, puff=0.2)]
    parts += sleeves(design, "long", cuff="rib", thick=0.06)
    parts += torso(design, neck="round", hem=4.0, puff=0.26, folds=0.5)
    parts.append(band(design, 3.83, 4.04, 0.88))
    pouch = symmetric([(0, 3.02, 1), (0.4, 3.02, 1), (0.62, 3.42), (0.64, 3.74, 1), (0, 3.76)])
    parts.append(piece(pouch, design.cloth, puff=0.06, shadow=0.35))
    parts.append(line(ring(pouch), design.seam, width=SEAM))
    if design.traits["front"] == "zip":
        parts += zipper(design, 1.7, 4.04)
    opening = symmetric([(0, 1.16), (0.26, 1.22), (0.33, 1.5), (0, 1.74)])
    parts.append(piece(opening, design.inside, puff=0.1))
    rim = [(0.04, 1.86), (0.42, 1.62), (0.52, 1.3), (0.36, 1.06)]
    for side in (1, -1):
        edge = limb([(side * x, y) for x, y in rim], [0.16, 0.24, 0.2, 0.12], round_ends=True)
        parts.append(piece(edge, design.plain, puff=0.1, shadow=0.4))
    cords = tuple(
        smooth([(side * 0.12, 1.84), (side * 0.16, 2.3), (side * 0.13, 2.7)], closed=False)
        for side in (1, -1)
    )
    pale = lighter(design.main, 0.75) if luma(design.main) < 0.75 else darker(design.main, 0.3)
    parts.append(Part(cords, design.trim(pale, "ink"), stroke=0.05, shadow=0.35))
    return parts


def _hem_seam(design: Design, y: float, half: float) -> Part:
    half *= WIDTHS[design.traits.get("fit", "regular")]
    path = smooth([(-half, y - 0.02), (0, y + 0.07), (half, y - 0.02)], closed=False)
    return line(path, design.seam, width=SEAM * 0.7)


def _bow(design: Design, y: float) -> Parts:
    surface = design.tone(0.06)
    parts = [
        piece(
            limb([(0, y), (side * 0.14, y + 0.4), (side * 0.24, y + 0.85)], [0.1, 0.18, 0.24]),
            surface,
            puff=0.06,
            shadow=0.4,
        )
        for side in (1, -1)
    ]
    for side in (1, -1):
        loop = smooth(
            [(0, y), (side * 0.3, y - 0.16), (side * 0.5, y + 0.02), (side * 0.3, y + 0.16)]
        )
        parts.append(piece(loop, surface, puff=0.09, shadow=0.4))
    return [*parts, piece(ellipse(0, y, 0.17, 0.19), surface, puff=0.07, shadow=0.5)]


def _ruffle(design: Design) -> Parts:
    parts: Parts = []
    for reach, share in ((0.3, 0.1), (0.18, 0.02)):
        edge = [(0.06, 2.3), (0.16 + reach * 0.5, 2.0), (0.3 + reach * 0.7, 1.7), (0.44, 1.32)]
        for side in (1, -1):
            frill = limb(
                [(side * x, y) for x, y in edge], [0.08, 0.22, 0.24, 0.12], round_ends=True
            )
            parts.append(piece(frill, design.tone(share), puff=0.07, folds=0.5, shadow=0.4))
    return parts


TOPS = {
    "t-shirt": t_shirt,
    "shirt": shirt,
    "blouse": blouse,
    "sweater": sweater,
    "hoodie": hoodie,
}
