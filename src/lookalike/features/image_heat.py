"""A picture of where two images match: both side by side, the matching parts in warm colors."""

import io

import numpy as np
from PIL import Image
from scipy import ndimage

from lookalike.domain.arrays import Doubles, Pixels
from lookalike.features.heat import Heat
from lookalike.features.image_fit import unpad

SIDE_PX, GAP_PX = 360, 12
FINE = 8  # a patch is drawn in 8 x 8 steps
WARM = np.array([255.0, 70.0, 0.0])
STRONGEST = 0.7  # opacity of the patch that matches most
FADED = 0.35  # how far the rest turns to gray, so that the warm parts stand out


def drawn(
    first: Pixels, second: Pixels, heat: Heat, *, padded: bool, first_patch: float = 0.5
) -> bytes:
    """A PNG file.

    first, second  (h, w, 3) uint8 of the two images
    padded         the encoder's square was padded around the image
    first_patch    where the middle of the first patch lies, in patches
    Both share one scale, so a pale picture matches little.
    """
    most = max(float(heat.first.max()), float(heat.second.max()), 1e-12)
    parts = [
        _warmed(pixels, _moved(patches / most, first_patch - 0.5), padded=padded)
        for pixels, patches in ((first, heat.first), (second, heat.second))
    ]
    sheet = Image.new("RGB", (2 * SIDE_PX + GAP_PX, SIDE_PX), "white")
    for number, part in enumerate(parts):
        left = number * (SIDE_PX + GAP_PX) + (SIDE_PX - part.width) // 2
        sheet.paste(part, (left, (SIDE_PX - part.height) // 2))
    file = io.BytesIO()
    sheet.save(file, "PNG", optimize=True)
    return file.getvalue()


def _moved(patches: Doubles, distance: float) -> Doubles:
    """A finer map, moved down and right by so many patches."""
    fine = np.kron(patches, np.ones((FINE, FINE)))
    fine = ndimage.gaussian_filter(fine, FINE / 2, mode="nearest")
    return np.asarray(ndimage.shift(fine, distance * FINE, order=1, mode="nearest"))


def _warmed(pixels: Pixels, patches: Doubles, *, padded: bool) -> Image.Image:
    picture = Image.fromarray(pixels)
    scale = SIDE_PX / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    colors = np.asarray(picture.resize(size, Image.Resampling.LANCZOS), dtype=np.float64)
    heat = unpad(patches.astype(np.float32), size, padded=padded)[..., np.newaxis]
    gray = colors.mean(axis=2, keepdims=True)
    faded = colors + FADED * (1 - heat) * (gray - colors)
    mixed = faded + STRONGEST * heat * (WARM - faded)
    return Image.fromarray(np.rint(mixed).clip(0, 255).astype(np.uint8))
