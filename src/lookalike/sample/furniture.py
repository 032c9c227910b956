"""Tables, storage and lamps, seen from the front and a little above."""

import numpy as np

from lookalike.sample.colors import darker, lighter
from lookalike.sample.curves import Points, box, ellipse, limb, polygon, smooth, symmetric
from lookalike.sample.design import Design, bar, crease, gleam, line, piece, ring
from lookalike.sample.parts import Part, Parts, Surface

SEAM = 0.02


def dining_table(design: Design) -> Parts:
    if design.traits["top"] == "round":
        return _round_table(design, half=1.9, height=1.75)
    parts: Parts = []
    legs = _legs_surface(design)
    kind = design.traits["legs"]
    for x, bottom, share in (
        (1.72, 1.4, 0.3),
        (-1.72, 1.4, 0.3),
        (2.02, 1.85, 0.0),
        (-2.02, 1.85, 0.0),
    ):
        parts.append(piece(_leg(kind, x, 0.05, bottom), _shade(legs, share), puff=0.06))
    top = polygon((-1.9, -0.36), (1.9, -0.36), (2.35, 0.12), (-2.35, 0.12))
    apron = polygon((-2.15, 0.2), (2.15, 0.2), (2.12, 0.42), (-2.12, 0.42))
    edge = box(-2.35, 0.1, 2.35, 0.24, radius=0.03)
    return [
        *parts,
        piece(apron, _shade(legs, 0.15), puff=0.03),
        piece(edge, design.tone(0.14), puff=0.05, shadow=0.4),
        piece(top, design.cloth, puff=0.03),
        _sheen(-1.2, -0.28, 0.9),
    ]


def _leg(kind: str, x: float, top: float, bottom: float) -> Points:
    lean = 0.14 * np.sign(x)
    if kind == "tapered":
        return limb([(x - lean, top), (x + lean * 0.4, bottom)], [0.2, 0.1])
    if kind == "straight":
        return polygon((x - 0.1, top), (x + 0.1, top), (x + 0.1, bottom), (x - 0.1, bottom))
    if kind == "turned":
        return limb(
            [(x, top), (x, top + 0.3), (x, top + 0.5), (x, (top + bottom) / 2), (x, bottom)],
            [0.2, 0.2, 0.13, 0.22, 0.1],
        )
    return polygon((x - 0.05, top), (x + 0.05, top), (x + 0.04, bottom), (x - 0.04, bottom))


def _legs_surface(design: Design) -> Surface:
    return design.metal if design.traits["legs"] == "metal" else design.tone(0.08)


def _shade(surface: Surface, share: float) -> Surface:
    return Surface(darker(surface.color, share), surface.material, surface.role, seed=surface.seed)


def _sheen(x: float, y: float, wide: float) -> Part:
    glow = polygon((x, y), (x + wide, y), (x + wide * 0.7, y + 0.32), (x - wide * 0.36, y + 0.32))
    return gleam(glow, opacity=0.13, soft=0.08)


def _round_table(design: Design, *, half: float, height: float) -> Parts:
    legs = _legs_surface(design)
    parts: Parts = []
    if design.traits["legs"] in ("straight", "turned"):
        column = limb(
            [(0, 0.1), (0, 0.5), (0, height - 0.4), (0, height - 0.02)], [0.34, 0.22, 0.26, 0.5]
        )
        base = ellipse(0, height - 0.02, half * 0.95, 0.3)
        parts += [piece(base, legs, puff=0.1), piece(column, legs, puff=0.14, shadow=0.3)]
    else:
        kind = design.traits["legs"]
        for x, bottom, share in (
            (half * 0.46, height - 0.34, 0.3),
            (-half * 0.46, height - 0.34, 0.3),
            (half * 0.66, height, 0.0),
            (-half * 0.66, height, 0.0),
        ):
            parts.append(piece(_leg(kind, x, 0.1, bottom), _shade(legs, share), puff=0.06))
    top = ellipse(0, 0, 2 * half, half * 0.56)
    rim = np.vstack(
        [ellipse(0, 0.12, 2 * half, half * 0.56)[:31], ellipse(0, 0, 2 * half, half * 0.56)[30::-1]]
    )
    return [
        *parts,
        piece(rim, design.tone(0.16), puff=0.04, shadow=0.4),
        piece(top, design.cloth, puff=0.03),
        _sheen(-half * 0.4, -0.16, half * 0.4),
    ]


