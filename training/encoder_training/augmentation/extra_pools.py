"""Which photos the extra pictures may use: garments to print on, materials to look at closely."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from encoder_training.photos import Photos, is_for_calibration
from encoder_training.problems import TrainingError
from encoder_training.vocabulary import Classes

PRINTABLE_CATEGORIES = ("apparel", "accessories", "footwear")
# Chosen by hand for the shipped encoder, untested.
SMALL_GARMENT_STEP = 8  # one small garment photo in eight joins the pool of large ones
SURE_MATERIAL = 0.5  # weight of a material label from which a close-up is worth showing
MIN_CLOSE_UPS = 20  # so few photos of a material would be learned by heart
CENTER_CELLS = 20


@dataclass(frozen=True)
class ExtraPools:
    """Rows of training photos, and where the product is in each photo.

    garments   (n,) rows with usable masks
    materials  rows of large photos of one material each, for materials with enough photos
    centers    (N, 2) x and y of the middle of the mask, in -1..1
    """

    garments: NDArray[np.intp]
    materials: list[NDArray[np.intp]]
    centers: Tensor


def extra_pools(photos: Photos, classes: Classes, small_pool: NDArray[np.intp]) -> ExtraPools:
    """The pools; `small_pool` holds the rows of small photos to train on.

    A shop without fashion prints its patterns on whatever it has.
    """
    labels = photos.labels
    large = [
        row for row in range(photos.first_large, len(labels)) if not is_for_calibration(labels[row])
    ]
    categories = range(len(classes.category))
    fashion = [n for n in categories if classes.category[n] in PRINTABLE_CATEGORIES]
    printable = fashion or list(categories)
    garments = [row for row in large if labels[row].category in printable]
    garments += [
        row for row in small_pool[::SMALL_GARMENT_STEP] if labels[row].category == printable[0]
    ]
    is_usable = photos.is_usable.cpu().numpy()
    usable = np.array([row for row in garments if is_usable[row]], np.intp)
    if not len(usable):
        raise TrainingError(
            "No training photo has both a known category and a usable mask.",
            hint="Check masterCategory in manifest.csv, and the masks with fit --sheet.",
        )
    sure = [row for row in large if labels[row].material_weight >= SURE_MATERIAL]
    by_material = (
        np.array([row for row in sure if labels[row].material == number], np.intp)
        for number in range(len(classes.material))
    )
    return ExtraPools(
        garments=usable,
        materials=[rows for rows in by_material if len(rows) > MIN_CLOSE_UPS],
        centers=torch.cat([_centers(photos.small_masks), _centers(photos.large_masks)]),
    )


def _centers(masks: Tensor) -> Tensor:
    """Centers of mass of (n, side, side) masks: (n, 2), x and y in -1..1; 0 for empty masks."""
    line = torch.linspace(-0.95, 0.95, CENTER_CELLS, device=masks.device)
    centers = []
    for part in masks.split(4096):  # as floats all masks at once would not fit
        cells = functional.adaptive_avg_pool2d(part.float(), CENTER_CELLS)
        total = cells.sum((1, 2)).clamp(min=1)
        x, y = (cells.sum(1) * line).sum(1) / total, (cells.sum(2) * line).sum(1) / total
        centers.append(torch.stack([x, y], 1))
    return torch.cat(centers)
