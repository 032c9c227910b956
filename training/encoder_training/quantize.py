"""The backbone in 8-bit integers, calibrated on training images."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from encoder_training.encoder import SIDE_PX
from encoder_training.packs import decode, read_packs
from encoder_training.photo_labels import TRAINING_SOURCES
from encoder_training.problems import TrainingError

BATCH = 8
CALIBRATION_COUNT = 256  # chosen by eye; the shipped file's number was not kept
# Clip is ReLU6.  The heads stay in float: they cost little time and lose most from rounding.
QUANTIZED_OPERATORS = ("Conv", "Add", "Clip")
BACKBONE_MARK = "/backbone/"


def quantized(model: Path, calibration: NDArray[np.uint8], *, input_name: str) -> onnx.ModelProto:
    """An ONNX model with its backbone in 8 bits, weights by channel, ranges from calibration.

    calibration  (n, 3, 224, 224)
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared, result = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
        quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(result),
            _Batches(calibration, input_name),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_quantize=_backbone_nodes(onnx.load(prepared)),
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"ActivationSymmetric": False},
        )
        return onnx.load(result)


def calibration_images(packs: Path, count: int = CALIBRATION_COUNT) -> NDArray[np.uint8]:
    """About `count` training images, as many of each source, evenly over each: (n, 3, 224, 224)."""
    chosen: list[bytes] = []
    share = -(-count // len(TRAINING_SOURCES))
    for source in TRAINING_SOURCES:
        blobs, _ = read_packs(packs, f"{source}-train")
        places = np.unique(np.linspace(0, len(blobs) - 1, share).astype(int)) if blobs else []
        chosen += [blobs[place] for place in places]
    if not chosen:
        raise TrainingError(f"{packs} holds no training packs.", hint="Run prepare first.")
    return decode(chosen, SIDE_PX)[0]


def _backbone_nodes(model: onnx.ModelProto) -> list[str]:
    return [
        node.name
        for operator in QUANTIZED_OPERATORS
        for node in model.graph.node
        if node.op_type == operator and BACKBONE_MARK in node.name
    ]


class _Batches(CalibrationDataReader):
    """Feeds images in batches; ONNX Runtime asks for a class."""

    def __init__(self, images: NDArray[np.uint8], input_name: str) -> None:
        self._batches = iter(
            {input_name: images[start : start + BATCH]} for start in range(0, len(images), BATCH)
        )

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        return next(self._batches, None)
