"""Hats, scarves, glasses and watches; each in its own units, about two to four across."""

import numpy as np

from lookalike.sample.colors import darker, lighter, luma
from lookalike.sample.curves import Points, box, ellipse, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, bar, crease, gleam, line, piece, ring
from lookalike.sample.parts import Part, Parts

SEAM = 0.018  # line width in units


def hat(design: Design) -> Parts:
    return {"beanie": _beanie, "cap": _cap, "fedora": _fedora, "bucket": _bucket_hat}[
        design.traits["cut"]
    ](design)


def _beanie(design: Design) -> Parts:
    dome = symmetric([(0, -1.15), (0.5, -1.08), (0.92, -0.6), (1.02, 0.2, 1), (0, 0.3)])
    cuff = symmetric([(0, 0.06), (1.02, -0.06), (1.08, 0.1), (1.06, 0.5), (0.98, 0.58), (0, 0.7)])
    ball = ellipse(0, -1.3, 0.56, 0.54)
    parts = [
        piece(dome, design.cloth, puff=0.5, folds=0.2),
        piece(cuff, design.rib(), puff=0.2, shadow=0.35),
    ]
    if design.seed % 2:
        parts.insert(0, piece(ball, design.trim(lighter(design.main, 0.3), "fleece"), puff=0.3))
    return parts


def _cap(design: Design) -> Parts:
    dome = smooth(
        [
            (-1.0, 0.25, 1),
            (-0.96, -0.3),
            (-0.5, -0.86),
            (0.1, -0.98),
            (0.66, -0.8),
            (1.0, -0.3),
            (1.05, 0.3, 1),
            (0.4, 0.2),
            (-0.4, 0.16),
        ]
    )
    visor = smooth(
        [
            (-0.9, 0.2),
            (-0.2, 0.12),
            (0.5, 0.2),
            (0.7, 0.34),
            (-0.1, 0.5),
            (-0.9, 0.66),
            (-1.5, 0.72),
            (-1.56, 0.6),
            (-1.3, 0.38),
        ]
    )
    parts = [piece(dome, design.cloth, puff=0.5, folds=0.2)]
    seams = (
        smooth([(-0.05, -0.98), (-0.36, -0.5), (-0.4, 0.16)], closed=False),
        smooth([(0.1, -0.98), (0.5, -0.5), (0.62, 0.2)], closed=False),
    )
    parts += [
        line(seams, design.seam, width=SEAM),
        piece(visor, design.tone(0.1), puff=0.16, shadow=0.45),
        piece(ellipse(0.06, -0.99, 0.16, 0.1), design.tone(0.15), puff=0.05),
    ]
    return parts


def _fedora(design: Design) -> Parts:
    brim = smooth(
        [
            (-1.75, 0.38),
            (-1.1, 0.16),
            (0, 0.1),
            (1.1, 0.16),
            (1.75, 0.38),
            (1.1, 0.66),
            (0, 0.76),
            (-1.1, 0.66),
        ]
    )
    crown = smooth(
        [
            (-0.86, 0.36, 1),
            (-0.8, -0.3),
            (-0.6, -0.78),
            (-0.24, -0.84),
            (0, -0.74),
            (0.24, -0.84),
            (0.6, -0.78),
            (0.8, -0.3),
            (0.86, 0.36, 1),
            (0.4, 0.48),
            (-0.4, 0.48),
        ]
    )
    band = smooth(
        [(-0.84, 0.1, 1), (0, 0.24), (0.84, 0.1, 1), (0.87, 0.38, 1), (0, 0.52), (-0.87, 0.38, 1)]
    )
    dent = smooth([(0, -0.72), (0.03, -0.4), (0, -0.1)], closed=False)
    ribbon = design.accent if design.pattern != "solid" else darker(design.main, 0.7)
    return [
        piece(brim, design.plain, puff=0.2),
        piece(crown, design.cloth, puff=0.4, shadow=0.4),
        crease(dent, design.main, width=0.1, opacity=0.3),
        piece(band, design.trim(ribbon, "satin"), puff=0.08),
    ]


