"""Pictures of a product: packshot, detail, lifestyle and on-figure arrangements."""

from dataclasses import dataclass

import numpy as np

from lookalike.sample.canvas import Matrix, fitted
from lookalike.sample.curves import Points, ellipse
from lookalike.sample.design import Design
from lookalike.sample.drawing import drawn
from lookalike.sample.figure import Figure, behind, head, worn
from lookalike.sample.parts import Extent, Part, Parts, Surface, extent, shifted
from lookalike.sample.product import SampleProduct, View
from lookalike.sample.rooms import Backdrop, Placing, plain_backdrop, plinth, room

HANGING = frozenset({"curtain", "mirror", "wall art", "rug", "sunglasses", "watch", "scarf"})
GARMENTS = frozenset({"top", "outer", "bottom", "one-piece"})
PACKSHOT_SHARE = 0.82
DETAIL_SHARE = 1.12


@dataclass(frozen=True)
class Group:
    """Parts that share a matrix and the extent that their textures are measured on."""

    parts: Parts
    matrix: Matrix
    frame: Extent


@dataclass(frozen=True)
class Scene:
    """A backdrop and the groups on it, from back to front."""

    backdrop: Backdrop
    groups: tuple[Group, ...]


def scene(product: SampleProduct, design: Design, view: View, size_px: int) -> Scene:
    """The arrangement of one view of the product."""
    rng = np.random.default_rng(product.scene_seed)
    parts = drawn(design)
    frame = extent(parts)
    if view.name == "packshot":
        matrix = fitted(frame, size_px, share=PACKSHOT_SHARE)
        return Scene(
            plain_backdrop(view.background),
            (Group(_grounded(product, parts, frame), matrix, frame),),
        )
    if view.name == "detail":
        return _detail(product, parts, view, size_px, rng)
    if view.name == "on-figure":
        return _on_figure(product, design, parts, view, size_px, rng)
    if product.domain == "home":
        return _in_room(product, parts, size_px, rng)
    return _on_plinth(product, parts, size_px, rng)


def _detail(
    product: SampleProduct, parts: Parts, view: View, size_px: int, rng: np.random.Generator
) -> Scene:
    """Closer, from the other side and a little turned, as a second photograph would be."""
    frame = extent(parts)
    matrix = fitted(frame, size_px, share=DETAIL_SHARE if rng.random() < 0.7 else 0.7)
    mirror = np.array([[-1.0, 0, size_px], [0, 1, 0], [0, 0, 1]])
    angle = np.deg2rad(rng.uniform(3, 9) * rng.choice([-1, 1]) * (product.domain == "fashion"))
    middle = size_px / 2
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array(
        [
            [cos, -sin, middle - cos * middle + sin * middle],
            [sin, cos, middle - sin * middle - cos * middle],
            [0, 0, 1],
        ]
    )
    move = np.eye(3)
    move[:2, 2] = rng.uniform(-0.06, 0.06, 2) * size_px
    return Scene(
        plain_backdrop(view.background),
        (Group(_grounded(product, parts, frame), move @ turn @ mirror @ matrix, frame),),
    )


def _grounded(product: SampleProduct, parts: Parts, frame: Extent) -> Parts:
    """The parts over their shadow: a soft outline when hanging, a pool when standing."""
    return [*_shadow(product, parts, frame), *parts]


def _shadow(product: SampleProduct, parts: Parts, frame: Extent) -> Parts:
    left, top, right, bottom = frame
    side = max(right - left, bottom - top)
    ink = Surface((0.13, 0.13, 0.17), "ink", "prop")
    if product.product_type in HANGING or product.slot in GARMENTS:
        solid = tuple(o for part in parts if not part.stroke for o in part.outlines)
        moved = tuple(o + np.array([0.014, 0.022]) * side for o in solid)
        return [Part(moved, ink, soft=0.018 * side, opacity=0.22)]
    foot = _footprint(parts, frame)
    wide = max(foot[1] - foot[0], 0.12 * side)
    middle = (foot[0] + foot[1]) / 2
    pool = ellipse(middle + 0.01 * side, bottom - 0.004 * side, wide * 1.06, 0.055 * side)
    tight = ellipse(middle, bottom - 0.006 * side, wide * 0.96, 0.02 * side)
    return [
        Part((pool,), ink, soft=0.022 * side, opacity=0.30),
        Part((tight,), ink, soft=0.007 * side, opacity=0.35),
    ]


def _footprint(parts: Parts, frame: Extent) -> tuple[float, float]:
    """Left and right end of what touches the ground."""
    low = frame[3] - 0.06 * (frame[3] - frame[1])
    every: Points = np.vstack([outline for part in parts for outline in part.outlines])
    ground = every[every[:, 1] >= low, 0]
    return float(ground.min()), float(ground.max())


def _on_figure(
    product: SampleProduct,
    design: Design,
    parts: Parts,
    view: View,
    size_px: int,
    rng: np.random.Generator,
) -> Scene:
    figure = Figure.drawn(product.gender, rng)
    backdrop = plain_backdrop(view.background, seed=product.scene_seed)
    placed, area, dressed = _wearing(product, design, parts)
    body = behind(figure, dressed=dressed)
    face = head(figure)
    texture = extent(placed)
    matrix = fitted(area, size_px, share=0.94)
    if product.product_type in ("hat", "sunglasses"):
        return Scene(
            backdrop, (Group([*body, *face], matrix, area), Group(placed, matrix, texture))
        )
    return Scene(
        backdrop,
        (Group(body, matrix, area), Group(placed, matrix, texture), Group(face, matrix, area)),
    )


