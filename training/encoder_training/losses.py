"""The losses: similarity, staying close to ImageNet, heads and mask."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.augmentation.extras import Extras
from encoder_training.photos import LabelTable
from encoder_training.similarity import BatchFacts

# Weights and rates of this module are those of the shipped encoder, chosen by hand; the single
# values were never tested one by one.
TEMPERATURE = 0.08
LABEL_SMOOTHING = 0.02
EXTRA_TYPE_WEIGHT = 0.2  # of types read off garments with a drawn print
NAMED_PATTERN_WEIGHT = 0.7  # of patterns read off names, against drawn ones
NO_TYPE_WEIGHT = 0.15  # of spreading the types evenly where no known product is shown
UNFAMILIAR_WEIGHT = 3.0  # of pictures without labels in the distillation
MAP_SHARE = 0.5  # of the single pixels against the pooled features in the distillation
DICE_WEIGHT = 0.5
MASK_WEIGHT = 0.6
DISTILLATION_WEIGHT = 2.0
HEAD_WEIGHTS = {
    "product_type": 0.5,
    "category": 0.1,
    "no_type": 1.0,
    "color": 0.35,
    "style": 0.1,
    "gender": 0.12,
    "pattern": 0.4,
    "material": 0.2,
}

Losses = dict[str, Tensor]


class Features(NamedTuple):
    """What distillation compares.

    maps    (n, 1280, 7, 7) float32
    pooled  (n, 1280) unit length
    kept    (n, 96) unit length
    """

    maps: Tensor
    pooled: Tensor
    kept: Tensor


def contrastive_loss(embeddings: Tensor, similarity: Tensor) -> Tensor:
    """Cross-entropy between whom each view should be near and whom it is near.

    embeddings  (n, d) unit length
    similarity  (n, n) from `target_similarity`

    The soft-label form of Khosla et al., "Supervised contrastive learning", NeurIPS 2020.
    """
    itself = torch.eye(len(embeddings), device=embeddings.device, dtype=torch.bool)
    logits = embeddings @ embeddings.t() / TEMPERATURE
    target = torch.softmax((similarity / TEMPERATURE).masked_fill(itself, -1e4), 1)
    nearness = functional.log_softmax(logits.masked_fill(itself, -1e4), 1)
    return -(target * nearness).sum(1).mean()


def distillation_losses(student: Features, origin: Features, is_unfamiliar: Tensor) -> Losses:
    """How far the features, and the kept part of the embedding, have moved from ImageNet's.

    is_unfamiliar  (n,) pictures unlike the training data, which are held harder
    """
    weights = torch.where(is_unfamiliar, UNFAMILIAR_WEIGHT, 1.0)
    weights = weights / weights.mean()
    distance = 1 - (student.pooled * origin.pooled).sum(1)
    map_distance = 1 - functional.cosine_similarity(student.maps, origin.maps, dim=1)
    features = (distance * weights).mean()
    features = features + MAP_SHARE * (map_distance.mean((1, 2)) * weights).mean()
    kept = ((1 - (student.kept * origin.kept).sum(1)) * weights).mean()
    return {"features": features, "kept": kept}


def head_losses(
    logits: Mapping[str, Tensor], table: LabelTable, facts: BatchFacts, extras: Extras
) -> Losses:
    """One loss a head, and "no_type".

    logits  head: (n, classes), first the views of `facts`, then the extra pictures; more rows
            may follow, of which nothing is known
    """
    rows, pictures = facts.rows, extras.pictures
    views = {head: values[: len(rows)] for head, values in logits.items()}
    end = len(rows) + len(pictures.images)
    extra = {head: values[len(rows) : end] for head, values in logits.items()}
    garments = extras.garment_rows
    color = torch.where(facts.is_recolored, -1, table.color[rows])
    return {
        "product_type": set_cross_entropy(views["product_type"], table.types[rows])
        + EXTRA_TYPE_WEIGHT
        * set_cross_entropy(extra["product_type"][: len(garments)], table.types[garments]),
        "category": known_cross_entropy(views["category"], table.category[rows])
        + EXTRA_TYPE_WEIGHT
        * known_cross_entropy(extra["category"][: len(garments)], table.category[garments]),
        "no_type": NO_TYPE_WEIGHT
        * sum(
            _unevenness(extra[head][extras.without_type]) for head in ("product_type", "category")
        ),
        "color": known_cross_entropy(views["color"], color),
        "style": known_cross_entropy(views["style"], table.style[rows]),
        "gender": known_cross_entropy(views["gender"], table.gender[rows]),
        "pattern": known_cross_entropy(extra["pattern"], pictures.patterns)
        + NAMED_PATTERN_WEIGHT
        * set_cross_entropy(views["pattern"], table.patterns[rows], table.pattern_weight[rows]),
        "material": weighted_cross_entropy(
            torch.cat([views["material"], extra["material"]]),
            torch.cat([table.material[rows], pictures.materials]),
            torch.cat([table.material_weight[rows], pictures.material_weights]),
        ),
    }


def set_cross_entropy(logits: Tensor, sets: Tensor, weights: Tensor | None = None) -> Tensor:
    """-log of the probability of a set of classes, any of which may be right.

    sets     (n, classes) of 0 and 1; rows without a 1 are left out
    weights  (n,)
    """
    is_known = sets.sum(1) > 0
    if not is_known.any():
        return logits.sum() * 0
    log_shares = functional.log_softmax(logits.float(), 1)
    loss = -torch.logsumexp(log_shares.masked_fill(sets == 0, -1e4), 1)
    weights = is_known.float() if weights is None else weights * is_known
    return (loss * weights).sum() / weights.sum().clamp(min=1)


def known_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy with a little label smoothing; rows labeled -1 are left out."""
    is_known = labels >= 0
    if not is_known.any():
        return logits.sum() * 0
    return functional.cross_entropy(
        logits[is_known].float(), labels[is_known], label_smoothing=LABEL_SMOOTHING
    )


def weighted_cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy with a weight a row; rows labeled -1 are left out."""
    is_known = labels >= 0
    loss = functional.cross_entropy(logits[is_known].float(), labels[is_known], reduction="none")
    weights = weights[is_known]
    return (loss * weights).sum() / weights.sum().clamp(min=1)


def mask_loss(logits: Tensor, masks: Tensor, is_usable: Tensor) -> Tensor:
    """Binary cross-entropy and Dice loss (Milletari et al., 3DV 2016) against soft masks.

    logits  (n, 1, 56, 56)
    masks   (n, 1, 224, 224) in 0..1
    """
    target = functional.avg_pool2d(masks, 4)[is_usable]
    chosen = logits[is_usable].float()
    if not len(target):
        return logits.sum() * 0
    share = torch.sigmoid(chosen)
    overlap = (share * target).sum((1, 2, 3))
    total = share.sum((1, 2, 3)) + target.sum((1, 2, 3))
    dice = (1 - (2 * overlap + 1) / (total + 1)).mean()
    entropy = functional.binary_cross_entropy_with_logits(chosen, target)
    return entropy + DICE_WEIGHT * dice


def _unevenness(logits: Tensor) -> Tensor:
    """Cross-entropy of even shares: least when no class stands out."""
    return -functional.log_softmax(logits.float(), 1).mean()