def _bucket_hat(design: Design) -> Parts:
    brim = smooth(
        [
            (-0.86, 0.0, 1),
            (0.86, 0.0, 1),
            (1.36, 0.6),
            (1.2, 0.74),
            (0, 0.86),
            (-1.2, 0.74),
            (-1.36, 0.6),
        ]
    )
    crown = smooth(
        [
            (-0.9, 0.12, 1),
            (-0.74, -0.8),
            (-0.5, -0.92),
            (0.5, -0.92),
            (0.74, -0.8),
            (0.9, 0.12, 1),
            (0, 0.22),
        ]
    )
    lines = tuple(
        smooth(
            [
                (-0.96 - 0.1 * r, 0.2 + 0.14 * r),
                (0, 0.36 + 0.15 * r),
                (0.96 + 0.1 * r, 0.2 + 0.14 * r),
            ],
            closed=False,
        )
        for r in range(3)
    )
    return [
        piece(brim, design.cloth, puff=0.2, folds=0.3),
        line(lines, design.seam, width=SEAM * 0.8),
        piece(crown, design.cloth, puff=0.3, shadow=0.3),
    ]


def scarf(design: Design) -> Parts:
    back = smooth([(-0.85, -0.9), (0, -1.25), (0.85, -0.9), (0.7, -0.5), (0, -0.66), (-0.7, -0.5)])
    left = limb([(-0.35, -0.1), (-0.42, 0.9), (-0.36, 2.2)], [0.55, 0.62, 0.74])
    right = limb([(0.28, -0.1), (0.42, 0.8), (0.46, 1.75)], [0.5, 0.6, 0.72])
    loop = smooth(
        [
            (-0.98, -0.72),
            (-0.6, -0.62),
            (0, -0.42),
            (0.6, -0.62),
            (0.98, -0.72),
            (0.92, -0.2),
            (0.4, 0.16),
            (0, 0.22),
            (-0.4, 0.16),
            (-0.92, -0.2),
        ]
    )
    fringe = []
    for side, (x, y, half) in ((0, (0.46, 1.74, 0.34)), (1, (-0.36, 2.19, 0.35))):
        for step in np.linspace(-half, half, 11):
            fringe.append(polygon((x + step, y), (x + step * 1.04 + 0.02 * side, y + 0.26)))
    tassels = Part(tuple(fringe), design.tone(0.12), stroke=0.035, puff=0.02)
    parts = [
        piece(back, design.inside, puff=0.2),
        tassels,
        piece(right, design.cloth, puff=0.2, folds=0.9, grain_deg=-6),
        piece(left, design.cloth, puff=0.2, folds=0.9, shadow=0.4, grain_deg=4),
        piece(loop, design.cloth, puff=0.34, folds=0.9, shadow=0.45, grain_deg=70),
    ]
    for y in (-0.45, -0.2, 0.02):
        fold = smooth([(-0.85 + y * 0.1, y - 0.2), (0, y + 0.1), (0.85, y - 0.2)], closed=False)
        parts.append(crease(fold, design.main, width=0.07, opacity=0.2))
    return parts


