"""Color values: conversions, differences and the families a shop speaks of.

Conversions come from `colour-science`, which takes over a second to import; so it is imported
on first use, and pictures are converted through a table over 5 bits a channel.
"""

import importlib
import warnings
from functools import cache
from types import ModuleType

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers, Pixels
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


def oklab_of_swatches(rgb: Pixels) -> Doubles:
    """OKLab of a handful of (count, 3) uint8 sRGB colors; `oklab` takes fifty times as long.

    Ottosson 2020, "A perceptual color space for image processing": within 2e-4 of `oklab`,
    where a cell of `oklab_table` is off by up to 0.08 near black and can make it a navy.
    """
    return np.asarray(np.cbrt(_linear_light()[rgb] @ _TO_CONES) @ _TO_OKLAB)


_TO_CONES = np.array(  # linear sRGB to cone responses, as rows times this
    [
        [0.4122214708, 0.2119034982, 0.0883024619],
        [0.5363325363, 0.6806995451, 0.2817188376],
        [0.0514459929, 0.1073969566, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(  # their cube roots to OKLab
    [
        [0.2104542553, 1.9779984951, 0.0259040371],
        [0.7936177850, -2.4285922050, 0.7827717662],
        [-0.0040720468, 0.4505937099, -0.8086757660],
    ]
)


@cache
def _linear_light() -> Doubles:
    """(256,) of every level; IEC 61966-2-1."""
    level = np.arange(256) / 255
    return np.asarray(np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4))


def rgb_from_oklab(lab: Floats) -> Pixels:
    """(..., 3) uint8 sRGB of OKLab; colors outside sRGB are clipped channel by channel."""
    science = _colour()
    values = np.asarray(science.XYZ_to_sRGB(science.Oklab_to_XYZ(np.asarray(lab, np.float64))))
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), dtype=np.uint8)


def cielab(rgb: Pixels) -> Doubles:
    """CIE L*a*b* (D65) of (..., 3) uint8 sRGB.

    The library's own curve, matrix and white, applied in five array operations: its general
    function takes 0.4 ms a call, a fifth of a whole question.
    """
    curve, matrix, white = _srgb()
    ratio = curve[rgb] @ matrix.T / white
    bent = np.where(ratio > _EPSILON, np.cbrt(ratio), (_KAPPA * ratio + 16) / 116)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_e(first: str | Pixels, second: str | Pixels) -> Floats:
    """CIEDE2000 between sRGB colors: hex texts or uint8 arrays (..., 3) that broadcast.

    1 is just noticeable side by side, 5 is another shade, 20 another color.
    """
    return ciede2000(cielab(_rgb(first)), cielab(_rgb(second))).astype(np.float32)


def ciede2000(first: Doubles, second: Doubles) -> Doubles:
    """The color difference of CIE L*a*b* values (..., 3) that broadcast.

    Sharma, Wu and Dalal 2005, equations 2 to 22, with all weights 1.
    """
    light_1, a_1, b_1 = np.moveaxis(first, -1, 0)
    light_2, a_2, b_2 = np.moveaxis(second, -1, 0)
    grayness = 0.5 * (1 - _share_of_25((np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2))
    a_1, a_2 = a_1 * (1 + grayness), a_2 * (1 + grayness)
    chroma_1, chroma_2 = np.hypot(a_1, b_1), np.hypot(a_2, b_2)
    hue_1, hue_2 = np.arctan2(b_1, a_1), np.arctan2(b_2, a_2)

    colored = chroma_1 * chroma_2 > 0
    turn = np.where(colored, (hue_2 - hue_1 + np.pi) % _TURN - np.pi, 0)
    d_light, d_chroma = light_2 - light_1, chroma_2 - chroma_1
    d_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(turn / 2)

    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    hue = np.where(colored, hue_1 + turn / 2, hue_1 + hue_2)
    weight = (
        1
        - 0.17 * np.cos(hue - np.pi / 6)
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.pi / 30)
        - 0.20 * np.cos(4 * hue - 63 * np.pi / 180)
    )
    light_scale = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    chroma_scale = 1 + 0.045 * chroma
    hue_scale = 1 + 0.015 * chroma * weight
    from_blue = (np.degrees(hue) % 360 - 275) / 25
    rotation = -2 * _share_of_25(chroma) * np.sin(np.pi / 3 * np.exp(-(from_blue**2)))
    by_light, by_chroma, by_hue = d_light / light_scale, d_chroma / chroma_scale, d_hue / hue_scale
    found: Doubles = np.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)
    return found


_TURN = 2 * np.pi
_EPSILON, _KAPPA = (6 / 29) ** 3, (29 / 3) ** 3  # CIE 15:2004, section 8.2.1


def _share_of_25(chroma: Doubles) -> Doubles:
    power = chroma**7
    found: Doubles = np.sqrt(power / (power + 25.0**7))
    return found


@cache
def _srgb() -> tuple[Doubles, Doubles, Doubles]:
    """(256,) linear light of every level, (3, 3) to XYZ, (3,) XYZ of white."""
    science = _colour()
    space = science.RGB_COLOURSPACES["sRGB"]
    curve = np.asarray(space.cctf_decoding(np.arange(256) / 255), np.float64)
    matrix = np.asarray(space.matrix_RGB_to_XYZ, np.float64)
    return curve, matrix, matrix.sum(axis=1)


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
    coarse = (pixels >> (8 - BITS)).reshape(-1, 3).astype(np.float32)
    return (coarse @ _PLACES).astype(np.int64).reshape(pixels.shape[:-1])


_PLACES = np.array([1 << 2 * BITS, 1 << BITS, 1], dtype=np.float32)  # exact: below 2^24


@cache
def oklab_table() -> Floats:
    """(32768, 3) OKLab at the middle of every 5-bit color, in the order of `codes`; read-only."""
    level = np.arange(1 << BITS) * (1 << 8 - BITS) + (1 << 7 - BITS)
    red, green, blue = np.meshgrid(level, level, level, indexing="ij")
    table = oklab(np.stack([red, green, blue], axis=-1).reshape(-1, 3).astype(np.uint8))
    table.setflags(write=False)
    return table


def _rgb(color: str | Pixels) -> Pixels:
    return rgb_from_hex(color) if isinstance(color, str) else np.asarray(color, np.uint8)


@cache
def _colour() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that Matplotlib, which we do not need, is absent
        return importlib.import_module("colour")
