"""Backgrounds, and things made of a few simple parts whose masks are therefore exact.

Proportions and probabilities were chosen by eye.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.drawn.canvas import SIDE, Canvas, filled, flat, painted
from encoder_training.drawn.patterns import patterns, solid
from encoder_training.drawn.surfaces import stone, wood
from encoder_training.photo_labels import UNKNOWN
from encoder_training.vocabulary import MATERIALS, PATTERNS

PART_CHANCES = (1.0, 0.6, 0.5, 0.3)
PART_POWERS = [2.0, 4.0, 12.0, 30.0]  # of a superellipse: an ellipse ... nearly a box


class DrawnThings(NamedTuple):
    """Pictures with what is known of them.

    images    (n, 3, 224, 224) in 0..1
    masks     (n, 1, 224, 224) in 0..1
    patterns  (n,) positions in PATTERNS or -1
    materials (n,) positions in MATERIALS or -1
    """

    images: Tensor
    masks: Tensor
    patterns: Tensor
    materials: Tensor


def backgrounds(canvas: Canvas, count: int, photos: Tensor) -> Tensor:
    """Flat colors, gradients, clouds, wood or stone, and for a third of them `photos`.

    photos  (count, 3, 224, 224), blurred pictures of anything
    """
    kind = canvas.integers(0, 6, (count,))
    first, second = canvas.color(count), canvas.color(count)
    picture = filled(first).clone()
    slope = canvas.x * canvas.between(count, -1, 1) + canvas.y * canvas.between(count, -1, 1)
    gradient = painted(flat(first), second, (0.5 + 0.5 * slope).clamp(0, 1))
    clouds = painted(flat(first), second, canvas.noise(count, 2, 6, 0.6))
    surfaces = torch.cat([wood(canvas, count - count // 2), stone(canvas, count // 2)])
    surfaces = surfaces[canvas.shuffled(count)]
    for number, choice in enumerate((gradient, clouds, surfaces, photos, photos), start=1):
        picture = torch.where((kind == number)[:, None, None, None], choice, picture)
    return picture


def things(canvas: Canvas, count: int, photos: Tensor) -> DrawnThings:
    """Things of one to four boxes, ellipses and bars in any texture, before any background."""
    textures, pattern, material = _textures(canvas, count)
    mask, shade = _parts(canvas, count)
    order = canvas.shuffled(count)
    textures, pattern, material = textures[order], pattern[order], material[order]
    background = backgrounds(canvas, count, photos)
    is_studio = canvas.uniform(count, 1, 1, 1) < 0.5
    studio = (0.86 + 0.14 * canvas.uniform(count, 1, 1, 1)).expand(-1, 3, SIDE, SIDE)
    background = torch.where(is_studio, studio, background)
    blurred = functional.avg_pool2d(mask[:, None], 21, 1, 10)
    shadow = torch.roll(blurred, 8, 2) * (canvas.uniform(count, 1, 1, 1) < 0.4)
    background = background * (1 - 0.25 * shadow)
    lit = (textures * shade[:, None]).clamp(0, 1)
    images = painted(background, lit, mask).clamp(0, 1)
    return DrawnThings(images, mask[:, None], pattern, material)


def _textures(canvas: Canvas, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Half patterns; of the other half a third wood, a sixth stone, the rest plain."""
    plain_half = count // 2
    woods, stones = plain_half // 3, plain_half // 6
    solids = plain_half - woods - stones
    textures, numbers = patterns(canvas, count - plain_half)
    textures = torch.cat(
        [textures, wood(canvas, woods), stone(canvas, stones), solid(canvas, solids)]
    )

    def known(number: int, times: int) -> Tensor:
        return torch.full((times,), number, device=canvas.device)

    pattern = torch.cat(
        [numbers, known(UNKNOWN, woods + stones), known(PATTERNS.index("solid"), solids)]
    )
    material = torch.cat(
        [
            known(UNKNOWN, count - plain_half),
            known(MATERIALS.index("wood"), woods),
            known(MATERIALS.index("stone"), stones),
            known(UNKNOWN, solids),
        ]
    )
    return textures, pattern, material


def _parts(canvas: Canvas, count: int) -> tuple[Tensor, Tensor]:
    """The union of the parts and the light on it, each (count, 224, 224)."""
    mask = torch.zeros(count, SIDE, SIDE, device=canvas.device)
    shade = torch.ones(count, SIDE, SIDE, device=canvas.device)
    for number, probability in enumerate(PART_CHANCES):
        is_there = canvas.chance(count, probability).float()
        center_x, center_y = canvas.between(count, -0.4, 0.4), canvas.between(count, -0.4, 0.4)
        # the first part is the body, never thin
        radius_x = canvas.sizes(count, 0.03 if number else 0.2, 0.75)
        radius_y = canvas.sizes(count, 0.03 if number else 0.15, 0.75)
        angle = canvas.between(count, -0.5, 0.5) * canvas.chance(count, 0.4)
        skew = canvas.between(count, -0.5, 0.5) * canvas.chance(count, 0.4)
        dx, dy = canvas.x - center_x, canvas.y - center_y
        x = dx * angle.cos() + dy * angle.sin()
        y = -dx * angle.sin() + dy * angle.cos() + skew * x
        powers = canvas.row(PART_POWERS)
        power = powers[canvas.integers(0, len(PART_POWERS), (count,))][:, None, None]
        reach = (x.abs() / radius_x + 1e-4) ** power + (y.abs() / radius_y + 1e-4) ** power
        distance = reach ** (1 / power)
        thinnest = torch.minimum(radius_x, radius_y)
        part = torch.sigmoid((1 - distance) * 90 * thinnest.clamp(min=0.05)) * is_there
        hole = torch.sigmoid((canvas.between(count, 0.6, 0.9) - distance) * 90 * thinnest)
        part = part * (1 - hole * canvas.chance(count, 0.12))
        light = 0.65 + 0.6 * canvas.between(count, 0, 1)
        light = light + canvas.between(count, -0.25, 0.25) * x / radius_x
        shade = shade * (1 - part) + light.clamp(0.4, 1.3) * part
        mask = torch.maximum(mask, part)
    return mask, shade
