"""Held-out photos on the way through training: they choose the weight average, and are reported."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from encoder_training.device import half_precision
from encoder_training.encoder import SIDE_PX, Encoder
from encoder_training.packs import decode, read_packs
from encoder_training.photo_labels import PhotoLabels

BATCH_ON_GPU, BATCH_ON_CPU = 512, 20  # by memory


@dataclass(frozen=True)
class HeldOutSet:
    """Photos never trained on.

    images   (n, 3, 224, 224) uint8
    is_near  whether they look like the training data
    """

    name: str
    images: Tensor
    labels: list[PhotoLabels]
    is_near: bool

    def label_columns(self) -> dict[str, list[object | None]]:
        """The labels by which neighbors are judged, None where unknown."""
        source = self.labels[0].source
        if source == "catalog_large":
            return {}  # the same products as in "catalog", which would count them twice
        if source == "catalog":
            return {
                "product_type": [photo.types or None for photo in self.labels],
                "color": [photo.color if photo.color >= 0 else None for photo in self.labels],
            }
        return {"label": [photo.label for photo in self.labels]}


@dataclass(frozen=True)
class Answers:
    """tuned (n, 160) and kept (n, 96), unit length; logits of every head (n, classes)."""

    tuned: Tensor
    kept: Tensor
    logits: dict[str, Tensor]


def read_held_out(packs: Path, limit: int | None = None) -> list[HeldOutSet]:
    """Every held-out set that may take part in choices; photos of a test split may not."""
    sets = []
    for path in sorted(packs.glob("*-held-0.npz")):
        name = path.name.removesuffix("-held-0.npz")
        blobs, labels = read_packs(packs, f"{name}-held")
        allowed = [row for row, photo in enumerate(labels) if photo.split != "test"][:limit]
        if allowed:
            images, _ = decode([blobs[row] for row in allowed], SIDE_PX)
            kept = [labels[row] for row in allowed]
            is_near = kept[0].source != "outside"
            sets.append(HeldOutSet(name, torch.from_numpy(images), kept, is_near))
    return sets


@torch.inference_mode()
def answers(student: Encoder, images: Tensor) -> Answers:
    """What the student says of images (n, 3, 224, 224) uint8."""
    device = next(student.parameters()).device
    size = BATCH_ON_GPU if device.type == "cuda" else BATCH_ON_CPU
    tuned, kept = [], []
    logits: dict[str, list[Tensor]] = {}
    for part in images.split(size):
        pixels = part.to(device).float().contiguous(memory_format=torch.channels_last)
        with half_precision(device):
            output = student(pixels)
        tuned_part, kept_part = student.embedding_parts(output.pooled)
        tuned.append(tuned_part)
        kept.append(kept_part)
        for head, values in output.attributes.items():
            logits.setdefault(head, []).append(values.float())
    return Answers(
        torch.cat(tuned), torch.cat(kept), {head: torch.cat(v) for head, v in logits.items()}
    )
