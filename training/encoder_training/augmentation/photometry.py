"""What cameras, small files and bad light do to a picture.

Ranges and probabilities were chosen by hand for the shipped encoder, untested one by one.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.drawn.canvas import SIDE, Canvas, flat

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
# The luminance table of the JPEG standard (ITU-T T.81, table K.1), row by row.
JPEG_TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
BLOCK = 8  # pixels on a side of a JPEG block


def photometric(canvas: Canvas, images: Tensor) -> Tensor:
    """Copies of images (n, 3, 224, 224) in 0..1 with other light, detail, noise and patches."""
    count = len(images)
    images = _relit(canvas, images)
    for _ in range(2):
        rows = canvas.chosen(count, 0.14)
        side = int(canvas.rows.randint(48, 150))
        if len(rows):
            images[rows] = coarsened(images[rows], side)
    rows = canvas.chosen(count, 0.3)
    if len(rows):
        images[rows] = _like_jpeg(canvas, images[rows]).clamp(0, 1)
    rows = canvas.chosen(count, 0.2)
    if len(rows):
        part = images[rows]
        grain = canvas.normal(*part.shape) * 0.04 * canvas.uniform(len(rows), 1, 1, 1)
        images[rows] = (part + grain).clamp(0, 1)
    rows = canvas.chosen(count, 0.12)
    if len(rows):
        images[rows] = _patched(canvas, images[rows])
    return images


def gray(images: Tensor) -> Tensor:
    """Luma: (n, 1, h, w)."""
    weights = torch.tensor(LUMA, device=images.device).view(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True)


def coarsened(images: Tensor, side_px: int) -> Tensor:
    """Scaled down to `side_px` and up again, as small or enlarged photos look."""
    small = functional.interpolate(
        images, size=(side_px, side_px), mode="bilinear", antialias=True, align_corners=False
    )
    return functional.interpolate(
        small, size=(SIDE, SIDE), mode="bicubic", align_corners=False
    ).clamp(0, 1)


def blurred(images: Tensor, cells: int = 14) -> Tensor:
    """Only what `cells` by `cells` averages can show."""
    small = functional.interpolate(images, size=(cells, cells), mode="area")
    return functional.interpolate(small, size=(SIDE, SIDE), mode="bilinear")


def _relit(canvas: Canvas, images: Tensor) -> Tensor:
    """Four in five with another gamma, contrast, saturation, white balance and brightness."""
    count = len(images)

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * canvas.uniform(count, 1, 1, 1)

    is_relit = (canvas.uniform(count, 1, 1, 1) < 0.8).float()
    lit = images.clamp(1e-4, 1) ** torch.exp(between(-0.28, 0.28))
    mean = lit.mean((1, 2, 3), keepdim=True)
    lit = (lit - mean) * between(0.82, 1.2) + mean
    luma = gray(lit)
    lit = luma + (lit - luma) * between(0.78, 1.22)
    lit = lit * (1 + (canvas.uniform(count, 3, 1, 1) - 0.5) * 0.13) + between(-0.04, 0.04)
    return images * (1 - is_relit) + lit.clamp(0, 1) * is_relit


def _like_jpeg(canvas: Canvas, images: Tensor) -> Tensor:
    """Rounds the cosine transform of 8 by 8 blocks as JPEG does, at a random quality.

    On RGB and without chroma subsampling, which is close enough to teach its blocks and ringing.
    """
    count, device = len(images), images.device
    blocks = SIDE // BLOCK
    cosine = torch.tensor(_cosine_transform(), device=device)
    table = torch.tensor(JPEG_TABLE, device=device).float() / 255
    steps = table * torch.exp(canvas.uniform(count, 1, 1, 1, 1, 1) * 2.2 - 1.2)
    tiles = images.view(count, 3, blocks, BLOCK, blocks, BLOCK).permute(0, 1, 2, 4, 3, 5)
    coefficients = cosine @ (tiles - 0.5) @ cosine.t()
    coefficients = (coefficients / steps).round() * steps
    tiles = cosine.t() @ coefficients @ cosine + 0.5
    return tiles.permute(0, 1, 2, 4, 3, 5).reshape(count, 3, SIDE, SIDE)


def _cosine_transform() -> list[list[float]]:
    """The 8 by 8 matrix of the orthonormal DCT-II."""
    return [
        [
            math.sqrt((1 if frequency == 0 else 2) / BLOCK)
            * math.cos((2 * place + 1) * frequency * math.pi / (2 * BLOCK))
            for place in range(BLOCK)
        ]
        for frequency in range(BLOCK)
    ]


def _patched(canvas: Canvas, images: Tensor) -> Tensor:
    """One square of one color over each picture, a tenth to a third of its side."""
    count = len(images)
    center_x = canvas.uniform(count, 1, 1) * 2 - 1
    center_y = canvas.uniform(count, 1, 1) * 2 - 1
    half = 0.1 + 0.25 * canvas.uniform(count, 1, 1)
    inside = ((canvas.x - center_x).abs() < half) & ((canvas.y - center_y).abs() < half)
    patch = inside[:, None].float()
    return images * (1 - patch) + flat(canvas.color(count)) * patch
