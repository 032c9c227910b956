"""Color families of the sample shop: hand-picked shades, and how they go together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Color = tuple[float, float, float]  # sRGB, each in [0, 1]

SHADES: dict[str, tuple[tuple[str, str], ...]] = {
    "black": (("black", "#1f1f22"), ("jet black", "#18191c"), ("ink black", "#222226")),
    "white": (("white", "#f3f2ef"), ("off-white", "#f1eee6"), ("snow white", "#f4f5f6")),
    "gray": (
        ("light gray", "#b9bcc0"),
        ("gray", "#8e9196"),
        ("slate gray", "#6d7278"),
        ("charcoal gray", "#54575c"),
    ),
    "beige": (
        ("beige", "#d9c7a8"),
        ("sand", "#dccbb0"),
        ("oatmeal", "#d8cbb5"),
        ("camel", "#c9a878"),
    ),
    "brown": (
        ("brown", "#7b5136"),
        ("chocolate", "#5a3a29"),
        ("cognac", "#96572e"),
        ("walnut", "#6e4a33"),
    ),
    "red": (("red", "#c32f34"), ("brick red", "#a93a32"), ("cherry red", "#b3202f")),
    "orange": (("orange", "#e57f33"), ("terracotta", "#cc6a43"), ("tangerine", "#ee8c3a")),
    "yellow": (("yellow", "#f0c743"), ("mustard", "#d9a52e"), ("lemon yellow", "#f3dc6b")),
    "green": (
        ("green", "#4c8a56"),
        ("sage green", "#8fa584"),
        ("olive", "#727541"),
        ("forest green", "#2f5a41"),
    ),
    "teal": (("teal", "#2c7d7f"), ("petrol", "#1f6470"), ("turquoise", "#4aa9a6")),
    "blue": (
        ("blue", "#3f74b5"),
        ("sky blue", "#8db9de"),
        ("cobalt blue", "#2f55b4"),
        ("dusty blue", "#6f94b5"),
    ),
    "navy": (("navy", "#23304f"), ("midnight navy", "#1d2744"), ("deep navy", "#26375d")),
    "purple": (("purple", "#7a4f94"), ("plum", "#6b3a63"), ("lavender", "#ab98cf")),
    "pink": (("pink", "#e697ab"), ("blush", "#eab9b6"), ("raspberry pink", "#cf4f7e")),
    "metallic": (("gold", "#c9a557"), ("silver", "#bfc3c8"), ("brass", "#b8965a")),
}

NEUTRALS = ("black", "white", "gray", "beige", "brown", "navy")

# Families that read well beside each other; chosen by eye.  Symmetric on purpose.
ACCENTS: dict[str, tuple[str, ...]] = {
    "black": ("white", "beige", "red", "yellow", "gray", "pink"),
    "white": ("navy", "black", "blue", "red", "green", "beige", "pink"),
    "gray": ("white", "black", "pink", "navy", "yellow"),
    "beige": ("brown", "white", "navy", "orange", "green", "black"),
    "brown": ("beige", "white", "orange", "teal"),
    "red": ("white", "navy", "black", "pink", "beige"),
    "orange": ("beige", "white", "teal", "brown", "navy"),
    "yellow": ("white", "gray", "navy", "black", "green"),
    "green": ("white", "beige", "pink", "yellow", "navy"),
    "teal": ("white", "beige", "orange", "yellow"),
    "blue": ("white", "navy", "beige", "yellow", "red"),
    "navy": ("white", "red", "beige", "blue", "yellow", "pink"),
    "purple": ("white", "pink", "yellow", "gray"),
    "pink": ("white", "red", "green", "navy", "purple", "gray"),
    "metallic": ("black", "white"),
}

# Palettes of collection lines: two or three color families over neutrals; chosen by eye.
PALETTES: tuple[tuple[str, ...], ...] = (
    ("navy", "white", "red", "beige", "brown"),
    ("beige", "brown", "orange", "white", "green"),
    ("black", "gray", "white", "purple"),
    ("pink", "white", "gray", "purple", "beige"),
    ("teal", "white", "yellow", "beige", "brown"),
    ("blue", "navy", "white", "beige", "gray"),
    ("green", "beige", "brown", "white", "yellow"),
    ("black", "white", "yellow", "gray", "blue"),
    ("navy", "pink", "white", "gray", "teal"),
    ("brown", "beige", "red", "white", "orange"),
)


@dataclass(frozen=True)
class Shade:
    """One actual color of a family: the word a shop would print and its sRGB hex."""

    family: str
    word: str
    hex: str

    @property
    def color(self) -> Color:
        return from_hex(self.hex)


def shade(family: str, rng: np.random.Generator) -> Shade:
    """A shade of the family, moved a little so that no two products match exactly."""
    word, anchor = SHADES[family][int(rng.integers(len(SHADES[family])))]
    jitter = rng.uniform(-0.015, 0.015, 3)  # about four 8-bit steps: the same color by name
    moved = np.clip(np.array(from_hex(anchor)) + jitter, 0, 1)
    return Shade(family, word, to_hex((float(moved[0]), float(moved[1]), float(moved[2]))))


def from_hex(text: str) -> Color:
    """sRGB in [0, 1] from `#rrggbb`."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def to_hex(color: Color) -> str:
    """`#rrggbb` from sRGB in [0, 1]."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in color)


def mix(first: Color, second: Color, share: float) -> Color:
    """The color `share` of the way from the first to the second."""
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(color: Color, share: float) -> Color:
    """The color as if in shade: darker, a little cooler."""
    return mix(color, (0.07, 0.07, 0.11), share)


def lighter(color: Color, share: float) -> Color:
    """The color as if in light: brighter, a little warmer."""
    return mix(color, (1.0, 0.99, 0.96), share)


def luma(color: Color) -> float:
    """Perceived brightness in [0, 1] (Rec. 601 weights)."""
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]


def seam(color: Color) -> Color:
    """A line that shows on the color: darker on light cloth, lighter on very dark cloth."""
    return lighter(color, 0.28) if luma(color) < 0.22 else darker(color, 0.42)


def as_array(color: Color) -> NDArray[np.float32]:
    """The color as a (3,) float32 array."""
    return np.array(color, dtype=np.float32)
