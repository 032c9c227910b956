"""Shoes in side view, toe to the left, as a pair; one shoe is about three units long."""

from collections.abc import Callable

from lookalike.sample.colors import darker, lighter, luma, mix
from lookalike.sample.curves import Points, box, ellipse, limb, polygon, smooth
from lookalike.sample.design import Design, gleam, line, piece
from lookalike.sample.parts import Part, Parts, shifted

SEAM = 0.018  # line width in units
BEHIND = (0.40, -0.2)  # where the second shoe stands


def _pair(one: Callable[[Design], Parts]) -> Callable[[Design], Parts]:
    def both(design: Design) -> Parts:
        shoe = one(design)
        return shifted(shoe, x=BEHIND[0], y=BEHIND[1], scale=0.96) + shoe

    return both


def _sneaker(design: Design) -> Parts:
    high = design.traits["cut"] == "high-top"
    top = -0.62 if high else -0.15
    upper = smooth(
        [
            (0.12, 1.0, 1),
            (0.12, 0.82),
            (0.45, 0.58),
            (1.05, 0.36),
            (1.55, 0.02),
            (1.72, top - 0.02, 1),
            (2.1, top + 0.1),
            (2.56, top - 0.1, 1),
            (2.66, top + 0.1),
            (2.74, 0.4),
            (2.84, 1.0, 1),
        ]
    )
    pale = lighter(design.accent, 0.2) if design.pattern != "solid" else (0.95, 0.95, 0.94)
    if luma(design.main) > 0.85:
        pale = design.accent
    sole = smooth(
        [
            (0.1, 0.9),
            (0.02, 1.0),
            (0.1, 1.16),
            (0.4, 1.25),
            (1.4, 1.27),
            (2.5, 1.27),
            (2.84, 1.2),
            (2.92, 1.02),
            (2.86, 0.9),
            (2.2, 1.0),
            (1.2, 1.03),
            (0.5, 0.98),
        ]
    )
    tongue = smooth(
        [(1.3, 0.25, 1), (1.42, top - 0.1), (1.6, top - 0.24), (1.8, top - 0.1), (1.8, 0.1, 1)]
    )
    collar = smooth(
        [
            (1.66, top + 0.02),
            (2.1, top - 0.02),
            (2.6, top - 0.1),
            (2.4, top + 0.14),
            (2.0, top + 0.26),
        ]
    )
    parts = [
        piece(tongue, design.tone(-0.12), puff=0.1),
        piece(collar, design.trim(darker(design.main, 0.5)), puff=0.05),
        piece(upper, design.cloth, puff=0.3, folds=0.15),
    ]
    toe = smooth(
        [(0.12, 1.02, 1), (0.12, 0.82), (0.42, 0.6), (0.78, 0.48), (0.92, 0.7), (0.92, 1.03, 1)]
    )
    heel = smooth([(2.2, 0.98, 1), (2.36, 0.5), (2.62, 0.12), (2.7, 0.2), (2.82, 0.98, 1)])
    second = (
        mix(design.main, pale, 0.75) if design.traits["cut"] == "runner" else design.tone(0.1).color
    )
    parts += [
        piece(
            toe,
            design.trim(pale if design.traits["cut"] == "high-top" else second, "rubber"),
            puff=0.16,
            shadow=0.2,
        ),
        piece(heel, design.trim(second, "leather"), puff=0.14, shadow=0.2),
    ]
    if design.traits["cut"] == "runner":
        wave = smooth([(0.95, 0.9), (1.5, 0.55), (2.35, 0.38), (1.8, 0.75), (1.3, 0.95)])
        parts.append(piece(wave, design.trim(pale, "rubber"), puff=0.06, shadow=0.25))
    else:
        eyestay = limb([(1.0, 0.46), (1.4, 0.24), (1.74, top + 0.1)], [0.2, 0.26, 0.26])
        parts.append(piece(eyestay, design.tone(0.08), puff=0.06, shadow=0.25))
    steps = 5 if high else 4
    laces = []
    for step in range(steps):
        share = step / (steps - 1)
        x, y = 1.02 + 0.6 * share, 0.42 + (top + 0.02 - 0.32) * share
        laces.append(polygon((x - 0.12, y - 0.1), (x + 0.16, y + 0.14)))
    cord = (0.96, 0.96, 0.95) if luma(design.main) < 0.8 else darker(design.main, 0.15)
    parts.append(
        Part(tuple(laces), design.trim(cord, "plain"), stroke=0.075, puff=0.03, shadow=0.4)
    )
    parts.append(piece(sole, design.trim(pale, "rubber"), puff=0.14, shadow=0.25))
    stripe = smooth(
        [(0.12, 1.1), (0.5, 1.17), (1.4, 1.18), (2.4, 1.18), (2.84, 1.11)], closed=False
    )
    parts.append(line(stripe, design.trim(design.tone(0.15).color, "ink"), width=0.035))
    return parts


