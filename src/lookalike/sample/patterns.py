"""The ten patterns, as shares of accent and third color at every point of a cloth."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lookalike.sample.noise import Field, noise

Inks = tuple[Field, Field]  # shares of the accent and of the third color, each in [0, 1]


def inks(pattern: str, u: Field, v: Field, *, softness: float, seed: int) -> Inks:
    """Shares of the accent and the third color of a pattern.

    u, v      coordinates on the product; its longer side runs from 0 to 1
    softness  the size of one pixel in those coordinates, for smooth edges
    """
    return PATTERNS[pattern](u, v, softness, np.random.default_rng(seed))


def _edge(distance: NDArray[np.floating], softness: float) -> Field:
    """1 where distance is positive, 0 where negative, a ramp of one pixel between."""
    return np.asarray(np.clip(distance / softness + 0.5, 0, 1), dtype=np.float32)


def _wave(x: NDArray[np.floating]) -> Field:
    """A triangle wave: 0 at whole numbers, 1 halfway between."""
    return np.asarray(1 - np.abs(2 * (x - np.floor(x)) - 1), dtype=np.float32)


def _turned(u: Field, v: Field, turn_deg: float) -> tuple[Field, Field]:
    angle = np.deg2rad(turn_deg)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return u * cos + v * sin, v * cos - u * sin


def _solid(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    del softness, rng
    nothing = np.zeros(np.broadcast(u, v).shape, dtype=np.float32)
    return nothing, nothing


def _striped(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    kind = int(rng.integers(4))
    count = rng.uniform(8, 15)
    along = _turned(u, v, (90, 0, 0, 90)[kind])[0] * count
    soft = softness * count * 2
    width = (0.42, 0.2, 0.5, 0.5)[kind]
    accent = _edge(_wave(along + 0.25) - (1 - width), soft)
    if kind < 2:
        return accent, np.zeros_like(accent)
    thin = _edge(_wave(along - 0.25) - 0.86, soft)
    return accent, thin


def _checked(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    kind = int(rng.integers(3))
    count = rng.uniform(5, 8) if kind else rng.uniform(8, 12)
    soft = softness * count * 2
    x, y = u * count, v * count
    if kind == 0:  # gingham
        across, down = _edge(_wave(x) - 0.5, soft), _edge(_wave(y) - 0.5, soft)
        both = across * down
        return both, np.maximum(across, down) - both
    if kind == 1:  # plaid
        across, down = _edge(_wave(x) - 0.55, soft), _edge(_wave(y) - 0.55, soft)
        thin = np.maximum(_edge(_wave(x + 0.5) - 0.93, soft), _edge(_wave(y + 0.5) - 0.93, soft))
        accent = np.float32(0.5) * (across + down) * (1 - thin)
        return np.asarray(accent), np.asarray(thin * np.float32(0.9))
    thin = np.maximum(_edge(_wave(x) - 0.88, soft), _edge(_wave(y) - 0.88, soft))  # windowpane
    return thin, np.zeros_like(thin)


def _dotted(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    count = rng.uniform(7, 13)
    radius = rng.uniform(0.2, 0.3)
    x, y = u * count, v * count * 1.15
    row = np.floor(y)
    x = x + 0.5 * (row % 2)
    distance = np.hypot(x - np.floor(x) - 0.5, (y - row - 0.5) / 1.15)
    accent = _edge(radius - distance, softness * count)
    return accent, np.zeros_like(accent)


def _floral(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    count = rng.uniform(4.5, 7.0)
    petals = int(rng.integers(5, 7))
    chance = rng.uniform(0, 1, (5, 16, 16)).astype(np.float32)
    accent = third = np.zeros(np.broadcast(u, v).shape, dtype=np.float32)
    for layer, size in ((0, 1.0), (1, 0.62)):
        x, y = _turned(u, v, 17 + 31 * layer)
        x, y = x * count / size + 9.3, y * count / size + 4.1
        column, row = np.floor(x), np.floor(y)
        cell = (row.astype(np.int32) % 16, column.astype(np.int32) % 16)
        dx = x - column - 0.5 - 0.2 * (chance[0][cell] - 0.5)
        dy = y - row - 0.5 - 0.2 * (chance[1][cell] - 0.5)
        distance, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + 6.28 * chance[2][cell]
        soft = softness * count / size
        shown = (chance[3][cell] < 0.86).astype(np.float32)
        reach = 0.27 + 0.1 * np.abs(np.cos(angle * petals / 2)) + 0.03 * chance[4][cell]
        flower = _edge(reach - distance, soft) * shown
        heart = _edge(0.1 - distance, soft) * shown
        vein = _edge(0.035 - np.abs(np.sin(angle * petals / 2)) * distance, soft) * flower * 0.4
        leaf_x, leaf_y = _turned(dx, dy, 40 + 90 * layer)
        leaf = _edge(0.11 - np.abs(leaf_y) - 1.1 * (np.abs(leaf_x) - 0.34) ** 2 * 4, soft)
        leaf *= (np.abs(leaf_x) > 0.18) * (1 - flower) * shown
        third = third * (1 - flower) + np.maximum(heart, np.maximum(leaf, vein)) * (1 - third)
        accent = np.maximum(accent * (1 - leaf), flower)
        accent = accent * (1 - third)
    return accent, np.clip(third, 0, 1)


def _graphic(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    kind = int(rng.integers(5))
    x, y = (u - 0.5) / 0.17, (v - 0.42) / 0.17
    soft = softness / 0.17
    distance = np.hypot(x, y)
    disc = _edge(1 - distance, soft)
    if kind == 0:  # sun over waves
        sea = _edge(y - 0.18 - 0.07 * np.sin(x * 9), soft)
        waves = _edge(_wave(y * 2.6 - 0.16 * np.sin(x * 9)) - 0.5, soft * 4) * sea
        return disc * (1 - waves), disc * waves
    if kind == 1:  # mountains in a disc
        first = _edge(y - 0.2 - np.abs(x + 0.25) * 1.1 + 0.55, soft)
        second = _edge(y - 0.3 - np.abs(x - 0.42) * 1.3 + 0.35, soft)
        return disc * (1 - second) * (1 - first), disc * np.maximum(first, second)
    if kind == 2:  # star in a ring
        turn = np.arctan2(x, -y) / (2 * np.pi) * 5
        aside = np.abs((turn + 0.5) % 1 - 0.5) * 2  # 0 at a tip of the star, 1 between tips
        star = _edge(0.3 + 0.45 * (1 - aside) ** 1.5 - distance, soft)
        ring = _edge(0.09 - np.abs(distance - 0.93), soft)
        return np.maximum(ring, star * disc), np.zeros_like(star)
    if kind == 3:  # nested arches
        arch = np.where(y < 0.4, np.hypot(x, y - 0.4), np.abs(x)).astype(np.float32)
        inside = _edge(1.05 - arch, soft) * _edge(0.95 - y, soft)
        band = _edge(_wave(arch * 2.1) - 0.42, soft * 4)
        return inside * band * (arch > 0.5), inside * band * (arch <= 0.5)
    lines = _edge(_wave(y * 3.1) - 0.45, soft * 6)  # lettering-like bars around a disc
    words = np.clip(_edge(1 - np.abs(x), soft) * _edge(0.62 - np.abs(y), soft) * lines, 0, 1)
    hole = _edge(0.55 - distance, soft)
    return words * (1 - hole), hole * _edge(distance - 0.12, soft)


def _animal(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    seed, kind = int(rng.integers(1 << 30)), int(rng.integers(2))
    count = rng.uniform(15, 20)
    if kind == 0:  # rosettes: broken rings around noise blobs
        blob = noise(u * count, v * count, seed)
        gap = noise(u * count * 1.7, v * count * 1.7, seed + 1)
        soft = softness * count * 1.2
        ring = _edge(0.12 - np.abs(blob - 0.72), soft) * _edge(gap - 0.32, soft)
        return ring, _edge(blob - 0.84, soft)
    bend = noise(u * 4, v * 4, seed) * 1.5 + noise(u * 9, v * 9, seed + 2) * 0.4
    width = 0.32 + 0.3 * noise(u * 6, v * 6, seed + 1)
    accent = _edge(_wave(v * 10 + bend) - 1 + width, softness * 22)
    return accent, np.zeros_like(accent)


def _camouflage(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    seed, count = int(rng.integers(1 << 30)), rng.uniform(6, 9)
    soft = softness * count
    first = _edge(noise(u * count, v * count * 1.5, seed) - 0.6, soft)
    second = _edge(noise(u * count * 1.1, v * count * 1.6, seed + 1) - 0.68, soft)
    return first * (1 - second), second


def _zigzag(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    count = rng.uniform(6, 10)
    height = rng.uniform(0.5, 0.8)
    along = v * count + _wave(u * count * rng.uniform(0.8, 1.1)) * height
    soft = softness * count * 3
    accent = _edge(_wave(along) - 0.55, soft)
    if rng.random() < 0.5:
        return accent, np.zeros_like(accent)
    other = (np.floor(along + 0.5) % 2).astype(np.float32)
    return accent * (1 - other), accent * other


def _abstract(u: Field, v: Field, softness: float, rng: np.random.Generator) -> Inks:
    seed = int(rng.integers(1 << 30))
    wide = noise(u * 3.2, v * 3.2, seed)
    other = noise(u * 3.6, v * 3.0, seed + 1)
    soft = softness * 4
    line = _edge(0.035 - np.abs(noise(u * 2.6, v * 2.6, seed + 2) - 0.5), soft)
    third = np.maximum(_edge(other - 0.74, soft), line)
    return _edge(wide - 0.62, soft) * (1 - third), third


PATTERNS: dict[str, Callable[[Field, Field, float, np.random.Generator], Inks]] = {
    "solid": _solid,
    "striped": _striped,
    "checked": _checked,
    "dotted": _dotted,
    "floral": _floral,
    "graphic": _graphic,
    "animal": _animal,
    "camouflage": _camouflage,
    "zigzag": _zigzag,
    "abstract": _abstract,
}
