"""Wood and stone; proportions chosen by eye."""

import torch
from torch import Tensor

from encoder_training.drawn.canvas import Canvas, flat, painted, soft_edge

OAK = [0.62, 0.42, 0.25]


def wood(canvas: Canvas, count: int) -> Tensor:
    """Boards with growth rings and grain, along or across, sometimes with gaps between planks."""
    grain, fine_grain = canvas.streaks(count, 90, 5), canvas.streaks(count, 200, 8)
    rings = canvas.y * canvas.between(count, 2, 14)
    rings = rings + canvas.noise(count, 2, 3) * canvas.between(count, 2, 9)
    ring = 0.5 + 0.5 * torch.sin(rings * 3.14)
    light = canvas.row(OAK) * (0.55 + 0.85 * canvas.uniform(count, 1))
    light = light + 0.08 * (canvas.uniform(count, 3) - 0.5)
    dark = light * (0.45 + 0.4 * canvas.uniform(count, 1))
    mask = (0.5 * ring + 0.35 * grain + 0.25 * fine_grain - 0.2).clamp(0, 1)
    picture = painted(flat(light), dark, mask)
    gaps = ((canvas.y * canvas.between(count, 1, 4)) % 1 < 0.03)[:, None]
    gaps = gaps * (canvas.uniform(count, 1, 1, 1) < 0.4)
    picture = torch.where(gaps, picture * 0.4, picture)
    is_upright = canvas.uniform(count, 1, 1, 1) < 0.5
    return torch.where(is_upright, picture, picture.transpose(2, 3)).clamp(0, 1)


def stone(canvas: Canvas, count: int) -> Tensor:
    """Marble, granite or rough stone, in muted colors."""
    first, second = canvas.color(count), canvas.color(count)
    first, second = _muted(first), _muted(second)
    turbulence = (canvas.noise(count, 3, 6, 0.7) - 0.5).abs() * 4
    veins = torch.exp(-turbulence * canvas.between(count, 2, 8))
    marble = painted(flat(first), second, veins)
    specks = soft_edge(canvas.noise(count, 40, 3, 0.8) - 0.5, 15.0)
    granite = painted(flat(first), second, specks)
    rough = flat(first) * (0.5 + canvas.noise(count, 8, 5, 0.8))[:, None]
    kind = canvas.integers(0, 3, (count, 1, 1, 1))
    return torch.where(kind == 0, marble, torch.where(kind == 1, granite, rough)).clamp(0, 1)


def _muted(colors: Tensor) -> Tensor:
    return colors.mean(1, keepdim=True) * 0.75 + colors * 0.25
