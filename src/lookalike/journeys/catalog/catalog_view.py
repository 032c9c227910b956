"""What a query reads: one index, its calibration and its generation, from start to end."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lookalike.domain.calibration import Calibration
from lookalike.errors import Conflict
from lookalike.index.protocol import VectorIndex


@dataclass(frozen=True)
class CatalogView:
    """An immutable state of a collection; a query holds one and takes no lock.

    change    the last change of the database that this view contains
    followed  how often products that lie beside the generation were added, changed or removed
    touched   sku -> `change` of the first view that showed it as it is now, of all that changed
              since the generation was built, if only in price or stock
    encoder   what its rows were made with, as settings spell it; "" where it does not say
    """

    collection_id: str
    generation: int
    change: int
    index: VectorIndex
    calibration: Calibration
    fingerprint: str
    followed: int = 0
    touched: Mapping[str, int] = field(default_factory=dict)
    encoder: str = ""

    def require(self, fingerprint: str) -> None:
        """Raises Conflict unless the rows were made by this extractor: rows of two extractors
        have nothing to say to each other."""
        if fingerprint != self.fingerprint:
            raise Conflict(
                f'The collection "{self.collection_id}" was indexed with another encoder '
                f"({self.fingerprint}, now {fingerprint}).",
                hint="Run the index again, or start with the encoder it was made with.",
            )
