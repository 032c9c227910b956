"""Which photos go into a batch."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from encoder_training.photo_labels import TRAINING_SOURCES, PhotoLabels
from encoder_training.photos import is_for_calibration

Rows = NDArray[np.intp]

# The shares of a batch and the power were chosen by hand for the shipped encoder, untested one by
# one: the small sources get more than their share of photos, rare types more than theirs.
SHARES = {"catalog": 0.46, "catalog_large": 0.26, "clothing": 0.17, "grocery": 0.11}
LEVELING_POWER = -0.4  # chance of a photo ~ (photos of its type) ** power
GROUP_SIZE = 4
TWIN_CHANCE = 0.4


class BatchSampler:
    """Draws rows of training photos; photos kept for calibration are never drawn.

    first_large  row number of the first large photo
    """

    def __init__(
        self, labels: Sequence[PhotoLabels], first_large: int, rows: np.random.RandomState
    ) -> None:
        self._rows = rows
        self._keys = [_group_key(photo) for photo in labels]
        self.pools = {
            source: np.array(
                [
                    row
                    for row, photo in enumerate(labels)
                    if photo.source == source and not is_for_calibration(photo)
                ],
                np.intp,
            )
            for source in TRAINING_SOURCES
        }
        counts = Counter(photo.types for photo in labels)
        self._cumulated = {}
        self._group: dict[Hashable, Rows] = {}
        for source, pool in self.pools.items():
            weights = np.array([counts[labels[row].types] ** LEVELING_POWER for row in pool])
            self._cumulated[source] = np.cumsum(weights / weights.sum())
            groups: dict[Hashable, list[int]] = {}
            for row in pool:
                groups.setdefault((source, self._keys[row]), []).append(row)
            self._group |= {key: np.array(members) for key, members in groups.items()}
        self._twins = _twins(labels, first_large)

    def draw(self, count: int) -> Rows:
        """About `count` rows: half alone with types leveled, half in groups of four alike.

        The groups make sure that a batch holds pairs of the same type and color group.
        """
        present = {source: share for source, share in SHARES.items() if len(self.pools[source])}
        total = sum(present.values())
        drawn = []
        for source, share in present.items():
            of_source = max(1, round(share / total * count))
            alone = of_source // 2
            drawn.append(self._leveled(source, alone))
            in_groups = of_source - alone
            anchors = self._leveled(source, -(-in_groups // GROUP_SIZE))
            groups = [self._alike(source, row) for row in anchors]
            drawn.append(np.concatenate(groups)[:in_groups])
        return np.concatenate(drawn)

    def second_views(self, rows: Rows) -> Rows:
        """The same products again, sometimes as their photo of the other size."""
        is_twin = self._rows.rand(len(rows)) < TWIN_CHANCE
        return np.where(is_twin, self._twins[rows], rows)

    def _leveled(self, source: str, count: int) -> Rows:
        pool, cumulated = self.pools[source], self._cumulated[source]
        places = np.searchsorted(cumulated, self._rows.rand(count))
        return pool[places.clip(0, len(pool) - 1)]

    def _alike(self, source: str, row: int) -> Rows:
        members = self._group[(source, self._keys[row])]
        chosen: Rows = self._rows.choice(members, GROUP_SIZE)
        return chosen


def _group_key(photo: PhotoLabels) -> Hashable:
    return (photo.types, photo.color_group) if photo.is_from_catalog else photo.label


def _twins(labels: Sequence[PhotoLabels], first_large: int) -> Rows:
    """For each row the row of the same product's photo of the other size, or the row itself."""
    large = {photo.id: row for row, photo in enumerate(labels) if photo.source == "catalog_large"}
    small = {photo.id: row for row, photo in enumerate(labels) if photo.source == "catalog"}
    return np.array(
        [
            (large if row < first_large else small).get(photo.id, row)
            if photo.is_from_catalog
            else row
            for row, photo in enumerate(labels)
        ]
    )
