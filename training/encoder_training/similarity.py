"""How alike two products should be: the target of the contrastive loss."""

from typing import NamedTuple

import torch
from torch import Tensor

from encoder_training.photos import LabelTable

# What each agreement adds.  Chosen by hand for the shipped encoder so that the sum is about 1 for
# two photos of one product; the single weights were never tested one by one.
TYPE = 0.36
SUBCATEGORY = 0.06
CATEGORY = 0.04
COLOR = 0.08
COLOR_AND_TYPE = 0.14
GENDER_AND_TYPE = 0.06
STYLE_AND_TYPE = 0.03
NAME_AND_TYPE = 0.15
FINE_CLASS = 0.34
SAME_PRODUCT, SAME_PRODUCT_COLOR = 0.88, 0.22  # two views of one photo, which may be recolored
NAME_FLOOR = 0.2  # below this cosine, names only share common words
LABEL_SHARE = 0.5  # of a color label against the measured histogram, where both are known
NAMED_SHARE = 0.6  # of the exact color name against the coarser group


class BatchFacts(NamedTuple):
    """n views of products.

    rows          (n,) rows of the photos
    products      (n,) equal for two views of one product
    is_recolored  (n,) the color label no longer holds
    histograms    (n, bins) unit length
    """

    rows: Tensor
    products: Tensor
    is_recolored: Tensor
    histograms: Tensor


def target_similarity(table: LabelTable, facts: BatchFacts) -> Tensor:
    """How alike each pair of views should be, about 0..1: (n, n)."""
    rows = facts.rows
    types = table.types[rows]
    types = types / types.norm(dim=1, keepdim=True).clamp(min=1)
    same_type = types @ types.t()
    names = table.names[rows]
    same_name = ((names @ names.t()) - NAME_FLOOR).clamp(min=0) / (1 - NAME_FLOOR)
    histogram = facts.histograms @ facts.histograms.t()
    color = _color_similarity(table, facts, histogram)
    score = (
        TYPE * same_type
        + SUBCATEGORY * _equal(table.subcategory[rows])
        + CATEGORY * _equal(table.category[rows])
        + COLOR * color
        + COLOR_AND_TYPE * color * same_type
        + GENDER_AND_TYPE * _equal(table.gender[rows]) * same_type
        + STYLE_AND_TYPE * _equal(table.style[rows]) * same_type
        + NAME_AND_TYPE * same_name * same_type
        + FINE_CLASS * _equal(table.fine[rows])
    )
    is_same = (facts.products[:, None] == facts.products[None]).float()
    of_same = SAME_PRODUCT + SAME_PRODUCT_COLOR * histogram
    return score * (1 - is_same) + is_same * of_same


def _color_similarity(table: LabelTable, facts: BatchFacts, histogram: Tensor) -> Tensor:
    """Half label, half histogram where both labels hold; else the histogram alone."""
    color = table.color[facts.rows]
    keeps_color = (~facts.is_recolored).float()
    keep_color = keeps_color[:, None] * keeps_color[None]
    named = NAMED_SHARE * _equal(color)
    grouped = (1 - NAMED_SHARE) * _equal(table.color_group[facts.rows])
    label = keep_color * (named + grouped)
    is_known = (color >= 0).float()
    both = is_known[:, None] * is_known[None] * keep_color
    blend = LABEL_SHARE * label + (1 - LABEL_SHARE) * histogram
    return both * blend + (1 - both) * histogram


def _equal(labels: Tensor) -> Tensor:
    """1 where two known labels agree: (n, n)."""
    agree = labels[:, None] == labels[None]
    return (agree & (labels[:, None] >= 0)).to(torch.float)