def side_table(design: Design) -> Parts:
    kind = design.traits["top"]
    if kind == "drum":
        body = symmetric([(0, 0.3), (0.95, 0.0, 1), (0.98, 0.8), (0.9, 1.5), (0, 1.72)])
        top = ellipse(0, 0.0, 1.9, 0.56)
        return [
            piece(body, design.cloth, turned=True),
            piece(top, design.tone(-0.1), puff=0.02, shadow=0.2),
        ]
    if kind == "round":
        return _round_table(design, half=1.0, height=1.6)
    legs = _legs_surface(design)
    parts: Parts = []
    for x, bottom, share in ((0.66, 1.3, 0.3), (-0.66, 1.3, 0.3), (0.86, 1.6, 0), (-0.86, 1.6, 0)):
        parts.append(
            piece(_leg(design.traits["legs"], x, 0.05, bottom), _shade(legs, share), puff=0.05)
        )
    shelf = polygon((-0.66, 0.98), (0.66, 0.98), (0.88, 1.2), (-0.88, 1.2))
    drawer = box(-0.92, 0.22, 0.92, 0.56, radius=0.02)
    top = polygon((-0.8, -0.2), (0.8, -0.2), (1.02, 0.12), (-1.02, 0.12))
    parts += [
        piece(shelf, design.tone(0.12), puff=0.02),
        piece(drawer, design.cloth, puff=0.04, shadow=0.3),
        piece(ellipse(0, 0.39, 0.12, 0.12), design.metal, puff=0.05, shadow=0.5),
        piece(box(-1.02, 0.1, 1.02, 0.23, radius=0.02), design.tone(0.14), puff=0.04, shadow=0.4),
    ]
    return [*parts, piece(top, design.cloth, puff=0.03)]


def bookshelf(design: Design) -> Parts:
    wide, count = {"tall": (0.95, 5), "wide": (1.5, 4), "ladder": (0.9, 5)}[design.traits["form"]]
    top, bottom = -2.1, (2.0 if count == 5 else 1.4)
    step = (bottom - top) / count
    parts: Parts = []
    if design.traits["form"] == "ladder":
        rails = tuple(
            limb([(s * 0.72, top), (s * 1.0, bottom + 0.1)], [0.1, 0.12]) for s in (1, -1)
        )
        for row in range(count):
            y = top + 0.3 + row * 0.92
            half = 0.7 + 0.06 * row
            shelf = polygon(
                (-half, y), (half, y), (half + 0.04, y + 0.16), (-half - 0.04, y + 0.16)
            )
            parts += [
                piece(shelf, design.cloth, puff=0.02, shadow=0.2),
                piece(
                    box(-half - 0.04, y + 0.15, half + 0.04, y + 0.24),
                    design.tone(0.15),
                    puff=0.03,
                    shadow=0.4,
                ),
            ]
        metal = design.metal if design.traits["frame"] == "metal" else design.tone(0.06)
        return [*parts, piece(rails, metal, puff=0.05, shadow=0.2)]
    back = box(-wide, top, wide, bottom)
    parts.append(piece(back, design.tone(0.34), puff=0.01))
    metal = design.metal if design.traits["frame"] == "metal" else design.plain
    for row in range(count):
        y = top + row * step
        dusk = box(-wide + 0.06, y + 0.06, wide - 0.06, y + 0.3)
        parts.append(Part((dusk,), design.trim((0.05, 0.04, 0.05), "ink"), soft=0.1, opacity=0.3))
    for row in range(count + 1):
        y = top + row * step
        lower = polygon((-wide + 0.1, y - 0.12), (wide - 0.1, y - 0.12), (wide, y), (-wide, y))
        if row:
            parts.append(piece(lower, design.cloth, puff=0.01))
        parts.append(
            piece(box(-wide, y - 0.02, wide, y + 0.09), design.cloth, puff=0.03, shadow=0.4)
        )
    sides = tuple(
        box(s * wide - 0.07, top - 0.03, s * wide + 0.07, bottom + 0.2, radius=0.02)
        for s in (1, -1)
    )
    return [*parts, piece(sides, metal, puff=0.04, grain_deg=90, shadow=0.3)]


