"""The training photos with foreground masks from a teacher network, computed once.

The shipped encoder's teacher is U2NetP (Qin et al., Pattern Recognition 2020; Apache-2.0) as an
ONNX file.  Any ONNX graph of the same few operators works that takes a normalized RGB image
(1, 3, 320, 320) and whose first output is a foreground map.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from encoder_training.onnx_graph import OnnxGraph
from encoder_training.packs import Report
from encoder_training.photos import (
    LARGE_MASK_PX,
    SMALL_MASK_PX,
    Photos,
    Stack,
    load_stacks,
    with_masks,
)
from encoder_training.problems import TrainingError

TEACHER_SIDE_PX = 320  # what U2NetP was trained on
MEAN = (0.485, 0.456, 0.406)  # of ImageNet, as U2NetP's own preprocessing
DEVIATION = (0.229, 0.224, 0.225)
BATCH_ON_GPU, BATCH_ON_CPU = 48, 4  # by memory


def photos_with_masks(
    packs: Path,
    device: torch.device,
    *,
    teacher: Path | None,
    cache: Path | None,
    limit: int | None,
    report: Report,
) -> Photos:
    """The training photos with masks from `cache`, or from the teacher, which fills the cache.

    limit  photos a pack, or None for all
    """
    small, large = load_stacks(packs, device, limit)
    report(f"decoded {len(small.labels)} small and {len(large.labels)} large training photos")
    if cache and cache.exists():
        masks = _cached(cache, small, large)
    else:
        graph = _loaded(teacher, device)
        masks = (
            teacher_masks(graph, small.images, small.sizes, side_px=SMALL_MASK_PX),
            teacher_masks(graph, large.images, large.sizes, side_px=LARGE_MASK_PX),
        )
        if cache:
            torch.save({"low": masks[0].cpu(), "hi": masks[1].cpu()}, cache)
    photos = with_masks(small, large, masks[0].to(device), masks[1].to(device))
    report(f"masks: {photos.is_usable.float().mean().item():.3f} of them usable")
    return photos


@torch.inference_mode()
def teacher_masks(teacher: OnnxGraph, images: Tensor, sizes: Tensor, *, side_px: int) -> Tensor:
    """Foreground masks of photos that lie centered on white squares.

    images   (n, 3, side, side) uint8
    sizes    (n, 2) width and height in pixels of the photo in its square
    returns  (n, side_px, side_px) uint8, 255 for certainly foreground; 0 beside the photo

    The teacher sees each photo stretched to fill its input, as its authors feed it, and its output
    is stretched to span 0..1, as they do.
    """
    device = images.device
    batch = BATCH_ON_GPU if device.type == "cuda" else BATCH_ON_CPU
    masks = torch.empty(len(images), side_px, side_px, dtype=torch.uint8, device=device)
    for start in range(0, len(images), batch):
        part = slice(start, start + batch)
        share = sizes[part] / images.shape[-1]
        filled = functional.grid_sample(
            images[part].float(),
            _scaling(share, TEACHER_SIDE_PX),
            align_corners=False,
            padding_mode="border",
        )
        mask = _stretched(teacher(_normalized(filled)).float())
        placed = functional.grid_sample(
            mask, _scaling(1 / share, side_px), align_corners=False, padding_mode="zeros"
        )
        masks[part] = (placed[:, 0] * 255).round().to(torch.uint8)
    return masks


def _loaded(path: Path | None, device: torch.device) -> OnnxGraph:
    if path is None or not path.exists():
        raise TrainingError(
            f"The mask teacher {path or '(none given)'} is missing.",
            hint="Pass its ONNX file with --teacher, or masks computed before with --masks.",
        )
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    return OnnxGraph(path).to_device(device, dtype)


def _cached(path: Path, small: Stack, large: Stack) -> tuple[Tensor, Tensor]:
    masks = torch.load(path, weights_only=True)
    counts = len(masks["low"]), len(masks["hi"])
    wanted = len(small.labels), len(large.labels)
    if counts != wanted:
        raise TrainingError(
            f"{path} holds masks of {counts} small and large photos, but there are {wanted}.",
            hint="The packs have changed since; delete it to compute the masks anew.",
        )
    return masks["low"], masks["hi"]


def _normalized(images: Tensor) -> Tensor:
    device = images.device
    mean = torch.tensor(MEAN, device=device).view(1, 3, 1, 1)
    deviation = torch.tensor(DEVIATION, device=device).view(1, 3, 1, 1)
    brightest = images.amax((1, 2, 3), keepdim=True).clamp(min=1e-6)
    x = (images / brightest - mean) / deviation
    if device.type == "cuda":
        x = x.half().contiguous(memory_format=torch.channels_last)
    return x


def _stretched(masks: Tensor) -> Tensor:
    low, high = masks.amin((1, 2, 3), keepdim=True), masks.amax((1, 2, 3), keepdim=True)
    return (masks - low) / (high - low).clamp(min=1e-6)


def _scaling(factors: Tensor, side_px: int) -> Tensor:
    """A sampling grid (n, side, side, 2) that scales about the center by (n, 2) factors."""
    transform = torch.zeros(len(factors), 2, 3, device=factors.device)
    transform[:, 0, 0], transform[:, 1, 1] = factors[:, 0], factors[:, 1]
    return functional.affine_grid(
        transform, (len(factors), 1, side_px, side_px), align_corners=False
    )