def sunglasses(design: Design) -> Parts:
    lens = {
        "round": ellipse(0.62, 0, 0.88, 0.86),
        "square": box(0.16, -0.4, 1.12, 0.36, radius=0.18),
        "cat-eye": smooth(
            [(0.16, -0.2), (0.6, -0.36), (1.2, -0.52), (1.08, 0.0), (0.76, 0.34), (0.36, 0.3)]
        ),
        "aviator": smooth(
            [(0.16, -0.3), (0.66, -0.42), (1.14, -0.3), (1.06, 0.2), (0.72, 0.48), (0.36, 0.3)]
        ),
    }[design.traits["cut"]]
    thin = design.traits["cut"] == "aviator" or design.material == "metal"
    rim = 0.055 if thin else 0.11
    tint = design.accent if luma(design.accent) < 0.5 else (0.22, 0.20, 0.22)
    pairs = (lens, lens * np.array([-1.0, 1.0]))
    frame = Part(
        tuple(ring(side) for side in pairs), design.plain, stroke=rim * 1.5, puff=rim / 1.5
    )
    arms = tuple(
        limb([(s * 1.14, -0.26), (s * 1.3, -0.5), (s * 1.12, -0.8)], [rim * 1.4, rim, rim * 0.7])
        for s in (1, -1)
    )
    bridge = limb([(-0.2, -0.18), (0, -0.28), (0.2, -0.18)], [rim] * 3)
    parts = [
        piece(arms, design.tone(0.15), puff=rim / 2),
        piece(pairs, design.trim(darker(tint, 0.2), "glass"), puff=0.3),
        frame,
        piece(bridge, design.plain, puff=rim / 2),
    ]
    if thin:
        parts.append(piece(limb([(-0.3, -0.36), (0.3, -0.36)], [rim] * 2), design.plain, puff=0.03))
    for s in (1, -1):
        glint = polygon(
            (s * 0.62 - 0.3, 0.05),
            (s * 0.62 - 0.12, -0.28),
            (s * 0.62, -0.28),
            (s * 0.62 - 0.18, 0.05),
        )
        parts.append(gleam(glint, opacity=0.28, soft=0.02))
    return parts


def watch(design: Design) -> Parts:
    square = design.traits["cut"] == "square"
    strap = tuple(
        limb([(0, s * 0.6), (0, s * 1.3), (0, s * 2.1)], [0.86, 0.74, 0.62]) for s in (1, -1)
    )
    case: Points = box(-0.72, -0.78, 0.72, 0.78, radius=0.24) if square else ellipse(0, 0, 1.6, 1.6)
    dial = case * 0.84
    pale = luma(design.accent) > 0.5 or design.seed % 2 == 0
    face = (0.95, 0.94, 0.91) if pale else (0.13, 0.14, 0.18)
    ink = design.trim((0.12, 0.12, 0.14) if pale else (0.93, 0.92, 0.88), "ink")
    parts = [piece(strap, design.cloth, puff=0.16, folds=0.1)]
    if design.material == "metal":
        links = tuple(
            polygon((-0.4, s * y), (0.4, s * y)) for s in (1, -1) for y in np.arange(0.9, 2.1, 0.17)
        )
        parts.append(line(links, design.seam, width=0.025))
    else:
        stitches = tuple(
            polygon((x, s * 0.9), (x * 0.8, s * 2.0)) for x in (-0.3, 0.3) for s in (1, -1)
        )
        parts.append(line(stitches, design.seam, width=SEAM))
    parts += [
        bar(0.74, -0.12, 0.94, 0.12, design.metal),
        piece(case, design.metal, puff=0.12, shadow=0.4),
        piece(dial, design.trim(face), puff=0.03),
    ]
    marks = [
        polygon((0.52 * np.sin(a), -0.52 * np.cos(a)), (0.6 * np.sin(a), -0.6 * np.cos(a)))
        for a in np.arange(12) * np.pi / 6
    ]
    parts.append(Part(tuple(marks), ink, stroke=0.045))
    hands = (polygon((0, 0.04), (-0.3, -0.24)), polygon((0, 0.06), (0.24, -0.46)))
    parts.append(Part(hands, ink, stroke=0.06))
    parts.append(piece(ellipse(0, 0, 0.1, 0.1), design.metal, puff=0.03))
    return [
        *parts,
        gleam(limb([(-0.46, 0.1), (-0.2, -0.44)], [0.12, 0.2]), opacity=0.18, soft=0.05),
    ]


ACCESSORIES = {
    "hat": hat,
    "scarf": scarf,
    "sunglasses": sunglasses,
    "watch": watch,
}