def cabinet(design: Design) -> Parts:
    traits = design.traits
    half, top, bottom = (1.9, -0.7, 0.75) if traits["form"] == "sideboard" else (1.05, -1.7, 1.3)
    floor = bottom + (0.6 if traits["legs"] != "plinth" else 0.16)
    parts: Parts = []
    if traits["legs"] == "plinth":
        parts.append(bar(-half + 0.1, bottom - 0.05, half - 0.1, floor, design.tone(0.4)))
    else:
        surface = design.metal if traits["legs"] == "metal" else design.wood
        kind = "metal" if traits["legs"] == "metal" else "tapered"
        for x in (half - 0.3, -half + 0.3):
            parts.append(piece(_leg(kind, x, bottom - 0.05, floor), surface, puff=0.05))
    parts.append(piece(box(-half, top, half, bottom, radius=0.04), design.plain, puff=0.06))
    doors = 4 if half > 1.5 else 2
    wide = (2 * half - 0.16) / doors
    rattan = traits["front"] == "rattan"
    for door in range(doors):
        left = -half + 0.08 + door * wide
        if traits["front"] == "drawers" and (door % 2 == 0 or half < 1.5):
            rows = 3 if half > 1.5 else 5
            span = wide * 2 if half > 1.5 or door == 0 else wide
            if half < 1.5 and door == 1:
                continue
            high = (bottom - top - 0.16) / rows
            for row in range(rows):
                y = top + 0.08 + row * high
                parts.append(
                    piece(
                        box(
                            left + 0.02, y + 0.02, left + span - 0.02, y + high - 0.02, radius=0.02
                        ),
                        design.cloth,
                        puff=0.04,
                        shadow=0.35,
                    )
                )
                knob = box(
                    left + span / 2 - 0.12,
                    y + high / 2 - 0.03,
                    left + span / 2 + 0.12,
                    y + high / 2 + 0.03,
                    radius=0.03,
                )
                parts.append(piece(knob, design.metal, puff=0.03, shadow=0.5))
        elif traits["front"] != "drawers":
            panel = box(left + 0.025, top + 0.1, left + wide - 0.025, bottom - 0.1, radius=0.02)
            parts.append(piece(panel, design.cloth, puff=0.05, shadow=0.35, grain_deg=90))
            inner = box(left + 0.12, top + 0.22, left + wide - 0.12, bottom - 0.22, radius=0.02)
            if rattan:
                cane = design.trim((0.80, 0.66, 0.45), "rattan")
                parts.append(piece(inner, cane, puff=0.02))
                parts.append(line(ring(inner), design.seam, width=SEAM))
            else:
                parts.append(line(ring(inner), design.seam, width=SEAM))
            x = left + (wide - 0.1 if door % 2 == 0 else 0.1)
            grip = box(
                x - 0.03,
                -0.02 + (top + bottom) / 2 - 0.14,
                x + 0.03,
                (top + bottom) / 2 + 0.14,
                radius=0.03,
            )
            parts.append(piece(grip, design.metal, puff=0.03, shadow=0.5))
    lid = polygon(
        (-half + 0.12, top - 0.16),
        (half - 0.12, top - 0.16),
        (half + 0.05, top),
        (-half - 0.05, top),
    )
    return [
        *parts,
        piece(lid, design.tone(-0.08), puff=0.01),
        piece(
            box(-half - 0.05, top - 0.01, half + 0.05, top + 0.08),
            design.plain,
            puff=0.03,
            shadow=0.3,
        ),
    ]


def floor_lamp(design: Design) -> Parts:
    metal = design.wood if design.traits["stand"] == "tripod" else design.metal
    parts: Parts = []
    if design.traits["stand"] == "arc":
        arc = limb(
            [(-0.75, 2.55), (-0.78, 0.6), (-0.62, -1.2), (0.1, -2.0), (0.7, -1.62)], [0.075] * 5
        )
        base = ellipse(-0.75, 2.6, 1.1, 0.22)
        dome = smooth(
            [
                (0.14, -0.92, 1),
                (0.26, -1.4),
                (0.7, -1.66),
                (1.14, -1.4),
                (1.26, -0.92, 1),
                (0.7, -0.84),
            ]
        )
        return [
            piece(base, metal, puff=0.1),
            piece(arc, metal, puff=0.04),
            piece(ellipse(0.7, -0.92, 1.1, 0.16), design.trim((1.0, 0.95, 0.80)), puff=0.02),
            piece(dome, design.cloth, puff=0.3),
        ]
    if design.traits["stand"] == "tripod":
        legs = tuple(limb([(0.04 * s, -0.6), (0.75 * s, 2.6)], [0.11, 0.08]) for s in (1, -1))
        middle = limb([(0, -0.6), (0.05, 2.3)], [0.1, 0.07])
        parts += [piece(middle, _shade(metal, 0.25), puff=0.04), piece(legs, metal, puff=0.05)]
    else:
        parts += [
            piece(ellipse(0, 2.6, 1.1, 0.22), metal, puff=0.1),
            piece(box(-0.04, -0.7, 0.04, 2.56), metal, puff=0.04),
        ]
    return parts + _lampshade(design, -1.75, -0.62, 0.85)


