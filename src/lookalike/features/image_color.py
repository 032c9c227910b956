"""Every pixel mode a file can have, brought to 8-bit sRGB and an alpha plane."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from lookalike.domain.arrays import Pixels

_PROFILE_CACHE = 16  # a catalog holds a handful of profiles; building a transform costs 1 to 40 ms
_MAX_PROFILE_BYTES = 4_000_000  # the largest press profiles in use have 3 MB


def to_rgb(
    picture: Image.Image, *, long_side_px: int | None
) -> tuple[Image.Image, Image.Image | None]:
    """An RGB picture laid on white, and its alpha plane unless it is opaque everywhere.

    long_side_px  reduce by a whole factor to a longer side of at least this
    """
    picture = _eight_bits(picture)
    if long_side_px is not None:
        factor = max(picture.size) // long_side_px
        if factor > 1:
            picture = picture.reduce(min(factor, *picture.size))
    picture = _in_srgb(picture)
    if picture.mode != "RGBA":
        return picture.convert("RGB"), None
    alpha = picture.getchannel("A")
    opaque = picture.convert("RGB")
    if alpha.getextrema()[0] == 255:
        return opaque, None
    white = Image.new("RGB", picture.size, (255, 255, 255))
    white.paste(opaque, mask=alpha)
    return white, alpha


def _eight_bits(picture: Image.Image) -> Image.Image:
    """RGB, RGBA or CMYK."""
    mode = picture.mode
    if mode == "F" or mode.startswith("I"):
        return Image.fromarray(_gray(np.asarray(picture), mode)).convert("RGB")
    if mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        # RGBa and La hold colors multiplied by alpha and convert only to their plain twins.
        plain = {"La": "LA", "RGBa": "RGBA"}.get(mode)
        picture = picture.convert(plain) if plain else picture
        return picture.convert("RGBA")
    return picture if mode in ("RGB", "CMYK") else picture.convert("RGB")


def _gray(values: NDArray[Any], mode: str) -> Pixels:  # Any: integers or floats of every width
    """8 bits from 16 (the high byte), 32 or floating point.

    A 16-bit file means 0..65535.  Wider integers and floats say nothing about their range: within
    0..1 (floats) or 0..255 it is taken as it is, else lowest to highest is stretched over 0..255.
    """
    if mode.startswith("I;16"):
        return (values.astype(np.uint16) >> 8).astype(np.uint8)
    plane = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
    low, high = float(plane.min()), float(plane.max())
    if mode == "F" and low >= 0 and high <= 1:
        plane = plane * 255
    elif low < 0 or high > 255:
        plane = (plane - low) * (255 / (high - low))
    return plane.round().astype(np.uint8)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Convert with the embedded profile; without one, or with a useless one, leave it."""
    profile = picture.info.get("icc_profile")
    if not profile or len(profile) > _MAX_PROFILE_BYTES or picture.mode not in _CMS_MODES:
        return picture
    transform = _transform(bytes(profile), picture.mode)
    return picture if transform is None else transform.apply(picture)


_CMS_MODES = {"RGB": "RGB", "RGBA": "RGBA", "CMYK": "RGB"}  # from, to


@lru_cache(maxsize=_PROFILE_CACHE)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        description = ImageCms.getProfileDescription(source)
        if mode != "CMYK" and description.startswith("sRGB"):
            return None
        return ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            _CMS_MODES[mode],
            # The one-pixel cache of a transform is what keeps it from being shared by threads.
            flags=ImageCms.Flags.NOCACHE,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # a profile for another kind of picture, or a damaged one
