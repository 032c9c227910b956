"""Image bytes to pixels, safely: the one place that decodes, and the only owner of Pillow here.

Anything at all may arrive as an image.  Only the formats of `image_header.FORMATS` are opened, by
content; sizes are checked before pixels are allocated; and whatever a decoder makes of hostile
bytes comes out as one `ImageProblem` with a short stable reason.
"""

import io
import threading
import time
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from lookalike.domain.arrays import Pixels
from lookalike.errors import InvalidInput
from lookalike.features import image_header
from lookalike.features.image_color import to_rgb
from lookalike.features.image_header import FORMATS, Format

Reason = Literal[
    "empty",
    "not_an_image",
    "unsupported_format",
    "truncated",
    "corrupt",
    "too_many_bytes",
    "too_many_pixels",
    "too_small",
    "too_slow",
    "placeholder",
]

MIN_SIDE_PX = 8  # below this no pattern or shape is left: tracking pixels and spacers
FLAT_RANGE = 6  # levels of 255: a flat color saved as WebP spreads over 6 at the usual quality
# (up to 16 at quality 30, which passes); a white product on white spans 9 and more by its shadows

_MAX_JPEG_SCANS = 100  # encoders write about 10; each costs a pass over every pixel
_TILE_TAGS = (322, 323)  # TileWidth and TileLength: TIFF 6.0, section 15

_QUIET = threading.Lock()
"""`catch_warnings` swaps process-wide state, so our threads take turns inside it."""


@dataclass(frozen=True)
class ImageLimits:
    """What one image may cost.

    bytes    of the file.  Shops' photos are 20 KB to 5 MB
    pixels   width x height in the header.  64 million hold every phone camera short of the
             100-megapixel modes and bound a decode to about 0.5 GB and a few seconds
    side_px  the longer side; also the limit of WebP and twice that of most cameras
    seconds  checked between blocks of the file for JPEG, PNG, GIF and BMP.  WebP, AVIF and TIFF
             are decoded in one call that cannot be stopped: there the pixel limit is the bound
    """

    bytes: int = 20_000_000
    pixels: int = 64_000_000
    side_px: int = 20_000
    seconds: float = 10.0


class ImageProblem(InvalidInput):
    """An image that cannot be used; `reason` is a stable word that reports and counters keep."""

    code = "invalid_image"

    def __init__(self, reason: Reason, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Decoded:
    """An image, upright, in sRGB.

    pixels     (h, w, 3) uint8; transparent parts lie on white
    alpha      (h, w) uint8, or None when the image is opaque
    width_px, height_px  of the upright original; `pixels` may be a reduced version of it
    """

    pixels: Pixels
    alpha: Pixels | None
    width_px: int
    height_px: int
    format: Format


def decode(data: bytes, *, limits: ImageLimits, target_px: int | None = None) -> Decoded:
    """Decode the first frame of a JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF file.

    target_px  reduce while decoding, by a whole factor, to a longer side of target_px up to twice
               that: a 12-megapixel JPEG is then read in an eighth of the time
    EXIF orientation is applied.  An embedded ICC profile is converted to sRGB when the image is
    RGB or CMYK and the profile is usable, else it is ignored.  16-bit gray keeps its high byte.
    Raises ImageProblem, and nothing else, whatever the bytes are.
    """
    kind = _check_bytes(data, limits)
    source = _Source(data, deadline=time.monotonic() + limits.seconds)
    quiet = kind in ("TIFF", "AVIF") or (kind == "PNG" and b"acTL" in data)
    try:
        with _Silence() if quiet else nullcontext():
            picture = _open(source, kind)
            _check_size(picture.size, limits)
            size = picture.size
            if kind == "TIFF":
                _check_tiles(picture, limits)
            if target_px is not None and kind == "JPEG":
                picture.draft(None, scaled(size, target_px))
            picture.load()
    except ImageProblem:
        raise
    # Decoders raise nearly every exception there is on damaged files (Pillow documents none of
    # them), and this is the border at which hostile bytes become one error of ours.
    except Exception as error:
        raise _damaged(data, kind, error) from error
    try:
        return _finish(picture, kind, size, target_px)
    except ImageProblem:
        raise
    except Exception as error:  # as above: palettes, profiles and modes are hostile bytes too
        raise _damaged(data, kind, error) from error


def _finish(
    picture: Image.Image, kind: Format, size: tuple[int, int], target_px: int | None
) -> Decoded:
    turned = 1
    if kind == "TIFF":  # Pillow turns TIFF itself, and only TIFF
        size = picture.size
    else:
        turned = image_header.exif_orientation(picture.info.get("exif", b""))
    rgb, alpha = to_rgb(picture, long_side_px=target_px)
    if turned > 1:
        rgb = rgb.transpose(_TURNS[turned])
        alpha = alpha.transpose(_TURNS[turned]) if alpha else None
    width, height = size if turned < 5 else size[::-1]
    pixels, opacity = np.asarray(rgb), None if alpha is None else np.asarray(alpha)
    _check_content(pixels, opacity)
    return Decoded(
        pixels=pixels,
        alpha=opacity,
        width_px=width,
        height_px=height,
        format=kind,
    )


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


# --- opening -------------------------------------------------------------------------------------


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Do nothing: the resolution is not needed, and damaged EXIF would print warnings."""


class _Source(io.BytesIO):
    """The file; reading it after the deadline fails, which stops a decoder between blocks."""

    def __init__(self, data: bytes, *, deadline: float) -> None:
        super().__init__(data)
        self._deadline = deadline

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._deadline:
            raise ImageProblem(
                "too_slow",
                "The image takes longer to decode than the limit allows.",
                hint="Export it again as an ordinary JPEG or PNG.",
            )
        return super().read(size)


class _Silence:
    """Swallow Pillow's remarks about odd metadata while a rare format is opened."""

    def __enter__(self) -> None:
        _QUIET.acquire()
        self._caught = warnings.catch_warnings()
        self._caught.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *error: object) -> None:
        self._caught.__exit__(None, None, None)
        _QUIET.release()


