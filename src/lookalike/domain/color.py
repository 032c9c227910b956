"""Color values: conversions, differences and the families a shop speaks of.

Conversions come from `colour-science`, which takes over a second to import; so it is imported
on first use, and pictures are converted through a table over 5 bits a channel.
"""

import importlib
import warnings
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Floats, Integers, Pixels
from lookalike.errors import InvalidInput

FAMILIES = (
    "black",
    "white",
    "gray",
    "beige",
    "brown",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "gold",
    "silver",
    "multicolor",
)
"""The color families: what `color_family` and a color facet may hold.

navy, denim, turquoise -> blue; teal, olive, mint -> green; cream, ivory, off-white -> white;
charcoal -> gray; sand, camel, nude, taupe -> beige; tan, cognac, chocolate -> brown;
maroon, burgundy -> red; rust, coral, peach -> orange; mustard -> yellow; lavender -> purple;
magenta, fuchsia, rose -> pink; bronze, copper, brass -> gold; steel, chrome -> silver.
See docs/decisions/0010-color-families.md.
"""

BITS = 5
"""Bits a channel of the conversion table: a step is 8 of 256, finer than any color name."""


def oklab(rgb: Pixels) -> Floats:
    """OKLab of (..., 3) uint8 sRGB: L in [0, 1], a and b within about 0.33 of 0."""
    science = _colour()
    values = science.XYZ_to_Oklab(science.sRGB_to_XYZ(np.asarray(rgb, dtype=np.uint8) / 255))
    return np.asarray(values, dtype=np.float32)


def rgb_from_oklab(lab: Floats) -> Pixels:
    """(..., 3) uint8 sRGB of OKLab; colors outside sRGB are clipped channel by channel."""
    science = _colour()
    values = np.asarray(science.XYZ_to_sRGB(science.Oklab_to_XYZ(np.asarray(lab, np.float64))))
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), dtype=np.uint8)


def delta_e(first: str | Pixels, second: str | Pixels) -> Floats:
    """CIEDE2000 between sRGB colors: hex texts or uint8 arrays (..., 3) that broadcast.

    1 is just noticeable side by side, 5 is another shade, 20 another color.
    """
    science = _colour()
    first_lab, second_lab = (
        science.XYZ_to_Lab(science.sRGB_to_XYZ(_rgb(color) / 255)) for color in (first, second)
    )
    difference = science.difference.delta_E_CIE2000(first_lab, second_lab)
    return np.asarray(difference, dtype=np.float32)


def rgb_from_hex(text: str) -> Pixels:
    """(3,) uint8 of `#rrggbb`.  Raises InvalidInput for anything else."""
    try:
        if len(text) != 7 or not text.startswith("#"):
            raise ValueError
        return np.frombuffer(bytes.fromhex(text[1:]), dtype=np.uint8)
    except ValueError:
        raise InvalidInput(f"{text!r} is not a color.", hint="Write it as #rrggbb.") from None


def hex_from_rgb(rgb: Pixels) -> str:
    """`#rrggbb` of (3,) uint8."""
    return f"#{bytes(np.asarray(rgb, dtype=np.uint8).tolist()).hex()}"


def codes(pixels: Pixels) -> Integers:
    """(...,) row of `oklab_table` for every pixel of (..., 3) uint8 sRGB."""
    coarse = (pixels >> (8 - BITS)).astype(np.int64)
    return (coarse[..., 0] << 2 * BITS) | (coarse[..., 1] << BITS) | coarse[..., 2]


@cache
def oklab_table() -> Floats:
    """(32768, 3) OKLab at the middle of every 5-bit color, in the order of `codes`; read-only."""
    level = np.arange(1 << BITS) * (1 << 8 - BITS) + (1 << 7 - BITS)
    red, green, blue = np.meshgrid(level, level, level, indexing="ij")
    table = oklab(np.stack([red, green, blue], axis=-1).reshape(-1, 3).astype(np.uint8))
    table.setflags(write=False)
    return table


def _rgb(color: str | Pixels) -> NDArray[np.float64]:
    return np.asarray(rgb_from_hex(color) if isinstance(color, str) else color, dtype=np.float64)


@cache
def _colour() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that Matplotlib, which we do not need, is absent
        return importlib.import_module("colour")
