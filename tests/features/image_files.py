"""Pictures with known content, and files of them in every format that the decoder reads."""

import io

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 48, 32

# Quadrants: top left red, top right green, bottom left blue, bottom right white.
COLORS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}


def quadrants(width=WIDTH, height=HEIGHT):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = COLORS["red"]
    pixels[: height // 2, width // 2 :] = COLORS["green"]
    pixels[height // 2 :, : width // 2] = COLORS["blue"]
    pixels[height // 2 :, width // 2 :] = COLORS["white"]
    return pixels


def corners(pixels):
    """The colors in the middle of the four quadrants, row by row, as names."""
    height, width = pixels.shape[:2]
    names = []
    for y in (height // 4, height * 3 // 4):
        for x in (width // 4, width * 3 // 4):
            distances = {
                name: np.abs(pixels[y, x].astype(int) - color).sum()
                for name, color in COLORS.items()
            }
            name = min(distances, key=distances.get)
            names.append(name if distances[name] < 60 else str(pixels[y, x].tolist()))
    return names


UPRIGHT = ["red", "green", "blue", "white"]


def saved(picture, file_format, **options):
    file = io.BytesIO()
    if not isinstance(picture, Image.Image):
        picture = Image.fromarray(picture)
    picture.save(file, file_format, **options)
    return file.getvalue()


def one_of_each():
    """(name, file bytes) of the quadrants in every format and in many of their flavors."""
    rgb = Image.fromarray(quadrants())
    return {
        "jpeg": saved(rgb, "JPEG", quality=95, subsampling=0),
        "jpeg progressive": saved(rgb, "JPEG", quality=95, progressive=True, subsampling=0),
        "jpeg cmyk (Adobe, inverted)": saved(rgb.convert("CMYK"), "JPEG", quality=95),
        "png": saved(rgb, "PNG"),
        "png palette": saved(rgb.quantize(8), "PNG"),
        "png rgba": saved(rgb.convert("RGBA"), "PNG"),
        "webp": saved(rgb, "WEBP", quality=95),
        "webp lossless": saved(rgb, "WEBP", lossless=True),
        "webp rgba": saved(_half_transparent(rgb), "WEBP", lossless=True),
        "avif": saved(rgb, "AVIF", quality=95, subsampling="4:4:4"),
        "gif": saved(rgb, "GIF"),
        "gif animated": saved(rgb, "GIF", save_all=True, append_images=[rgb.rotate(180)]),
        "bmp": saved(rgb, "BMP"),
        "bmp palette": saved(rgb.quantize(8), "BMP"),
        "tiff": saved(rgb, "TIFF"),
        "tiff lzw": saved(rgb, "TIFF", compression="tiff_lzw"),
        "tiff deflate": saved(rgb, "TIFF", compression="tiff_adobe_deflate"),
        "tiff jpeg": saved(rgb, "TIFF", compression="jpeg", quality=95),
        "tiff cmyk": saved(rgb.convert("CMYK"), "TIFF"),
    }


def _half_transparent(rgb):
    """The quadrants with the white one cut out: composited on white they look the same."""
    picture = rgb.convert("RGBA")
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[HEIGHT // 2 :, WIDTH // 2 :] = 0
    picture.putalpha(Image.fromarray(alpha))
    return picture
