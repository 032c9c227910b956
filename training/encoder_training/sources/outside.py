"""Labeled photos unlike the training data, never trained on.

They help to choose how far the tuned weights may move away from ImageNet's: a network that only
gets better at home has moved too far.  The shipped encoder used furniture types and close-ups of
materials here.
"""

import csv
from pathlib import Path

from encoder_training.packs import LARGE_SIDE_PX, Photo
from encoder_training.photo_labels import PhotoLabels

QUALITY = 80


def outside_photos(folder: Path) -> list[Photo]:
    """Photos of one set: labels.csv with the columns image (a path in `folder`) and label."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [_photo(folder, row) for row in rows]


def _photo(folder: Path, row: dict[str, str]) -> Photo:
    labels = PhotoLabels(source="outside", id=row["image"], split="val", label=row["label"])
    return Photo(
        path=folder / row["image"],
        labels=labels,
        side_px=LARGE_SIDE_PX,
        quality=QUALITY,
        evaluation_set=folder.name,
        facts={"label": row["label"]},
    )
