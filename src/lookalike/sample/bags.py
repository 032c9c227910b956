"""Handbags and backpacks; about two units across."""

import numpy as np

from lookalike.sample.colors import darker
from lookalike.sample.curves import box, ellipse, limb, smooth, symmetric
from lookalike.sample.design import Design, bar, crease, line, piece, ring
from lookalike.sample.parts import Part, Parts

SEAM = 0.018  # line width in units


def handbag(design: Design) -> Parts:
    return {"tote": _tote, "satchel": _satchel, "bucket": _bucket, "shoulder": _shoulder}[
        design.traits["cut"]
    ](design)


def _strap(design: Design, knots: list[tuple[float, float]], width: float) -> Part:
    path = limb(knots, [width] * len(knots))
    return piece(path, design.tone(0.12), puff=width / 2, shadow=0.2)


def _tote(design: Design) -> Parts:
    handle = [(-0.55, 0.1), (-0.5, -0.8), (0, -1.2), (0.5, -0.8), (0.55, 0.1)]
    body = symmetric([(0, 0.02), (1.12, 0, 1), (1.02, 1.0), (0.94, 1.86), (0.85, 1.98), (0, 2.02)])
    lip = symmetric([(0, 0.0), (1.12, -0.02, 1), (1.1, 0.16, 1), (0, 0.2)])
    parts = [
        _strap(design, [(x, y - 0.1) for x, y in handle], 0.1),
        piece(body, design.cloth, puff=0.22, folds=0.25, shadow=0.2),
        piece(lip, design.tone(0.1), puff=0.05, shadow=0.25),
    ]
    tabs = tuple(box(x - 0.09, 0.02, x + 0.09, 0.44, radius=0.06) for x in (-0.55, 0.55))
    parts += [_strap(design, handle, 0.11), piece(tabs, design.tone(0.14), puff=0.05, shadow=0.35)]
    rivets = tuple(ellipse(x, 0.3, 0.08, 0.08) for x in (-0.55, 0.55))
    return [*parts, piece(rivets, design.metal, puff=0.03)]


def _satchel(design: Design) -> Parts:
    handle = [(-0.5, 0.25), (-0.46, -0.35), (0, -0.56), (0.46, -0.35), (0.5, 0.25)]
    body = symmetric([(0, 0.1), (0.95, 0.1), (1.16, 0.3), (1.25, 1.4), (1.15, 1.6), (0, 1.64)])
    flap = symmetric([(0, 0.06), (0.95, 0.06), (1.14, 0.24), (1.14, 0.7), (0.9, 0.98), (0, 1.02)])
    parts = [
        _strap(design, handle, 0.13),
        piece(body, design.cloth, puff=0.22, shadow=0.2),
        piece(flap, design.cloth, puff=0.16, shadow=0.5),
        line(ring(flap * 0.955 + np.array([0, 0.02])), design.seam, width=SEAM),
    ]
    lock = box(-0.15, 0.86, 0.15, 1.16, radius=0.06)
    return [
        *parts,
        piece(lock, design.metal, puff=0.06, shadow=0.5),
        piece(ellipse(0, 1.02, 0.08, 0.08), design.trim((0.15, 0.14, 0.14)), puff=0.02),
    ]


def _bucket(design: Design) -> Parts:
    handle = [(-0.72, 0.2), (-0.66, -0.7), (0, -1.3), (0.66, -0.7), (0.72, 0.2)]
    back = ellipse(0, 0.12, 1.64, 0.34)
    body = symmetric(
        [(0, 0.26), (0.5, 0.22), (0.82, 0.1, 1), (0.92, 1.0), (0.98, 1.7), (0.84, 1.86), (0, 1.95)]
    )
    base = symmetric([(0, 1.56), (0.97, 1.5, 1), (0.98, 1.72), (0.84, 1.87), (0, 1.96)])
    parts = [
        _strap(design, handle, 0.1),
        piece(back, design.inside, puff=0.03),
        piece(body, design.cloth, puff=0.4, folds=0.5),
        piece(base, design.tone(0.16), puff=0.12, shadow=0.2),
    ]
    cord = smooth([(-0.84, 0.36), (0, 0.52), (0.84, 0.36)], closed=False)
    ends = (
        smooth([(-0.06, 0.5), (-0.14, 0.9), (-0.1, 1.12)], closed=False),
        smooth([(0.06, 0.5), (0.14, 0.8), (0.12, 1.04)], closed=False),
    )
    rope = design.tone(0.2)
    return [*parts, Part((cord, *ends), rope, stroke=0.06, puff=0.03, shadow=0.4)]


