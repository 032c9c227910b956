"""Seats and beds, seen from the front; about four units across."""

import numpy as np

from lookalike.sample.colors import darker, lighter, luma
from lookalike.sample.curves import Points, box, ellipse, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, crease, line, piece, ring
from lookalike.sample.parts import Part, Parts, Surface
from lookalike.sample.textiles import pillow

SEAM = 0.02  # line width in units


def sofa(design: Design) -> Parts:
    half = {"two-seater": 1.75, "three-seater": 2.3}[design.traits["seats"]]
    return _upholstered(design, half, 2 if half < 2 else 3)


def armchair(design: Design) -> Parts:
    if design.traits["back"] == "wingback":
        return _wingback(design)
    return _upholstered(design, 1.12, 1)


def _upholstered(design: Design, half: float, seats: int) -> Parts:
    """Legs, back, cushions and arms of a sofa with the given count of seats."""
    traits = design.traits
    arm = {"rounded": 0.34, "boxy": 0.3, "slim": 0.18}[traits["arms"]]
    back_top = -1.05 if traits["back"] == "high" else -0.82
    inner = half - arm
    parts = _feet(design, half, 0.95, 1.32)
    back = box(-half + arm * 0.35, back_top, half - arm * 0.35, 0.6, radius=0.24)
    parts.append(piece(back, design.cloth, puff=0.2, folds=0.1))
    wide = 2 * inner / seats
    for seat in range(seats):
        left = -inner + seat * wide
        shape = _cushion_shape(left + 0.02, back_top + 0.1, left + wide - 0.02, 0.42)
        parts.append(piece(shape, design.cloth, puff=0.26, folds=0.25, shadow=0.35))
        if traits["back"] == "tufted":
            parts += _tufts(design, left, back_top + 0.1, left + wide, 0.36)
    base = box(-half + 0.06, 0.55, half - 0.06, 1.02, radius=0.08)
    parts.append(piece(base, design.tone(0.08), puff=0.1, folds=0.1))
    for seat in range(seats):
        left = -inner + seat * wide
        shape = _cushion_shape(left + 0.01, 0.2, left + wide - 0.01, 0.66)
        parts.append(piece(shape, design.cloth, puff=0.2, folds=0.2, shadow=0.4))
        welt = smooth(
            [(left + 0.06, 0.52), (left + wide / 2, 0.55), (left + wide - 0.06, 0.52)], closed=False
        )
        parts.append(line(welt, design.seam, width=SEAM))
    for side in (1, -1):
        parts += _arm(design, side, half, arm)
    return parts


def _arm(design: Design, side: int, half: float, arm: float) -> Parts:
    low, high = sorted((side * half, side * (half - arm)))
    if design.traits["arms"] == "rounded":
        middle = (low + high) / 2
        front = smooth(
            [
                (low, 0.98, 1),
                (low - 0.01, 0.1),
                (low - 0.06, -0.1),
                (middle, -0.3),
                (high + 0.06, -0.1),
                (high + 0.01, 0.1),
                (high, 0.98, 1),
            ]
        )
        roll = ellipse(middle, -0.06, arm * 0.9, arm * 0.9)
        return [
            piece(front, design.cloth, puff=0.16, shadow=0.4),
            line(ring(roll), design.seam, width=SEAM),
        ]
    front = box(low, -0.2, high, 1.0, radius=0.07)
    return [piece(front, design.cloth, puff=0.11, shadow=0.4)]


def _feet(design: Design, half: float, top: float, bottom: float) -> Parts:
    places = [s * (half - 0.22) for s in (1, -1)] + ([0.0] if half > 2 else [])
    if design.traits["legs"] == "metal":
        shapes = tuple(
            polygon((x - 0.035, top), (x + 0.035, top), (x + 0.03, bottom), (x - 0.03, bottom))
            for x in places
        )
        return [piece(shapes, design.metal, puff=0.03)]
    shapes = tuple(
        polygon(
            (x - 0.08, top),
            (x + 0.08, top),
            (x + 0.045 + 0.05 * np.sign(x), bottom),
            (x - 0.035 + 0.05 * np.sign(x), bottom),
        )
        for x in places
    )
    return [piece(shapes, design.wood, puff=0.05)]