def table_lamp(design: Design) -> Parts:
    kind = design.traits["base"]
    base = {
        "gourd": symmetric(
            [
                (0, -0.2),
                (0.12, -0.15),
                (0.16, 0.05),
                (0.34, 0.3),
                (0.26, 0.56),
                (0.6, 1.0),
                (0.5, 1.45),
                (0.3, 1.55, 1),
                (0, 1.58),
            ]
        ),
        "sphere": np.vstack([ellipse(0, 0.95, 1.15, 1.15)]),
        "column": box(-0.26, 0.05, 0.26, 1.5, radius=0.06),
        "stick": box(-0.045, -0.1, 0.045, 1.5),
    }[kind]
    ceramic = {"gourd": "ceramic", "sphere": "glass", "column": "wood", "stick": "metal"}[kind]
    color = design.wood.color if ceramic == "wood" else design.metal.color
    if ceramic in ("ceramic", "glass"):
        color = design.accent if design.accent != design.main else lighter(design.main, 0.5)
    surface = design.trim(color, ceramic)
    parts = [piece(box(-0.04, -0.35, 0.04, 0.4), design.metal, puff=0.03)]
    if kind in ("stick", "sphere"):
        parts.append(piece(ellipse(0, 1.54, 0.9, 0.2), design.metal, puff=0.08))
    else:
        parts.append(piece(ellipse(0, 1.54, 0.64, 0.14), design.metal, puff=0.05))
    return [
        *parts,
        piece(base, surface, puff=0.36, turned=kind != "sphere"),
        *_lampshade(design, -1.35, -0.22, 0.95),
    ]


def _lampshade(design: Design, top: float, bottom: float, half: float) -> Parts:
    kind = design.traits["shade"]
    upper = {"drum": 0.92, "empire": 0.62, "cone": 0.34, "globe": 0.5}[kind] * half
    if kind == "globe":
        size = bottom - top
        ball = ellipse(0, (top + bottom) / 2, size * 1.15, size * 1.15)
        glow = ellipse(-0.1, (top + bottom) / 2, size * 0.6, size * 0.6)
        return [
            piece(ball, design.cloth, puff=size * 0.5, shadow=0.2),
            Part((glow,), design.trim((1.0, 0.96, 0.84), "ink"), soft=0.2, opacity=0.3),
        ]
    body = smooth(
        [
            (-upper, top, 1),
            (0, top + 0.05),
            (upper, top, 1),
            (half, bottom, 1),
            (0, bottom + 0.12),
            (-half, bottom, 1),
        ]
    )
    glow = ellipse(0, bottom - 0.35, half * 1.1, (bottom - top) * 0.8)
    mouth = ellipse(0, bottom, 2 * half, 0.2)
    parts = [
        piece(mouth, design.trim((1.0, 0.93, 0.76)), puff=0.01),
        piece(body, design.cloth, turned=True, shadow=0.2),
        Part((glow,), design.trim((1.0, 0.95, 0.80), "ink"), soft=0.22, opacity=0.22),
    ]
    rims = (
        smooth([(-upper, top + 0.03), (0, top + 0.08), (upper, top + 0.03)], closed=False),
        smooth([(-half, bottom - 0.03), (0, bottom + 0.09), (half, bottom - 0.03)], closed=False),
    )
    if kind == "cone":
        parts.append(crease(rims[1], design.main, width=0.04, opacity=0.2))
    return [*parts, line(rims, design.tone(0.14), width=0.05)]


FURNITURE = {
    "dining table": dining_table,
    "side table": side_table,
    "bookshelf": bookshelf,
    "cabinet": cabinet,
    "floor lamp": floor_lamp,
    "table lamp": table_lamp,
}
