"""Photos that shoppers send to search with, kept for an hour."""

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import InvalidInput, NotFound
from lookalike.features.image import decode
from lookalike.features.image_fit import encode_jpeg
from lookalike.features.image_header import image_format
from lookalike.features.pipeline import Extractor
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.sources.protocol import FetchProblem

KEPT_S = 3600
NOT_FOR_BROWSERS = ("TIFF", "BMP")
UPLOAD_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Upload:
    """A kept photo; the id is the SHA-256 of its bytes."""

    upload_id: str
    width_px: int
    height_px: int


def keep_upload(folder: Path, data: bytes, extractor: Extractor) -> Upload:
    """Store a photo, after checking that it is one, and drop those that are too old.

    Raises ImageProblem for what cannot be used.
    """
    decoded = decode(data, limits=extractor.limits, target_px=extractor.encoder.input.size_px)
    upload_id = hashlib.sha256(data).hexdigest()
    folder.mkdir(exist_ok=True)
    part = folder / f"{upload_id}.part"
    part.write_bytes(data)
    part.replace(folder / upload_id)
    _drop_old(folder)
    return Upload(upload_id, decoded.width_px, decoded.height_px)


def uploaded(folder: Path, upload_id: str) -> bytes:
    """The bytes of a kept photo.  Raises NotFound once it is gone."""
    if not UPLOAD_ID.fullmatch(upload_id):
        raise InvalidInput(f"{upload_id[:80]!r} is not an upload id.")
    try:
        return (folder / upload_id).read_bytes()
    except FileNotFoundError:
        raise NotFound(
            f"The upload {upload_id[:12]}... is not here.",
            hint="Uploads are kept for an hour; send the photo again.",
        ) from None


def _drop_old(folder: Path) -> None:
    now = time.time()
    for file in folder.iterdir():
        if now - file.stat().st_mtime > KEPT_S:
            file.unlink(missing_ok=True)


def picture(image_hash: str, tools: Tools) -> tuple[bytes, str]:
    """The bytes of a product's image, read where the merchant keeps it, and their media type.

    Raises NotFound for an unknown hash, or when the file has changed or gone since.
    """
    location = tools.collection.images.location_of(image_hash)
    if location is None:
        raise NotFound(f"No product has the image {image_hash[:64]!r}.")
    try:
        data = tools.images.read(location)
    except FetchProblem as problem:
        raise NotFound(problem.message, hint="Run the index again to notice it.") from problem
    if hashlib.sha256(data).hexdigest() != image_hash:
        raise NotFound(
            f"The image {image_hash[:12]}... has changed since it was indexed.",
            hint="Run the index again.",
        )
    shown = image_format(data)
    if shown in NOT_FOR_BROWSERS:
        return encode_jpeg(decode(data, limits=tools.extractor.limits).pixels), "image/jpeg"
    return data, f"image/{(shown or 'jpeg').lower()}"
