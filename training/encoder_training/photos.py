"""The training photos, their masks and their labels, all in device memory.

Photos lie in two stacks by size, the small ones first: a row number counts through both.  On the
device because decoding and moving them every step would take longer than the step.
"""

import math
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from encoder_training.packs import decode, read_packs
from encoder_training.photo_labels import PhotoLabels
from encoder_training.problems import TrainingError
from encoder_training.vocabulary import Classes

SMALL_SIDE_PX, LARGE_SIDE_PX = 80, 256
SMALL_MASK_PX, LARGE_MASK_PX = 80, 128
LARGE_SOURCES = ("catalog_large", "clothing", "grocery")
# A mask that covers next to nothing or nearly everything is a failure of the teacher.
USABLE_AREA = (0.02, 0.97)
CALIBRATION_SHARE = 40  # one photo in 40 is kept for the temperatures
NAME_SIZE = 128  # of the random vectors that stand for words


@dataclass(frozen=True)
class Stack:
    """Photos of one size: images (n, 3, side, side) uint8, sizes (n, 2) in pixels."""

    images: Tensor
    sizes: Tensor
    labels: list[PhotoLabels]


@dataclass(frozen=True)
class Photos:
    """Everything `fit` knows of the training photos.

    small, large              stacks; rows of `large` start at len(small.labels)
    small_masks, large_masks  (n, side, side) uint8
    is_usable                 (N,) bool: the mask can be trusted
    """

    small: Stack
    large: Stack
    small_masks: Tensor
    large_masks: Tensor
    is_usable: Tensor

    @property
    def first_large(self) -> int:
        return len(self.small.labels)

    @property
    def labels(self) -> list[PhotoLabels]:
        return self.small.labels + self.large.labels

    def large_rows(self, rows: np.random.RandomState, count: int) -> NDArray[np.intp]:
        """`count` rows of large photos, drawn at random."""
        drawn: NDArray[np.intp] = self.first_large + rows.randint(0, len(self.large.labels), count)
        return drawn


def load_stacks(packs: Path, device: torch.device, limit: int | None = None) -> tuple[Stack, Stack]:
    """The small and the large training photos; at most `limit` of each pack."""
    small = _stack(packs, ("catalog",), SMALL_SIDE_PX, device, limit)
    large = _stack(packs, LARGE_SOURCES, LARGE_SIDE_PX, device, limit)
    if not small.labels or not large.labels:
        raise TrainingError(
            f"{packs} holds {len(small.labels)} small and {len(large.labels)} large training"
            " photos, but both are needed.",
            hint="Run prepare on catalogue photos larger than 96 pixels.",
        )
    return small, large


def with_masks(small: Stack, large: Stack, small_masks: Tensor, large_masks: Tensor) -> Photos:
    """Photos that know which of their masks can be trusted."""
    area = torch.cat([_area(small_masks), _area(large_masks)])
    is_usable = (area > USABLE_AREA[0]) & (area < USABLE_AREA[1])
    return Photos(small, large, small_masks, large_masks, is_usable)


@dataclass(frozen=True)
class LabelTable:
    """The labels of N photos as tensors on the device; -1 means unknown.

    types     (N, product types) 1 where a type may be right
    patterns  (N, patterns) likewise
    names     (N, 128) unit length: how alike names are
    others    (N,)
    """

    types: Tensor
    patterns: Tensor
    names: Tensor
    category: Tensor
    subcategory: Tensor
    fine: Tensor
    color: Tensor
    color_group: Tensor
    style: Tensor
    gender: Tensor
    material: Tensor
    material_weight: Tensor
    pattern_weight: Tensor


def label_table(
    labels: Sequence[PhotoLabels], classes: Classes, device: torch.device
) -> LabelTable:
    def column(value: Callable[[PhotoLabels], float], dtype: torch.dtype = torch.long) -> Tensor:
        return torch.tensor([value(photo) for photo in labels], dtype=dtype, device=device)

    types = torch.zeros(len(labels), len(classes.product_type))
    patterns = torch.zeros(len(labels), len(classes.pattern))
    for row, photo in enumerate(labels):
        types[row, list(photo.types)] = 1
        patterns[row, list(photo.patterns)] = 1
    groups = sorted({photo.color_group for photo in labels} - {""})
    group_number = {"": -1} | {group: number for number, group in enumerate(groups)}
    return LabelTable(
        types=types.to(device),
        patterns=patterns.to(device),
        names=torch.from_numpy(name_vectors([photo.name_words for photo in labels])).to(device),
        category=column(lambda photo: photo.category),
        subcategory=column(lambda photo: photo.subcategory),
        fine=column(lambda photo: photo.fine),
        color=column(lambda photo: photo.color),
        color_group=column(lambda photo: group_number[photo.color_group]),
        style=column(lambda photo: photo.style),
        gender=column(lambda photo: photo.gender),
        material=column(lambda photo: photo.material),
        material_weight=column(lambda photo: photo.material_weight, torch.float),
        pattern_weight=column(lambda photo: photo.pattern_weight, torch.float),
    )


def name_vectors(names: Sequence[Sequence[str]], seed: int = 0) -> NDArray[np.float32]:
    """Names as vectors whose dot product estimates the TF-IDF cosine of their words.

    returns  (len(names), 128), unit length, or zero for a name without words

    A random projection: each word gets a Gaussian vector, longer the rarer it is
    (Johnson and Lindenstrauss 1984; inverse document frequency after Spärck Jones 1972).
    """
    frequency = Counter(word for name in names for word in set(name))
    dice = np.random.RandomState(seed)
    vector_of: dict[str, NDArray[np.float32]] = {}
    vectors = np.zeros((len(names), NAME_SIZE), np.float32)
    for row, name in enumerate(names):
        for word in sorted(set(name)):  # sorted: the order of a set changes from run to run
            if word not in vector_of:
                rarity = math.log(len(names) / frequency[word])
                vector_of[word] = dice.randn(NAME_SIZE).astype(np.float32) * rarity
            vectors[row] += vector_of[word]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-6)


def is_for_calibration(photo: PhotoLabels) -> bool:
    """Whether a training photo is left out of training to fit the temperatures.

    By a hash of the id, so that both sizes of one product fall on the same side.
    """
    return zlib.crc32(photo.id.encode()) % CALIBRATION_SHARE == 1


def _stack(
    packs: Path, sources: Sequence[str], side_px: int, device: torch.device, limit: int | None
) -> Stack:
    blobs: list[bytes] = []
    labels: list[PhotoLabels] = []
    for source in sources:
        more_blobs, more_labels = read_packs(packs, f"{source}-train", limit)
        blobs += more_blobs
        labels += more_labels
    images, sizes = decode(blobs, side_px)
    return Stack(torch.from_numpy(images).to(device), torch.from_numpy(sizes).to(device), labels)


def _area(masks: Tensor) -> Tensor:
    return (masks > 127).float().mean((1, 2))
