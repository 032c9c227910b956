"""Random crops, zooms, turns and flips of training photos, with their masks."""

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from encoder_training.drawn.canvas import SIDE, Canvas
from encoder_training.photos import Photos

# Chosen by hand for the shipped encoder, untested one by one.
ZOOM = (0.62, 1.12)  # below 1 shows a part of the photo, above 1 white around it
STRETCH = 0.24  # spread of the log of the aspect ratio
TURN_RADIANS = 0.12  # standard deviation, for half the photos
SHIFT = (0.9, 0.04)  # share of the room a zoom leaves, and a little more


class Crops(NamedTuple):
    """images (n, 3, 224, 224) and masks (n, 1, 224, 224) in 0..1; is_usable (n,) for the masks."""

    images: Tensor
    masks: Tensor
    is_usable: Tensor


def crop_photos(
    canvas: Canvas,
    photos: Photos,
    rows: NDArray[np.intp],
    zoom: tuple[float, float] = ZOOM,
) -> Crops:
    """One random crop of each of `rows`; what lies outside a photo is white."""
    count, device = len(rows), canvas.device
    numbers = torch.as_tensor(rows, device=device)
    grid = functional.affine_grid(
        _transform(canvas, count, zoom), (count, 1, SIDE, SIDE), align_corners=False
    )
    images = torch.empty(count, 3, SIDE, SIDE, device=device)
    masks = torch.empty(count, 1, SIDE, SIDE, device=device)
    is_small = numbers < photos.first_large
    # Small photos are enlarged, where bicubic looks better; large ones are about their size.
    for stack, stack_masks, first, chosen, mode in (
        (photos.small, photos.small_masks, 0, is_small, "bicubic"),
        (photos.large, photos.large_masks, photos.first_large, ~is_small, "bilinear"),
    ):
        places = chosen.nonzero()[:, 0]
        if len(places):
            own = numbers[places] - first
            images[places] = sampled(stack.images[own], grid[places], mode=mode)
            masks[places] = sampled_masks(stack_masks[own], grid[places])
    return Crops(images, masks, photos.is_usable[numbers])


def sampled(images: Tensor, grid: Tensor, *, mode: str) -> Tensor:
    """uint8 images at the points of a grid, in 0..1; white outside, as the sampler pads with 0."""
    shifted = images.float() / 255 - 1
    picked = functional.grid_sample(shifted, grid, mode=mode, align_corners=False)
    return picked.add(1).clamp(0, 1)


def sampled_masks(masks: Tensor, grid: Tensor) -> Tensor:
    return functional.grid_sample(masks[:, None].float() / 255, grid, align_corners=False)


def _transform(canvas: Canvas, count: int, zoom: tuple[float, float]) -> Tensor:
    """Affine maps from the crop to the photo: (count, 2, 3)."""
    low, high = math.log(zoom[0]), math.log(zoom[1])
    scale = torch.exp(low + (high - low) * canvas.uniform(count))
    stretch = torch.exp((canvas.uniform(count) - 0.5) * STRETCH)
    angle = canvas.normal(count) * TURN_RADIANS * (canvas.uniform(count) < 0.5)
    flip = torch.where(canvas.uniform(count) < 0.5, -1.0, 1.0)
    scale_x, scale_y = scale * stretch, scale / stretch
    transform = torch.zeros(count, 2, 3, device=canvas.device)
    transform[:, 0, 0] = angle.cos() * scale_x * flip
    transform[:, 0, 1] = -angle.sin() * scale_y
    transform[:, 1, 0] = angle.sin() * scale_x * flip
    transform[:, 1, 1] = angle.cos() * scale_y
    room = (1 - scale).abs() * SHIFT[0] + SHIFT[1]
    transform[:, 0, 2] = (canvas.uniform(count) * 2 - 1) * room
    transform[:, 1, 2] = (canvas.uniform(count) * 2 - 1) * room
    return transform
