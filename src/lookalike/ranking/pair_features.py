"""What pair maps see of a product: its channel row, its type with backoff, its price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.ranking.pieces import UNKNOWN_CODE, Pieces, code

CHANNEL_SIZES: Mapping[str, float] = {"look": 4.0, "color": 3.0}
"""Root mean square of a channel's part of the features; 1 for the others.  The embedding and the
colors say most of what goes together; chosen once on training looks of an outfit catalog."""

WORD_SIZE = 2.0  # of the entry that says the type, and of those that say its kind and slot
WORD_NAMES = ("category", "kind", "slot", "brand", "gender")
"""Most special first: a type that was in no look still has its kind, and that its slot."""

MOST_WORDS = 512  # of each name, the most frequent; the rest fall back to the next name
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class PairFeatures:
    """How a product becomes numbers: fixed when the maps are fitted, used for every later product.

    mean    (width,) float32 of the channel rows
    scale   (width,) float32 what the centered row is multiplied with
    words   name -> (count,) int64 codes of the words known, ascending
    price   mean and spread of the logarithm of prices; None where no product had one
    """

    mean: Floats
    scale: Floats
    words: Mapping[str, Integers]
    price: tuple[float, float] | None

    @property
    def width(self) -> int:
        """Of a feature row; the last column is 1."""
        return len(self.mean) + sum(len(known) for known in self.words.values()) + 2

    def of(self, pieces: Pieces) -> Floats:
        """(n, width) float32."""
        found = np.zeros((len(pieces), self.width), dtype=np.float32)
        start = len(self.mean)
        found[:, :start] = (pieces.rows - self.mean) * self.scale
        for name, known in self.words.items():
            said = word_codes(pieces, name)
            places = np.searchsorted(known, said)
            hits = np.flatnonzero(np.isin(said, known))
            found[hits, start + places[hits]] = WORD_SIZE
            start += len(known)
        found[:, start] = self._prices(pieces)
        found[:, start + 1] = 1.0
        return found

    def _prices(self, pieces: Pieces) -> Floats:
        if self.price is None:
            return np.zeros(len(pieces), dtype=np.float32)
        mean, spread = self.price
        return np.nan_to_num((_log_prices(pieces) - mean) / spread).astype(np.float32)


def pair_features(pieces: Pieces, layout: Layout) -> PairFeatures:
    """Measure the features on the products of a collection."""
    mean = pieces.rows.mean(axis=0, dtype=np.float64)
    centered = pieces.rows - mean
    scale = np.zeros(layout.width)
    for name in layout.names:
        part = layout.part(name)
        size = float(np.sqrt((centered[:, part] ** 2).sum(axis=1).mean()))
        scale[part] = CHANNEL_SIZES.get(name, 1.0) / size if size > LEAST_SPREAD else 0.0
    logs = _log_prices(pieces)
    known = logs[np.isfinite(logs)]
    spread = float(known.std()) if len(known) else 0.0
    return PairFeatures(
        mean.astype(np.float32),
        scale.astype(np.float32),
        {name: _frequent(word_codes(pieces, name)) for name in WORD_NAMES},
        (float(known.mean()), spread) if spread > LEAST_SPREAD else None,
    )


def word_codes(pieces: Pieces, name: str) -> Integers:
    """(n,) of a word; of the category the product type where the feed has no category."""
    if name == "slot":
        return pieces.slots
    if name == "category":
        words = [one.words.get("category") or one.words.get("product_type") for one in pieces.of]
        return np.array([code(word) for word in words], dtype=np.int64)
    return pieces.codes(name)


def _frequent(codes: Integers) -> Integers:
    known, counts = np.unique(codes[codes != UNKNOWN_CODE], return_counts=True)
    kept = known[np.argsort(-counts, kind="stable")[:MOST_WORDS]]
    return np.sort(kept)


def _log_prices(pieces: Pieces) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(np.where(pieces.prices > 0, pieces.prices, np.nan))


def distinct_looks(looks: Sequence[Integers]) -> list[Integers]:
    """Every look as its different places, those with at least two."""
    found = [np.array(list(dict.fromkeys(look.tolist())), dtype=np.int64) for look in looks]
    return [look for look in found if len(look) > 1]
