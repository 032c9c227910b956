"""The encoder: one backbone, a similarity embedding, a foreground mask and seven heads.

The names of the parameters are those of the shipped checkpoint, which `export` can still read.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from encoder_training.backbone import FEATURES, TAP_CHANNELS, Backbone, gem
from encoder_training.vocabulary import Classes

SIDE_PX = 224
MASK_SIDE_PX = 56
# 256 numbers an image instead of 1280: about a point of P@10 either way (training/README.md).
TUNED_SIZE = 160  # learn the training labels
KEPT_SIZE = 96  # keep the geometry of the ImageNet features, for products unlike the training data
DEFAULT_KEPT_SHARE = 0.5
# The widths below were chosen by eye; together the decoder and the heads cost no time that could
# be measured against the backbone (training/README.md, speed).
MASK_CHANNELS = 48
MEANING_SIZE = 96
TEXTURE_SIZE = 192
COLOR_BINS = 64
COLOR_SIZE = 160
MASK_FLOOR = 0.02  # so that an empty mask falls back to the whole image
TEXTURE_MAPS = ("f56", "f28", "f14")
NORM_OF_MEANING = 4  # brings unit vectors to the scale of the other inputs
SCALE_OF_BINS = 8  # likewise for the shares of color bins


class EncoderOutput(NamedTuple):
    """What one pass gives.

    pooled      (n, 1280)        generalized mean of `maps`
    maps        (n, 1280, 7, 7)
    mask        (n, 1, 56, 56)   logits
    attributes  head: (n, classes), logits
    """

    pooled: Tensor
    maps: Tensor
    mask: Tensor
    attributes: dict[str, Tensor]


class Encoder(nn.Module):
    """The trainable network; its exported form is `export.ServedEncoder`."""

    def __init__(self, classes: Classes) -> None:
        super().__init__()
        self.kept_share = DEFAULT_KEPT_SHARE  # of the squared norm of the embedding
        self.backbone = Backbone()
        self.ft = nn.Linear(FEATURES, TUNED_SIZE)
        self.keep = nn.Linear(FEATURES, KEPT_SIZE)
        self._add_mask_decoder()
        self._add_meaning_heads(classes)
        self._add_texture_heads(classes)
        self._add_color_head(classes)

    def forward(self, images: Tensor, *, freeze_backbone: bool = False) -> EncoderOutput:
        """images  (n, 3, 224, 224) RGB, values in 0..255

        With `freeze_backbone` no gradient is kept for the backbone and the pooling.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not freeze_backbone):
            maps = self.backbone(images)
            pooled = gem(maps["f"])
        mask = self.mask_logits(maps)
        attributes = self.attribute_logits(images, maps, mask, pooled)
        return EncoderOutput(pooled, maps["f"], mask, attributes)

    def embedding_parts(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """The tuned (n, 160) and the kept (n, 96) part, each of unit length."""
        direction = functional.normalize(pooled, dim=1)
        tuned = functional.normalize(self.ft(direction), dim=1)
        kept = functional.normalize(self.keep(direction), dim=1)
        return tuned, kept

    def embedding(self, pooled: Tensor) -> Tensor:
        """The embedding to search with: (n, 256), unit length."""
        return joined(*self.embedding_parts(pooled), kept_share=self.kept_share)

    def mask_logits(self, maps: dict[str, Tensor]) -> Tensor:
        """Where the product is: (n, 1, 56, 56), one decoder step for each halving of the side."""
        x = self.d14(_doubled(self.l7(maps["f7"])) + self.l14(maps["f14"]))
        x = self.d28(_doubled(x) + self.l28(maps["f28"]))
        x = self.d56(_doubled(x) + self.l56(maps["f56"]))
        mask: Tensor = self.mout(x)
        return mask

    def attribute_logits(
        self, images: Tensor, maps: dict[str, Tensor], mask: Tensor, pooled: Tensor
    ) -> dict[str, Tensor]:
        """Logits of every head.

        Type, category, style and gender read the mean feature.  Pattern and material read means and
        deviations of early maps, inside the mask and over the whole frame (for close-ups).  Color
        reads a learned histogram of the pixels inside the mask.
        """
        mean = maps["f"].float().mean((2, 3))
        meaning = functional.relu(self.sem(functional.normalize(pooled, dim=1) * NORM_OF_MEANING))
        foreground = torch.sigmoid(mask.float()).detach() + MASK_FLOOR
        texture = self._texture(maps, foreground, meaning)
        color = self._color(images, foreground, meaning)
        return {
            "product_type": self.ptype(mean),
            "category": self.category(mean),
            "style": self.style(mean),
            "gender": self.gender(mean),
            "color": self.color(color),
            "pattern": self.pattern(texture),
            "material": self.material(texture),
        }

    def last_layers(self) -> dict[str, nn.Linear]:
        """The layer that gives the logits of each head."""
        return {
            "product_type": self.ptype,
            "category": self.category,
            "color": self.color,
            "style": self.style,
            "gender": self.gender,
            "pattern": self.pattern,
            "material": self.material,
        }

    def embedding_parameters(self) -> list[nn.Parameter]:
        return [*self.ft.parameters(), *self.keep.parameters()]

    def head_parameters(self) -> list[nn.Parameter]:
        """Everything that is neither backbone nor embedding: the mask decoder and the heads."""
        others = {id(p) for p in (*self.backbone.parameters(), *self.embedding_parameters())}
        return [parameter for parameter in self.parameters() if id(parameter) not in others]

    def _add_mask_decoder(self) -> None:
        self.l7, self.l14, self.l28, self.l56 = (
            nn.Conv2d(TAP_CHANNELS[tap], MASK_CHANNELS, 1) for tap in ("f7", "f14", "f28", "f56")
        )
        self.d14, self.d28, self.d56 = (_Refine(MASK_CHANNELS) for _ in range(3))
        self.mout = nn.Conv2d(MASK_CHANNELS, 1, 3, 1, 1)

    def _add_meaning_heads(self, classes: Classes) -> None:
        self.ptype = nn.Linear(FEATURES, len(classes.product_type))
        self.category = nn.Linear(FEATURES, len(classes.category))
        self.style = nn.Linear(FEATURES, len(classes.style))
        self.gender = nn.Linear(FEATURES, len(classes.gender))
        self.sem = nn.Linear(FEATURES, MEANING_SIZE)

    def _add_texture_heads(self, classes: Classes) -> None:
        # a mean and a deviation, inside the mask and over the frame, of every channel
        size = 4 * sum(TAP_CHANNELS[tap] for tap in TEXTURE_MAPS) + MEANING_SIZE
        self.tex = nn.Sequential(nn.LayerNorm(size), nn.Linear(size, TEXTURE_SIZE), nn.ReLU())
        self.pattern = nn.Linear(TEXTURE_SIZE, len(classes.pattern))
        self.material = nn.Linear(TEXTURE_SIZE, len(classes.material))

    def _add_color_head(self, classes: Classes) -> None:
        size = COLOR_BINS + 6 + MEANING_SIZE  # 6: mean and deviation of R, G, B
        self.hist = nn.Sequential(
            nn.Conv2d(3, MASK_CHANNELS, 1), nn.ReLU(), nn.Conv2d(MASK_CHANNELS, COLOR_BINS, 1)
        )
        self.col = nn.Sequential(nn.LayerNorm(size), nn.Linear(size, COLOR_SIZE), nn.ReLU())
        self.color = nn.Linear(COLOR_SIZE, len(classes.color))

    def _texture(self, maps: dict[str, Tensor], foreground: Tensor, meaning: Tensor) -> Tensor:
        parts = []
        for tap, halvings in zip(TEXTURE_MAPS, (1, 2, 4), strict=True):
            weight = functional.avg_pool2d(foreground, halvings) if halvings > 1 else foreground
            parts += weighted_statistics(maps[tap], [weight, torch.ones_like(weight)])
        texture: Tensor = self.tex(torch.cat([*parts, meaning], 1))
        return texture

    def _color(self, images: Tensor, foreground: Tensor, meaning: Tensor) -> Tensor:
        pixels = functional.avg_pool2d(images.float(), SIDE_PX // MASK_SIDE_PX) / 127.5 - 1
        # A softmax over channels, spelled out: ONNX Runtime is slow at that axis.
        bins = self.hist(pixels).float().clamp(-30, 30).exp()
        shares, _ = weighted_statistics(bins / bins.sum(1, keepdim=True), [foreground])
        mean, deviation = weighted_statistics(pixels, [foreground])
        color: Tensor = self.col(torch.cat([shares * SCALE_OF_BINS, mean, deviation, meaning], 1))
        return color


def joined(tuned: Tensor, kept: Tensor, *, kept_share: float) -> Tensor:
    """One unit vector in which the kept part has `kept_share` of the squared norm."""
    return torch.cat([tuned * math.sqrt(1 - kept_share), kept * math.sqrt(kept_share)], 1)


def weighted_statistics(maps: Tensor, weights: list[Tensor]) -> list[Tensor]:
    """Mean and deviation of each channel under each weight map: [mean, deviation, mean, ...].

    maps     (n, c, h, w)
    weights  each (n, 1, h, w), not negative
    returns  2 * len(weights) arrays of (n, c)

    Written as matrix products, which are fast on a CPU.  Always in float32: the difference of two
    squares loses too much in half precision.
    """
    with torch.autocast(maps.device.type, enabled=False):
        values = maps.float().flatten(2)
        share = torch.cat([weight.float().flatten(2) for weight in weights], 1)
        share = (share / share.sum(2, keepdim=True)).transpose(1, 2)
        means = values @ share
        variances = (values * values) @ share - means * means
        deviations = variances.clamp(min=1e-6).sqrt()
        columns = range(len(weights))
        return [part[:, :, i] for i in columns for part in (means, deviations)]


class _Refine(nn.Sequential):
    """A depthwise and a pointwise convolution, in place of one full 3 by 3."""

    def __init__(self, channels: int) -> None:
        super().__init__(
            nn.Conv2d(channels, channels, 3, 1, 1, groups=channels),
            nn.Conv2d(channels, channels, 1),
            nn.ReLU6(inplace=True),
        )


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
