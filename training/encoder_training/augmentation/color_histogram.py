"""The colors of a product as a smoothed histogram."""

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.augmentation.photometry import gray

LIGHTNESS_BINS, OPPONENT_BINS = 6, 11
FLOOR = 0.01  # so that an empty mask counts the whole picture
SMOOTHING = (0.25, 0.5, 0.25)


def color_histograms(images: Tensor, masks: Tensor) -> Tensor:
    """Square roots of histograms of lightness, red-green and yellow-blue over the foreground.

    images   (n, 3, h, w) in 0..1
    masks    (n, 1, h, w) in 0..1
    returns  (n, 6 * 11 * 11), unit length: the dot product of two is their Bhattacharyya
             coefficient (Bhattacharyya 1943), in 0..1

    Smoothing along each axis lets colors near a bin's edge match.  The numbers of bins were chosen
    by eye, untested.
    """
    images = functional.avg_pool2d(images, 4)
    weights = functional.avg_pool2d(masks, 4) + FLOOR
    count = len(images)
    red_green = images[:, 0] - images[:, 1]
    yellow_blue = 0.5 * (images[:, 0] + images[:, 1]) - images[:, 2]
    bins = _bin(gray(images)[:, 0], LIGHTNESS_BINS) * OPPONENT_BINS**2
    # the factors keep all but the most saturated colors inside 0..1
    bins = bins + _bin(red_green * 0.9 + 0.5, OPPONENT_BINS) * OPPONENT_BINS
    bins = bins + _bin(yellow_blue * 0.55 + 0.5, OPPONENT_BINS)
    size = LIGHTNESS_BINS * OPPONENT_BINS**2
    counts = torch.zeros(count, size, device=images.device)
    counts = counts.scatter_add(1, bins.flatten(1), weights.flatten(1))
    cube = counts.view(count, 1, LIGHTNESS_BINS, OPPONENT_BINS, OPPONENT_BINS)
    kernel = torch.tensor(SMOOTHING, device=images.device)
    for axis in range(3):
        shape = [1, 1, 1, 1, 1]
        shape[2 + axis] = len(SMOOTHING)
        padding = [int(side > 1) for side in shape[2:]]
        cube = functional.conv3d(cube, kernel.view(shape), padding=padding)
    counts = cube.flatten(1)
    return (counts / counts.sum(1, keepdim=True).clamp(min=1e-6)).sqrt()


def _bin(values: Tensor, bins: int) -> Tensor:
    """Bin numbers of values in 0..1; those outside go to the nearest bin."""
    return (values * (bins - 0.01)).long().clamp(0, bins - 1)
