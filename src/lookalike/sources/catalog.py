"""Open whatever holds a catalogue: a folder of images or a file of records."""

import difflib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lookalike.errors import InvalidInput, NotFound
from lookalike.sources import feeds, json_ld
from lookalike.sources.delimited import DelimitedFile, require_rows
from lookalike.sources.encoding import text_encoding
from lookalike.sources.folder import FolderCatalog, catalog_file
from lookalike.sources.json_file import JsonFile
from lookalike.sources.json_ld import JsonLdFile
from lookalike.sources.locations import (
    is_image_name,
    is_object_url,
    is_web_address,
    without_credentials,
)
from lookalike.sources.one_image import OneImage
from lookalike.sources.packed import GZIP, FeedLimits, unpack
from lookalike.sources.parquet_file import ParquetFile
from lookalike.sources.product_search import HEADER, begins_like_one
from lookalike.sources.protocol import CatalogSource, RecordReader
from lookalike.sources.table import Origin, TableCatalog
from lookalike.sources.xml_feed import XmlFeed

DELIMITED = (".csv", ".tsv", ".tab")
JSON = (".jsonl", ".ndjson", ".json", ".jsonld")
SUFFIXES = (*DELIMITED, ".txt", *JSON, ".parquet", ".xml", ".html")
FORMATS = (
    "google", "facebook", "shopify", "woocommerce", "product-search", "agentic", "json-ld", "table",
)  # fmt: skip
"""What `--format` takes.  "table" reads the columns as they are, by no format's rules."""
START_BYTES = 1 << 16

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Save it as CSV and give that."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as CSV and give that."),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first: gunzip FILE."),
    (b"%PDF", "a PDF", "Export the catalogue as CSV."),
    (b"SQLite format 3", "a database", "Export the catalogue as CSV."),
)


def open_source(
    location: str | Path,
    *,
    images_root: str | Path | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    form: str | None = None,
    now: datetime | None = None,
    cache: Path | None = None,
    limits: FeedLimits | None = None,
    multiple_images: bool = True,
) -> CatalogSource:
    """The catalogue at a path, ready to be read; its header and first record are checked.

    location     a file, a folder of images, a folder with a catalogue file and its images, the
                 file:// address of one of them, an http(s) address or a bucket
    images_root  the folder of relative image paths (default: the catalogue file's folder)
    mapping      product field -> column, where guessing fails: {"sku": "Artikel", ...};
                 only `image` may be read from several columns
    form         one of FORMATS; None recognizes it by its content
    cache        the folder that keeps copies of files from elsewhere; without one, only files
                 and folders of this machine are read
    now          the moment at which sale prices are judged; None is this one
    multiple_images  False keeps the first image of a product; in a folder of images every file
                 is then a product
    Raises NotFound for a path that is not there and InvalidInput for a file that cannot
    be a catalogue: wrong format, empty, no column for the sku or the image.
    """
    place = _local(str(location))
    if "://" in place:
        if cache is None or not _is_remote(place):
            raise InvalidInput(
                f"{without_credentials(place)[:80]} is an address that is not read here.",
                hint="Give a file, a folder, an http(s) address or a bucket such as s3://...",
            )
        if is_object_url(place):
            from lookalike.sources.objects import ObjectFolder, catalog_object

            file = catalog_object(place)
            if file is None:
                _require_no_columns(place, mapping or {})
                return ObjectFolder(place, one_image=not multiple_images)
            place = file
        found = _remote(place, cache, limits or FeedLimits(), images_root, mapping or {}, form, now)
        return found if multiple_images else OneImage(found)
    path = Path(place)
    if not _exists(path):
        raise _not_found(path, "catalogue")
    if path.is_dir():
        inside = catalog_file(path)
        if inside is None:
            _require_no_columns(path, mapping or {})
            return FolderCatalog(path, one_image=not multiple_images)
        path = inside
    root = _root(images_root if images_root is not None else path.parent)
    readable = _unpacked(path, cache, limits or FeedLimits()) if cache else path
    reader = _reader(readable, form, now or datetime.now(UTC))
    source = TableCatalog(
        reader, root, mapping=mapping or {}, origin=Origin(str(path), _mark(path))
    )
    return source if multiple_images else OneImage(source)