def _cushion_shape(left: float, top: float, right: float, bottom: float) -> Points:
    """A stuffed rectangle: sides a little hollow, corners round."""
    dip, wide, high = 0.025, right - left, bottom - top
    corner = min(0.12, high * 0.25)
    return smooth(
        [
            (left + corner, top + 0.01),
            (left + wide / 2, top + dip),
            (right - corner, top + 0.01),
            (right, top + corner),
            (right - dip, top + high / 2),
            (right, bottom - corner),
            (right - corner, bottom),
            (left + wide / 2, bottom - dip),
            (left + corner, bottom),
            (left, bottom - corner),
            (left + dip, top + high / 2),
            (left, top + corner),
        ]
    )


def _tufts(design: Design, left: float, top: float, right: float, bottom: float) -> Parts:
    count = max(2, round((right - left) / 0.42))
    dots: list[Points] = []
    lines: list[Points] = []
    for row in range(3):
        y = top + (row + 0.7) * (bottom - top) / 3.4
        shift = 0.5 * (row % 2)
        for column in range(count - row % 2):
            x = left + (column + 0.5 + shift) * (right - left) / count
            dots.append(ellipse(x, y, 0.07, 0.07))
            step, rise = (right - left) / count / 2, (bottom - top) / 3.4
            lines.append(polygon((x, y), (x - step, y + rise)))
            lines.append(polygon((x, y), (x + step, y + rise)))
    lines = [path for path in lines if left < path[1, 0] < right and path[1, 1] < bottom]
    shade = design.trim(darker(design.main, 0.75), "ink")
    soft = Part(tuple(lines), shade, stroke=0.05, soft=0.03, opacity=0.35)
    return [soft, piece(tuple(dots), design.tone(0.2), puff=0.03, shadow=0.3)]


def _wingback(design: Design) -> Parts:
    parts = _feet(design, 1.05, 0.95, 1.4)
    back = symmetric([(0, -1.75), (0.6, -1.7), (0.82, -1.4), (0.78, 0.3), (0, 0.4)])
    parts.append(piece(back, design.cloth, puff=0.25, folds=0.1))
    parts += _tufts(design, -0.66, -1.6, 0.66, 0.1)
    for side in (1, -1):
        wing = smooth(
            [
                (side * x, y)
                for x, y in [
                    (0.66, -1.62),
                    (0.98, -1.3),
                    (1.0, -0.5),
                    (1.14, -0.1),
                    (1.12, 0.2),
                    (0.8, 0.2),
                    (0.74, -0.6),
                ]
            ]
        )
        parts.append(piece(wing, design.cloth, puff=0.13, shadow=0.3))
    base = box(-1.0, 0.5, 1.0, 1.02, radius=0.08)
    parts.append(piece(base, design.tone(0.08), puff=0.12))
    parts.append(piece(_cushion_shape(-0.82, 0.16, 0.82, 0.62), design.cloth, puff=0.2, shadow=0.4))
    for side in (1, -1):
        low, high = sorted((side * 0.8, side * 1.18))
        arm = smooth(
            [
                (low, 0.98, 1),
                (low + 0.02, 0.1),
                ((low + high) / 2, -0.14),
                (high, 0.1),
                (high - 0.03, 0.98, 1),
            ]
        )
        parts.append(piece(arm, design.cloth, puff=0.16, shadow=0.4))
    return parts


