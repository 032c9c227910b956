"""Materials: how a surface answers the light, and the fine grain it shows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lookalike.sample.noise import Field, noise

Grain = Callable[[Field, Field, int], Field]


@dataclass(frozen=True)
class Finish:
    """How a material looks; every number here was chosen by eye.

    contrast  how strongly relief darkens and brightens
    specular  height of the highlight, added as white
    gloss     exponent of the highlight: higher is smaller and harder
    folds     how much of a part's folds the material shows
    rim       brightening toward the edges, as on velvet; negative darkens
    mirror    how much the surface reflects light and dark bands, as metal does
    grain     multiplies the color by a texture around 1
    """

    contrast: float = 0.55
    specular: float = 0.0
    gloss: float = 8.0
    folds: float = 1.0
    rim: float = 0.0
    mirror: float = 0.0
    grain: Grain | None = None


def _weave(u: Field, v: Field, seed: int) -> Field:
    return 1 + 0.05 * (noise(u * 110, v * 110, seed) - 0.5)


def _linen(u: Field, v: Field, seed: int) -> Field:
    slubs = noise(u * 14, v * 170, seed) + noise(u * 170, v * 14, seed + 1)
    return 1 + 0.075 * (slubs - 1)


def _twill(u: Field, v: Field, seed: int) -> Field:
    faded = noise(u * 5, v * 3, seed)
    yarn = noise(u * 160, v * 40, seed + 1)
    diagonal = np.sin((u + v) * 2 * np.pi * 62)
    return np.asarray(0.97 + 0.16 * (faded - 0.45) + 0.12 * (yarn - 0.5) + 0.045 * diagonal)


def _knit(u: Field, v: Field, seed: int) -> Field:
    columns = u * 46
    middle = np.abs(columns - np.floor(columns) - 0.5) * 2
    stitch = np.cos(2 * np.pi * (v * 52 + 0.45 * middle))
    rib = 0.075 * np.cos(2 * np.pi * columns)
    return np.asarray(0.985 + rib + 0.055 * stitch + 0.05 * (noise(u * 60, v * 60, seed) - 0.5))


def _fleece(u: Field, v: Field, seed: int) -> Field:
    return (
        1 + 0.09 * (noise(u * 105, v * 105, seed) - 0.5) + 0.05 * (noise(u * 9, v * 9, seed) - 0.5)
    )


def _velvet(u: Field, v: Field, seed: int) -> Field:
    return 1 + 0.22 * (noise(u * 6, v * 5, seed) - 0.5)


def _hide(u: Field, v: Field, seed: int) -> Field:
    return 1 + 0.07 * (noise(u * 95, v * 95, seed) - 0.5) + 0.06 * (noise(u * 5, v * 5, seed) - 0.5)


def _wood(u: Field, v: Field, seed: int) -> Field:
    bend = 0.9 * noise(u * 1.6, v * 4, seed)
    rings = np.sin(2 * np.pi * (v * 13 + 2.2 * bend + 0.35 * noise(u * 3, v * 22, seed + 1)))
    pores = noise(u * 9, v * 150, seed + 2) - 0.5
    return np.asarray(1 + 0.075 * rings + 0.12 * pores + 0.08 * (bend - 0.45))


def _rattan(u: Field, v: Field, seed: int) -> Field:
    columns, rows = u * 26, v * 40
    over = np.floor(columns) % 2
    strand = np.abs(np.sin(np.pi * (rows + 0.5 * over)))
    return np.asarray(
        0.74
        + 0.34 * strand * (0.6 + 0.4 * np.abs(np.sin(np.pi * columns)))
        + 0.06 * noise(u * 40, v * 40, seed)
    )


def _pile(u: Field, v: Field, seed: int) -> Field:
    return 1 + 0.2 * (noise(u * 120, v * 120, seed) - 0.5)


def _marble(u: Field, v: Field, seed: int) -> Field:
    vein = np.abs(noise(u * 3, v * 4, seed) + 0.3 * noise(u * 11, v * 11, seed + 1) - 0.65)
    return np.asarray(1 - 0.22 * np.clip(1 - vein * 9, 0, 1))


def _brushed(u: Field, v: Field, seed: int) -> Field:
    return 1 + 0.05 * (noise(u * 6, v * 160, seed) - 0.5)


FINISHES: dict[str, Finish] = {
    "cotton": Finish(grain=_weave),
    "linen": Finish(contrast=0.5, grain=_linen),
    "denim": Finish(contrast=0.5, folds=0.7, grain=_twill),
    "knit": Finish(contrast=0.6, folds=0.45, rim=0.06, grain=_knit),
    "wool": Finish(contrast=0.55, folds=0.55, rim=0.05, grain=_fleece),
    "fleece": Finish(contrast=0.6, folds=0.6, rim=0.08, grain=_fleece),
    "satin": Finish(contrast=0.95, specular=0.34, gloss=5, folds=1.6),
    "leather": Finish(contrast=0.75, specular=0.30, gloss=14, folds=0.7, grain=_hide),
    "suede": Finish(contrast=0.5, rim=0.05, folds=0.5, grain=_fleece),
    "canvas": Finish(contrast=0.5, folds=0.4, grain=_linen),
    "synthetic": Finish(contrast=0.75, specular=0.14, gloss=7, folds=1.1),
    "velvet": Finish(contrast=0.85, rim=0.22, folds=0.8, grain=_velvet),
    "pile": Finish(contrast=0.4, grain=_pile),
    "wood": Finish(contrast=0.5, specular=0.06, gloss=10, grain=_wood),
    "rattan": Finish(contrast=0.6, grain=_rattan),
    "metal": Finish(contrast=0.45, specular=0.30, gloss=16, mirror=0.36, grain=_brushed),
    "glass": Finish(contrast=0.5, specular=0.55, gloss=22, rim=0.25),
    "ceramic": Finish(contrast=0.75, specular=0.34, gloss=24),
    "stoneware": Finish(contrast=0.7, specular=0.07, gloss=8, grain=_pile),
    "marble": Finish(contrast=0.5, specular=0.2, gloss=18, grain=_marble),
    "plastic": Finish(contrast=0.65, specular=0.22, gloss=12),
    "rubber": Finish(contrast=0.6, specular=0.05, gloss=6),
    "paper": Finish(contrast=0.35, grain=_weave),
    "plain": Finish(contrast=0.45),
    "ink": Finish(contrast=0.0),
}
