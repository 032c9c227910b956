"""Pattern: the encoder's head and the statistics of the cloth, weighed together and calibrated.

Three multinomial logistic regressions.  On a plain background both the head and the texture
speak, or the head alone where it is sure: the texture hardly ever changes its mind then, and
costs as much as the rest.  Before a street or a room, where the texture of a person in a scene
is not that of a cloth, the head alone does, with weights of its own.  Between plain and scene
the answer is a mixture.
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
SURE_HEAD = 0.8  # of its probability; the texture then changed the winner in 1 % of 900 pictures
PLAIN, SCENE = 0.5, 1.2  # `clutter`: packshots lie below the first, 3 of 4 street photos above


@dataclass(frozen=True)
class PatternGuess:
    """Class probabilities of a pattern, and what they rest on.

    plainness  1 on a plain background, 0 in a scene
    statistics (len(STATISTICS),) of the cloth; None where the head was sure, before a scene, and
               where too little of the cloth is seen
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
    if plainness == 0:
        return PatternGuess(scene, 0.0, None)
    seen = None if head.max() > SURE_HEAD else texture(small, weights, large=pixels)
    if seen is None:
        plain = _softmax(spoken @ table.plain_head + table.plain_bias)
    else:
        spread = np.clip((seen - table.mean) / table.spread, -MOST_SPREADS, MOST_SPREADS)
        said = spoken @ table.cloth_head + spread @ table.cloth_texture
        plain = _softmax(said + table.cloth_bias)
    mixed = np.float32(plainness) * plain + np.float32(1 - plainness) * scene
    return PatternGuess(mixed, plainness, seen)


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
    """The fitted weights (docs/decisions/0013-pattern.md); c classes, s statistics."""

    classes: tuple[str, ...]
    mean: Floats  # (s,)
    spread: Floats  # (s,)
    cloth_head: Floats  # (c, c)
    cloth_texture: Floats  # (s, c)
    cloth_bias: Floats  # (c,)
    plain_head: Floats  # (c, c)
    plain_bias: Floats  # (c,)
    scene_head: Floats  # (c, c)
    scene_bias: Floats  # (c,)


@cache
def _table() -> _Table:
    file = resources.files("lookalike") / "models" / TABLE
    stored = json.loads(file.read_text(encoding="utf-8"))
    if tuple(stored["statistics"]) != STATISTICS:
        raise RuntimeError(f"{TABLE} was fitted to other statistics than texture.py measures")
    cloth, plain, scene = stored["cloth"], stored["plain"], stored["scene"]
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
                plain["head"],
                plain["bias"],
                scene["head"],
                scene["bias"],
            )
        ),
    )


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
