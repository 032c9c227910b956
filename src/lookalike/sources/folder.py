"""A folder of images as a catalogue, without any table."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lookalike.domain.problems import Problem
from lookalike.domain.product import Product
from lookalike.errors import InvalidInput
from lookalike.sources.locations import IMAGE_SUFFIXES, is_image_name
from lookalike.sources.protocol import Record
from lookalike.sources.values import is_clean

MAX_FOLDER_IMAGES = 100
"""A folder with more images is a class of products, not a product; 72 views make a full turn."""
CATALOG_NAMES = re.compile(
    r"(catalog|catalogue|products?|feed|items)\.(csv|tsv|jsonl|ndjson|json|parquet)", re.IGNORECASE
)


class FolderCatalog:
    """A CatalogSource that walks a folder, in natural order (2.jpg before 10.jpg).

    - An image straight in the folder is a product: its name without suffix is the sku.
    - A sub-folder that holds images is a product: its name is the sku, all its images are
      the product's.  The folders between, which hold no images, name its category.
    - Where every file is to be a product (`one_image`), folders are nothing but categories.
    - Hidden files and files that are no images are passed over; links to folders and links
      that leave the folder are problems.
    """

    mapping: Mapping[str, tuple[str, ...]]
    title = ""
    next_change = None
    mark = None

    def __init__(self, root: Path, *, one_image: bool = False) -> None:
        self._one_image = one_image
        self.location = str(root)
        self.images_root = str(root.resolve())
        self.mapping = {"sku": ("file or folder name",), "image": ("file",)}
        _require_images(root)

    def count_hint(self) -> int | None:
        return None

    def records(self) -> Iterator[Record | Problem]:
        for folder, images in self._folders():
            if isinstance(images, Problem):
                yield images
            elif folder == self.images_root or self._one_image:
                parts = Path(folder).relative_to(self.images_root).parts
                category = {"category": " > ".join(parts)} if parts else {}
                for path in images:
                    stem = os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122
                    yield Record(None, path, {"sku": stem, "image": (path,), **category})
            elif len(images) > MAX_FOLDER_IMAGES:
                message = (
                    f"The folder holds {len(images)} images; one product has at most "
                    f"{MAX_FOLDER_IMAGES}. If each file is a product, index this folder itself "
                    "or describe them in a CSV file with the columns sku and image."
                )
                yield Problem(None, None, folder, "many_images", message)
            else:
                parts = Path(folder).relative_to(self.images_root).parts
                values: dict[str, object] = {"sku": parts[-1], "image": tuple(images)}
                if parts[:-1]:
                    values["category"] = " > ".join(parts[:-1])
                yield Record(None, folder, values)

    def products(self) -> Iterator[Product | Problem]:
        return products_of(self.records())

    def _folders(self) -> Iterator[tuple[str, list[str] | Problem]]:
        """Every folder with the paths of its images, and what was passed over with a reason."""
        waiting = [self.images_root]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: natural(entry.name))
            except OSError as error:
                yield folder, _problem(folder, "unreadable", f"cannot be read ({error.strerror})")
                continue
            images, inner = [], []
            for entry in entries:
                if entry.name.startswith((".", "__MACOSX")):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.path)
                elif problem := self._obstacle(entry):
                    yield folder, problem
                elif is_image_name(entry.name):
                    images.append(entry.path)
            if images:
                yield folder, images
            waiting += reversed(inner)

    def _obstacle(self, entry: os.DirEntry[str]) -> Problem | None:
        """Why an entry that is no plain folder is not an image, if that must be told."""
        try:
            if entry.is_symlink() and entry.is_dir():
                return _problem(entry.path, "link_not_followed", "is a link to a folder")
            if not is_image_name(entry.name):
                return None
            if entry.is_symlink():
                target = os.path.realpath(entry.path, strict=True)
                if not target.startswith(os.path.join(self.images_root, "")):  # noqa: PTH118
                    return _problem(entry.path, "outside_root", "is a link that leaves the folder")
            if not entry.is_file():
                return _problem(entry.path, "not_a_file", "is not a regular file")
        except OSError as error:
            return _problem(entry.path, "unreadable", f"cannot be read ({error.strerror})")
        return None


def products_of(records: Iterable[Record | Problem]) -> Iterator[Product | Problem]:
    """What images alone tell of products: the name is the sku, the first of a name counts."""
    places: dict[str, str] = {}
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        sku, images = str(record.values["sku"]).strip(), record.values["image"]
        if sku in places:
            message = f"The sku {sku!r} is already that of {places[sku]}."
            yield Problem(None, sku, record.location, "duplicate_sku", message)
            continue
        category = record.values.get("category")
        try:
            if not is_clean(sku):  # also names that are no text at all
                raise InvalidInput(f"The name {sku[:60]!r} cannot be a sku.")
            product = Product(
                sku=sku,
                category=str(category) if category else None,
                images=images if isinstance(images, tuple) else (),
            )
        except InvalidInput as error:
            yield Problem(None, None, _printable(record.location), "bad_sku", error.message)
            continue
        places[sku] = record.location
        yield product


def catalog_file(root: Path) -> Path | None:
    """The file that describes the images of a folder; None where images lie straight in it."""
    named = catalog_name(os.listdir(root))  # noqa: PTH208
    return root / named if named else None


def catalog_name(names: Iterable[str]) -> str | None:
    """Which of the files of a folder describes its images."""
    found = sorted(names)
    if any(map(is_image_name, found)):
        return None
    return next((name for name in found if CATALOG_NAMES.fullmatch(name)), None)


def _require_images(root: Path) -> None:
    for _, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if any(is_image_name(name) and not name.startswith(".") for name in files):
            return
    raise InvalidInput(
        f"The folder {root} holds no images.",
        hint=f"Images end in one of {' '.join(sorted(IMAGE_SUFFIXES))}.",
    )


def natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """A key that sorts the numbers in a name by their value."""
    pieces = re.split(r"(\d{1,18})", name.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces if p], name


def _problem(path: str, code: str, what: str) -> Problem:
    return Problem(None, None, _printable(path), code, f"{_printable(path)} {what}.")


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()
