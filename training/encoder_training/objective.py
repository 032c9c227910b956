"""What one training step minimizes: everything, or the heads alone on a fixed backbone."""

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.backbone import Backbone, gem
from encoder_training.batches import Batch, Supply, draw_batch
from encoder_training.device import as_input, half_precision
from encoder_training.encoder import Encoder, EncoderOutput
from encoder_training.losses import (
    DISTILLATION_WEIGHT,
    HEAD_WEIGHTS,
    MASK_WEIGHT,
    Features,
    Losses,
    contrastive_loss,
    distillation_losses,
    head_losses,
    mask_loss,
)
from encoder_training.photos import LabelTable
from encoder_training.similarity import target_similarity
from encoder_training.start import Start


class Objective:
    """Draws batches and computes their losses for one student.

    keep_weight  how much staying close to the ImageNet features counts
    """

    def __init__(
        self, student: Encoder, start: Start, supply: Supply, table: LabelTable, keep_weight: float
    ) -> None:
        self.student = student
        self.start = start
        self.supply = supply
        self.table = table
        self.keep_weight = keep_weight

    def everything(self, products: int) -> tuple[Tensor, Losses, int]:
        """Similarity, distillation, heads and mask: loss, its terms, pictures seen."""
        batch = draw_batch(self.supply, products, with_odd=True)
        with half_precision(batch.images.device):
            output = self.student(as_input(batch.images))
        loss, terms = self._heads_and_mask(output, batch)
        views = 2 * batch.products
        tuned, _ = self.student.embedding_parts(output.pooled[:views])
        with torch.no_grad():
            similarity = target_similarity(self.table, batch.facts)
        terms["similarity"] = contrastive_loss(tuned, similarity)
        loss = loss + terms["similarity"]
        terms |= self._distillation(output, batch)
        kept = DISTILLATION_WEIGHT * terms["features"] + DISTILLATION_WEIGHT * terms["kept"]
        return loss + self.keep_weight * kept, terms, len(batch.images)

    def heads_only(self, products: int) -> tuple[Tensor, Losses, int]:
        """Heads and mask; no gradient reaches the backbone."""
        batch = draw_batch(self.supply, products, with_odd=False)
        with half_precision(batch.images.device):
            output = self.student(as_input(batch.images), freeze_backbone=True)
        loss, terms = self._heads_and_mask(output, batch)
        return loss, terms, len(batch.images)

    def _heads_and_mask(self, output: EncoderOutput, batch: Batch) -> tuple[Tensor, Losses]:
        terms = head_losses(output.attributes, self.table, batch.facts, batch.extras)
        loss = torch.stack([HEAD_WEIGHTS[name] * term for name, term in terms.items()]).sum()
        terms["mask"] = mask_loss(output.mask[: len(batch.masks)], batch.masks, batch.is_usable)
        return loss + MASK_WEIGHT * terms["mask"], terms

    def _distillation(self, output: EncoderOutput, batch: Batch) -> Losses:
        """On the first views, the extras and the odd pictures; second views would add little."""
        views = 2 * batch.products
        device = batch.images.device
        rows = torch.cat(
            [
                torch.arange(batch.products, device=device),
                torch.arange(views, len(batch.images), device=device),
            ]
        )
        with torch.no_grad():
            origin = self._origin_features(self.start.origin, batch.images[rows])
        pooled = functional.normalize(output.pooled[rows], dim=1)
        kept = functional.normalize(self.student.keep(pooled), dim=1)
        student = Features(output.maps[rows].float(), pooled, kept)
        return distillation_losses(student, origin, is_unfamiliar=rows >= views)

    def _origin_features(self, origin: Backbone, images: Tensor) -> Features:
        with half_precision(images.device):
            maps = origin(as_input(images))["f"]
        maps = maps.float()
        pooled = functional.normalize(gem(maps), dim=1)
        kept = pooled @ self.start.kept_weight.t() + self.start.kept_bias
        return Features(maps, pooled, functional.normalize(kept, dim=1))