def _boot(design: Design) -> Parts:
    kind = design.traits["cut"]
    top = {"ankle": -0.75, "chelsea": -0.7, "knee": -2.35, "lace-up": -1.0}[kind]
    upper = smooth(
        [
            (0.12, 0.95, 1),
            (0.14, 0.72),
            (0.6, 0.5),
            (1.15, 0.3),
            (1.46, -0.1),
            (1.42, top, 1),
            (2.5, top - 0.04, 1),
            (2.48, -0.2),
            (2.56, 0.4),
            (2.6, 0.95, 1),
        ]
    )
    mouth = ellipse(1.96, top, 1.08, 0.2)
    sole_color = darker(design.main, 0.6) if luma(design.main) > 0.25 else (0.12, 0.12, 0.13)
    heel = polygon((1.98, 0.92), (2.64, 0.92), (2.6, 1.28), (2.04, 1.28))
    sole = smooth(
        [
            (0.06, 0.9),
            (0.08, 1.06, 1),
            (1.0, 1.1),
            (1.6, 1.04),
            (2.06, 1.06, 1),
            (2.66, 1.06, 1),
            (2.64, 0.88, 1),
            (1.4, 0.93),
        ]
    )
    if kind == "lace-up":
        sole = box(0.06, 0.88, 2.68, 1.24, radius=0.1)
    parts = [
        piece(mouth, design.inside, puff=0.02),
        piece(heel, design.trim(sole_color, "wood" if kind == "knee" else "rubber"), puff=0.05),
        piece(upper, design.cloth, puff=0.42, folds=0.35),
        Part(
            (smooth([(1.42, top), (1.96, top + 0.1), (2.5, top - 0.04)], closed=False),),
            design.tone(0.15),
            stroke=0.06,
            puff=0.03,
        ),
        piece(sole, design.trim(sole_color, "rubber"), puff=0.06, shadow=0.3),
    ]
    for x, y in ((1.3, 0.2), (1.44, 0.0), (1.6, 0.34)):
        fold = smooth([(x, y), (x + 0.3, y + 0.16), (x + 0.62, y + 0.12)], closed=False)
        parts.append(crease(fold, design))
    if kind == "chelsea":
        panel = smooth(
            [(1.76, top + 0.02, 1), (2.26, top, 1), (2.2, -0.1), (2.02, 0.34), (1.84, -0.1)]
        )
        parts.append(piece(panel, design.trim(darker(design.main, 0.45), "knit"), puff=0.04))
    elif kind == "lace-up":
        rows = [
            polygon(
                (1.22 + 0.2 * min(row, 1) + 0.01 * row, 0.2 - 0.2 * row), (1.74, 0.24 - 0.2 * row)
            )
            for row in range(6)
        ]
        pale = (0.85, 0.75, 0.5) if luma(design.main) < 0.5 else darker(design.main, 0.5)
        parts.append(Part(tuple(rows), design.trim(pale), stroke=0.07, puff=0.03, shadow=0.4))
        parts.append(
            line(
                smooth([(0.1, 0.98), (1.4, 1.0), (2.66, 0.98)], closed=False),
                design.trim(pale, "ink"),
                width=0.02,
            )
        )
    elif kind == "knee":
        parts.append(line(polygon((2.1, top + 0.1), (2.16, 0.3)), design.seam, width=SEAM))
    else:
        parts.append(line(polygon((1.98, top + 0.15), (2.0, 0.6)), design.metal, width=0.035))
    shine = limb([(1.62, top + 0.3), (1.66, -0.3), (1.4, 0.25)], [0.08, 0.14, 0.06])
    return [*parts, gleam(shine, opacity=0.12 if design.material == "suede" else 0.3, soft=0.08)]


