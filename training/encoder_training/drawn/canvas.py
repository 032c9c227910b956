"""A square of pixel coordinates on one device, and the dice thrown on it.

Every picture is a float tensor (count, 3, 224, 224) in 0..1; every map is (count, 224, 224).
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

SIDE = 224


class Weave(NamedTuple):
    """Coordinates in units of one pattern period, and how many pixels a period has.

    across, along  (count, 224, 224)
    period_px      (count, 1, 1)
    """

    across: Tensor
    along: Tensor
    period_px: Tensor


class Canvas:
    """Draws random numbers and the shapes all pictures are made of.

    x, y  (224, 224) in -1..1; y grows downwards
    rows  the dice for choosing rows on the CPU; pictures use a generator on the device
    """

    def __init__(
        self, device: torch.device, generator: torch.Generator, rows: np.random.RandomState
    ) -> None:
        self.device = device
        self.generator = generator
        self.rows = rows
        line = torch.linspace(-1, 1, SIDE, device=device)
        self.y, self.x = torch.meshgrid(line, line, indexing="ij")

    def uniform(self, *shape: int) -> Tensor:
        """Numbers in [0, 1)."""
        return torch.rand(*shape, device=self.device, generator=self.generator)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, device=self.device, generator=self.generator)

    def between(self, count: int, low: float, high: float) -> Tensor:
        """One number a picture: (count, 1, 1)."""
        return (low + (high - low) * self.uniform(count))[:, None, None]

    def sizes(self, count: int, low: float, high: float) -> Tensor:
        """One size a picture, (count, 1, 1); halving is as likely as doubling."""
        return torch.exp(self.between(count, math.log(low), math.log(high)))

    def chance(self, count: int, probability: float) -> Tensor:
        """One yes or no a picture: (count, 1, 1) of bool."""
        return self.uniform(count)[:, None, None] < probability

    def chosen(self, count: int, probability: float) -> Tensor:
        """The rows of `count` that a toss picks: (picked,)."""
        return (self.uniform(count) < probability).nonzero()[:, 0]

    def integers(self, low: int, high: int, shape: tuple[int, ...]) -> Tensor:
        """Whole numbers from low to high - 1."""
        return torch.randint(low, high, shape, device=self.device, generator=self.generator)

    def shuffled(self, count: int) -> Tensor:
        return torch.randperm(count, device=self.device, generator=self.generator)

    def row(self, values: list[float]) -> Tensor:
        return torch.tensor(values, device=self.device)

    def noise(self, count: int, cells: int = 4, octaves: int = 4, decay: float = 0.55) -> Tensor:
        """Cloudy noise in about 0..1: (count, 224, 224); Perlin, SIGGRAPH 1985, with bicubic cells.

        cells  cells across the picture in the coarsest octave; each next one has twice as many
        """
        total: Tensor | float = 0
        amplitude, sum_of_amplitudes = 1.0, 0.0
        for octave in range(octaves):
            side = cells * 2**octave + 1
            grid = self.uniform(count, 1, side, side)
            total = total + amplitude * functional.interpolate(
                grid, size=(SIDE, SIDE), mode="bicubic", align_corners=True
            )
            sum_of_amplitudes += amplitude
            amplitude *= decay
        clouds: Tensor = total / sum_of_amplitudes
        return clouds[:, 0]

    def streaks(self, count: int, rows: int, columns: int) -> Tensor:
        """Noise of unequal cells, such as the grain of wood: (count, 224, 224)."""
        grid = self.uniform(count, 1, rows, columns)
        return functional.interpolate(grid, size=(SIDE, SIDE), mode="bicubic")[:, 0]

    def colors(self, count: int, per_picture: int) -> Tensor:
        """Colors products have: (count, per_picture, 3); a third neutral, the rest of any hue.

        The shares were chosen by eye.
        """
        shape = (count, per_picture)
        hue = self.uniform(*shape)
        saturation = self.uniform(*shape) ** 0.7
        value = 0.15 + 0.85 * self.uniform(*shape) ** 0.6
        is_neutral = self.uniform(*shape) < 0.35
        saturation = torch.where(is_neutral, saturation * 0.08, saturation)
        is_extreme = is_neutral & (self.uniform(*shape) < 0.5)
        value = torch.where(is_extreme, value.round() * 0.9 + 0.06, value)
        return _rgb(hue, saturation, value)

    def color(self, count: int) -> Tensor:
        """One color a picture: (count, 3)."""
        return self.colors(count, 1)[:, 0]

    def contrasting_colors(self, count: int) -> tuple[Tensor, Tensor]:
        """Two colors a picture that can be told apart, each (count, 3)."""
        first, second = self.color(count), self.color(count)
        are_close = (first - second).abs().sum(1) < 0.45
        opposite = (1 - first).clamp(0, 1) * 0.8 + 0.1
        return first, torch.where(are_close[:, None], opposite, second)

    def weave(
        self, count: int, low: float = 0.05, high: float = 0.5, *, zoom: float, warp: float = 0.06
    ) -> Weave:
        """Turned, warped and slightly tilted coordinates, as a pattern lies on cloth.

        low, high  shortest and longest period, in half pictures; half the pictures stay upright
        zoom       lengthens the longest period, for pictures that show cloth from close by
        """
        angle = self.between(count, -math.pi, math.pi)
        is_upright = self.chance(count, 0.5)
        upright = angle * 0.06 + self.chance(count, 0.5) * math.pi / 2
        angle = torch.where(is_upright, upright, angle)
        period = self.sizes(count, low, high * zoom)
        depth = 1 + self.between(count, -0.25, 0.25) * self.x
        depth = depth + self.between(count, -0.25, 0.25) * self.y
        strength = self.between(count, 0, warp) * self.chance(count, 0.6)
        x = self.x / depth + strength * (self.noise(count, 2, 2) - 0.5) * 2
        y = self.y / depth + strength * (self.noise(count, 2, 2) - 0.5) * 2
        across = (x * angle.cos() + y * angle.sin()) / period
        along = (-x * angle.sin() + y * angle.cos()) / period
        return Weave(across, along, period * SIDE / 2)


def flat(colors: Tensor) -> Tensor:
    """(count, 3) as pictures that broadcast: (count, 3, 1, 1)."""
    return colors[:, :, None, None]


def filled(colors: Tensor) -> Tensor:
    """(count, 3) as whole pictures of one color."""
    return flat(colors).expand(-1, -1, SIDE, SIDE)


def painted(picture: Tensor, paint: Tensor, mask: Tensor) -> Tensor:
    """`paint`, colors (count, 3) or a picture, over `picture` wherever `mask` is 1."""
    cover = flat(paint) if paint.ndim == 2 else paint
    return picture * (1 - mask[:, None]) + cover * mask[:, None]


def soft_edge(distance: Tensor, sharpness: Tensor | float) -> Tensor:
    """1 where `distance` is positive, 0 where negative.

    With `distance` in periods and `sharpness` in pixels a period the edge is a pixel wide.
    """
    return torch.sigmoid(distance * sharpness * 2.0)


def _rgb(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """HSV to RGB, all in 0..1: (..., 3); Smith, SIGGRAPH 1978, in its one-line form."""
    sector = torch.stack([(offset + hue * 6) % 6 for offset in (5, 3, 1)], -1)
    chroma = torch.clamp(torch.minimum(sector, 4 - sector), 0, 1)
    return value[..., None] - (value * saturation)[..., None] * chroma
