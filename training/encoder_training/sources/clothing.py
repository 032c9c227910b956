"""Garments photographed with phones: alexeygrigorev/clothing-dataset (CC0).

images.csv has the columns image and label; validation.txt and test.txt list image ids, one a
line, that are never trained on.
"""

import csv
from pathlib import Path

from encoder_training.packs import LARGE_SIDE_PX, Photo
from encoder_training.photo_labels import PhotoLabels, Split
from encoder_training.problems import TrainingError
from encoder_training.vocabulary import Classes, position

QUALITY = 80

TYPES_OF_LABEL = {  # our product types a label may mean; the loss adds their probabilities
    "T-Shirt": ("Tshirts",),
    "Polo": ("Tshirts",),
    "Undershirt": ("Innerwear Vests", "Camisoles", "Tshirts"),
    "Longsleeve": ("Tshirts", "Sweaters", "Sweatshirts", "Tops"),
    "Hoodie": ("Sweatshirts",),
    "Shirt": ("Shirts",),
    "Blouse": ("Tops", "Shirts"),
    "Top": ("Tops", "Camisoles"),
    "Dress": ("Dresses",),
    "Skirt": ("Skirts",),
    "Shorts": ("Shorts", "Lounge Shorts"),
    "Outwear": ("Jackets", "Rain Jacket", "Sweaters", "Sweatshirts"),
    "Blazer": ("Jackets",),
    "Hat": ("Caps",),
    "Body": (),
    "Pants": (
        "Jeans",
        "Trousers",
        "Track Pants",
        "Leggings",
        "Lounge Pants",
        "Capris",
        "Jeggings",
    ),
    "Shoes": (
        "Casual Shoes",
        "Sports Shoes",
        "Formal Shoes",
        "Heels",
        "Flats",
        "Sandals",
        "Flip Flops",
    ),
}
CATEGORY_OF_LABEL = {"Shoes": "footwear", "Hat": "accessories"}  # all others are apparel


def clothing_photos(folder: Path, classes: Classes) -> list[Photo]:
    """Photos of all three splits whose label is known and whose file is there."""
    split_of: dict[str, Split] = {}
    split_of |= dict.fromkeys(_ids(folder / "validation.txt"), "val")
    split_of |= dict.fromkeys(_ids(folder / "test.txt"), "test")
    with (folder / "images.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in TYPES_OF_LABEL]
    photos = []
    for row in rows:
        path = folder / "images" / f"{row['image']}.jpg"
        if path.exists():
            split = split_of.get(row["image"], "train")
            photos.append(_photo(path, row["image"], row["label"], classes, split))
    return photos


def _photo(path: Path, image_id: str, label: str, classes: Classes, split: Split) -> Photo:
    numbers = [position(classes.product_type, name) for name in TYPES_OF_LABEL[label]]
    category = CATEGORY_OF_LABEL.get(label, "apparel")
    labels = PhotoLabels(
        source="clothing",
        id=image_id,
        split=split,
        label=label,
        types=tuple(number for number in numbers if number >= 0),
        category=position(classes.category, category),
    )
    return Photo(
        path=path,
        labels=labels,
        side_px=LARGE_SIDE_PX,
        quality=QUALITY,
        evaluation_set=f"clothing_{split}",
        facts={"label": label},
    )


def _ids(path: Path) -> list[str]:
    if not path.exists():
        raise TrainingError(
            f"{path} is missing, so nothing would be held out.",
            hint="List the image ids of that split, one a line; training/README.md says which.",
        )
    return path.read_text(encoding="utf-8").split()
