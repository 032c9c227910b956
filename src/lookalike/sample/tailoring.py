"""Pieces that tops and outerwear share, drawn on a body measured in heads (see figure.py)."""

from lookalike.sample.colors import darker, luma
from lookalike.sample.curves import Points, box, flipped, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, buttons, crease, line, piece, ring
from lookalike.sample.parts import Part, Parts

WIDTHS = {"slim": 0.92, "regular": 1.0, "relaxed": 1.09, "oversized": 1.16}
NECK_DEPTH = {"crew": 1.56, "v-neck": 2.02, "round": 1.76, "boat": 1.46}
SEAM = 0.022  # line width in heads


def torso(
    design: Design,
    *,
    neck: str,
    hem: float,
    flare: float = 0.0,
    waist: float = 0.0,
    puff: float = 0.22,
    folds: float = 0.7,
    curved_hem: bool = False,
) -> Parts:
    """The front of a garment from neckline to hem."""
    wide = WIDTHS[design.traits.get("fit", "regular")]
    half = 0.84 * wide + flare * (hem - 3.2)
    sides = [
        (0.84 * wide, 1.43),
        (0.97 * wide, 1.60),
        (0.87 * wide, 2.15),
        ((0.80 - waist) * wide, 3.0),
        (half, hem - 0.1 if not curved_hem else hem - 0.35, not curved_hem),
    ]
    bottom = [(0.5 * half, hem + 0.02), (0, hem + 0.06)]
    top = neckline(neck)
    parts = [
        piece(symmetric([*top, *sides, *bottom]), design.cloth, puff=puff, folds=folds, shadow=0.28)
    ]
    for side in (1, -1):  # the hollow under the arm
        hollow = smooth(
            [(side * 0.8 * wide, 2.2), (side * 0.52, 2.5), (side * 0.35, 2.95)], closed=False
        )
        parts.append(crease(hollow, design.main, width=0.07, opacity=0.13))
    return parts


def neckline(neck: str) -> list[tuple[float, ...]]:
    """The right half of a neckline, from its lowest point to the shoulder."""
    if neck in ("v-neck", "v-collar", "deep", "deep-coat"):
        depth = {"v-neck": 2.02, "v-collar": 1.74, "deep": 2.86, "deep-coat": 2.42}[neck]
        return [(0, depth, 1), (0.34, 1.29, 1)]
    wide = {"boat": 0.58, "round": 0.44}.get(neck, 0.37)
    depth = NECK_DEPTH[neck]
    return [(0, depth), (wide * 0.62, depth - 0.08), (wide, 1.27 + 0.1 * (wide - 0.37), 1)]


def neckband(design: Design, neck: str, *, width: float = 0.09) -> Part:
    """The sewn edge of a neckline."""
    knots = [(x, y) for x, y, *_ in neckline(neck if neck in NECK_DEPTH else "v-neck")]
    left = [(-x, y) for x, y in knots[:0:-1]]
    if neck in ("v-neck", "bow", "ruffle", "cardigan"):
        path = polygon(*left, *knots)
        return Part((path,), design.rib(), stroke=width, puff=0.03, shadow=0.3)
    band = limb([*left, *knots], [width] * 3)
    surface = design.rib() if design.material in ("knit", "wool", "cotton") else design.tone(0.08)
    return piece(band, surface, puff=0.035, shadow=0.3)


def back_inside(design: Design) -> Parts:
    """The inside of the back, which shows in the neck."""
    back = symmetric([(0, 1.3), (0.36, 1.24, 1), (0.5, 1.42), (0.3, 2.0), (0, 2.3)])
    return [piece(back, design.inside, puff=0.02)]