def chair(design: Design) -> Parts:
    kind = design.traits["back"]
    frame = design.plain if design.material in ("wood", "plastic", "metal") else design.wood
    rear = tuple(limb([(s * 0.62, 0.1), (s * 0.70, 1.5)], [0.11, 0.07]) for s in (1, -1))
    front = tuple(limb([(s * 0.74, 0.2), (s * 0.84, 1.75)], [0.13, 0.08]) for s in (1, -1))
    dim = design.trim(darker(frame.color, 0.25), frame.material)
    parts = [piece(rear, dim, puff=0.05)]
    seat = smooth(
        [
            (-0.66, -0.06),
            (0.66, -0.06),
            (0.86, 0.18),
            (0.8, 0.34),
            (0, 0.4),
            (-0.8, 0.34),
            (-0.86, 0.18),
        ]
    )
    if kind == "spindle":
        rods = [limb([(x, 0.0), (x * 1.12, -1.3)], [0.06, 0.05]) for x in np.linspace(-0.5, 0.5, 6)]
        rail = limb([(-0.72, -1.3), (0, -1.42), (0.72, -1.3)], [0.18, 0.24, 0.18], round_ends=True)
        posts = tuple(limb([(s * 0.6, 0.05), (s * 0.68, -1.3)], [0.1, 0.09]) for s in (1, -1))
        parts += [
            piece(tuple(rods), frame, puff=0.03),
            piece(posts, frame, puff=0.05),
            piece(rail, frame, puff=0.08, shadow=0.3),
        ]
    elif kind == "shell":
        shell = symmetric(
            [(0, -1.3), (0.6, -1.22), (0.86, -0.6), (0.92, -0.1), (0.8, 0.2), (0, 0.3)]
        )
        hollow = smooth([(-0.5, -0.3), (0, -0.12), (0.5, -0.3)], closed=False)
        parts += [
            piece(shell, design.cloth, puff=0.4),
            crease(hollow, design.main, width=0.16, opacity=0.15),
        ]
    else:
        posts = tuple(limb([(s * 0.6, 0.05), (s * 0.66, -1.2)], [0.1, 0.08]) for s in (1, -1))
        pad = smooth(
            [
                (-0.72, -1.32),
                (0, -1.42),
                (0.72, -1.32),
                (0.76, -0.9),
                (0.66, -0.42),
                (0, -0.36),
                (-0.66, -0.42),
                (-0.76, -0.9),
            ]
        )
        parts += [
            piece(posts, frame, puff=0.05),
            piece(pad, design.cloth, puff=0.2, folds=0.1, shadow=0.3),
        ]
    parts.append(piece(front, frame, puff=0.06))
    seat_surface = design.cloth if kind != "spindle" else frame
    thick = 0.2 if kind == "upholstered" else 0.1
    return [
        *parts,
        piece(seat + np.array([0, 0.06]), dim, puff=0.05),
        piece(seat, seat_surface, puff=thick, shadow=0.3),
    ]


def bed(design: Design) -> Parts:
    kind = design.traits["headboard"]
    head_top = -1.5 if kind == "tall" else -1.15
    board = {
        "panel": box(-1.9, head_top, 1.9, 0.8, radius=0.08),
        "tall": box(-1.95, head_top, 1.95, 0.8, radius=0.2),
        "arched": symmetric([(0, -1.5), (1.1, -1.36), (1.9, -0.7), (1.92, 0.8, 1), (0, 0.8)]),
    }[kind]
    own = design.plain
    linen = design.trim((0.95, 0.94, 0.92), "cotton")
    parts = _feet(design, 2.1, 1.3, 1.72)
    parts.append(piece(board, own, puff=0.16))
    if kind == "tall":
        seams = tuple(polygon((x, head_top + 0.1), (x, 0.4)) for x in (-1.17, -0.39, 0.39, 1.17))
        parts += [crease(path, design.main, width=0.05, opacity=0.4) for path in seams]
    rail = box(-2.12, 0.96, 2.12, 1.42, radius=0.1)
    for x in (-0.92, 0.92):
        cushioned = pillow(x, -0.36, 1.6, 0.86)
        parts.append(piece(cushioned, linen, puff=0.3, folds=0.5, shadow=0.35))
    cover = smooth(
        [
            (-1.72, -0.06, 1),
            (0, -0.12),
            (1.72, -0.06, 1),
            (2.1, 0.5),
            (2.16, 1.1, 1),
            (1.0, 1.14),
            (0, 1.1),
            (-1.0, 1.14),
            (-2.16, 1.1, 1),
            (-2.1, 0.5),
        ]
    )
    fold = smooth(
        [
            (-1.74, -0.08, 1),
            (0, -0.14),
            (1.74, -0.08, 1),
            (1.86, 0.22, 1),
            (0, 0.2),
            (-1.86, 0.22, 1),
        ]
    )
    parts += [
        piece(rail, own, puff=0.1),
        piece(cover, _bedding(design), puff=0.34, folds=0.7, shadow=0.3),
        piece(fold, linen, puff=0.12, folds=0.3, shadow=0.25),
    ]
    throw = smooth(
        [(-2.11, 0.62, 1), (0, 0.6), (2.11, 0.62, 1), (2.17, 1.14, 1), (0, 1.12), (-2.17, 1.14, 1)]
    )
    color = design.accent if luma(design.accent) < 0.85 else darker(design.main, 0.15)
    return [*parts, piece(throw, design.trim(color, "knit"), puff=0.14, folds=0.3, shadow=0.3)]


def _bedding(design: Design) -> Surface:
    """The cover: the bed's own cloth in a lighter tone, or linen on a wooden bed."""
    if design.material == "wood":
        return design.trim(lighter(design.main, 0.62), "linen")
    return design.tone(-0.25)


SEATING = {
    "sofa": sofa,
    "armchair": armchair,
    "chair": chair,
    "bed": bed,
}
