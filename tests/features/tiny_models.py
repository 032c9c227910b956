"""Small ONNX models whose answers follow from their construction.

The embedding is the mean color of the picture, the mask its red channel, the head "pattern" the
softmax of the three means.
"""

import json

from onnx import TensorProto, helper

SIDE = 8
TYPES = {
    "uint8": TensorProto.UINT8,
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
}


def model(*, layout="NCHW", dtype="uint8", batch="batch", logits=False, nan=False, extra=False):
    """The bytes of the model; `extra` adds a second two-dimensional output."""
    shape = [batch, 3, SIDE, SIDE] if layout == "NCHW" else [batch, SIDE, SIDE, 3]
    axes = [2, 3] if layout == "NCHW" else [1, 2]
    nodes = [
        helper.make_node("Cast", ["picture"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x", "axes"], ["mean"], keepdims=0),
        helper.make_node("Div", ["mean", "scale"], ["small"]),
        helper.make_node("Softmax", ["small"], ["chances"], axis=1),
        helper.make_node("Identity", ["small" if logits else "chances"], ["head"]),
        helper.make_node("Log" if nan else "Identity", ["small"], ["embedding"]),
        helper.make_node("Gather", ["x", "zero"], ["red"], axis=1 if layout == "NCHW" else 3),
        helper.make_node("Div", ["red", "top"], ["mask"]),
    ]
    constants = [
        helper.make_tensor("axes", TensorProto.INT64, [2], axes),
        helper.make_tensor("scale", TensorProto.FLOAT, [], [100.0]),
        helper.make_tensor("top", TensorProto.FLOAT, [], [255.0]),
        helper.make_tensor("zero", TensorProto.INT64, [], [0]),
    ]
    outputs = [("embedding", [batch, 3]), ("mask", [batch, SIDE, SIDE])]
    outputs += [("head", [batch, 3])] if extra else []
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("picture", TYPES[dtype], shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in outputs],
        constants,
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return whole.SerializeToString()


def card(**changes):
    """The card of `model(extra=True)` with keys replaced by dotted name, with __ for the dots."""
    whole = {
        "name": "tiny",
        "input": {"name": "picture", "size_px": SIDE, "layout": "NCHW", "dtype": "uint8"},
        "outputs": {
            "embedding": "embedding",
            "mask": "mask",
            "heads": {
                "pattern": {
                    "output": "head",
                    "classes": ["reddish", "greenish", "bluish"],
                }
            },
        },
    }
    for dotted, value in changes.items():
        *path, last = dotted.split("__")
        table = whole
        for key in path:
            table = table[key]
        if value is None:
            table.pop(last, None)
        else:
            table[last] = value
    return json.dumps(whole)
