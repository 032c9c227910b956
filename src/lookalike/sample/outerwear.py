"""Jackets, blazers and coats, drawn on a body measured in heads (see figure.py)."""

from lookalike.sample.colors import darker
from lookalike.sample.curves import box, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, buttons, line, piece, ring
from lookalike.sample.parts import Parts
from lookalike.sample.tailoring import (
    SEAM,
    back_inside,
    band,
    both_sides,
    patch_pocket,
    placket,
    shirt_collar,
    sleeves,
    torso,
    zipper,
)


def jacket(design: Design) -> Parts:
    kind = design.traits["cut"]
    parts = [
        *back_inside(design),
        *sleeves(design, "long", cuff="rib" if kind == "bomber" else "shirt", thick=0.08),
    ]
    hem = 3.72 if kind != "trucker" else 3.62
    parts += torso(design, neck="v-collar", hem=hem, puff=0.28, folds=0.6)
    parts += zipper(design, 1.72, hem) if kind != "trucker" else placket(design, 1.75, hem)
    parts.append(band(design, hem - 0.2, hem + 0.03, 0.86, ribbed=kind == "bomber"))
    if kind == "biker":
        for side in (1, -1):
            lapel = smooth(
                [
                    (side * 0.04, 2.55, 1),
                    (side * 0.5, 1.95, 1),
                    (side * 0.3, 1.72),
                    (side * 0.3, 1.3, 1),
                    (side * 0.1, 1.7),
                ]
            )
            parts.append(piece(lapel, design.tone(0.05), puff=0.07, shadow=0.5))
        slant = [(0.34, 2.9), (0.66, 2.72)]
        parts.append(line(both_sides(slant), design.metal, width=0.035))
    elif kind == "bomber":
        stand = symmetric(
            [(0, 1.7, 1), (0.2, 1.5), (0.4, 1.22, 1), (0.3, 1.12, 1), (0.14, 1.4), (0, 1.56, 1)]
        )
        parts.append(piece(stand, design.rib(), puff=0.06, shadow=0.4))
        parts.append(line(both_sides([(0.38, 2.95), (0.58, 3.4)]), design.seam, width=0.04))
    else:
        parts += patch_pocket(design, 0.24, 2.14, 0.68, 2.5) + patch_pocket(
            design, -0.68, 2.14, -0.24, 2.5
        )
        parts.append(line(both_sides([(0.3, 2.5), (0.2, 3.42)]), design.seam, width=SEAM))
        parts += shirt_collar(design)
    return parts


def blazer(design: Design) -> Parts:
    lining = polygon((-0.34, 1.3), (0.34, 1.3), (0, 2.9))
    shirt_white = design.trim((0.95, 0.95, 0.94), "cotton")
    parts = [*back_inside(design), piece(lining, shirt_white, puff=0.1)]
    parts += sleeves(design, "long", thick=0.05)
    parts += torso(design, neck="deep", hem=4.25, waist=0.06, folds=0.35)
    parts.append(
        line(smooth([(0, 2.86), (0.04, 3.5), (0.16, 4.2)], closed=False), design.seam, width=0.03)
    )
    parts += _lapels(design, 2.86)
    flaps = [box(0.34, 3.36, 0.76, 3.5, radius=0.03), box(-0.76, 3.36, -0.34, 3.5, radius=0.03)]
    parts.append(piece(tuple(flaps), design.cloth, puff=0.04, shadow=0.45))
    parts.append(line(polygon((0.36, 2.42), (0.62, 2.38)), design.seam, width=0.04))
    closing = [(-0.03, 2.98), (0.0, 3.3)]
    return parts + buttons(closing, design.trim(darker(design.main, 0.5), "plastic"), size=0.11)


def coat(design: Design) -> Parts:
    hem = {"knee": 5.6, "midi": 6.3, "short": 4.7}[design.traits["length"]]
    parts = [*back_inside(design), *sleeves(design, "long", thick=0.1)]
    parts += torso(design, neck="deep-coat", hem=hem, flare=0.14, puff=0.26, folds=0.55)
    parts.append(
        line(smooth([(0.08, 2.3), (0.1, 4.0), (0.12, hem)], closed=False), design.seam, width=0.035)
    )
    parts += _lapels(design, 2.42, wide=0.14)
    double = design.traits["closing"] == "double-breasted"
    rows = [(x, 2.66 + 0.46 * row) for row in range(3) for x in ((-0.22, 0.3) if double else (0,))]
    parts += buttons(rows, design.trim(darker(design.main, 0.55), "plastic"), size=0.13)
    if design.traits["closing"] == "belted":
        parts.append(
            piece(
                symmetric([(0, 2.98), (0.83, 2.92, 1), (0.84, 3.14, 1), (0, 3.2)]),
                design.tone(0.08),
                puff=0.06,
                shadow=0.5,
            )
        )
        parts.append(
            piece(
                box(-0.16, 2.94, 0.12, 3.24, radius=0.04),
                design.trim(darker(design.main, 0.55), "plastic"),
                puff=0.03,
                holes=(box(-0.1, 3.0, 0.06, 3.18),),
            )
        )
    welts = [limb([(s * 0.5, 3.6), (s * 0.68, 4.06)], [0.12, 0.12]) for s in (1, -1)]
    parts.append(piece(tuple(welts), design.cloth, puff=0.04, shadow=0.45))
    return parts


def _lapels(design: Design, closing: float, *, wide: float = 0.0) -> Parts:
    parts: Parts = []
    for side in (-1, 1):
        knots = [
            (0.02, closing, 1),
            (0.36, 1.26, 1),
            (0.46, 1.4, 1),
            (0.52 + wide, 1.72, 1),
            (0.42 + wide, 1.78, 1),
            (0.6 + wide, 1.9, 1),
            (0.34 + wide, 2.4),
        ]
        leaf = smooth([(side * x, y, *rest) for x, y, *rest in knots])
        parts.append(piece(leaf, design.cloth, puff=0.06, shadow=0.5, grain_deg=side * 20))
        parts.append(line(ring(leaf), design.seam, width=SEAM * 0.8))
    return parts


OUTERWEAR = {"jacket": jacket, "blazer": blazer, "coat": coat}