def _local(location: str) -> str:
    """A file:// address of this machine as its path; other locations as they are."""
    address = urlsplit(location) if "://" in location else None
    if address and address.scheme.casefold() == "file" and address.netloc in ("", "localhost"):
        return unquote(address.path)
    return location


def _require_no_columns(path: Path | str, mapping: Mapping[str, str | Sequence[str]]) -> None:
    """The name of the sku may be told all the same: it is that of the file or folder."""
    if {*mapping} - {"sku"}:
        raise InvalidInput(
            f"{path} is a folder of images, which has no columns to map.",
            hint="Leave the mapping out, or give the catalogue file.",
        )


def _remote(
    location: str,
    cache: Path,
    limits: FeedLimits,
    images_root: str | Path | None,
    mapping: Mapping[str, str | Sequence[str]],
    form: str | None,
    now: datetime | None,
) -> CatalogSource:
    root = str(images_root) if images_root is not None else location.rpartition("/")[0] + "/"
    from lookalike.sources.remote import copied

    copy = copied(location, cache, limits)
    reader = _reader(copy.path, form, now or datetime.now(UTC))
    return TableCatalog(reader, _root(root), mapping=mapping, origin=Origin(location, copy.mark))


def _root(root: str | Path) -> str:
    """The folder or bucket of the images, absolute."""
    if _is_remote(str(root)):
        return str(root)
    if not _exists(Path(root)) or not Path(root).is_dir():
        raise _not_found(Path(root), "folder of images")
    return str(Path(root).resolve())


def _unpacked(path: Path, cache: Path, limits: FeedLimits) -> Path:
    """The file itself, or its content in the cache if it is packed with gzip."""
    with path.open("rb") as file:
        if file.read(2) != GZIP:
            return path
    cache.mkdir(parents=True, exist_ok=True)
    link = cache / f"{path.name}.packed"
    target = cache / path.name.removesuffix(".gz")
    shutil.copyfile(path, link)
    unpack(link, target, max_bytes=limits.bytes)
    link.unlink(missing_ok=True)
    return target


def _mark(path: Path) -> str | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return f"{status.st_size}-{status.st_mtime_ns}"


def _is_remote(location: str) -> bool:
    return is_web_address(location) or is_object_url(location)


def _reader(path: Path, form: str | None, now: datetime) -> RecordReader:
    """The reader of the file, in the rules of a feed format if it has the marks of one."""
    if form is not None and form not in FORMATS:
        near = difflib.get_close_matches(form, FORMATS, n=1)
        raise InvalidInput(
            f'"{form}" is not a catalogue format.',
            hint=(f'Did you mean "{near[0]}"? ' if near else "") + f"One of {', '.join(FORMATS)}.",
        )
    start = _start(path)
    if form == "product-search" or (form is None and begins_like_one(start)):
        reader: RecordReader = DelimitedFile(path, header=HEADER)
    else:
        reader = _file_reader(path, start, form)
    for one in feeds.FORMATS:
        if form == one.name or (form is None and one.fits(reader.columns)):
            return feeds.FeedReader(reader, one, now)
    return reader


def _start(path: Path) -> str:
    """The first characters of a file; empty for one that is not text."""
    if not path.is_file():
        raise InvalidInput(f"{path} is not a regular file.", hint="Give a file or a folder.")
    try:
        with path.open("rb") as file:
            start = file.read(START_BYTES)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).") from None
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return start.decode(encoding, "replace").lstrip("\ufeff \t\r\n")


def _file_reader(path: Path, text: str, form: str | None) -> RecordReader:
    with path.open("rb") as file:
        start = file.read(4096)
    suffix = path.suffix.lower()
    if start.startswith(b"PAR1"):
        return ParquetFile(path)
    for magic, what, hint in _MAGIC:
        if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(magic):
            raise InvalidInput(f"{path} is {what}, not a catalogue this can read.", hint=hint)
    if is_image_name(path.name):
        raise InvalidInput(f"{path} is one image.", hint=f"Give its folder: {path.parent}.")
    if text.startswith("<"):
        return (
            JsonLdFile(path) if form == "json-ld" or json_ld.looks_like_one(text) else XmlFeed(path)
        )
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
        if form == "json-ld" or (form is None and json_ld.looks_like_one(text)):
            return JsonLdFile(path)
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
