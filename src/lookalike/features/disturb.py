"""Disturbances: what happens to a product's photo between the camera and the shop.

A product is cut out of its photo and put on other backgrounds; the whole photo is mirrored,
cropped, lit otherwise, marked, shrunk and saved again.  The results are photos like any other.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lookalike.domain.arrays import Floats, Pixels
from lookalike.features.foreground import foreground
from lookalike.features.image import MIN_SIDE_PX, scaled
from lookalike.features.image_fit import unpad
from lookalike.features.protocol import Encoded, InputSpec

Background = Literal["white", "gray", "wood", "gradient", "noise"]

CROPPED = 0.8  # of each side, about the center: issue 3
LIGHTER, DARKER = 1.2, 0.8  # of every sRGB level: issue 3
SHRUNK = 3  # to a third of each side: issue 3
MARK, MARK_ALPHA, MARK_SHARE = "SAMPLE SHOP", 0.35, 0.14  # by eye: plain to see, as shops do
SOLID, EMPTY = 0.75, 0.35  # mask weights: surely product, surely not; hides a rim of the old
# background, by eye


def cut_out(
    pixels: Pixels, alpha: Floats | None, encoded: Encoded, spec: InputSpec
) -> Floats | None:
    """Where the product is: (h, w) in [0, 1], or None where no background is found.

    pixels   (h, w, 3) of one photo
    alpha    (h, w) in [0, 1], or None
    encoded  of the same photo; its mask, if any, lies over the encoder's square picture
    """
    rows, columns = pixels.shape[:2]
    mask = None
    if encoded.mask is not None:
        mask = unpad(encoded.mask[0], (columns, rows), padded=spec.fit == "pad")
    found = foreground(pixels, alpha=alpha, encoder_mask=mask)
    return None if found.source == "whole" else found.weights


def on_backgrounds(
    pixels: Pixels, weights: Floats, *, rng: np.random.Generator
) -> dict[str, Pixels]:
    """Name -> the product of (h, w, 3) pixels on another background of the same size.

    weights  (h, w) in [0, 1], the product's
    """
    rows, columns = weights.shape
    solid = np.clip((weights - EMPTY) / (SOLID - EMPTY), 0, 1)[..., None]
    made: Mapping[Background, Callable[[int, int, np.random.Generator], Floats]] = {
        "white": lambda *_: np.full((rows, columns, 3), 255, dtype=np.float32),
        "gray": lambda *_: np.full((rows, columns, 3), 128, dtype=np.float32),
        "wood": _wood,
        "gradient": lambda *_: _gradient(rows, columns),
        "noise": _noise,
    }
    return {
        f"on {name}": _levels(solid * pixels + (1 - solid) * make(rows, columns, rng))
        for name, make in made.items()
    }


def disturbed(pixels: Pixels) -> dict[str, Pixels]:
    """Name -> (h', w', 3) the whole photo, disturbed."""
    return {
        "mirrored": np.ascontiguousarray(pixels[:, ::-1]),
        "cropped to 80 %": _cropped(pixels),
        "20 % brighter": _levels(pixels * np.float32(LIGHTER)),
        "20 % darker": _levels(pixels * np.float32(DARKER)),
        "watermark": _marked(pixels),
        "a third the size": _shrunk(pixels),
    }


def _cropped(pixels: Pixels) -> Pixels:
    rows, columns = pixels.shape[:2]
    high, wide = (max(MIN_SIDE_PX, round(CROPPED * side)) for side in (rows, columns))
    top, left = max(0, (rows - high) // 2), max(0, (columns - wide) // 2)
    return np.ascontiguousarray(pixels[top : top + high, left : left + wide])


def _shrunk(pixels: Pixels) -> Pixels:
    picture = Image.fromarray(pixels)
    width, height = scaled(picture.size, max(picture.size) // SHRUNK)
    size = max(width, MIN_SIDE_PX), max(height, MIN_SIDE_PX)
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS))


def _marked(pixels: Pixels) -> Pixels:
    """White letters with a dark rim, half through, across the middle on a slant."""
    rows, columns = pixels.shape[:2]
    font = ImageFont.load_default(max(6.0, MARK_SHARE * columns))
    mark = Image.new("RGBA", (columns, rows), (0, 0, 0, 0))
    ImageDraw.Draw(mark).text(
        (columns / 2, rows / 2),
        MARK,
        font=font,
        anchor="mm",
        fill=(255, 255, 255, 255),
        stroke_width=max(1, columns // 150),
        stroke_fill=(60, 60, 60, 255),
    )
    layer = np.asarray(mark.rotate(30, Image.Resampling.BILINEAR), dtype=np.float32)
    alpha = layer[..., 3:] / 255 * np.float32(MARK_ALPHA)
    return _levels((pixels * (1 - alpha) + layer[..., :3] * alpha).astype(np.float32))


def _wood(rows: int, columns: int, rng: np.random.Generator) -> Floats:
    """Boards: long grain across the picture, darker seams between the boards."""
    across = np.linspace(0, 1, columns, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    bend = sum(
        float(rng.uniform(0.01, 0.03)) * np.sin(2 * np.pi * (turns * across + rng.random()))
        for turns in (1, 2, 3)
    )
    grain = 0.5 + 0.5 * np.sin(2 * np.pi * 14 * (down + bend))
    fiber = rng.normal(0, 0.12, (rows, 1)).astype(np.float32)
    seam = np.where((down * 5) % 1 < 0.03, 0.55, 1.0)
    shade = (0.82 + 0.18 * grain + fiber) * seam
    return np.asarray(shade[..., None] * np.array([176, 128, 84], dtype=np.float32), np.float32)


def _gradient(rows: int, columns: int) -> Floats:
    slope = np.add.outer(np.linspace(0, 0.5, rows), np.linspace(0, 0.5, columns))[..., None]
    start, end = np.array([236, 226, 206]), np.array([120, 150, 178])
    return np.asarray((1 - slope) * start + slope * end, dtype=np.float32)


def _noise(rows: int, columns: int, rng: np.random.Generator) -> Floats:
    """Patches of every color under fine grain, as a street or a full shelf gives."""
    patches = Image.fromarray(rng.integers(0, 256, (9, 7, 3), dtype=np.uint8))
    smooth = np.asarray(patches.resize((columns, rows), Image.Resampling.BICUBIC), np.float32)
    return np.asarray(smooth + rng.normal(0, 18, (rows, columns, 1)), dtype=np.float32)


def _levels(values: Floats) -> Pixels:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
