"""Which classes count as right for a photo, read from the labels of its set.

Sets are known by name.  Any other set may give columns named like a head ("color", ...), whose
value is a class name or a list of class names that all count as right.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from encoder_training.evaluation.foreign_words import (
    FINGERCAM_PATTERNS,
    FMD_MATERIALS,
    MANGO_COLORS,
    MANGO_TYPES,
)
from encoder_training.name_words import material_of, pattern_of, words
from encoder_training.sources.clothing import TYPES_OF_LABEL
from encoder_training.vocabulary import (
    COLOR_OF_VALUE,
    FOOD_PREFIX,
    HEADS,
    MATERIALS,
    PATTERNS,
)

Labels = Mapping[str, Any]
Truth = dict[str, list[str]]  # figure: class names that count as right

# Weak labels are judged only where a word of the name states them.
SURE_PATTERN, SURE_MATERIAL = 1.0, 0.8
EASY_PATTERNS = {"solid", "graphic"}  # so common that they hide how the others do

RETRIEVAL_COLUMNS = {  # all columns, for sets that are not named here
    "catalog": ("articleType", "baseColour", "usage", "productDisplayName"),
    "catalog_large": ("articleType", "baseColour"),
    "mango": (
        "des_product_family",
        "des_product_category",
        "des_agrup_color_eng",
        "des_fabric",
        "model_id",
    ),
}
# Figures that judge a head under another name than its own.
HEAD_OF_FIGURE = {head: head for head in HEADS} | {"pattern, not solid or graphic": "pattern"}


def retrieval_columns(name: str, labels: Sequence[Labels]) -> dict[str, list[str | None]]:
    """The label columns of a set by which neighbors are judged."""
    columns = RETRIEVAL_COLUMNS.get(name) or tuple(dict.fromkeys(k for row in labels for k in row))
    return {
        column: [_text(row.get(column)) for row in labels]
        for column in columns
        if any(column in row for row in labels)
    }


def truth_numbers(
    name: str, labels: Sequence[Labels], classes: Mapping[str, Sequence[str]]
) -> dict[str, list[list[int]]]:
    """For each figure and photo the numbers of the classes that count as right.

    classes  head: class names in the order of its outputs
    """
    truths = [_truth(name, row) for row in labels]
    return {
        figure: [
            [
                classes[head].index(class_name)
                for class_name in truth.get(figure, [])
                if class_name in classes[head]
            ]
            for truth in truths
        ]
        for figure, head in HEAD_OF_FIGURE.items()
    }


def _truth(name: str, labels: Labels) -> Truth:
    reader = next((read for prefix, read in READERS.items() if name.startswith(prefix)), _direct)
    return reader(labels)


def _direct(labels: Labels) -> Truth:
    return {
        head: [labels[head]] if isinstance(labels[head], str) else list(labels[head])
        for head in HEADS
        if labels.get(head)
    }


def _catalog(labels: Labels) -> Truth:
    name = words(labels.get("productDisplayName", ""))
    product_type, base_color = labels["articleType"], labels.get("baseColour", "")
    category = labels.get("masterCategory", "").lower()
    numbers, pattern_weight = pattern_of(name, product_type, category)
    patterns = [PATTERNS[n] for n in numbers] if pattern_weight >= SURE_PATTERN else []
    material, material_weight = material_of(name, product_type, base_color)
    return {
        "product_type": [product_type],
        "category": [category],
        "color": [COLOR_OF_VALUE.get(base_color.lower(), "")],
        "style": [labels.get("usage", "").lower()],
        "gender": [labels.get("gender", "").lower()],
        "pattern": patterns,
        "pattern, not solid or graphic": [] if set(patterns) & EASY_PATTERNS else patterns,
        "material": [MATERIALS[material]] if material_weight >= SURE_MATERIAL else [],
    }


def _clothing(labels: Labels) -> Truth:
    return {"product_type": list(TYPES_OF_LABEL.get(labels["label"], ()))}


def _grocery(labels: Labels) -> Truth:
    return {"product_type": [FOOD_PREFIX + labels["coarse"].replace("-", " ")]}


def _fingercam(labels: Labels) -> Truth:
    return {"pattern": [FINGERCAM_PATTERNS.get(labels["pattern"], labels["pattern"])]}


def _fmd(labels: Labels) -> Truth:
    return {"material": list(FMD_MATERIALS.get(labels["material"], ()))}


def _mango(labels: Labels) -> Truth:
    color = (labels["des_color_specification_esp"].split() or [""])[0]
    return {
        "color": list(MANGO_COLORS.get(color, ())),
        "product_type": list(MANGO_TYPES.get(labels["des_product_family"], ())),
    }


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)


READERS: dict[str, Callable[[Labels], Truth]] = {
    "catalog": _catalog,
    "clothing": _clothing,
    "grocery": _grocery,
    "fingercam": _fingercam,
    "fmd": _fmd,
    "mango": _mango,
}
