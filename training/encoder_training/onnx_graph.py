"""Runs a small ONNX graph with torch, so that a teacher can share the GPU with the student.

It knows the operators that U2NetP uses and refuses all others.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import NodeProto, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from encoder_training.problems import TrainingError

Value = Any  # a torch tensor for pictures, a numpy array for shapes: ONNX calls both tensors
Attributes = dict[str, Any]
SPATIAL = slice(2, None)
NO_END = 1 << 30  # ONNX writes "to the end" as a huge number


class OnnxGraph(nn.Module):
    """One input, first output; float work in torch, shape arithmetic in numpy."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        self.constants = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
        self.input_name = next(i.name for i in graph.input if i.name not in self.constants)
        self.output_name = graph.output[0].name
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.nodes = [node for node in graph.node if node.op_type != "Constant"]
        unknown = sorted({node.op_type for node in self.nodes} - {"Conv", *OPERATORS})
        if unknown:
            raise TrainingError(
                f"{path} uses the operators {', '.join(unknown)}, which are not known here.",
                hint="Compute the masks elsewhere and pass them with --masks.",
            )
        self.last_use = {name: i for i, node in enumerate(self.nodes) for name in node.input}
        self.weights: dict[str, Tensor] = {}

    def to_device(self, device: torch.device, dtype: torch.dtype) -> "OnnxGraph":
        """Copy the weights of the convolutions to `device`."""
        for node in self.nodes:
            if node.op_type == "Conv":
                for name in node.input[1:]:
                    self.weights[name] = torch.tensor(self.constants[name]).to(device, dtype)
        return self

    def forward(self, x: Tensor) -> Tensor:
        values: dict[str, Value] = {self.input_name: x}

        def value(name: str) -> Value:
            return values[name] if name in values else self.constants[name]

        for number, node in enumerate(self.nodes):
            attributes = {a.name: list(a.ints) or a.i for a in node.attribute}
            if node.op_type == "Conv":
                result = self._convolved(node, value(node.input[0]), attributes)
            else:
                inputs = [value(name) if name else None for name in node.input]
                result = OPERATORS[node.op_type](inputs, attributes)
            values[node.output[0]] = result
            if node.output[0] == self.output_name:
                return result
            for name in set(node.input):
                if self.last_use[name] == number:  # frees memory: no later node reads it
                    values.pop(name, None)
        raise TrainingError(f"The graph never computes its output {self.output_name}.")

    def _convolved(self, node: NodeProto, x: Tensor, attributes: Attributes) -> Tensor:
        weight, *bias = (self.weights[name] for name in node.input[1:])
        return functional.conv2d(
            x,
            weight,
            bias[0] if bias else None,
            attributes.get("strides", 1),
            attributes.get("pads", [0, 0])[:2],
            attributes.get("dilations", 1),
            attributes.get("group", 1) or 1,
        )


def _pooled(inputs: list[Value], attributes: Attributes) -> Tensor:
    return functional.max_pool2d(
        inputs[0],
        attributes["kernel_shape"],
        attributes["strides"],
        ceil_mode=bool(attributes.get("ceil_mode", 0)),
    )


def _unsqueezed(inputs: list[Value], attributes: Attributes) -> Value:
    result = np.asarray(inputs[0])
    for axis in attributes["axes"]:
        result = np.expand_dims(result, axis)
    return result


def _sliced(inputs: list[Value], _: Attributes) -> Value:
    result = np.asarray(inputs[0])
    for start, end, axis in zip(*inputs[1:4], strict=True):
        window = slice(int(start), int(min(end, NO_END)))
        result = result[(*[slice(None)] * int(axis), window)]
    return result


def _concatenated(inputs: list[Value], attributes: Attributes) -> Value:
    if torch.is_tensor(inputs[0]):
        return torch.cat(inputs, attributes["axis"])
    return np.concatenate(inputs, attributes["axis"])


def _resized(inputs: list[Value], _: Attributes) -> Tensor:
    size = [int(side) for side in inputs[3]][SPATIAL]
    return functional.interpolate(inputs[0], size=size, mode="bilinear", align_corners=False)


OPERATORS: dict[str, Callable[[list[Value], Attributes], Value]] = {
    "Relu": lambda inputs, _: functional.relu(inputs[0]),
    "Sigmoid": lambda inputs, _: torch.sigmoid(inputs[0]),
    "MaxPool": _pooled,
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "Shape": lambda inputs, _: np.array(inputs[0].shape, np.int64),
    "Gather": lambda inputs, at: np.take(inputs[0], inputs[1], axis=at.get("axis", 0) or 0),
    "Unsqueeze": _unsqueezed,
    "Cast": lambda inputs, _: np.asarray(inputs[0]),
    "Slice": _sliced,
    "Concat": _concatenated,
    "Resize": _resized,
}
