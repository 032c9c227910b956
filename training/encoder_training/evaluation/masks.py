"""How well foreground masks agree with the teacher's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from encoder_training.evaluation.served_model import QUIET, SIDE_PX
from encoder_training.problems import TrainingError
from encoder_training.teacher import DEVIATION, MEAN, TEACHER_SIDE_PX

MIN_AREA = 0.01  # a teacher that finds nothing cannot judge
GOOD_IOU = 0.8

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class MaskScore:
    """Over `judged` photos, intersection over union at 0.5 with the teacher."""

    judged: int
    mean: float
    median: float
    share_above_0_8: float


class MaskTeacher:
    """A teacher run on single photos with ONNX Runtime, as its authors run it."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        if not path.exists():
            raise TrainingError(f"{path} is missing.", hint="Pass the teacher's ONNX file.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = QUIET
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def mask(self, path: Path) -> Floats:
        """The photo's mask, padded to a square as the photo is: (224, 224) in 0..1."""
        image = Image.open(path).convert("RGB")
        stretched = image.resize((TEACHER_SIDE_PX, TEACHER_SIDE_PX), Image.Resampling.LANCZOS)
        pixels = np.asarray(stretched, np.float32)
        pixels = pixels / max(float(pixels.max()), 1e-6)
        normal = ((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)[None].astype(np.float32)
        found = self._session.run(None, {self._input: normal})[0][0, 0]
        found = (found - found.min()) / (found.max() - found.min() + 1e-6)
        side = max(image.size)
        square = Image.new("L", (side, side))
        placed = Image.fromarray((found * 255).astype(np.uint8))
        placed = placed.resize(image.size, Image.Resampling.BILINEAR)
        square.paste(placed, ((side - image.width) // 2, (side - image.height) // 2))
        small = square.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
        return np.asarray(small, np.float32) / 255


def enlarged(masks: Floats) -> Floats:
    """Masks (n, 1, h, w) at the size of the images: (n, 224, 224)."""
    sized = [
        Image.fromarray(mask[0].astype(np.float32)).resize(
            (SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR
        )
        for mask in masks
    ]
    return np.stack([np.asarray(mask) for mask in sized])


def mask_score(masks: Floats, teacher_masks: Floats) -> MaskScore | None:
    """Agreement of two stacks (n, 224, 224), or None where the teacher found nothing anywhere."""
    overlaps = intersection_over_union(masks > 0.5, teacher_masks > 0.5)
    judged = overlaps[(teacher_masks > 0.5).mean(axis=(1, 2)) > MIN_AREA]
    if not len(judged):
        return None
    return MaskScore(
        judged=len(judged),
        mean=float(judged.mean()),
        median=float(np.median(judged)),
        share_above_0_8=float((judged > GOOD_IOU).mean()),
    )


def intersection_over_union(
    first: NDArray[np.bool_], second: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """For each of n pairs of masks (n, h, w): 0..1; two empty masks give 0."""
    both = (first & second).sum(axis=(1, 2))
    either = (first | second).sum(axis=(1, 2))
    overlap: NDArray[np.float64] = both / np.maximum(either, 1)
    return overlap


def stacked_masks(teacher: MaskTeacher, paths: Sequence[Path]) -> Floats:
    return np.stack([teacher.mask(path) for path in paths])
