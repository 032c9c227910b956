"""The small ONNX runner, compared with ONNX Runtime."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from encoder_training.onnx_graph import OnnxGraph
from encoder_training.problems import TrainingError

SIDE = 32


def saved(path, nodes, weights):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    onnx.save(model, path)
    return path


@pytest.fixture
def u_shape(tmp_path):
    """Down and up again with a skip, sized by shape arithmetic: the operators of U2NetP."""
    dice = np.random.default_rng(0)
    weights = {
        "w1": dice.standard_normal((4, 3, 3, 3)).astype(np.float32),
        "b1": dice.standard_normal(4).astype(np.float32),
        "w2": dice.standard_normal((4, 4, 3, 3)).astype(np.float32) * 0.2,
        "two": np.array([2], np.int64),
        "four": np.array([4], np.int64),
        "zero": np.array([0], np.int64),
        "index": np.array(1, np.int64),
        "none": np.array([], np.float32),
    }
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["a"], pads=[1, 1, 1, 1], strides=[1, 1]),
        node("Relu", ["a"], ["b"]),
        node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        node("Conv", ["c", "w2"], ["d"], pads=[2, 2, 2, 2], dilations=[2, 2]),
        node("Shape", ["b"], ["s"]),
        node("Slice", ["s", "two", "four", "zero"], ["hw"]),
        node("Shape", ["d"], ["sd"]),
        node("Gather", ["sd", "index"], ["channels"], axis=0),
        node("Unsqueeze", ["channels"], ["channels1"], axes=[0]),
        node("Slice", ["sd", "zero", "one", "zero"], ["batch"]),
        node("Concat", ["batch", "channels1", "hw"], ["size"], axis=0),
        node("Cast", ["size"], ["size64"], to=TensorProto.INT64),
        node(
            "Resize",
            ["d", "none", "none", "size64"],
            ["e"],
            mode="linear",
            coordinate_transformation_mode="pytorch_half_pixel",
        ),
        node("Concat", ["b", "e"], ["f"], axis=1),
        node("Add", ["f", "f"], ["h"]),
        node("Sigmoid", ["h"], ["y"]),
    ]
    return saved(tmp_path / "g.onnx", nodes, weights | {"one": np.array([1], np.int64)})


def test_it_gives_what_onnx_runtime_gives(u_shape):
    x = np.random.default_rng(1).standard_normal((1, 3, SIDE, SIDE)).astype(np.float32)
    graph = OnnxGraph(u_shape).to_device(torch.device("cpu"), torch.float32)
    with torch.no_grad():
        mine = graph(torch.from_numpy(x)).numpy()
    session = onnxruntime.InferenceSession(u_shape, providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {"x": x})
    np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_an_unknown_operator_is_refused_by_name(tmp_path):
    path = saved(tmp_path / "t.onnx", [helper.make_node("Tanh", ["x"], ["y"])], {})
    with pytest.raises(TrainingError, match="Tanh"):
        OnnxGraph(path)
