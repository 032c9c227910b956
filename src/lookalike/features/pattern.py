"""Pattern: a small network on what the encoder's early layers see, and a vote of its own head.

On a plain background the probabilities are calibrated there; before a street or a room classes
have offsets of their own, because a person in a scene has a texture that is no cloth's.  Between
plain and scene the answer is a mixture.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from lookalike.domain.arrays import Floats, Pixels

TABLE = "pattern-2.npz"
HEAD_VOTE = 0.4  # exponent of the head's probabilities; of 0, .3, .4 and .6, see decision 0092
FLOOR = 0.003  # added to a head's probability before its logarithm
MOST_SPREADS = 5.0  # a number further from its mean counts as this far; as in the fit
PLAIN, SCENE = 0.5, 1.2  # `clutter`: packshots lie below the first, 3 of 4 street photos above


@dataclass(frozen=True)
class PatternGuess:
    """Class probabilities of a pattern, and what they rest on.

    plainness  1 on a plain background, 0 in a scene
    """

    probabilities: Floats
    plainness: float


def pattern_guess(
    head: Floats, cloth: Floats | None, classes: tuple[str, ...], *, small: Pixels, weights: Floats
) -> PatternGuess | None:
    """What the cloth is; None for an encoder that shows none, or of other classes than fitted.

    head     (classes,) probabilities of the encoder
    cloth    (c,) of the encoder
    small    (h, w, 3) of the picture
    weights  (h, w) in [0, 1], its foreground
    """
    table = _table()
    if cloth is None or cloth.shape != table.mean.shape or classes != table.classes:
        return None
    scores = table.scores(cloth) + np.float32(HEAD_VOTE) * np.log(head + np.float32(FLOOR))
    plainness = float(np.clip((SCENE - clutter(small, weights)) / (SCENE - PLAIN), 0, 1))
    plain = _softmax(scores / table.temperature[0])
    scene = _softmax((scores + table.offsets) / table.temperature[1])
    mixed = np.float32(plainness) * plain + np.float32(1 - plainness) * scene
    return PatternGuess(mixed, plainness)


def clutter(pixels: Pixels, weights: Floats) -> float:
    """How busy the surroundings are: log of the mean step in lightness, about 0 on packshots.

    pixels (h, w, 3), weights (h, w)
    """
    gray = pixels[..., 0].astype(np.int16) + pixels[..., 1] + pixels[..., 2]
    far = weights < LEAST_WEIGHT
    outside = far[1:, 1:] & far[:-1, :-1]
    count = np.count_nonzero(outside)
    if count <= LEAST_OUTSIDE:
        return 0.0
    corner = gray[1:, 1:]
    steps = np.abs(corner - gray[:-1, 1:]) + np.abs(corner - gray[1:, :-1])
    total = int((steps * outside).sum(dtype=np.int64))
    return float(np.log(total / (count * 3 * 255) + 0.003) + 4.5)


LEAST_WEIGHT = 0.2  # of the foreground; below that a pixel is outside
LEAST_OUTSIDE = 50  # pixels; with fewer the surroundings say nothing


@dataclass(frozen=True)
class _Table:
    """The fitted weights (docs/decisions/0092-pattern-head.md); c inputs, h hidden, p patterns."""

    classes: tuple[str, ...]
    mean: Floats  # (c,)
    spread: Floats  # (c,)
    hidden: Floats  # (c, h)
    hidden_bias: Floats  # (h,)
    last: Floats  # (h, p)
    last_bias: Floats  # (p,)
    offsets: Floats  # (p,) in scenes
    temperature: Floats  # (2,) on a plain background, in scenes

    def scores(self, cloth: Floats) -> Floats:
        spread = np.clip((cloth - self.mean) / self.spread, -MOST_SPREADS, MOST_SPREADS)
        hidden = np.maximum(spread @ self.hidden + self.hidden_bias, 0)
        return np.asarray(hidden @ self.last + self.last_bias, dtype=np.float32)


@cache
def _table() -> _Table:
    file = resources.files("lookalike") / "models" / TABLE
    with file.open("rb") as stream, np.load(stream) as stored:
        names = tuple(stored["classes"].tolist())
        return _Table(names, *(stored[name].astype(np.float32) for name in ARRAYS))


ARRAYS = (
    "mean", "spread", "hidden", "hidden_bias", "last", "last_bias", "offsets", "temperature"
)  # fmt: skip
"""What the table holds beside the names of its classes, in the order of `_Table`."""


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
