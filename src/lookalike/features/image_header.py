"""What an image file says of itself before a decoder sees it: format, size, turns, cuts."""

import struct
from typing import Literal

Format = Literal["JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"]
FORMATS: tuple[Format, ...] = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")

_STARTS: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
_KNOWN_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\1\0", "ICO"),
    (b"II+\0", "BigTIFF"),
    (b"MM\0+", "BigTIFF"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heif", b"hevc", b"hevx", b"mif1", b"msf1"}

_ORIENTATION_TAG = 0x0112  # EXIF 2.3, section 4.6.4
_SHORT = 3


def image_format(data: bytes) -> Format | None:
    """The format that the content shows, or None when it is none that we decode."""
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "AVIF" if _brands(data) & _AVIF_BRANDS else None


def foreign_format(data: bytes) -> str | None:
    """The name of an image format that we recognize but do not decode, or None."""
    for start, name in _KNOWN_OTHERS:
        if data.startswith(start):
            return name
    if _brands(data) & _HEIF_BRANDS:
        return "HEIC"
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "SVG" if head.startswith((b"<svg", b"<?xml")) and b"<svg" in data[:4096] else None


def _brands(data: bytes) -> set[bytes]:
    """Major and compatible brands of an ISO base media file (ISO/IEC 14496-12, section 4.3)."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    return {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}


def webp_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a WebP canvas, or None when the header is damaged.

    Needed because the decoder allocates its canvas when it opens the file.  RFC 9649, section 2.
    """
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


def jpeg_scans(data: bytes) -> int:
    """An upper bound of the scans in a JPEG file; the marker cannot occur inside coded data."""
    return data.count(b"\xff\xda")


def is_cut_off(data: bytes, image_format: Format) -> bool:
    """The container says that more bytes should follow (JPEG, GIF, BMP, TIFF: never said here)."""
    if image_format == "PNG":
        return b"IEND" not in data[-64:]
    if image_format == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if image_format == "AVIF":
        return _last_box_end(data) > len(data)
    return False


def _last_box_end(data: bytes) -> int:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:  # 0 means "to the end of the file"
            return len(data)
        at += size
    return at


def exif_orientation(exif: bytes) -> int:
    """1 to 8, as EXIF numbers them; 1 (upright) when the block does not say or is damaged."""
    block = exif.removeprefix(b"Exif\0\0")
    order: Literal["<", ">"] = "<" if block[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", block, 4)
        (entries,) = struct.unpack_from(order + "H", block, start)
        for at in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", block, at)
            if tag == _ORIENTATION_TAG:
                return value if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
