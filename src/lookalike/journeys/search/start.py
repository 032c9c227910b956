"""What every search starts from once its anchor is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lookalike.domain.arrays import Floats
from lookalike.domain.filters import Filter
from lookalike.domain.results import Document
from lookalike.domain.steering import KEEP_DESIGN


@dataclass(frozen=True)
class Start:
    """The anchor as a search needs it.

    rows      (count, width) float32, count >= 1
    channels  those that the rows really hold; the others say nothing
    document  what is known of it, shaped as a product; empty for bare numbers.  Of what was
              wished for it holds the wish, so that reasons compare with what was asked
    sku       of the anchor, when it is a product of the collection
    wishes    what should be different from the anchor, by name
    weights   channel -> the weight that the wishes need, where the question gives none
    must      holds for every answer: cheaper than the anchor
    granted   holds for every answer where enough products can: the wished values
    degraded  what was skipped on the way, and why
    parts     (start, weight) of a mix, one row each; `rows` then only measures how alike
              answers are
    """

    rows: Floats
    channels: tuple[str, ...]
    document: Document
    sku: str | None = None
    wishes: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    must: Filter | None = None
    granted: Filter | None = None
    degraded: tuple[str, ...] = ()
    parts: tuple[tuple["Start", float], ...] = ()

    @property
    def skus(self) -> tuple[str, ...]:
        """The products that it starts from: one, those of a mix, or none."""
        own = (self.sku,) if self.sku else ()
        return own + tuple(sku for part, _ in self.parts for sku in part.skus)

    @property
    def design(self) -> Floats | None:
        """The rows whose design is asked for; None where a wish lets it go, or where look or
        color, by which a design is told, are not known."""
        if not {"look", "color"} <= set(self.channels) or not self.wishes.keys() <= KEEP_DESIGN:
            return None
        return self.rows
