"""EfficientNet-Lite2 with its batch normalization folded into the convolutions.

Folding puts the original and the fine-tuned weights into one space, so that they can be averaged
(Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022).  The architecture is Tan and
Le, ICML 2019, in the "lite" form published with its weights under Apache-2.0: ReLU6, no
squeeze-and-excitation.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from encoder_training.problems import TrainingError

# (expansion, kernel, stride, channels out) of each block
BLOCKS = (
    [(1, 3, 1, 16)]
    + [(6, 3, 2, 24)]
    + [(6, 3, 1, 24)] * 2
    + [(6, 5, 2, 48)]
    + [(6, 5, 1, 48)] * 2
    + [(6, 3, 2, 88)]
    + [(6, 3, 1, 88)] * 3
    + [(6, 5, 1, 120)] * 4
    + [(6, 5, 2, 208)]
    + [(6, 5, 1, 208)] * 4
    + [(6, 3, 1, 352)]
)
TAPS = {3: "f56", 6: "f28", 14: "f14", 20: "f7"}  # block: name, for the side in pixels at 224
TAP_CHANNELS = {"f56": 24, "f28": 48, "f14": 120, "f7": 352}
STEM_CHANNELS = 32
FEATURES = 1280
EARLY_BLOCKS = 7  # blocks before this one see only edges and textures; they learn more slowly
BATCH_NORM_EPSILON = 1e-3  # of the published checkpoint
PIXEL_MEAN, PIXEL_SCALE = 127.0, 128.0  # of the published checkpoint
GEM_POWER = 3  # Radenovic, Tolias and Chum, PAMI 2019, section 3.2


class Block(nn.Module):
    """An inverted residual: widen, filter each channel, narrow; added to its input if it fits.

    `pads_end` pads only the right and the bottom, as the original does wherever "same" padding of a
    strided convolution on an even size comes out uneven.  Only the first strided block keeps it.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        *,
        expansion: int,
        kernel: int,
        stride: int,
        pads_end: bool,
    ) -> None:
        super().__init__()
        wide = channels_in * expansion
        padding = 0 if pads_end else kernel // 2
        self.expand = nn.Conv2d(channels_in, wide, 1) if expansion != 1 else None
        self.dw = nn.Conv2d(wide, wide, kernel, stride, padding, groups=wide)
        self.project = nn.Conv2d(wide, channels_out, 1)
        self.skip = stride == 1 and channels_in == channels_out
        self.pads_end = pads_end

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else functional.relu6(self.expand(x), inplace=True)
        if self.pads_end:
            y = functional.pad(y, (0, 1, 0, 1))
        y = self.project(functional.relu6(self.dw(y), inplace=True))
        return x + y if self.skip else y


class Backbone(nn.Module):
    """Images in, feature maps out; the names of the parameters are the shipped checkpoint's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, STEM_CHANNELS, 3, 2, 0)
        blocks, channels = [], STEM_CHANNELS
        for number, (expansion, kernel, stride, channels_out) in enumerate(BLOCKS):
            block = Block(
                channels,
                channels_out,
                expansion=expansion,
                kernel=kernel,
                stride=stride,
                pads_end=number == 1,
            )
            blocks.append(block)
            channels = channels_out
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Conv2d(channels, FEATURES, 1)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Feature maps of RGB images, (n, 3, 224, 224) with values in 0..255.

        returns  "f56", "f28", "f14", "f7": (n, TAP_CHANNELS, side, side); "f": (n, 1280, 7, 7)
        """
        x = (images - PIXEL_MEAN) / PIXEL_SCALE
        x = functional.relu6(self.stem(functional.pad(x, (0, 1, 0, 1))), inplace=True)
        maps = {}
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in TAPS:
                maps[TAPS[number]] = x
        maps["f"] = functional.relu6(self.head(x), inplace=True)
        return maps

    def early_parameters(self) -> list[nn.Parameter]:
        """Parameters of the stem and of the blocks before EARLY_BLOCKS."""
        early = [self.stem, *self.blocks[:EARLY_BLOCKS]]
        return [parameter for module in early for parameter in module.parameters()]


def imagenet_backbone(path: Path) -> Backbone:
    """The backbone with published ImageNet weights: a PyTorch state dict with batch-norm layers.

    The names are those of the common PyTorch ports: _conv_stem, _bn0, _blocks.N._expand_conv, ...
    """
    if not path.exists():
        raise TrainingError(
            f"{path} is missing.",
            hint="Download EfficientNet-Lite2 weights; training/README.md says which.",
        )
    state = torch.load(path, map_location="cpu", weights_only=True)
    if "_conv_stem.weight" not in state:
        raise TrainingError(
            f"{path} has no layer _conv_stem; its first layers are {', '.join(list(state)[:3])}.",
            hint="The names must be those of EfficientNet-PyTorch; training/README.md tells more.",
        )
    backbone = Backbone()
    _fold(backbone.stem, state, "_conv_stem", "_bn0")
    for number, block in enumerate(backbone.blocks):
        prefix = f"_blocks.{number}."
        if block.expand is not None:
            _fold(block.expand, state, prefix + "_expand_conv", prefix + "_bn0")
        _fold(block.dw, state, prefix + "_depthwise_conv", prefix + "_bn1")
        _fold(block.project, state, prefix + "_project_conv", prefix + "_bn2")
    _fold(backbone.head, state, "_conv_head", "_bn1")
    return backbone


def gem(maps: Tensor) -> Tensor:
    """Generalized mean over the pixels of (n, c, h, w): (n, c), leaning to the maximum."""
    powers = maps.float().clamp(min=1e-6).pow(GEM_POWER)
    return powers.mean((2, 3)).pow(1 / GEM_POWER)


def _fold(convolution: nn.Conv2d, state: dict[str, Tensor], weight: str, norm: str) -> None:
    """Set a convolution to do what the checkpoint's convolution and batch norm did together."""
    deviation = (state[f"{norm}.running_var"].float() + BATCH_NORM_EPSILON).sqrt()
    gain = state[f"{norm}.weight"].float() / deviation
    shift = state[f"{norm}.bias"].float() - state[f"{norm}.running_mean"].float() * gain
    convolution.weight.data = state[f"{weight}.weight"].float() * gain[:, None, None, None]
    convolution.bias.data = shift
