"""Outlines: smooth closed curves, limbs, boxes and ellipses as point arrays.

Points are float64 arrays of shape (n, 2), x to the right and y downward.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Knots = Sequence[tuple[float, ...]]

STEPS = 10  # points per curve segment; at 320 px a segment is rarely over 60 px long


def smooth(knots: Knots, *, closed: bool = True) -> Points:
    """A curve through the knots; a knot with a third, true coordinate is a corner.

    Hermite segments whose tangents are scaled by the length of the segment, so
    that unevenly spaced knots do not overshoot.
    """
    place = np.array([knot[:2] for knot in knots], dtype=float)
    corner = np.array([len(knot) > 2 and bool(knot[2]) for knot in knots])
    if not closed:
        corner[[0, -1]] = True
    after = np.roll(place, -1, axis=0) - place
    through = _unit(after + np.roll(after, 1, axis=0))
    leave = np.where(corner[:, None], _unit(after), through)
    enter = np.where(corner[:, None], _unit(np.roll(after, 1, axis=0)), through)
    end, enter = np.roll(place, -1, axis=0), np.roll(enter, -1, axis=0)
    length = np.hypot(after[:, 0], after[:, 1])[:, None]
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * place
        + (t**3 - 2 * t**2 + t) * leave * length
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * enter * length
    )
    points = curve.transpose(1, 0, 2)
    if closed:
        return np.asarray(points.reshape(-1, 2))
    return np.vstack([points[:-1].reshape(-1, 2), place[-1:]])


def mirrored(knots: Knots) -> list[tuple[float, ...]]:
    """Both halves of a symmetric outline from the right half, listed top to bottom."""
    left = [(-x, *rest) for x, *rest in reversed(knots) if abs(x) > 1e-9]
    return [*knots, *left]


def symmetric(knots: Knots) -> Points:
    """The smooth closed outline whose right half the knots give."""
    return smooth(mirrored(knots))


def flipped(points: Points) -> Points:
    """The same points mirrored at x = 0."""
    return np.asarray(points * np.array([-1.0, 1.0]))


def limb(knots: Knots, widths: Sequence[float], *, round_ends: bool = False) -> Points:
    """The outline of a limb: a smooth center line with a full width at each knot."""
    center = smooth(knots, closed=False)
    at = np.linspace(0, len(widths) - 1, len(center))
    half = np.interp(at, np.arange(len(widths)), widths) / 2
    normal = _unit(np.gradient(center, axis=0))[:, ::-1] * np.array([-1.0, 1.0])
    left, right = center + normal * half[:, None], center - normal * half[:, None]
    if not round_ends:
        return np.vstack([left, right[::-1]])
    arc = np.linspace(0, np.pi, STEPS)[1:-1, None]
    caps = []
    for spot, side, reach in ((-1, normal[-1], half[-1]), (0, -normal[0], half[0])):
        ahead = np.array([side[1], -side[0]])
        caps.append(center[spot] + reach * (np.cos(arc) * side + np.sin(arc) * ahead))
    return np.vstack([left, caps[0], right[::-1], caps[1]])


def box(left: float, top: float, right: float, bottom: float, *, radius: float = 0.0) -> Points:
    """A rectangle with rounded corners."""
    radius = min(radius, (right - left) / 2, (bottom - top) / 2)
    if radius <= 0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=float)
    arc = np.linspace(0, np.pi / 2, STEPS)
    parts = []
    for quarter, (x, y) in enumerate(
        [
            (right - radius, bottom - radius),
            (left + radius, bottom - radius),
            (left + radius, top + radius),
            (right - radius, top + radius),
        ]
    ):
        angle = arc + quarter * np.pi / 2
        parts.append(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]))
    return np.vstack(parts)


def ellipse(x: float, y: float, width: float, height: float) -> Points:
    """An ellipse by its center and full size."""
    angle = np.linspace(0, 2 * np.pi, 6 * STEPS, endpoint=False)
    return np.column_stack([x + width / 2 * np.cos(angle), y + height / 2 * np.sin(angle)])


def polygon(*corners: tuple[float, float]) -> Points:
    """A polygon with straight sides."""
    return np.array(corners, dtype=float)


def moved(
    points: Points, *, x: float = 0.0, y: float = 0.0, scale: float = 1.0, turn_deg: float = 0.0
) -> Points:
    """The points scaled and turned about the origin, then moved."""
    angle = np.deg2rad(turn_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(scale * points @ turn + np.array([x, y]))


def bounds(outlines: Sequence[Points]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all outlines together."""
    every = np.vstack(outlines)
    (left, top), (right, bottom) = every.min(axis=0), every.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _unit(vectors: Points) -> Points:
    length = np.hypot(vectors[:, 0], vectors[:, 1])[:, None]
    return np.asarray(vectors / np.maximum(length, 1e-9))
