"""An exported encoder, run as the shop runs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from encoder_training.problems import TrainingError
from encoder_training.vocabulary import HEADS

SIDE_PX = 224
BATCH = 8
WHITE = (255, 255, 255)
QUIET = 3  # onnxruntime's level for errors only

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Answers:
    """For n images: embeddings (n, d) of unit length; probabilities and masks where there are any.

    heads  head: (n, classes)
    masks  (n, 1, 56, 56) in 0..1, or None
    """

    embeddings: Floats
    heads: dict[str, Floats]
    masks: Floats | None


class ServedModel:
    """One ONNX session on the CPU."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        if not path.exists():
            raise TrainingError(f"{path} is missing.", hint="Run export first.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = QUIET
        self.path = path
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self.outputs = [output.name for output in self._session.get_outputs()]

    def run(self, images: Images) -> dict[str, Floats]:
        """All outputs by name for images (n, 224, 224, 3)."""
        pixels = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
        return dict(zip(self.outputs, self._session.run(None, {"image": pixels}), strict=True))

    def answers(self, images: Images) -> Answers:
        """What the model says of images (n, 224, 224, 3), a few at a time."""
        parts = [self.run(part) for part in _batches(images)]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in self.outputs}
        embeddings = joined["embedding"]
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        heads = {head: joined[head] for head in HEADS if head in joined}
        return Answers(embeddings / lengths, heads, joined.get("mask"))


def squared(path: Path) -> Images:
    """A photo as the encoder is given it: padded to a white square, 224 pixels: (224, 224, 3)."""
    image = Image.open(path)
    image.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))  # a JPEG then decodes at a fraction of its size
    image = image.convert("RGB")
    side = max(image.size)
    square = Image.new("RGB", (side, side), WHITE)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(square.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC))


def _batches(images: Images) -> Iterator[Images]:
    for start in range(0, len(images), BATCH):
        yield images[start : start + BATCH]
