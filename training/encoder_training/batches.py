"""One training batch: two views of each product, extra pictures, odd pictures."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from encoder_training.augmentation.extra_pools import ExtraPools
from encoder_training.augmentation.extras import Extras, extra_pictures
from encoder_training.augmentation.views import odd_pictures, product_views
from encoder_training.drawn.canvas import Canvas
from encoder_training.photos import Photos
from encoder_training.sampling import BatchSampler
from encoder_training.similarity import BatchFacts

# In pictures a product of the batch; chosen by hand for the shipped encoder, untested.
EXTRAS = 5, 8
ODD = 3, 8


@dataclass(frozen=True)
class Supply:
    """Everything batches are made from."""

    canvas: Canvas
    photos: Photos
    sampler: BatchSampler
    pools: ExtraPools


@dataclass(frozen=True)
class Batch:
    """Pictures in this order: first views, second views, extras, odd pictures.

    images          (n, 3, 224, 224) in 0..1
    products        how many products the views show; there are two views of each
    masks           (views and extras, 1, 224, 224) in 0..1
    is_usable       (views and extras,)
    """

    images: Tensor
    products: int
    masks: Tensor
    is_usable: Tensor
    facts: BatchFacts
    extras: Extras


@torch.no_grad()
def draw_batch(supply: Supply, products: int, *, with_odd: bool) -> Batch:
    """A batch of about `products` products; odd pictures only if `with_odd`."""
    canvas, photos = supply.canvas, supply.photos
    rows = supply.sampler.draw(products)
    others = supply.sampler.second_views(rows)
    first = product_views(canvas, photos, rows)
    second = product_views(canvas, photos, others)
    extras = extra_pictures(canvas, photos, supply.pools, products * EXTRAS[0] // EXTRAS[1])
    pictures = extras.pictures
    images = [first.images, second.images, pictures.images]
    if with_odd:
        count = products * ODD[0] // ODD[1]
        images.append(odd_pictures(canvas, photos, count, first=first.images, second=second.images))
    numbers = torch.arange(len(rows), device=canvas.device)
    facts = BatchFacts(
        rows=torch.as_tensor(np.concatenate([rows, others]), device=canvas.device),
        products=numbers.repeat(2),
        is_recolored=torch.cat([first.is_recolored, second.is_recolored]),
        histograms=torch.cat([first.histograms, second.histograms]),
    )
    return Batch(
        images=torch.cat(images),
        products=len(rows),
        masks=torch.cat([first.masks, second.masks, pictures.masks]),
        is_usable=torch.cat([first.is_usable, second.is_usable, pictures.is_usable]),
        facts=facts,
        extras=extras,
    )
