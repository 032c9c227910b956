"""A shop's catalogue: manifest.csv and one photo a product.

The columns are those of Kaggle's Fashion Product Images (Small), so that set needs no conversion;
bring your own catalogue by writing the same columns.
"""

import csv
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from encoder_training.name_words import material_of, pattern_of, words
from encoder_training.packs import LARGE_SIDE_PX, SMALL_QUALITY, SMALL_SIDE_PX, Photo
from encoder_training.photo_labels import PhotoLabels, Source, Split
from encoder_training.problems import TrainingError
from encoder_training.vocabulary import COLOR_OF_VALUE, COLOR_WORDS, Classes, position

REQUIRED_COLUMNS = ("id", "articleType")
FACT_COLUMNS = (
    "id",
    "articleType",
    "masterCategory",
    "baseColour",
    "usage",
    "gender",
    "productDisplayName",
)
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
HELD_OUT_DIGIT = 7  # ids ending in it are never trained on, about one in ten
MIN_PHOTOS_OF_TYPE = 18  # fewer training photos make no class; chosen by eye, untested
NOT_A_TYPE = ("Free Gifts",)  # says how a thing is sold, not what it is
LARGE_QUALITY = 82

Row = dict[str, str]


def read_manifest(folder: Path) -> list[Row]:
    """Rows of manifest.csv; raises when the required columns are not there."""
    path = folder / "manifest.csv"
    if not path.exists():
        raise TrainingError(f"{path} is missing.", hint="training/README.md shows the layout.")
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [c for c in REQUIRED_COLUMNS if c not in (reader.fieldnames or ())]
        if missing:
            raise TrainingError(
                f"{path} has no column {', '.join(missing)}.",
                hint=f"Its columns are {', '.join(reader.fieldnames or ())}.",
            )
        return list(reader)


def is_held_out(product_id: str) -> bool:
    """Whether a product is never trained on: ids ending in 7, or a hash if ids are not numbers."""
    if product_id.isdecimal():
        return int(product_id) % 10 == HELD_OUT_DIGIT
    return zlib.crc32(product_id.encode()) % 10 == HELD_OUT_DIGIT


def product_types(rows: Iterable[Row]) -> list[str]:
    """Article types with enough training photos to become a class, sorted."""
    counts = Counter(row["articleType"] for row in rows if not is_held_out(row["id"]))
    return sorted(
        name
        for name, count in counts.items()
        if count >= MIN_PHOTOS_OF_TYPE and name not in NOT_A_TYPE
    )


def subcategories(rows: Iterable[Row]) -> list[str]:
    return sorted({row["subCategory"] for row in rows if row.get("subCategory")})


def catalog_photos(
    folder: Path, rows: Iterable[Row], classes: Classes, split: Split
) -> tuple[list[Photo], list[Photo]]:
    """Every product of the split as a small photo, and again as a large one where that exists.

    A large photo is large/<id>.jpg, or images/<id>.jpg itself when it is larger than a thumbnail.
    """
    small, large = [], []
    for row in rows:
        if is_held_out(row["id"]) != (split != "train"):
            continue
        path = _image(folder / "images", row["id"])
        small.append(_photo(row, path, "catalog", classes, split))
        larger = _image(folder / "large", row["id"])
        if not larger.exists() and _is_larger_than_thumbnail(path):
            larger = path
        if larger.exists():
            large.append(_photo(row, larger, "catalog_large", classes, split))
    return small, large


def _photo(row: Row, path: Path, source: Source, classes: Classes, split: Split) -> Photo:
    is_large = source == "catalog_large"
    return Photo(
        path=path,
        labels=_labels(row, source, classes, split),
        side_px=LARGE_SIDE_PX if is_large else SMALL_SIDE_PX,
        quality=LARGE_QUALITY if is_large else SMALL_QUALITY,
        evaluation_set=source,
        facts={column: row[column] for column in FACT_COLUMNS if column in row},
    )


def _labels(row: Row, source: Source, classes: Classes, split: Split) -> PhotoLabels:
    name = words(row.get("productDisplayName", ""))
    product_type = row["articleType"]
    category = row.get("masterCategory", "").lower()
    base_color = row.get("baseColour", "")
    patterns, pattern_weight = pattern_of(name, product_type, category)
    material, material_weight = material_of(name, product_type, base_color)
    type_number = position(classes.product_type, product_type)
    return PhotoLabels(
        source=source,
        id=row["id"],
        split=split,
        types=() if type_number < 0 else (type_number,),
        category=position(classes.category, category),
        subcategory=position(classes.subcategory, row.get("subCategory", "")),
        color=position(classes.color, COLOR_OF_VALUE.get(base_color.lower(), "")),
        color_group=row.get("colorgroup", ""),
        style=position(classes.style, row.get("usage", "").lower()),
        gender=position(classes.gender, row.get("gender", "").lower()),
        patterns=tuple(patterns),
        pattern_weight=pattern_weight,
        material=material,
        material_weight=material_weight,
        name_words=tuple(word for word in name if word not in COLOR_WORDS and len(word) > 1),
    )


def _image(folder: Path, product_id: str) -> Path:
    candidates = [folder / f"{product_id}{suffix}" for suffix in SUFFIXES]
    return next((path for path in candidates if path.exists()), candidates[0])


def _is_larger_than_thumbnail(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            return max(image.size) > SMALL_SIDE_PX
    except (OSError, SyntaxError, ValueError):
        return False
