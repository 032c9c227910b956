"""Writes a trained encoder as ONNX: uint8 images in, everything the shop needs out."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from encoder_training.backbone import gem, imagenet_backbone
from encoder_training.checkpoint import Checkpoint
from encoder_training.encoder import SIDE_PX, Encoder
from encoder_training.quantize import quantized
from encoder_training.vocabulary import HEADS

INPUT = "image"
OUTPUTS = ("embedding", "features", "mask", *HEADS)
OPSET = 17
SMALLEST_HALVED = 256  # numbers; halving smaller tensors saves nothing
LARGEST_HALF = 6e4  # float16 ends at 65504


class ServedEncoder(nn.Module):
    """The encoder as it is served: normalization inside, probabilities out."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image    (n, 3, 224, 224) uint8 RGB
        returns  OUTPUTS in order: (n, 256) and (n, 1280) of unit length, (n, 1, 56, 56) in 0..1,
                 then (n, classes) of shares that add up to 1 for each of HEADS
        """
        output = self.encoder(image.float())
        return (
            self.encoder.embedding(output.pooled),
            functional.normalize(output.pooled, dim=1),
            torch.sigmoid(output.mask),
            *(torch.softmax(output.attributes[head], 1) for head in HEADS),
        )


class ServedBackbone(nn.Module):
    """A plain backbone with the same input, to compare a trained encoder with."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.backbone = imagenet_backbone(weights)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        maps = self.backbone(image.float())["f"]
        return (functional.normalize(gem(maps), dim=1),)


def export_encoder(
    checkpoint: Checkpoint, out: Path, calibration: np.ndarray | None = None
) -> None:
    """Write encoder.onnx and, with calibration images, encoder-int8.onnx.

    calibration  (n, 3, 224, 224) uint8 training images, or None

    Weights are stored as float16 and computed in float32.  An index must not mix the two files:
    their embeddings differ (mean cosine 0.994 for the shipped encoder).
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "encoder-fp32.onnx"
        _trace(ServedEncoder(checkpoint.encoder()), plain, OUTPUTS)
        _save(stored_as_half(onnx.load(plain)), out / "encoder.onnx")
        if calibration is not None:
            model = quantized(plain, calibration, input_name=INPUT)
            _save(stored_as_half(model), out / "encoder-int8.onnx")


def export_backbone(weights: Path, path: Path) -> None:
    """Write the ImageNet backbone alone, with the one output "embedding" (1280 numbers)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _trace(ServedBackbone(weights), path, ("embedding",))


def stored_as_half(model: ModelProto) -> ModelProto:
    """The same model with large float32 weights stored as float16, each followed by a Cast.

    Runtimes fold the Cast when they load the model, so this halves the file and costs no time.
    """
    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    weights, casts = [], []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if not _is_worth_halving(weight, values):
            weights.append(weight)
            continue
        half_name = f"{weight.name}_h"
        weights.append(numpy_helper.from_array(values.astype(np.float16), half_name))
        casts.append(helper.make_node("Cast", [half_name], [weight.name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(weights)
    graph.node.extend(nodes)
    return result


def _is_worth_halving(weight: TensorProto, values: np.ndarray) -> bool:
    return (
        weight.data_type == TensorProto.FLOAT
        and values.size >= SMALLEST_HALVED
        and float(np.abs(values).max()) < LARGEST_HALF
    )


def _trace(network: nn.Module, path: Path, outputs: tuple[str, ...]) -> None:
    """Export by tracing: its node names tell `quantize` which belong to the backbone."""
    example = torch.randint(0, 255, (2, 3, SIDE_PX, SIDE_PX), dtype=torch.uint8)
    with warnings.catch_warnings():
        # The tracing exporter warns of its age and of constants it leaves unfolded; both are known.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (example,),
            str(path),
            input_names=[INPUT],
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch"} for name in (INPUT, *outputs)},
            opset_version=OPSET,
            dynamo=False,
        )


def _save(model: ModelProto, path: Path) -> None:
    onnx.checker.check_model(model)
    onnx.save(model, path)