def _heel(design: Design) -> Parts:
    kind = design.traits["cut"]
    heel_shape = {
        "stiletto": smooth(
            [
                (2.42, 0.1, 1),
                (2.78, 0.0, 1),
                (2.72, 0.5),
                (2.66, 1.26, 1),
                (2.58, 1.26, 1),
                (2.56, 0.6),
            ]
        ),
        "block": polygon((2.28, 0.15), (2.8, 0.0), (2.78, 1.26), (2.36, 1.26)),
        "kitten": smooth(
            [
                (2.4, 0.5, 1),
                (2.78, 0.4, 1),
                (2.7, 0.8),
                (2.68, 1.26, 1),
                (2.58, 1.26, 1),
                (2.56, 0.9),
            ]
        ),
        "sandal": polygon((2.34, 0.15), (2.8, 0.0), (2.74, 1.26), (2.48, 1.26)),
    }[kind]
    rise = 0.4 if kind == "kitten" else 0.0
    sole = smooth(
        [
            (0.06, 1.16, 1),
            (0.3, 1.27),
            (0.9, 1.22),
            (1.5, 0.84 + rise * 0.5),
            (2.2, 0.3 + rise),
            (2.78, 0.14 + rise, 1),
            (2.8, 0.02 + rise, 1),
            (2.2, 0.16 + rise),
            (1.4, 0.72 + rise * 0.5),
            (0.8, 1.1),
        ]
    )
    parts = [piece(heel_shape, design.tone(0.12), puff=0.08)]
    lining = design.trim(mix(design.main, (0.93, 0.82, 0.70), 0.75), "leather")
    if kind == "sandal":
        parts.append(piece(sole, design.tone(0.25), puff=0.04))
        straps = [
            ([(0.42, 1.2), (0.6, 0.94), (0.86, 0.92), (1.02, 1.12)], 0.24),
            ([(2.5, 0.18), (2.3, -0.3), (2.36, -0.62)], 0.11),
            ([(1.96, -0.5), (2.3, -0.66), (2.66, -0.56), (2.74, 0.02)], 0.11),
        ]
        for knots, width in straps:
            band = limb(knots, [width] * len(knots))
            parts.append(piece(band, design.cloth, puff=0.08, shadow=0.3))
        parts.append(piece(ellipse(2.12, -0.58, 0.15, 0.15), design.metal, puff=0.04))
        return parts
    inner = smooth(
        [
            (0.95, 0.8 + rise * 0.3),
            (1.6, 0.3 + rise * 0.7),
            (2.3, -0.08 + rise),
            (2.74, -0.2 + rise),
            (2.3, 0.22 + rise),
            (1.5, 0.7 + rise * 0.5),
        ]
    )
    upper = smooth(
        [
            (0.05, 1.15, 1),
            (0.12, 1.02),
            (0.5, 0.84),
            (0.95, 0.76 + rise * 0.3, 1),
            (1.2, 0.86),
            (1.7, 0.52 + rise * 0.6),
            (2.3, 0.02 + rise),
            (2.74, -0.36 + rise, 1),
            (2.84, -0.1 + rise),
            (2.8, 0.08 + rise, 1),
            (2.2, 0.24 + rise),
            (1.5, 0.78 + rise * 0.5),
            (0.9, 1.17),
            (0.4, 1.22),
        ]
    )
    parts += [
        piece(inner, lining, puff=0.05),
        piece(sole, design.trim(darker(design.main, 0.55), "leather"), puff=0.03),
    ]
    parts.append(piece(upper, design.cloth, puff=0.3, shadow=0.2))
    if design.seed % 3 == 0:
        bow = [
            smooth([(0.98, 0.84), (0.8, 0.68), (0.76, 0.9)]),
            smooth([(0.98, 0.84), (1.18, 0.7), (1.18, 0.94)]),
        ]
        parts.append(piece(tuple(bow), design.tone(0.08), puff=0.06, shadow=0.3))
    shine = limb([(0.3, 1.0), (0.6, 0.92), (0.9, 0.9)], [0.03, 0.08, 0.03])
    return [*parts, gleam(shine, opacity=0.5, soft=0.05)]


