"""A small data folder drawn from scratch, so that every step can be tried without any download.

What it trains is worthless: the backbone's weights are random.  It shows that the steps fit
together, on a CPU, in about a minute.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from encoder_training.backbone import Backbone
from encoder_training.drawn.canvas import Canvas
from encoder_training.drawn.patterns import patterns
from encoder_training.json_files import write_json
from encoder_training.sources.catalog import HELD_OUT_DIGIT, MIN_PHOTOS_OF_TYPE
from encoder_training.teacher import TEACHER_SIDE_PX

SIDE_PX = 112
SHEET = 40  # drawn textures, used again and again
TRAIN_OF_TYPE, HELD_OF_TYPE = MIN_PHOTOS_OF_TYPE + 4, 8
GROCERY_PHOTOS = {"train": 24, "val": 12, "test": 12}
CLOTHING_PHOTOS = {"train": 40, "validation": 12, "test": 12}

# (articleType, masterCategory, name, baseColour, half width, half height of the shape)
KINDS = (
    ("Tshirts", "Apparel", "Printed T-shirt", "Red", 0.7, 0.6),
    ("Jeans", "Apparel", "Solid Denim Jeans", "Blue", 0.35, 0.9),
    ("Handbags", "Accessories", "Leather Handbag", "Brown", 0.8, 0.4),
)
Picture = NDArray[np.uint8]


def draw_data(folder: Path, seed: int = 0) -> None:
    """Fill `folder` with a catalogue, phone photos, groceries, an outside set and weights.

    Also writes backbone.pth and teacher.onnx, which `fit` takes in place of downloaded ones.
    """
    torch.manual_seed(seed)
    draw = _product_drawer(seed)
    _draw_catalog(folder / "catalog", draw)
    _draw_clothing(folder / "clothing", draw)
    _draw_grocery(folder / "grocery" / "dataset", draw)
    _draw_outside(folder / "outside" / "shapes", draw)
    write_json(
        folder / "provenance.json",
        {
            "data": [{"name": "drawn by the training code", "license": "this project's"}],
            "teachers": [],
            "caveats": ["a smoke run on random weights; of no use"],
        },
    )
    torch.save(_random_weights(), folder / "backbone.pth")
    onnx.save(_not_white(), folder / "teacher.onnx")


def _product_drawer(seed: int) -> Callable[[int, float, float], Picture]:
    """A function that draws the next texture in a rounded shape on white."""
    device = torch.device("cpu")
    generator = torch.Generator(device).manual_seed(seed)
    canvas = Canvas(device, generator, np.random.RandomState(seed))
    textures, _ = patterns(canvas, SHEET)
    small = torch.nn.functional.interpolate(textures, size=(SIDE_PX, SIDE_PX), mode="area")
    sheet = (small * 200).to(torch.uint8).permute(0, 2, 3, 1).numpy()  # never white
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]

    def draw(number: int, half_width: float, half_height: float) -> Picture:
        is_product = (x / half_width) ** 4 + (y / half_height) ** 4 < 1
        return np.where(is_product[..., None], sheet[number % SHEET], 255).astype(np.uint8)

    return draw


def _draw_catalog(folder: Path, draw: Callable[[int, float, float], Picture]) -> None:
    rows = []
    for kind, (product_type, category, name, color, width, height) in enumerate(KINDS):
        for number in range(TRAIN_OF_TYPE + HELD_OF_TYPE):
            is_held = number >= TRAIN_OF_TYPE
            last_digit = HELD_OUT_DIGIT if is_held else number % HELD_OUT_DIGIT
            product_id = f"{kind + 1}{number:02}{last_digit}"
            _save(folder / "images" / f"{product_id}.jpg", draw(len(rows), width, height))
            rows.append(
                {
                    "id": product_id,
                    "articleType": product_type,
                    "masterCategory": category,
                    "subCategory": category,
                    "baseColour": color,
                    "usage": "Casual",
                    "gender": "Women",
                    "productDisplayName": name,
                }
            )
    _write_csv(folder / "manifest.csv", rows)


def _draw_clothing(folder: Path, draw: Callable[[int, float, float], Picture]) -> None:
    rows = []
    for split, count in CLOTHING_PHOTOS.items():
        ids = [f"{split}-{number}" for number in range(count)]
        for number, image_id in enumerate(ids):
            label, width, height = (("T-Shirt", 0.7, 0.6), ("Pants", 0.35, 0.9))[number % 2]
            _save(folder / "images" / f"{image_id}.jpg", draw(number, width, height))
            rows.append({"image": image_id, "label": label})
        if split != "train":
            (folder / f"{split}.txt").write_text("\n".join(ids), encoding="utf-8")
    _write_csv(folder / "images.csv", rows)


def _draw_grocery(folder: Path, draw: Callable[[int, float, float], Picture]) -> None:
    for split, count in GROCERY_PHOTOS.items():
        lines = []
        for number in range(count):
            fine = number % 2
            name = ("Fruit/Apple/Red-Apple", "Packages/Milk/Oat-Milk")[fine]
            path = f"{split}/{name}/{number}.jpg"
            _save(folder / path, draw(number, 0.5, (0.5, 0.9)[fine]))
            lines.append(f"{path}, {fine}, {fine}")
        (folder / f"{split}.txt").write_text("\n".join(lines), encoding="utf-8")
    classes = (("Red-Apple", "Apple"), ("Oat-Milk", "Milk"))
    _write_csv(
        folder / "classes.csv",
        [{"Class Name (str)": fine, "Coarse Class Name (str)": coarse} for fine, coarse in classes],
    )


def _draw_outside(folder: Path, draw: Callable[[int, float, float], Picture]) -> None:
    rows = []
    for number in range(24):
        label, width, height = (("wide", 0.9, 0.2), ("tall", 0.2, 0.9))[number % 2]
        _save(folder / f"{number}.png", draw(number, width, height))
        rows.append({"image": f"{number}.png", "label": label})
    _write_csv(folder / "labels.csv", rows)


def _random_weights() -> dict[str, torch.Tensor]:
    """A random backbone under the names of the published ImageNet checkpoint.

    Batch norms that change nothing; gains like a trained network's keep the signal alive.
    """
    backbone = Backbone()
    state: dict[str, torch.Tensor] = {}

    def put(convolution: torch.nn.Conv2d, name: str, norm: str) -> None:
        torch.nn.init.kaiming_normal_(convolution.weight)
        channels = convolution.out_channels
        state[f"{name}.weight"] = convolution.weight.detach()
        state[f"{norm}.weight"] = torch.ones(channels)
        state[f"{norm}.bias"] = torch.zeros(channels)
        state[f"{norm}.running_mean"] = torch.zeros(channels)
        state[f"{norm}.running_var"] = torch.ones(channels)

    put(backbone.stem, "_conv_stem", "_bn0")
    for number, block in enumerate(backbone.blocks):
        prefix = f"_blocks.{number}."
        if block.expand is not None:
            put(block.expand, f"{prefix}_expand_conv", f"{prefix}_bn0")
        put(block.dw, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
        put(block.project, f"{prefix}_project_conv", f"{prefix}_bn2")
    put(backbone.head, "_conv_head", "_bn1")
    return state


def _not_white() -> onnx.ModelProto:
    """A mask teacher for drawn products: foreground is whatever is darker than the background."""
    side = TEACHER_SIDE_PX
    weights = {
        "weight": np.full((1, 3, 1, 1), -3.0, np.float32),
        "bias": np.array([15.0], np.float32),  # white comes to about -7 after normalization
    }
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["image", "weight", "bias"], ["darkness"]),
            helper.make_node("Sigmoid", ["darkness"], ["mask"]),
        ],
        "not_white",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 1, side, side])],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)


def _save(path: Path, picture: Picture) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def _write_csv(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