def _wearing(
    product: SampleProduct, design: Design, parts: Parts
) -> tuple[Parts, Extent, frozenset[str]]:
    """The product where it is worn, the part of the figure to show, and what it covers."""
    kind = product.product_type
    if product.slot in GARMENTS:
        placed = worn(parts, design)
        covers = {
            "one-piece": ("top", "bottom"),
            "bottom": ("bottom",),
            "top": ("top",),
            "outer": ("sleeves",),
        }
        area = {
            "bottom": (-1.6, 2.1, 1.6, 8.1),
            "one-piece": (-1.6, -0.3, 1.6, 8.0),
            "top": (-1.7, -0.35, 1.7, 4.7),
            "outer": (-1.7, -0.35, 1.7, 4.9),
        }[product.slot]
        if kind == "coat":
            area = (-1.6, -0.3, 1.6, 8.0)
        covered = {*covers[product.slot], *(("legs",) if kind in ("trousers", "jeans") else ())}
        return placed, area, frozenset(covered)
    if kind == "hat":
        drop = {"beanie": 0.16, "cap": 0.18, "fedora": 0.1, "bucket": 0.1}[design.traits["cut"]]
        return shifted(parts, x=0, y=drop, scale=0.45), (-1.2, -0.7, 1.2, 1.9), frozenset()
    if kind == "sunglasses":
        front = parts[1:]
        return shifted(front, x=0, y=0.58, scale=0.29), (-0.9, -0.25, 0.9, 1.5), frozenset()
    if kind == "scarf":
        return shifted(parts[1:], x=0, y=1.58, scale=0.56), (-1.5, -0.3, 1.5, 3.6), frozenset()
    return shifted(parts, x=1.42, y=5.22, scale=0.66), (-1.9, 0.6, 2.4, 7.2), frozenset()


def _on_plinth(
    product: SampleProduct, parts: Parts, size_px: int, rng: np.random.Generator
) -> Scene:
    """On a round plinth before a pastel wall with an arch."""
    frame = extent(parts)
    backdrop, props, top = plinth(rng)
    matrix = _standing(frame, size_px, width=0.56, height=0.52, floor=top)
    unit = np.diag([size_px, size_px, 1.0])
    return Scene(
        backdrop,
        (Group(props, unit, (0, 0, 1, 1)), Group(_grounded(product, parts, frame), matrix, frame)),
    )


def _standing(
    frame: Extent, size_px: int, *, width: float, height: float, floor: float, x: float = 0.5
) -> Matrix:
    """The matrix that stands an extent on a floor line, within a width and height share."""
    left, top, right, bottom = frame
    scale = size_px * min(width / (right - left), height / (bottom - top))
    return np.array(
        [
            [scale, 0, x * size_px - scale * (left + right) / 2],
            [0, scale, floor * size_px - scale * bottom],
            [0, 0, 1],
        ]
    )


def _in_room(product: SampleProduct, parts: Parts, size_px: int, rng: np.random.Generator) -> Scene:
    """In a quiet room, where such a product would stand, hang or lie."""
    frame = extent(parts)
    setting = room(product.product_type, rng)
    unit = np.diag([size_px, size_px, 1.0])
    before = Group(setting.props, unit, (0, 0, 1, 1))
    placing = setting.placing
    matrix = _placed(frame, placing, size_px)
    own = parts if placing.lying else _grounded(product, parts, frame)
    furniture = [
        Group(
            [*_pool(other), *other], _placed(extent_any(other), where, size_px), extent_any(other)
        )
        for other, where in setting.furniture
    ]
    after = Group(setting.front, unit, (0, 0, 1, 1))
    return Scene(setting.backdrop, (before, *furniture, Group(own, matrix, frame), after))


def extent_any(parts: Parts) -> Extent:
    """The extent of all parts, props included."""
    every = np.vstack([outline for part in parts for outline in part.outlines])
    (left, top), (right, bottom) = every.min(axis=0), every.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _pool(parts: Parts) -> Parts:
    frame = extent_any(parts)
    foot = _footprint(parts, frame)
    side = max(frame[2] - frame[0], frame[3] - frame[1])
    pool = ellipse((foot[0] + foot[1]) / 2, frame[3], (foot[1] - foot[0]) * 1.05, 0.05 * side)
    return [
        Part((pool,), Surface((0.13, 0.12, 0.14), "ink", "prop"), soft=0.02 * side, opacity=0.32)
    ]


def _placed(frame: Extent, placing: Placing, size_px: int) -> Matrix:
    if placing.lying:
        return _on_floor(frame, placing, size_px)
    return _standing(
        frame, size_px, width=placing.width, height=placing.height, floor=placing.floor, x=placing.x
    )


def _on_floor(frame: Extent, placing: Placing, size_px: int) -> Matrix:
    """A projective matrix that lays the extent flat on the floor, far edge narrower."""
    left, top, right, bottom = frame
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    near, far = placing.width / 2, placing.width / 2 * 0.72
    high = placing.floor - placing.height
    goals = [
        (placing.x - far, high),
        (placing.x + far, high),
        (placing.x + near, placing.floor),
        (placing.x - near, placing.floor),
    ]
    rows = []
    for (x, y), (u, v) in zip(corners, goals, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    solution = np.linalg.svd(np.array(rows))[2][-1]
    matrix = (solution / solution[-1]).reshape(3, 3)
    return np.asarray(np.diag([size_px, size_px, 1.0]) @ matrix)
