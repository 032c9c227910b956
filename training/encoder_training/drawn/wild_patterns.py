"""The three patterns without a lattice of lines: animal skins, camouflage, abstract shapes."""

import torch
from torch import Tensor

from encoder_training.drawn.canvas import Canvas, filled, flat, painted, soft_edge
from encoder_training.drawn.lattice import cells

LEOPARD_TAN = [0.80, 0.62, 0.38]
LEOPARD_DARK = [0.12, 0.08, 0.05]
SKIN_WHITE = 0.93
CAMOUFLAGE_PALETTES = [
    [[0.29, 0.33, 0.18], [0.20, 0.19, 0.12], [0.55, 0.50, 0.34], [0.36, 0.28, 0.17]],  # woodland
    [[0.76, 0.70, 0.55], [0.60, 0.50, 0.36], [0.45, 0.36, 0.25], [0.85, 0.80, 0.68]],  # desert
    [[0.35, 0.38, 0.42], [0.18, 0.20, 0.23], [0.60, 0.62, 0.65], [0.80, 0.81, 0.82]],  # town
    [[0.20, 0.28, 0.42], [0.10, 0.14, 0.24], [0.42, 0.50, 0.62], [0.62, 0.68, 0.76]],  # navy
]


def animal(canvas: Canvas, count: int, zoom: float) -> Tensor:
    """Leopard, zebra or cow, a third of them in any color."""
    kind = canvas.integers(0, 3, (count, 1, 1))[:, None]
    weave = canvas.weave(count, 0.1, 0.35, zoom=zoom, warp=0.15)
    x, y, toss, _ = cells(weave.across, weave.along, 0.45)
    wobble = canvas.noise(count, 12, 3)
    radius = (x * x * (1 + toss) + y * y * (2 - toss)).sqrt() + (wobble - 0.5) * 0.35
    ring = soft_edge(0.09 - (radius - 0.27).abs(), weave.period_px * 0.7) * (wobble > 0.40)
    inside = soft_edge(0.2 - radius, weave.period_px * 0.7)
    tan = canvas.row(LEOPARD_TAN) * (0.75 + 0.45 * canvas.uniform(count, 1))
    dark = canvas.row(LEOPARD_DARK) * (0.3 + canvas.uniform(count, 1))
    is_free = canvas.uniform(count, 1) < 0.3
    tan = torch.where(is_free, canvas.color(count), tan)
    white = torch.full_like(tan, SKIN_WHITE)
    leopard = painted(painted(flat(tan), tan * 0.7, inside), dark, ring)
    bend = (canvas.noise(count, 3, 3) - 0.5) * canvas.between(count, 3, 7)
    bands = torch.sin((weave.across + bend) * 3.14) * 0.35
    bands = bands + (canvas.noise(count, 6, 2) - 0.5) * 0.9
    light = torch.where(is_free, tan, white)
    zebra = painted(flat(dark), light, soft_edge(bands, weave.period_px * 0.5))
    patches = soft_edge(canvas.noise(count, 4, 3) - 0.55, 40.0)
    cow = painted(flat(white), torch.where(is_free, tan, dark), patches)
    return torch.where(kind == 0, leopard, torch.where(kind == 1, zebra, cow))


def camouflage(canvas: Canvas, count: int, _: float) -> Tensor:
    """Blots of four colors of one palette."""
    palettes = torch.tensor(CAMOUFLAGE_PALETTES, device=canvas.device)
    palette = palettes[canvas.integers(0, len(CAMOUFLAGE_PALETTES), (count,))]
    palette = palette * (0.8 + 0.4 * canvas.uniform(count, 1, 1))
    cells_across = int(canvas.integers(3, 9, (1,)))
    picture = filled(palette[:, 0])
    for color in (1, 2, 3):
        blots = canvas.noise(count, cells_across, 3, 0.5)
        mask = soft_edge(blots - canvas.between(count, 0.5, 0.58), 70.0)
        picture = painted(picture, palette[:, color], mask)
    return picture


def abstract(canvas: Canvas, count: int, _: float) -> Tensor:
    """Cloudy shapes of four colors, from hard-edged to blurred."""
    palette = canvas.colors(count, 4)
    picture = filled(palette[:, 0])
    cells_across = int(canvas.integers(2, 7, (1,)))
    for color in (1, 2, 3):
        sharpness = canvas.between(count, 3, 40)
        mask = torch.sigmoid((canvas.noise(count, cells_across, 4, 0.6) - 0.52) * sharpness)
        picture = painted(picture, palette[:, color], mask)
    return picture
