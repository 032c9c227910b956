"""Backdrops and rooms: walls, floors, light and the furniture around a product."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np

from lookalike.sample.colors import Color, darker, lighter, mix
from lookalike.sample.curves import box, ellipse, polygon, smooth
from lookalike.sample.decor import DECOR, plant
from lookalike.sample.design import Design, piece
from lookalike.sample.furniture import cabinet
from lookalike.sample.noise import Field
from lookalike.sample.parts import Part, Parts, Surface, as_props
from lookalike.sample.seating import armchair, bed, sofa

Backdrop = Callable[[int], Field]  # side in pixels -> (h, w, 3) in [0, 1]

PASTELS: tuple[Color, ...] = (
    (0.93, 0.88, 0.83),
    (0.86, 0.90, 0.88),
    (0.90, 0.86, 0.90),
    (0.95, 0.89, 0.80),
    (0.84, 0.89, 0.93),
    (0.94, 0.85, 0.83),
)
WALLS: tuple[Color, ...] = (
    (0.91, 0.89, 0.86),
    (0.84, 0.87, 0.85),
    (0.88, 0.84, 0.80),
    (0.80, 0.84, 0.87),
    (0.93, 0.90, 0.85),
    (0.78, 0.81, 0.77),
)
FLOORS: tuple[Color, ...] = ((0.72, 0.58, 0.44), (0.80, 0.70, 0.58), (0.58, 0.44, 0.33))
PLAIN: dict[str, tuple[Color, Color]] = {  # middle and edge of the light
    "white": ((0.995, 0.995, 0.995), (0.965, 0.966, 0.970)),
    "light gray": ((0.955, 0.957, 0.962), (0.895, 0.900, 0.908)),
    "warm white": ((0.985, 0.978, 0.966), (0.945, 0.935, 0.918)),
    "studio": ((0.86, 0.865, 0.875), (0.70, 0.71, 0.73)),
}
HORIZON = 0.66  # where wall meets floor, share of the picture from above


@dataclass(frozen=True)
class Placing:
    """Where a drawing stands: box sizes and floor line as shares of the picture."""

    x: float
    floor: float
    width: float
    height: float
    lying: bool = False


@dataclass(frozen=True)
class Setting:
    """A room ready for its product."""

    backdrop: Backdrop
    props: Parts
    furniture: tuple[tuple[Parts, Placing], ...]
    placing: Placing
    front: Parts


def plain_backdrop(kind: str, *, seed: int = 0) -> Backdrop:
    """The named backdrop: a plain one, pastel, street or park."""
    if kind in PLAIN:
        return partial(_glow, *PLAIN[kind])
    if kind == "pastel":
        color = PASTELS[seed % len(PASTELS)]
        return partial(_glow, lighter(color, 0.35), darker(color, 0.06))
    return partial(_outside, kind, seed % 4)


@lru_cache(maxsize=64)
def _glow(middle: Color, edge: Color, size_px: int) -> Field:
    """Light that falls off from above the middle."""
    axis = (np.arange(size_px, dtype=np.float32) + 0.5) / size_px
    distance = np.hypot(axis[None, :] - 0.5, (axis[:, None] - 0.44) * 0.9) / 0.68
    share = np.clip(distance, 0, 1)[..., None] ** 1.8
    return np.asarray((1 - share) * np.array(middle) + share * np.array(edge), dtype=np.float32)


@lru_cache(maxsize=16)
def _outside(kind: str, variant: int, size_px: int) -> Field:
    """A blurred street or park, seen as through a wide lens."""
    rng = np.random.default_rng(variant)
    axis = (np.arange(size_px, dtype=np.float32) + 0.5) / size_px
    x, y = axis[None, :, None], axis[:, None, None]
    sky, low = np.array((0.80, 0.88, 0.94)), np.array((0.95, 0.93, 0.89))
    picture = sky + (low - sky) * np.clip(y * 1.5, 0, 1) + 0 * x
    tones = [(0.80, 0.74, 0.68), (0.74, 0.76, 0.80), (0.84, 0.77, 0.72), (0.70, 0.70, 0.72)]
    if kind == "park":
        tones = [(0.62, 0.72, 0.56), (0.52, 0.65, 0.50), (0.70, 0.78, 0.60), (0.58, 0.70, 0.60)]
    for _ in range(7):
        color = np.array(tones[int(rng.integers(4))])
        left, wide, top = rng.uniform(-0.1, 0.9), rng.uniform(0.12, 0.26), rng.uniform(0.1, 0.45)
        if kind == "park":
            distance = np.hypot((x - left) / (wide * 1.3), (y - top - 0.3) / 0.34)
            cover = 1 / (1 + np.exp((distance - 1) * 14))
        else:
            sides = 1 / (1 + np.exp((np.abs(x - left) - wide / 2) * 90))
            cover = sides / (1 + np.exp((top - y) * 90))
            lit = np.sin(x * 120) * np.sin(y * 95) > 0.55
            color = color + 0.05 * lit
        picture = picture * (1 - 0.8 * cover) + color * 0.8 * cover
    ground = np.array((0.80, 0.78, 0.75) if kind == "street" else (0.70, 0.76, 0.58))
    cover = 1 / (1 + np.exp((0.8 - y) * 40))
    picture = picture * (1 - cover) + (ground - 0.1 * (y - 0.8)) * cover
    return np.asarray(np.clip(picture, 0, 1), dtype=np.float32)


def _prop(color: Color, material: str = "plain", seed: int = 0) -> Surface:
    return Surface(color, material, "prop", seed=seed)


def plinth(rng: np.random.Generator) -> tuple[Backdrop, Parts, float]:
    """A pastel corner with an arch and a round plinth; also the height of its top."""
    color = PASTELS[int(rng.integers(len(PASTELS)))]
    other = PASTELS[int(rng.integers(len(PASTELS)))]
    backdrop = partial(_glow, lighter(color, 0.3), darker(color, 0.07))
    floor = box(-0.1, 0.8, 1.1, 1.1)
    side = float(rng.choice([-1, 1]))
    x = 0.5 + side * 0.12
    arch = smooth(
        [(x - 0.27, 0.8, 1), (x - 0.27, 0.34), (x, 0.1), (x + 0.27, 0.34), (x + 0.27, 0.8, 1)]
    )
    parts = [
        piece(arch, _prop(darker(other, 0.10)), puff=0.02),
        piece(floor, _prop(darker(color, 0.10)), puff=0.0),
        Part(
            (polygon((0.05, 0), (0.4, 0), (0.95, 0.8), (0.6, 0.8)),),
            _prop((1, 1, 1), "ink"),
            soft=0.03,
            opacity=0.16,
        ),
        Part(
            (ellipse(0.53, 0.93, 0.86, 0.1),),
            _prop((0.2, 0.18, 0.2), "ink"),
            soft=0.02,
            opacity=0.22,
        ),
        piece(
            np.vstack([ellipse(0.5, 0.92, 0.8, 0.13)[:31], ellipse(0.5, 0.76, 0.8, 0.13)[30:]]),
            _prop(darker(other, 0.06)),
            puff=0.12,
        ),
        piece(ellipse(0.5, 0.76, 0.8, 0.13), _prop(lighter(other, 0.35)), puff=0.01),
    ]
    if rng.random() < 0.5:
        ball = ellipse(0.5 - side * 0.4, 0.9, 0.13, 0.13)
        parts.append(piece(ball, _prop(darker(color, 0.22), "ceramic"), puff=0.06))
    return backdrop, parts, 0.775


def room(product_type: str, rng: np.random.Generator) -> Setting:
    """A room where such a product would be found."""
    wall, wood = WALLS[int(rng.integers(len(WALLS)))], FLOORS[int(rng.integers(len(FLOORS)))]
    backdrop = partial(_glow, lighter(wall, 0.25), darker(wall, 0.10))
    props = _shell(wall, wood, rng)
    seed = int(rng.integers(1 << 20))
    side = float(rng.choice([-1, 1]))
    quiet = _quiet(wall, rng)
    furniture: list[tuple[Parts, Placing]] = []
    front: Parts = []
    greenery = (
        _potted(0.4 * rng.uniform(0.9, 1.2), quiet, rng),
        Placing(0.5 + side * 0.38, 0.80, 0.24, 0.42),
    )
    if product_type in ("vase", "table lamp"):
        board = _own(
            "cabinet", wood, "wood", {"form": "sideboard", "front": "doors", "legs": "wood"}, seed
        )
        furniture.append((as_props(cabinet(board)), Placing(0.5, 0.97, 0.86, 0.42)))
        props += _picture(0.5 + side * 0.27, 0.30, quiet, seed)
        height = 0.34 if product_type == "vase" else 0.44
        placing = Placing(0.5 - side * 0.12, 0.625, 0.4, height)
    elif product_type in ("mirror", "wall art"):
        couch = _own(
            "sofa",
            quiet,
            "linen",
            {"seats": "two-seater", "arms": "boxy", "back": "low", "legs": "wood"},
            seed,
        )
        furniture.append((as_props(sofa(couch)), Placing(0.5, 0.97, 0.84, 0.5)))
        placing = Placing(0.5, 0.52, 0.46, 0.42)
    elif product_type == "curtain":
        props += _window()
        placing = Placing(0.5, 0.86, 0.84, 0.82)
    elif product_type == "rug":
        couch = _own(
            "sofa",
            quiet,
            "linen",
            {"seats": "three-seater", "arms": "boxy", "back": "low", "legs": "wood"},
            seed,
        )
        furniture.append((as_props(sofa(couch)), Placing(0.5, 0.72, 0.8, 0.4)))
        props += _picture(0.5, 0.2, quiet, seed)
        placing = Placing(0.5, 0.965, 0.86, 0.26, lying=True)
    elif product_type == "cushion":
        seat = _own(
            "armchair", quiet, "linen", {"arms": "boxy", "back": "high", "legs": "wood"}, seed
        )
        furniture.append((as_props(armchair(seat)), Placing(0.5, 0.97, 0.9, 0.86)))
        placing = Placing(0.5, 0.66, 0.38, 0.36)
    elif product_type == "blanket":
        frame = _own("bed", quiet, "linen", {"headboard": "panel", "legs": "wood"}, seed)
        furniture.append((as_props(bed(frame)), Placing(0.5, 0.99, 1.1, 0.9)))
        placing = Placing(0.5, 0.84, 0.44, 0.3)
    else:
        placing = {
            "sofa": Placing(0.5, 0.87, 0.84, 0.5),
            "bed": Placing(0.5, 0.9, 0.86, 0.6),
            "armchair": Placing(0.48, 0.88, 0.5, 0.52),
            "chair": Placing(0.48, 0.88, 0.4, 0.54),
            "dining table": Placing(0.5, 0.88, 0.8, 0.42),
            "side table": Placing(0.48, 0.87, 0.4, 0.36),
            "bookshelf": Placing(0.45, 0.82, 0.5, 0.68),
            "cabinet": Placing(0.5, 0.85, 0.72, 0.56),
            "floor lamp": Placing(0.5 - side * 0.14, 0.86, 0.5, 0.74),
            "plant pot": Placing(0.46, 0.88, 0.4, 0.3),
        }[product_type]
        if product_type in ("sofa", "cabinet", "bed", "dining table"):
            props += _picture(0.5 - side * 0.08, 0.2, quiet, seed)
        if product_type == "plant pot":
            front = plant(0.46, 0.615, 0.42, rng)
            seat = _own(
                "armchair", quiet, "linen", {"arms": "rounded", "back": "low", "legs": "wood"}, seed
            )
            furniture.append((as_props(armchair(seat)), Placing(0.86, 0.82, 0.46, 0.4)))
        elif product_type in ("side table", "floor lamp"):
            seat = _own(
                "armchair",
                quiet,
                "linen",
                {"arms": "rounded", "back": "high", "legs": "wood"},
                seed,
            )
            furniture.append((as_props(armchair(seat)), Placing(0.5 + side * 0.3, 0.82, 0.5, 0.44)))
        else:
            furniture.append(greenery)
    return Setting(backdrop, props, tuple(furniture), placing, front)


def _shell(wall: Color, wood: Color, rng: np.random.Generator) -> Parts:
    """Floor boards, skirting and a patch of window light."""
    floor = Part((box(-0.05, HORIZON, 1.05, 1.05),), _prop(wood))
    boards = np.linspace(0, 1, 7)[1:] ** 1.5
    rows = tuple(polygon((-0.05, HORIZON + 0.36 * y), (1.05, HORIZON + 0.36 * y)) for y in boards)
    ends = tuple(
        polygon((x, HORIZON + 0.36 * low), (0.5 + (x - 0.5) * 1.04, HORIZON + 0.36 * high))
        for low, high in pairwise(boards)
        for x in rng.uniform(-0.1, 1.1, 2)
    )
    joints = Part((*rows, *ends), _prop(darker(wood, 0.5), "ink"), stroke=0.003, opacity=0.35)
    dusk = Part(
        (box(-0.05, HORIZON - 0.004, 1.05, HORIZON + 0.05),),
        _prop((0.1, 0.08, 0.08), "ink"),
        soft=0.02,
        opacity=0.22,
    )
    skirting = Part((box(-0.05, HORIZON - 0.028, 1.05, HORIZON),), _prop(lighter(wall, 0.6)))
    x = rng.uniform(0.0, 0.35)
    panes = tuple(
        polygon(
            (x + 0.17 * i, 0.1 + 0.23 * j),
            (x + 0.15 + 0.17 * i, 0.13 + 0.23 * j),
            (x + 0.19 + 0.17 * i, 0.33 + 0.23 * j),
            (x + 0.04 + 0.17 * i, 0.30 + 0.23 * j),
        )
        for i in range(2)
        for j in range(2)
    )
    light = Part(panes, _prop((1.0, 0.98, 0.92), "ink"), soft=0.008, opacity=0.3)
    return [light, floor, joints, skirting, dusk]


def _quiet(wall: Color, rng: np.random.Generator) -> Color:
    """A muted furniture color that stays behind the product."""
    tones: tuple[Color, ...] = ((0.80, 0.77, 0.72), (0.62, 0.64, 0.66), (0.72, 0.66, 0.58))
    return mix(tones[int(rng.integers(len(tones)))], wall, 0.25)


def _own(
    product_type: str, color: Color, material: str, traits: dict[str, str], seed: int
) -> Design:
    return Design(product_type, traits, material, "solid", color, lighter(color, 0.4), color, seed)


def _potted(height: float, color: Color, rng: np.random.Generator) -> Parts:
    pot = _own(
        "plant pot", darker(color, 0.15), "stoneware", {"form": "tapered", "foot": "none"}, 5
    )
    return as_props([*DECOR["plant pot"](pot), *plant(0, -0.7, 3.0 + height, rng)])


def _picture(x: float, y: float, color: Color, seed: int) -> Parts:
    """A small framed picture on the wall."""
    frame = box(x - 0.11, y - 0.13, x + 0.11, y + 0.13)
    tone = (darker(color, 0.25), mix(color, (0.80, 0.52, 0.36), 0.45), (0.47, 0.56, 0.53))[seed % 3]
    return [
        Part(
            (frame + np.array([0.006, 0.01]),),
            _prop((0.1, 0.1, 0.12), "ink"),
            soft=0.01,
            opacity=0.3,
        ),
        piece(frame, _prop((0.30, 0.23, 0.18), "wood"), puff=0.006),
        piece(
            box(x - 0.1, y - 0.12, x + 0.1, y + 0.12), _prop((0.96, 0.95, 0.93), "paper"), puff=0
        ),
        piece(ellipse(x + 0.015, y - 0.03, 0.1, 0.1), _prop(tone, "paper"), puff=0),
        piece(
            smooth(
                [
                    (x - 0.075, y + 0.09, 1),
                    (x - 0.03, y + 0.01),
                    (x + 0.03, y + 0.05),
                    (x + 0.075, y + 0.02),
                    (x + 0.075, y + 0.09, 1),
                ]
            ),
            _prop(darker(tone, 0.3), "paper"),
            puff=0,
        ),
    ]


def _window() -> Parts:
    sky = Surface((0.86, 0.93, 0.97), "plain", "prop")
    frame = Surface((0.95, 0.95, 0.94), "plain", "prop")
    return [
        piece(box(0.26, 0.1, 0.74, 0.62), frame, puff=0.01),
        piece(box(0.28, 0.12, 0.72, 0.6), sky, puff=0.0),
        Part(
            (ellipse(0.4, 0.6, 0.3, 0.22), ellipse(0.62, 0.62, 0.26, 0.2)),
            _prop((0.62, 0.74, 0.60), "ink"),
            soft=0.02,
            opacity=0.7,
        ),
        piece((box(0.492, 0.1, 0.508, 0.62), box(0.26, 0.35, 0.74, 0.364)), frame, puff=0.006),
        piece(box(0.24, 0.61, 0.76, 0.645), frame, puff=0.01, shadow=0.3),
    ]