def _loafer(design: Design) -> Parts:
    upper = smooth(
        [
            (0.1, 1.02, 1),
            (0.12, 0.82),
            (0.5, 0.62),
            (0.95, 0.46),
            (1.3, 0.26, 1),
            (1.7, 0.34),
            (2.2, 0.34),
            (2.66, 0.12, 1),
            (2.78, 0.4),
            (2.8, 1.02, 1),
        ]
    )
    inner = smooth([(1.2, 0.3), (1.8, 0.14), (2.5, 0.04), (2.68, 0.14), (2.2, 0.5), (1.6, 0.5)])
    apron = smooth([(0.34, 0.78), (0.7, 0.72), (1.1, 0.66), (1.36, 0.4)], closed=False)
    strap = limb([(1.06, 0.42), (1.26, 0.66), (1.34, 1.0)], [0.24, 0.28, 0.34])
    sole_color = darker(design.main, 0.6)
    parts = [
        piece(inner, design.trim((0.80, 0.66, 0.48), "leather"), puff=0.05),
        piece(upper, design.cloth, puff=0.34, folds=0.1),
        line(apron, design.seam, width=0.035),
    ]
    if design.traits["cut"] == "penny":
        parts += [
            piece(strap, design.tone(0.08), puff=0.07, shadow=0.35),
            piece(ellipse(1.24, 0.62, 0.1, 0.2), design.inside, puff=0.02),
        ]
    elif design.traits["cut"] == "tassel":
        parts.append(piece(strap, design.tone(0.05), puff=0.06, shadow=0.3))
        tassels = [limb([(x, 0.5), (x - 0.05, 0.8)], [0.05, 0.13]) for x in (1.1, 1.24)]
        parts.append(piece(tuple(tassels), design.tone(0.15), puff=0.05, shadow=0.4))
    else:
        rows = tuple(
            polygon((0.98 + 0.12 * r, 0.46 - 0.07 * r), (1.16 + 0.12 * r, 0.7 - 0.06 * r))
            for r in range(4)
        )
        parts.append(
            Part(rows, design.trim(darker(design.main, 0.5)), stroke=0.05, puff=0.02, shadow=0.3)
        )
    heel = box(2.12, 1.04, 2.8, 1.25, radius=0.03)
    sole = smooth(
        [(0.04, 1.0), (0.06, 1.1, 1), (1.2, 1.13), (2.1, 1.12, 1), (2.86, 1.12, 1), (2.84, 0.98, 1)]
    )
    parts += [
        piece(heel, design.trim(sole_color, "rubber"), puff=0.04),
        piece(sole, design.trim(sole_color, "leather"), puff=0.04, shadow=0.3),
    ]
    shine = limb([(0.3, 0.82), (0.6, 0.74), (0.85, 0.7)], [0.03, 0.1, 0.03])
    return [*parts, gleam(shine, opacity=0.1 if design.material == "suede" else 0.4, soft=0.05)]


def crease(path: Points, design: Design) -> Part:
    return Part(
        (path,), design.trim(darker(design.main, 0.75), "ink"), stroke=0.06, soft=0.05, opacity=0.22
    )


SHOES = {
    "sneakers": _pair(_sneaker),
    "boots": _pair(_boot),
    "heels": _pair(_heel),
    "loafers": _pair(_loafer),
}
