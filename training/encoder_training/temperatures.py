"""Makes the heads' probabilities honest: one temperature a head, folded into its last layer.

Guo et al., "On calibration of modern neural networks", ICML 2017, section 4.2.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.encoder import SIDE_PX, Encoder
from encoder_training.held_out import answers
from encoder_training.losses import known_cross_entropy, set_cross_entropy
from encoder_training.photos import LabelTable, Photos, is_for_calibration

CANDIDATES = np.exp(np.linspace(-1, 1, 41))  # 0.37 ... 2.7 in steps of 5%


def calibrate(student: Encoder, photos: Photos, table: LabelTable) -> dict[str, float]:
    """Divide the last layer of each head by its best temperature; returns the temperatures.

    On the training photos that were left out of training for this.  Without any, nothing changes.
    """
    rows = [row for row, photo in enumerate(photos.labels) if is_for_calibration(photo)]
    if not rows:
        return {}
    logits = answers(student, calibration_images(photos, rows)).logits
    numbers = torch.as_tensor(rows, device=table.types.device)
    targets = {
        "product_type": table.types[numbers],
        "category": table.category[numbers],
        "color": table.color[numbers],
        "style": table.style[numbers],
        "gender": table.gender[numbers],
        "pattern": table.patterns[numbers],
        "material": table.material[numbers],
    }
    temperatures = best_temperatures(logits, targets)
    for head, layer in student.last_layers().items():
        layer.weight.data /= temperatures[head]
        layer.bias.data /= temperatures[head]
    return temperatures


def best_temperatures(
    logits: Mapping[str, Tensor], targets: Mapping[str, Tensor]
) -> dict[str, float]:
    """The candidate with the least loss for each head; targets are (n,) or sets (n, classes)."""

    def loss(head: str, temperature: float) -> float:
        target = targets[head]
        measure = set_cross_entropy if target.ndim == 2 else known_cross_entropy
        return measure(logits[head] / temperature, target).item()

    return {
        head: float(min(CANDIDATES, key=lambda temperature: loss(head, temperature)))
        for head in targets
    }


def calibration_images(photos: Photos, rows: list[int]) -> Tensor:
    """The whole photos, scaled to the network's input: (n, 3, 224, 224) uint8 on the CPU."""
    return torch.cat([_scaled(photos, row) for row in rows])


def _scaled(photos: Photos, row: int) -> Tensor:
    is_small = row < photos.first_large
    stack, own = (photos.small, row) if is_small else (photos.large, row - photos.first_large)
    image = functional.interpolate(
        stack.images[own][None].float(),
        size=(SIDE_PX, SIDE_PX),
        mode="bicubic" if is_small else "bilinear",
        antialias=not is_small,
        align_corners=False,
    )
    return image.clamp(0, 255).to(torch.uint8).cpu()
