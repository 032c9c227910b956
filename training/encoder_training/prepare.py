"""Reads the data folder into packs, class lists and the list of held-out photos."""

from collections.abc import Sequence
from pathlib import Path

from encoder_training.json_files import read_json, write_json
from encoder_training.packs import Photo, Report, write_packs
from encoder_training.problems import TrainingError
from encoder_training.sources.catalog import (
    catalog_photos,
    product_types,
    read_manifest,
    subcategories,
)
from encoder_training.sources.clothing import clothing_photos
from encoder_training.sources.grocery import grocery_classes, grocery_photos
from encoder_training.sources.outside import outside_photos
from encoder_training.vocabulary import Classes, write_classes

# Colors, patterns and materials are tied to word lists and drawing functions in this package.
REPLACEABLE_CLASSES = ("category", "style", "gender")


def prepare(data: Path, packs: Path, report: Report) -> None:
    """Write packs of every source found under `data`; only the catalogue must be there.

    Cost: about two minutes for 60,000 photos on two cores.
    """
    packs.mkdir(parents=True, exist_ok=True)
    rows = read_manifest(data / "catalog")
    has_clothing = (data / "clothing").is_dir()
    has_grocery = (data / "grocery").is_dir()
    food_types, fine = grocery_classes(data / "grocery") if has_grocery else ([], [])
    classes = Classes(
        product_type=(*product_types(rows), *food_types),
        subcategory=tuple(subcategories(rows)),
        fine=tuple(fine),
        **_replaced_classes(data),
    )
    write_classes(packs, classes)

    photos: list[Photo] = []
    for split in ("train", "val"):
        small, large = catalog_photos(data / "catalog", rows, classes, split)
        photos += small + large
    if has_clothing:
        photos += clothing_photos(data / "clothing", classes)
    if has_grocery:
        photos += grocery_photos(data / "grocery", classes)
    _write_by_source(photos, packs, report)

    outside = _outside_photos(data / "outside", packs, report)
    _write_held_out_list([*photos, *outside], packs)
    if (data / "provenance.json").exists():
        write_json(packs / "provenance.json", read_json(data / "provenance.json"))


def _replaced_classes(data: Path) -> dict[str, tuple[str, ...]]:
    """Class lists of the shop's own in data/classes.json, in lower case as labels are compared."""
    path = data / "classes.json"
    if not path.exists():
        return {}
    own = read_json(path)
    unknown = sorted(set(own) - set(REPLACEABLE_CLASSES))
    if unknown:
        raise TrainingError(
            f"{path} names {', '.join(unknown)}, which cannot be replaced.",
            hint=f"It may hold lists of names for {', '.join(REPLACEABLE_CLASSES)}.",
        )
    return {head: tuple(str(name).lower() for name in names) for head, names in own.items()}


def _write_by_source(photos: Sequence[Photo], packs: Path, report: Report) -> None:
    """SOURCE-train and SOURCE-held packs; held packs carry the split of each photo."""
    for source in dict.fromkeys(photo.labels.source for photo in photos):
        chosen = [photo for photo in photos if photo.labels.source == source]
        for name, is_train in (("train", True), ("held", False)):
            part = [photo for photo in chosen if (photo.labels.split == "train") == is_train]
            write_packs(part, packs, f"{source}-{name}", report)


def _outside_photos(folder: Path, packs: Path, report: Report) -> list[Photo]:
    photos: list[Photo] = []
    for labels_file in sorted(folder.glob("*/labels.csv")):
        part = outside_photos(labels_file.parent)
        write_packs(part, packs, f"outside_{labels_file.parent.name}-held", report)
        photos += part
    return photos


def _write_held_out_list(photos: Sequence[Photo], packs: Path) -> None:
    """held_out.json: {set: [[path, {label name: value}], ...]}, the input of `evaluate`."""
    sets: dict[str, list[list[object]]] = {}
    for photo in photos:
        if photo.labels.split != "train":
            entry: list[object] = [str(photo.path.resolve()), photo.facts]
            sets.setdefault(photo.evaluation_set, []).append(entry)
    write_json(packs / "held_out.json", sets)