def sleeves(design: Design, kind: str, *, cuff: str = "", thick: float = 0.0) -> Parts:
    """Both sleeves with their cuffs; empty when sleeveless."""
    wide = WIDTHS[design.traits.get("fit", "regular")]
    reach = (wide - 1) * 0.9
    paths: dict[str, tuple[list[tuple[float, float]], list[float]]] = {
        "short": ([(0.70, 1.66), (1.0, 2.1), (1.17, 2.52)], [0.54, 0.58, 0.54]),
        "puff": ([(0.72, 1.62), (1.02, 2.0), (1.16, 2.36)], [0.56, 0.74, 0.46]),
        "three-quarter": ([(0.70, 1.66), (1.06, 2.4), (1.28, 3.2)], [0.54, 0.50, 0.44]),
        "long": ([(0.70, 1.66), (1.08, 2.5), (1.28, 3.3), (1.42, 4.08)], [0.54, 0.46, 0.40, 0.32]),
        "balloon": (
            [(0.70, 1.66), (1.08, 2.5), (1.30, 3.3), (1.42, 3.98)],
            [0.54, 0.56, 0.66, 0.40],
        ),
        "sleeveless": ([], []),
    }
    knots, widths = paths[kind]
    parts: Parts = []
    if not knots:
        return parts
    knots = [(x + reach * 0.6, y) for x, y in knots]
    widths = [width + thick for width in widths]
    end, before = knots[-1], knots[-2]
    for side in (1, -1):
        path = [(side * x, y) for x, y in knots]
        parts.append(
            piece(
                limb(path, widths),
                design.cloth,
                puff=0.2,
                folds=0.5,
                grain_deg=-side * 22,
                shadow=0.1,
            )
        )
        if cuff in ("rib", "shirt", "gathered") and kind != "short":
            start = tuple(e + 0.18 * (b - e) for e, b in zip(end, before, strict=True))
            band = limb(
                [(side * start[0], start[1]), (side * end[0], end[1])],
                [widths[-1] * 1.06, widths[-1] * 1.0],
            )
            surface = design.rib() if cuff == "rib" else design.tone(0.05)
            parts.append(piece(band, surface, puff=0.06, shadow=0.2))
        elif kind == "short":
            hem = limb(
                [(side * (end[0] - 0.05), end[1] - 0.1), (side * (end[0] - 0.046), end[1] - 0.09)],
                [0.5, 0.5],
            )
            parts.append(line(ring(hem), design.seam, width=SEAM * 0.7))
    return parts


def shirt_collar(design: Design) -> Parts:
    """A turned-down collar."""
    parts: Parts = []
    for side in (1, -1):
        knots = [(0.02, 1.74, 1), (0.36, 1.22, 1), (0.47, 1.46), (0.46, 1.62, 1), (0.3, 1.9, 1)]
        leaf = smooth([(side * x, y, *rest) for x, y, *rest in knots])
        parts.append(piece(leaf, design.cloth, puff=0.05, shadow=0.45, grain_deg=side * 35))
        parts.append(line(ring(leaf), design.seam, width=SEAM * 0.8))
    return parts


def placket(design: Design, top: float, bottom: float) -> Parts:
    """A button front."""
    strip = piece(box(-0.085, top, 0.085, bottom - 0.02), design.cloth, puff=0.02, shadow=0.22)
    edges = (polygon((-0.085, top), (-0.085, bottom)), polygon((0.085, top), (0.085, bottom)))
    count = int((bottom - top - 0.3) / 0.42) + 1
    places = [(0.0, top + 0.24 + 0.42 * row) for row in range(count)]
    pale = (0.95, 0.94, 0.92) if luma(design.main) < 0.7 else darker(design.main, 0.35)
    return [
        strip,
        line(edges, design.seam, width=SEAM * 0.7),
        *buttons(places, design.trim(pale, "plastic"), size=0.085),
    ]


def zipper(design: Design, top: float, bottom: float) -> Parts:
    """A zip front."""
    teeth = design.metal
    return [
        piece(box(-0.06, top, 0.06, bottom), design.tone(0.3), puff=0.02),
        Part((polygon((0, top), (0, bottom)),), teeth, stroke=0.05, puff=0.02),
        piece(
            box(-0.035, top + 0.06, 0.035, top + 0.26, radius=0.03), teeth, puff=0.03, shadow=0.5
        ),
    ]


def patch_pocket(design: Design, left: float, top: float, right: float, bottom: float) -> Parts:
    """A sewn-on pocket with its flap line."""
    middle = (left + right) / 2
    shape = polygon(
        (left, top), (right, top), (right, bottom - 0.08), (middle, bottom), (left, bottom - 0.08)
    )
    parts = [
        piece(shape, design.cloth, puff=0.03, shadow=0.3),
        line(ring(shape), design.seam, width=SEAM * 0.8),
    ]
    flap = polygon((left, top + 0.12), (right, top + 0.12))
    return [*parts, line(flap, design.seam, width=SEAM * 0.7)]


def band(design: Design, top: float, bottom: float, half: float, *, ribbed: bool = True) -> Part:
    """The band along the hem."""
    half *= WIDTHS[design.traits.get("fit", "regular")]
    shape = symmetric(
        [(0, top + 0.05), (half, top, 1), (half * 0.96, bottom, 1), (0, bottom + 0.06)]
    )
    return piece(shape, design.rib() if ribbed else design.tone(0.06), puff=0.08, shadow=0.2)


def both_sides(knots: list[tuple[float, float]]) -> tuple[Points, ...]:
    """A line on the right and its mirror on the left."""
    right = smooth(knots, closed=False)
    return right, flipped(right)
