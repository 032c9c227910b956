"""The files of a snapshot: raw little-endian arrays and one manifest, written last.

manifest.json     format, layout, counts, spread, calibration, columns, meta, and of every
                  file its size and, unless it is mapped and large, its CRC-32
rows.f4           (rows, width) float32
codes.u1          (rows, padded width) uint8, the rows as FAISS scans them
steps.f4          (padded width,) float32, what one step of each column of codes is worth
design-*.f4       the design metric of the collection, where it has one
ends.i8           (products,) the row after each product's last
skus.*            texts: .u1 UTF-8 content, .i8 where each text ends
documents.*       texts
column-N.*        values of the N-th column; owners of words; texts of its vocabulary
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import Unavailable

FORMAT = 1
MANIFEST = "manifest.json"
ROWS = "rows.f4"
CODES = "codes.u1"
STEPS = "steps.f4"
ENDS = "ends.i8"
DESIGN_COLORS = "design-colors.f4"
DESIGN_PRECISION = "design-precision.f4"
SKUS = "skus"
DOCUMENTS = "documents"
CONTENT = ".u1"
TEXT_ENDS = ".i8"
UNCHECKED = frozenset((ROWS, CODES, DOCUMENTS + CONTENT))
"""Too large to read at every opening; their sizes are checked."""

TYPES = {"f4": "<f4", "f8": "<f8", "i1": "<i1", "i4": "<i4", "i8": "<i8", "u1": "<u1"}

_REBUILD = "Rebuild it: lookalike index."


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest after its version was checked; Any as JSON is.

    Raises Unavailable when it is missing, damaged or of a later version of the program.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        version = manifest["format"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise damaged(folder, f"{MANIFEST}: {error}") from error
    if version != FORMAT:
        raise Unavailable(
            f"The index in {folder.name} has format {version!r}; this program reads {FORMAT}.",
            hint=f"Use the version that wrote it, or rebuild it with this one: {_REBUILD}",
        )
    return dict(manifest)


def read_array(folder: Path, name: str, manifest: dict[str, Any]) -> NDArray[Any]:
    """One file as a flat array mapped into memory; its type is its suffix (hence Any).

    Raises Unavailable for a file that is missing, has another size or another checksum.
    """
    try:
        expected = manifest["files"][name]
        path = folder / name
        if path.stat().st_size != expected["bytes"]:
            raise damaged(folder, f"{name} has {path.stat().st_size} bytes")
        kind = TYPES[name.rpartition(".")[2]]
        if not expected["bytes"]:
            return np.zeros(0, dtype=kind)
        values = np.asarray(np.memmap(path, dtype=kind, mode="r"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(folder, f"{name}: {error}") from error
    if "crc32" in expected and zlib.crc32(values.view(np.uint8).data) != expected["crc32"]:
        raise damaged(folder, f"{name} has another checksum")
    return values


def write_array(folder: Path, name: str, values: NDArray[Any]) -> None:
    """Write and sync one file; its type is its suffix (hence Any)."""
    with (folder / name).open("wb") as file:
        file.write(np.ascontiguousarray(values, dtype=TYPES[name.rpartition(".")[2]]).data)
        sync(file.fileno())


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Add the files' sizes and checksums, and write it so that it is all there or not at all."""
    files: dict[str, dict[str, int]] = {}
    for path in sorted(folder.iterdir()):
        files[path.name] = {"bytes": path.stat().st_size}
        if path.name not in UNCHECKED:
            files[path.name]["crc32"] = zlib.crc32(path.read_bytes())
    text = json.dumps({"format": FORMAT, **manifest, "files": files}, allow_nan=False)
    replace_text(folder / MANIFEST, text)


def replace_text(path: Path, text: str) -> None:
    """Put a small file in place of another in one step that survives a crash."""
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        sync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a no-op where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        sync(number)
    finally:
        os.close(number)


def sync(number: int) -> None:
    os.fsync(number)


def damaged(folder: Path, why: str) -> Unavailable:
    """The error for a snapshot that cannot be read."""
    return Unavailable(f"The index in {folder.name} is damaged ({why}).", hint=_REBUILD)