def _shoulder(design: Design) -> Parts:
    handle = [(-1.02, 0.35), (-0.75, -0.65), (0, -1.02), (0.75, -0.65), (1.02, 0.35)]
    body = symmetric(
        [(0, 0.3), (0.6, 0.28), (1.05, 0.12), (1.26, 0.6), (1.1, 1.25), (0.6, 1.5), (0, 1.55)]
    )
    top = smooth([(-1.02, 0.3), (0, 0.44), (1.02, 0.3)], closed=False)
    parts = [
        _strap(design, handle, 0.1),
        piece(body, design.cloth, puff=0.5, folds=0.5),
        line(top, design.metal, width=0.05),
    ]
    for x in (-0.4, 0.1, 0.5):
        fold = smooth([(x, 0.46), (x * 1.15, 0.75), (x * 1.2, 1.1)], closed=False)
        parts.append(crease(fold, design.main, width=0.06, opacity=0.22))
    rings = tuple(ellipse(x, 0.3, 0.2, 0.2) for x in (-1.02, 1.02))
    holes = tuple(ellipse(x, 0.3, 0.11, 0.11) for x in (-1.02, 1.02))
    return [*parts, piece(rings, design.metal, puff=0.03, holes=holes, shadow=0.3)]


def backpack(design: Design) -> Parts:
    body = symmetric(
        [(0, -1.3), (0.62, -1.22), (0.98, -0.8), (1.05, 0.4), (1.02, 1.2), (0.86, 1.38), (0, 1.42)]
    )
    loop = limb([(-0.22, -1.22), (-0.16, -1.52), (0.16, -1.52), (0.22, -1.22)], [0.1] * 4)
    straps = tuple(
        limb([(s * 0.9, -0.7), (s * 1.2, 0.1), (s * 1.0, 1.1)], [0.2, 0.24, 0.12]) for s in (1, -1)
    )
    parts = [
        piece(straps, design.tone(0.3), puff=0.1),
        piece(loop, design.tone(0.25), puff=0.05),
        piece(body, design.cloth, puff=0.34, folds=0.3),
    ]
    if design.traits["cut"] == "roll-top":
        roll = box(-0.8, -1.36, 0.8, -0.98, radius=0.16)
        parts.append(piece(roll, design.tone(0.08), puff=0.16, shadow=0.4))
        parts += [
            bar(-0.08, -1.3, 0.08, -0.1, design.trim(darker(design.main, 0.5), "canvas")),
            piece(box(-0.13, -0.42, 0.13, -0.22, radius=0.04), design.metal, puff=0.04, shadow=0.4),
        ]
    elif design.traits["cut"] == "flap":
        flap = symmetric(
            [(0, -1.32), (0.64, -1.24), (0.98, -0.8), (1.0, -0.1), (0.8, 0.12), (0, 0.16)]
        )
        parts.append(piece(flap, design.cloth, puff=0.26, shadow=0.5))
        belts = tuple(box(x - 0.07, -0.35, x + 0.07, 0.66, radius=0.04) for x in (-0.44, 0.44))
        leather = design.trim((0.55, 0.36, 0.22), "leather")
        parts.append(piece(belts, leather, puff=0.04, shadow=0.4))
        buckles = tuple(box(x - 0.11, 0.26, x + 0.11, 0.46, radius=0.03) for x in (-0.44, 0.44))
        parts.append(piece(buckles, design.metal, puff=0.03, shadow=0.4))
    else:
        arc = smooth(
            [(-0.98, 0.1), (-0.84, -0.82), (0, -1.08), (0.84, -0.82), (0.98, 0.1)], closed=False
        )
        parts.append(line(arc, design.trim(darker(design.main, 0.6), "metal"), width=0.045))
    pocket = symmetric([(0, 0.32), (0.6, 0.34), (0.74, 0.5), (0.74, 1.1), (0.62, 1.24), (0, 1.26)])
    parts.append(piece(pocket, design.cloth, puff=0.16, shadow=0.4))
    zipper = smooth([(-0.6, 0.5), (0, 0.46), (0.6, 0.5)], closed=False)
    parts.append(line(zipper, design.trim(darker(design.main, 0.6), "metal"), width=0.04))
    label = box(-0.16, 0.78, 0.16, 0.96, radius=0.02)
    return [*parts, piece(label, design.trim((0.60, 0.42, 0.28), "leather"), puff=0.02, shadow=0.3)]


BAGS = {"handbag": handbag, "backpack": backpack}
