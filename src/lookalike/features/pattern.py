"""Pattern: the encoder's head and the statistics of the cloth, weighed together and calibrated.

Two multinomial logistic regressions.  On a plain background both the head and the texture
speak; before a street or a room, where the texture of a person in a scene is not that of a
cloth, the head alone does, with a weight of its own.  Between the two the answer is a mixture.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from lookalike.domain.arrays import Floats, Pixels
from lookalike.features.texture import STATISTICS, texture

TABLE = "pattern-1.json"
FLOOR = 0.003  # added to a head's probability before its logarithm; as in the fit
MOST_SPREADS = 3.0  # a statistic further from its mean counts as this far; as in the fit
PLAIN, SCENE = 0.5, 1.2  # `clutter`: packshots lie below the first, 3 of 4 street photos above


@dataclass(frozen=True)
class PatternGuess:
    """Class probabilities of a pattern, and what they rest on.

    plainness  1 on a plain background, where the texture is heard, 0 in a scene
    statistics (len(STATISTICS),) of the cloth, or None where too little of it is seen
    """

    probabilities: Floats
    plainness: float
    statistics: Floats | None


def pattern_guess(
    head: Floats, classes: tuple[str, ...], *, pixels: Pixels, small: Pixels, weights: Floats
) -> PatternGuess | None:
    """What the head and the cloth say together; None for a head of other classes than fitted.

    head     (classes,) probabilities
    pixels   (h', w', 3) of the picture, as large as there is
    small    (h, w, 3) of the same picture
    weights  (h, w) in [0, 1], its foreground
    """
    table = _table()
    if classes != table.classes:
        return None
    spoken = np.log(head + np.float32(FLOOR))
    scene = _softmax(spoken @ table.scene_head + table.scene_bias)
    plainness = float(np.clip((SCENE - clutter(small, weights)) / (SCENE - PLAIN), 0, 1))
    seen = texture(pixels, weights) if plainness > 0 else None
    if seen is None:
        return PatternGuess(scene, 0.0, None)
    spread = np.clip((seen - table.mean) / table.spread, -MOST_SPREADS, MOST_SPREADS)
    cloth = _softmax(spoken @ table.cloth_head + spread @ table.cloth_texture + table.cloth_bias)
    mixed = np.float32(plainness) * cloth + np.float32(1 - plainness) * scene
    return PatternGuess(mixed, plainness, seen)


def clutter(pixels: Pixels, weights: Floats) -> float:
    """How busy the surroundings are: log of the mean step in lightness, about 0 on packshots.

    pixels (h, w, 3), weights (h, w)
    """
    gray = pixels.mean(axis=2, dtype=np.float32) * np.float32(1 / 255)
    outside = (weights[1:, 1:] < 0.2) & (weights[:-1, :-1] < 0.2)
    if np.count_nonzero(outside) <= LEAST_OUTSIDE:
        return 0.0
    steps = np.abs(gray[1:, 1:] - gray[:-1, 1:]) + np.abs(gray[1:, 1:] - gray[1:, :-1])
    return float(np.log(steps[outside].mean() + 0.003) + 4.5)


LEAST_OUTSIDE = 50  # pixels; with fewer the surroundings say nothing


@dataclass(frozen=True)
class _Table:
    """The fitted weights (docs/decisions/0013-pattern.md); c classes, s statistics."""

    classes: tuple[str, ...]
    mean: Floats  # (s,)
    spread: Floats  # (s,)
    cloth_head: Floats  # (c, c)
    cloth_texture: Floats  # (s, c)
    cloth_bias: Floats  # (c,)
    scene_head: Floats  # (c, c)
    scene_bias: Floats  # (c,)


@cache
def _table() -> _Table:
    file = resources.files("lookalike") / "models" / TABLE
    stored = json.loads(file.read_text(encoding="utf-8"))
    if tuple(stored["statistics"]) != STATISTICS:
        raise RuntimeError(f"{TABLE} was fitted to other statistics than texture.py measures")
    cloth, scene = stored["cloth"], stored["scene"]
    return _Table(
        tuple(stored["classes"]),
        *(
            np.asarray(values, dtype=np.float32)
            for values in (
                stored["mean"],
                stored["spread"],
                cloth["head"],
                cloth["statistics"],
                cloth["bias"],
                scene["head"],
                scene["bias"],
            )
        ),
    )


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
