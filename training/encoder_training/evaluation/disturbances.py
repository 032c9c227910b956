"""Ways a photo of the same product may differ, and whether it still finds itself."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]  # (224, 224, 3)
Mask = NDArray[np.float32]  # (224, 224) in 0..1
Disturbance = Callable[[Picture, Mask, np.random.RandomState], Picture]

CROP_PX = 179  # 80% of 224
BRIGHTNESS = (0.7, 1.25)
JPEG_QUALITY = 25
SMALL_PX = 64


def cropped(picture: Picture, _: Mask, dice: np.random.RandomState) -> Picture:
    """80% of the side, anywhere."""
    left, top = dice.randint(0, picture.shape[0] - CROP_PX, 2)
    part = Image.fromarray(picture).crop((left, top, left + CROP_PX, top + CROP_PX))
    return _resized(part, picture.shape[0])


def mirrored(picture: Picture, _: Mask, __: np.random.RandomState) -> Picture:
    return picture[:, ::-1]


def relit(picture: Picture, _: Mask, dice: np.random.RandomState) -> Picture:
    """Darker or brighter, clipped."""
    return np.clip(picture.astype(np.float32) * dice.choice(BRIGHTNESS), 0, 255).astype(np.uint8)


def compressed(picture: Picture, _: Mask, __: np.random.RandomState) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return np.asarray(Image.open(buffer).convert("RGB"))


def shrunk(picture: Picture, _: Mask, __: np.random.RandomState) -> Picture:
    """As a thumbnail of 64 pixels, enlarged again."""
    small = Image.fromarray(picture).resize((SMALL_PX, SMALL_PX), Image.Resampling.BILINEAR)
    return _resized(small, picture.shape[0])


def moved(picture: Picture, mask: Mask, dice: np.random.RandomState) -> Picture:
    """On a flat background of a random color."""
    color = dice.randint(0, 255, 3)
    return (picture * mask[..., None] + color * (1 - mask[..., None])).astype(np.uint8)


def all_at_once(picture: Picture, mask: Mask, dice: np.random.RandomState) -> Picture:
    """New background, crop and light together."""
    return relit(cropped(moved(picture, mask, dice), mask, dice), mask, dice)


DISTURBANCES: dict[str, Disturbance] = {
    "crop 80%": cropped,
    "mirror": mirrored,
    "brightness": relit,
    "jpeg 25": compressed,
    "64 px": shrunk,
    "background": moved,
    "all": all_at_once,
}


def found_itself(
    disturbed: NDArray[np.float32], gallery: NDArray[np.float32], rows: NDArray[np.intp]
) -> float:
    """Share of disturbed photos whose nearest in the gallery is the photo they came from.

    disturbed  (q, d), gallery (n, d), both unit length
    rows       (q,) where each original stands in the gallery
    """
    return float(((disturbed @ gallery.T).argmax(axis=1) == rows).mean())


def _resized(image: Image.Image, side: int) -> Picture:
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))
