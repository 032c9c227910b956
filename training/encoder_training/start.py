"""The weights training starts from, and those it is held to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.backbone import Backbone, gem
from encoder_training.device import as_input, half_precision
from encoder_training.encoder import KEPT_SIZE, TUNED_SIZE, Encoder
from encoder_training.packs import Report
from encoder_training.problems import TrainingError

PROJECTIONS = ("ft.weight", "ft.bias", "keep.weight", "keep.bias")
AVERAGED_PREFIXES = ("backbone.", "ft.", "keep.")  # one space before and after training
# Half whitening: the spread of a component goes from its deviation to the root of it.  By eye.
WHITENING = 0.5

State = dict[str, Tensor]


@dataclass(frozen=True)
class Start:
    """Where training starts.

    origin       the ImageNet backbone, frozen
    state        the student's weights before training; the far end of the weight average
    kept_weight  (96, 1280) and kept_bias (96,): the projection whose output is to be kept
    """

    origin: Backbone
    state: State
    kept_weight: Tensor
    kept_bias: Tensor

    @property
    def projections(self) -> State:
        return {name: self.state[name].cpu() for name in PROJECTIONS}


def start_from_imagenet(
    student: Encoder,
    origin: Backbone,
    next_views: Callable[[], Tensor],
    *,
    rounds: int,
    report: Report,
) -> Start:
    """Set both projections of the student to a PCA of the original features on training views.

    next_views  returns pictures (n, 3, 224, 224) in 0..1, new ones each time
    """
    features = _features(origin, next_views, rounds)
    mean = features.mean(0)
    _, singular, directions = torch.linalg.svd((features - mean).float(), full_matrices=False)
    variances = singular**2 / len(features)
    for layer, size in ((student.ft, TUNED_SIZE), (student.keep, KEPT_SIZE)):
        scale = variances[:size, None].clamp(min=1e-8) ** (WHITENING / 2)
        projection = directions[:size] / scale
        layer.weight.data.copy_(projection)
        layer.bias.data.copy_(-projection @ mean)
    shares = variances.cumsum(0) / variances.sum()
    report(
        f"{KEPT_SIZE} and {TUNED_SIZE} components keep"
        f" {shares[KEPT_SIZE - 1]:.3f} and {shares[TUNED_SIZE - 1]:.3f} of the variance"
    )
    return _start(student, origin)


def continue_from(
    student: Encoder, origin: Backbone, path: Path, *, share: float, report: Report
) -> Start:
    """Go on from an earlier run's tuned.pt, with its projections.

    share  of the earlier run's backbone and embedding; the rest is the ImageNet start
    """
    if not path.exists():
        raise TrainingError(f"{path} is missing.", hint="Pass the tuned.pt of an earlier fit.")
    device = next(student.parameters()).device
    earlier = torch.load(path, map_location=device, weights_only=True)
    student.load_state_dict({**student.state_dict(), **earlier["pca"]})
    start = _start(student, origin)
    current = student.state_dict()
    reused: State = {}
    for name, tensor in earlier["state"].items():
        if name in current and current[name].shape == tensor.shape:
            is_averaged = name.startswith(AVERAGED_PREFIXES)
            blend = start.state[name] * (1 - share) + tensor.float() * share
            reused[name] = blend if is_averaged else tensor.float()
    student.load_state_dict({**current, **reused})
    report(f"continuing from {path}: {len(reused)} of {len(current)} tensors reused")
    return start


def blended(start: State, tuned: State, share: float) -> State:
    """Weights between the start (0) and the tuned ones (1), where both live in one space.

    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022, equation 1.
    """
    return {
        name: start[name] * (1 - share) + tensor * share
        for name, tensor in tuned.items()
        if name.startswith(AVERAGED_PREFIXES)
    }


def _start(student: Encoder, origin: Backbone) -> Start:
    state = {name: tensor.detach().clone() for name, tensor in student.state_dict().items()}
    return Start(origin, state, state["keep.weight"], state["keep.bias"])


@torch.inference_mode()
def _features(origin: Backbone, next_views: Callable[[], Tensor], rounds: int) -> Tensor:
    """Pooled features of `rounds` batches of views: (n, 1280), unit length."""
    parts = []
    for _ in range(rounds):
        views = next_views()
        with half_precision(views.device):
            maps = origin(as_input(views))["f"]
        parts.append(functional.normalize(gem(maps), dim=1))
    return torch.cat(parts)
