"""What a query reads: one index, its calibration and its generation, from start to end."""

from dataclasses import dataclass

from lookalike.domain.calibration import Calibration
from lookalike.index.protocol import VectorIndex


@dataclass(frozen=True)
class CatalogView:
    """An immutable state of a collection; a query holds one and takes no lock.

    change  the last change of the database that this view contains
    """

    collection_id: str
    generation: int
    change: int
    index: VectorIndex
    calibration: Calibration
    fingerprint: str
