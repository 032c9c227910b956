"""Groceries in shop shelves and hands: marcusklasson/GroceryStoreDataset (MIT)."""

import csv
from pathlib import Path

from encoder_training.packs import LARGE_SIDE_PX, Photo
from encoder_training.photo_labels import PhotoLabels, Split
from encoder_training.vocabulary import FOOD_PREFIX, Classes, position

QUALITY = 80
SPLITS: tuple[Split, ...] = ("train", "val", "test")
CATEGORY_OF_FOLDER = {
    "Fruit": "fruit",
    "Vegetables": "vegetables",
    "Packages": "packaged food",
}
# Cartons are mostly paper, but not all packages are cartons.
MATERIAL_OF_FOLDER = {
    "Fruit": ("organic", 1.0),
    "Vegetables": ("organic", 1.0),
    "Packages": ("paper", 0.5),
}


def grocery_classes(folder: Path) -> tuple[list[str], list[str]]:
    """The 43 coarse classes as product types, sorted, and the 81 fine classes in file order."""
    with (folder / "dataset" / "classes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    coarse = sorted({row["Coarse Class Name (str)"] for row in rows})
    return [_food_type(name) for name in coarse], [row["Class Name (str)"] for row in rows]


def grocery_photos(folder: Path, classes: Classes) -> list[Photo]:
    """Photos of train.txt, val.txt and test.txt; a line is `path, fine number, coarse number`."""
    photos = []
    for split in SPLITS:
        listing = (folder / "dataset" / f"{split}.txt").read_text(encoding="utf-8")
        for line in listing.splitlines():
            path, fine, _ = (part.strip() for part in line.split(","))
            photos.append(_photo(folder / "dataset", path, int(fine), classes, split))
    return photos


def _photo(root: Path, path: str, fine: int, classes: Classes, split: Split) -> Photo:
    _, folder, coarse, *_ = path.split("/")  # train/Fruit/Apple/Golden-Delicious/x.jpg
    product_type = _food_type(coarse)
    type_number = position(classes.product_type, product_type)
    material, weight = MATERIAL_OF_FOLDER[folder]
    labels = PhotoLabels(
        source="grocery",
        id=path,
        split=split,
        label=classes.fine[fine],
        types=() if type_number < 0 else (type_number,),
        category=position(classes.category, CATEGORY_OF_FOLDER[folder]),
        fine=fine,
        material=position(classes.material, material),
        material_weight=weight,
    )
    return Photo(
        path=root / path,
        labels=labels,
        side_px=LARGE_SIDE_PX,
        quality=QUALITY,
        evaluation_set="grocery",
        facts={"fine": classes.fine[fine], "coarse": coarse},
    )


def _food_type(coarse: str) -> str:
    return FOOD_PREFIX + coarse.replace("-", " ")
