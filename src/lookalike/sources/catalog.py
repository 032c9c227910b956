"""Open whatever holds a catalogue: a folder of images or a file of records."""

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.sources.delimited import DelimitedFile, require_rows
from lookalike.sources.encoding import text_encoding
from lookalike.sources.folder import FolderCatalog, catalog_file
from lookalike.sources.json_file import JsonFile
from lookalike.sources.locations import is_image_name
from lookalike.sources.one_image import OneImage
from lookalike.sources.parquet_file import ParquetFile
from lookalike.sources.protocol import CatalogSource, RecordReader
from lookalike.sources.table import TableCatalog

DELIMITED = (".csv", ".tsv", ".tab")
JSON = (".jsonl", ".ndjson", ".json")
SUFFIXES = (*DELIMITED, ".txt", *JSON, ".parquet")
OBJECT_STORES = ("s3", "gs", "gcs", "az", "abfs", "abfss")

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Save it as CSV and give that."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as CSV and give that."),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first: gunzip FILE."),
    (b"%PDF", "a PDF", "Export the catalogue as CSV."),
    (b"<", "XML or HTML", "Export the catalogue as CSV or JSON Lines."),
    (b"SQLite format 3", "a database", "Export the catalogue as CSV."),
)


def open_source(
    location: str | Path,
    *,
    images_root: str | Path | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    multiple_images: bool = True,
) -> CatalogSource:
    """The catalogue at a path, ready to be read; its header and first record are checked.

    location         a file, a folder of images, a folder with a catalogue file and its images,
                     or the file:// address of one of them
    images_root      the folder of relative image paths (default: the catalogue file's folder)
    mapping          product field -> column, where guessing fails: {"sku": "Artikel", ...};
                     only `image` may be read from several columns
    multiple_images  False keeps the first image of a product; in a folder of images every file
                     is then a product
    Raises NotFound for a path that is not there, Unavailable for an object store, and
    InvalidInput for a file that cannot be a catalogue: wrong format, empty, no column for the
    sku or the image.
    """
    path = _local(str(location))
    if not _exists(path):
        raise _not_found(path, "catalogue")
    if path.is_dir():
        inside = catalog_file(path)
        if inside is None:
            _require_no_columns(path, mapping or {})
            return FolderCatalog(path, one_image=not multiple_images)
        path = inside
    root = Path(images_root) if images_root is not None else path.parent
    if not _exists(root) or not root.is_dir():
        raise _not_found(root, "folder of images")
    source = TableCatalog(_reader(path), str(root.resolve()), mapping=mapping or {})
    return source if multiple_images else OneImage(source)


def _local(location: str) -> Path:
    """The path of a location.  Raises Unavailable or InvalidInput for one of elsewhere."""
    scheme, separator, _ = location.partition("://")
    if not separator:
        return Path(location)
    if scheme.casefold() in OBJECT_STORES:
        raise Unavailable(
            f"{location[:80]} is in an object store, which this version cannot read.",
            hint="Copy it to a folder of this machine and give that, for example with "
            "`aws s3 sync` or `rclone sync`; a second run reads only what changed.",
        )
    address = urlsplit(location)
    if scheme.casefold() == "file" and address.netloc in ("", "localhost"):
        return Path(unquote(address.path))
    raise InvalidInput(
        f"{location[:80]} is an address; a catalogue is read from a file or a folder.",
        hint="Download it first, for example with curl -O.",
    )


def _require_no_columns(path: Path, mapping: Mapping[str, str | Sequence[str]]) -> None:
    """The name of the sku may be told all the same: it is that of the file or folder."""
    if {*mapping} - {"sku"}:
        raise InvalidInput(
            f"{path} is a folder of images, which has no columns to map.",
            hint="Leave the mapping out, or give the catalogue file.",
        )


def _reader(path: Path) -> RecordReader:
    if not path.is_file():
        raise InvalidInput(f"{path} is not a regular file.", hint="Give a file or a folder.")
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).") from None
    suffix = path.suffix.lower()
    if start.startswith(b"PAR1"):
        return ParquetFile(path)
    for magic, what, hint in _MAGIC:
        if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(magic):
            raise InvalidInput(f"{path} is {what}, not a catalogue this can read.", hint=hint)
    if is_image_name(path.name):
        raise InvalidInput(f"{path} is one image.", hint=f"Give its folder: {path.parent}.")
    if suffix not in SUFFIXES:
        raise InvalidInput(
            f'{path} has the suffix "{suffix}", which is not that of a catalogue.',
            hint=f"Rename it to one of {' '.join(SUFFIXES)}.",
        )
    if suffix == ".parquet":
        raise InvalidInput(f"{path} is not Parquet inside.", hint="Export it again.")
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise InvalidInput(f"{path} is empty.", hint="Export the catalogue again.")
    if suffix in JSON or (suffix == ".txt" and _looks_like_json(path)):
        return JsonFile(path)
    reader = DelimitedFile(path)
    require_rows(reader)
    return reader


def _looks_like_json(path: Path) -> bool:
    with path.open(encoding=text_encoding(path).name, errors="replace") as file:
        return file.read(4096).lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long for the system, or with a NUL in it
        return False


def _not_found(path: Path, what: str) -> NotFound:
    try:
        near = difflib.get_close_matches(path.name, os.listdir(path.parent), n=1)  # noqa: PTH208
    except (OSError, ValueError):
        near = []
    hint = f"Did you mean {path.parent / near[0]}?" if near else "Check the path."
    return NotFound(f"There is no {what} at {str(path)[:200]!r}.", hint=hint)
