"""Packs: files of a few thousand small WebP photos with their labels.

A pack is an .npz with `blob` (bytes of all photos), `off` (count + 1 offsets into it) and `meta`
(zlib-compressed JSON, one label mapping a photo), so that training opens a dozen files and not
sixty thousand.
"""

import io
import json
import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from encoder_training.photo_labels import PhotoLabels

SHARD_BYTES = 60 << 20  # only keeps single files easy to move; chosen by eye
WEBP_METHOD = 3  # of 0..6, more is slower and smaller; chosen by eye
SMALL_SIDE_PX, SMALL_QUALITY = 96, 90  # holds a 60 by 80 thumbnail without resizing it
LARGE_SIDE_PX = 256  # a little more than the network's 224, so that crops stay sharp

Report = Callable[[str], None]


@dataclass(frozen=True)
class Photo:
    """A photo to be packed: where it lies, what is known, and how small it may become."""

    path: Path
    labels: PhotoLabels
    side_px: int
    quality: int
    evaluation_set: str = ""
    facts: dict[str, str] = field(default_factory=dict)  # the source's own words, for evaluation


def write_packs(photos: Sequence[Photo], folder: Path, name: str, report: Report) -> None:
    """Write `photos` as NAME-0.npz, NAME-1.npz, ...; report what was written and what was not."""
    for stale in _pack_paths(folder, name):
        stale.unlink()
    unreadable: list[Path] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        encoded = zip(pool.map(_shrunk, photos), photos, strict=True)
        for number, shard in enumerate(_shards(encoded, unreadable)):
            _write_pack(folder / f"{name}-{number}.npz", shard)
            size = sum(len(blob) for blob, _ in shard) / 2**20
            report(f"{name}-{number}: {len(shard)} photos, {size:.1f} MiB")
    if unreadable:
        first = ", ".join(str(path) for path in unreadable[:3])
        report(f"{name}: left out {len(unreadable)} missing or unreadable photos, first {first}")


def read_packs(
    folder: Path, name: str, limit: int | None = None
) -> tuple[list[bytes], list[PhotoLabels]]:
    """Photos and labels of all packs NAME-*.npz in order; at most `limit` of each pack."""
    blobs: list[bytes] = []
    labels: list[PhotoLabels] = []
    for path in _pack_paths(folder, name):
        with np.load(path) as pack:
            blob, offsets = pack["blob"], pack["off"]
            mappings = json.loads(zlib.decompress(pack["meta"].tobytes()))[:limit]
        labels += [PhotoLabels.from_mapping(mapping) for mapping in mappings]
        blobs += [blob[offsets[i] : offsets[i + 1]].tobytes() for i in range(len(mappings))]
    return blobs, labels


def decode(blobs: Sequence[bytes], side_px: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Photos as arrays, centered on white squares.

    returns  (count, 3, side_px, side_px) uint8 RGB, and the size (width, height) in pixels that
             each photo takes up in its square, (count, 2)
    """
    images = np.full((len(blobs), 3, side_px, side_px), 255, np.uint8)
    sizes = np.zeros((len(blobs), 2), np.float32)

    def place(row: int) -> None:
        image = Image.open(io.BytesIO(blobs[row])).convert("RGB")
        width, height = _fitted(image.size, side_px)
        if (width, height) != image.size:
            image = image.resize((width, height), Image.Resampling.BICUBIC)
        top, left = (side_px - height) // 2, (side_px - width) // 2
        pixels = np.asarray(image).transpose(2, 0, 1)
        images[row, :, top : top + height, left : left + width] = pixels
        sizes[row] = width, height

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(place, range(len(blobs))))
    return images, sizes


def _pack_paths(folder: Path, name: str) -> list[Path]:
    paths = folder.glob(f"{name}-*.npz")
    return sorted(paths, key=lambda path: int(path.stem.rpartition("-")[2]))


def _fitted(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    width, height = size
    factor = side_px / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _shrunk(photo: Photo) -> bytes | None:
    """WebP bytes no longer than `side_px` on a side, or None when the file cannot be read."""
    side = photo.side_px
    try:
        image = Image.open(photo.path)
        image.draft("RGB", (side, side))  # a JPEG then decodes at a fraction of its size
        image = image.convert("RGB")
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for files it cannot read
        return None
    if max(image.size) > side:
        image = image.resize(_fitted(image.size, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=photo.quality, method=WEBP_METHOD)
    return buffer.getvalue()


def _shards(
    encoded: Iterable[tuple[bytes | None, Photo]], unreadable: list[Path]
) -> Iterable[list[tuple[bytes, PhotoLabels]]]:
    """Runs of photos of at most SHARD_BYTES; notes the paths of those without bytes."""
    shard: list[tuple[bytes, PhotoLabels]] = []
    size = 0
    for blob, photo in encoded:
        if blob is None:
            unreadable.append(photo.path)
            continue
        if shard and size + len(blob) > SHARD_BYTES:
            yield shard
            shard, size = [], 0
        shard.append((blob, photo.labels))
        size += len(blob)
    if shard:
        yield shard


def _write_pack(path: Path, shard: Sequence[tuple[bytes, PhotoLabels]]) -> None:
    offsets = np.cumsum([0] + [len(blob) for blob, _ in shard])
    meta = zlib.compress(json.dumps([labels.to_mapping() for _, labels in shard]).encode())
    np.savez(
        path,
        blob=np.frombuffer(b"".join(blob for blob, _ in shard), np.uint8),
        off=offsets,
        meta=np.frombuffer(meta, np.uint8),
    )
