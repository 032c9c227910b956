"""Two views of every product in a batch, and odd pictures that only hold the features in place."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from encoder_training.augmentation.color_histogram import color_histograms
from encoder_training.augmentation.crops import crop_photos
from encoder_training.augmentation.photometry import coarsened, gray, photometric
from encoder_training.drawn.canvas import Canvas, flat
from encoder_training.drawn.scenes import backgrounds
from encoder_training.photos import Photos

# Chosen by hand for the shipped encoder, untested one by one.
RECOLOR_CHANCE = 0.18
NEW_BACKGROUND_CHANCE = 0.38
CLOSE_ZOOM = (0.3, 0.9)  # of the photos that become backgrounds
ODD_ZOOM = (0.15, 0.6)
BACKGROUND_BLUR_PX = 28


class Views(NamedTuple):
    """One view of each of n products.

    images        (n, 3, 224, 224) in 0..1
    masks         (n, 1, 224, 224) in 0..1
    is_usable     (n,) the mask can be trusted
    is_recolored  (n,) the color label no longer holds
    histograms    (n, 726) of the foreground before the light was changed
    """

    images: Tensor
    masks: Tensor
    is_usable: Tensor
    is_recolored: Tensor
    histograms: Tensor


def product_views(canvas: Canvas, photos: Photos, rows: NDArray[np.intp]) -> Views:
    """Crop, perhaps recolor, perhaps replace the background, then change light and detail."""
    images, masks, is_usable = crop_photos(canvas, photos, rows)
    count = len(rows)
    is_recolored = (canvas.uniform(count) < RECOLOR_CHANCE) & is_usable
    chosen = is_recolored.nonzero()[:, 0]
    if len(chosen):
        images[chosen] = _recolored(canvas, images[chosen], masks[chosen])
    is_moved = (canvas.uniform(count) < NEW_BACKGROUND_CHANCE) & is_usable
    chosen = is_moved.nonzero()[:, 0]
    if len(chosen):
        others = photos.large_rows(canvas.rows, len(chosen))
        behind = crop_photos(canvas, photos, others, CLOSE_ZOOM).images
        behind = backgrounds(canvas, len(chosen), coarsened(behind, BACKGROUND_BLUR_PX))
        part = masks[chosen]
        images[chosen] = images[chosen] * part + behind * (1 - part)
    histograms = color_histograms(images, masks)
    return Views(photometric(canvas, images), masks, is_usable, is_recolored, histograms)


def odd_pictures(
    canvas: Canvas, photos: Photos, count: int, *, first: Tensor, second: Tensor
) -> Tensor:
    """Small crops of any photo, and mixtures of two views, half and half: (count, 3, 224, 224).

    Nothing is known of them; they keep the features close to ImageNet's where no label does.
    """
    mixtures = count // 2
    others = photos.large_rows(canvas.rows, count - mixtures)
    crops = crop_photos(canvas, photos, others, ODD_ZOOM).images
    picks = canvas.integers(0, len(first), (mixtures,))
    blend = canvas.uniform(mixtures, 1, 1, 1)
    slope = canvas.x * (canvas.uniform(mixtures, 1, 1, 1) - 0.5)
    slope = slope + canvas.y * (canvas.uniform(mixtures, 1, 1, 1) - 0.5)
    is_blend = canvas.uniform(mixtures, 1, 1, 1) < 0.5
    weight = torch.where(is_blend, blend, (slope > 0).float())
    mixed = first[picks] * weight + second[picks].roll(1, 0).flip(2) * (1 - weight)
    return torch.cat([crops, mixed])


def _recolored(canvas: Canvas, images: Tensor, masks: Tensor) -> Tensor:
    """The product in another color with its shading kept: same design, other color."""
    count = len(images)
    luma = gray(images)
    brightness = (luma * masks).sum((2, 3), keepdim=True)
    brightness = brightness / masks.sum((2, 3), keepdim=True).clamp(min=1)
    shading = 1 + (luma / brightness.clamp(min=0.08) - 1) * 0.8
    dyed = (flat(canvas.color(count)) * shading).clamp(0, 1)
    swapped = torch.stack([images[:, 1], images[:, 2], images[:, 0]], 1)
    is_swapped = canvas.uniform(count, 1, 1, 1) < 0.4
    product = torch.where(is_swapped, swapped, dyed)
    return images * (1 - masks) + product * masks