# The classes are called directly: `Image.open` would choose by its global registry and warn.
_OPENERS: dict[Format, type[ImageFile.ImageFile]] = {
    "JPEG": _Jpeg,
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}


def _open(source: _Source, kind: Format) -> ImageFile.ImageFile:
    return _OPENERS[kind](source)


def scaled(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    """(width, height) of the same shape with the given longer side, at least 1 pixel each."""
    factor = long_side_px / max(size)
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


# --- checks --------------------------------------------------------------------------------------


def _check_bytes(data: bytes, limits: ImageLimits) -> Format:
    if not data:
        raise ImageProblem("empty", "The image file is empty.")
    if len(data) > limits.bytes:
        raise ImageProblem(
            "too_many_bytes",
            f"The image file has {len(data):,} bytes; at most {limits.bytes:,} are read.",
            hint="Export it smaller: 1,000 pixels on the longer side lose nothing here.",
        )
    kind = image_header.image_format(data)
    if kind is None:
        known = image_header.foreign_format(data)
        if known:
            raise ImageProblem(
                "unsupported_format",
                f"The file is {known}, which is not decoded.",
                hint=f"Convert it to one of {', '.join(FORMATS)}.",
            )
        raise ImageProblem(
            "not_an_image",
            f"The file is not an image; it starts with {data[:12]!r}.",
            hint=f"Give the bytes of one of {', '.join(FORMATS)}.",
        )
    if kind == "WEBP":
        size = image_header.webp_size(data)
        if size is None:
            raise ImageProblem("corrupt", "The WebP header is damaged.", hint=_AGAIN)
        _check_size(size, limits)
    if kind == "JPEG" and image_header.jpeg_scans(data) > _MAX_JPEG_SCANS:
        raise ImageProblem(
            "too_slow",
            f"The JPEG has {image_header.jpeg_scans(data)} scans; at most {_MAX_JPEG_SCANS}.",
            hint="Export it again as an ordinary JPEG.",
        )
    return kind


def _check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    if width * height > limits.pixels or max(size) > limits.side_px:
        raise ImageProblem(
            "too_many_pixels",
            f"The image is {width} x {height}; at most {limits.pixels:,} pixels and "
            f"{limits.side_px:,} a side are decoded.",
            hint="Export it smaller: 1,000 pixels on the longer side lose nothing here.",
        )
    if min(size) < MIN_SIDE_PX:
        raise ImageProblem(
            "too_small",
            f"The image is {width} x {height}; at least {MIN_SIDE_PX} pixels a side are needed.",
            hint="Tracking pixels and spacers look like this; give a photo of the product.",
        )


def _check_tiles(picture: ImageFile.ImageFile, limits: ImageLimits) -> None:
    """A TIFF tile may be declared far larger than the image, and is allocated whole."""
    assert isinstance(picture, TiffImagePlugin.TiffImageFile)
    width, height = (int(picture.tag_v2.get(tag, 1)) for tag in _TILE_TAGS)
    if width * height > limits.pixels:
        raise ImageProblem(
            "too_many_pixels", f"The TIFF has tiles of {width} x {height}.", hint=_AGAIN
        )


def _check_content(pixels: Pixels, alpha: Pixels | None) -> None:
    if alpha is not None:
        if alpha.max() <= FLAT_RANGE:
            raise ImageProblem("placeholder", "The image is transparent everywhere.")
        return  # a plain shape on a transparent ground shows its outline
    if _is_flat(pixels[::_STRIDE, ::_STRIDE]) and _is_flat(pixels):
        color = "#" + "".join(f"{level:02x}" for level in pixels[0, 0].tolist())
        raise ImageProblem(
            "placeholder",
            f"The image is {color} all over and shows nothing.",
            hint="Give a photo of the product.",
        )


_STRIDE = 8  # a real photo is told from a flat one by a 64th of its pixels


def _is_flat(pixels: Pixels) -> bool:
    colors = pixels.reshape(-1, 3)
    return bool((colors.max(axis=0) - colors.min(axis=0) <= FLAT_RANGE).all())


_AGAIN = "Open it in an image editor and export it again."


def _damaged(data: bytes, kind: Format, error: Exception) -> ImageProblem:
    said = str(error).lower()
    if (
        isinstance(error, EOFError)
        or "truncated" in said
        or "end of file" in said
        or image_header.is_cut_off(data, kind)
    ):
        return ImageProblem(
            "truncated",
            f"The {kind} file ends too early, after {len(data):,} bytes.",
            hint="Upload or download it again.",
        )
    return ImageProblem("corrupt", f"The {kind} file is damaged: {error}.", hint=_AGAIN)
