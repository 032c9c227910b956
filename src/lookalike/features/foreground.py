"""Foreground: how much every pixel belongs to the product, and how that was found out."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import ndimage

from lookalike.domain.arrays import Booleans, Floats, Integers, Pixels
from lookalike.domain.color import codes, oklab_table
from lookalike.features.skin import without_skin

Source = Literal["alpha", "encoder", "border", "whole"]

LEAST_SHARE, MOST_SHARE = 0.03, 0.97  # METHODS.md: a mask outside this says nothing
PLAIN_SHARE = 0.6  # of the frame within reach of one smooth color; by eye on packshots
SAME, OTHER = 0.03, 0.075  # OKLab distance: surely background, surely not (JPEG noise is ~0.02)
FRAME = 0.03  # of the shorter side
UNSURE, SURE = 0.3, 0.7  # encoder probability: ramp between out and in
SURELY = 0.9  # encoder probability: no shadow is looked for here
MOST_ERASED = 0.35  # of the sure part of a mask; beyond, the product has the background's color
UNCONFIRMED = 0.7  # trust in a border color that no encoder was asked about; by eye
DISPUTED = 0.3  # the same where the encoder's mask said nothing or everything; by eye
FULL, LEAST_FULL = 0.88, 0.75  # share: beyond, the picture is a page, a screen or a close-up;
# clocks and rugs framed tightly reach .74, a drawn page of text has .8 and more
SHADOW_DROP, SHADOW_TINT = 0.25, 0.025  # a shadow is darker by at most this, of the same tint


@dataclass(frozen=True)
class Foreground:
    """Where the product is.

    weights  (h, w) in [0, 1]
    source   which evidence it comes from
    share    mean of the weights
    plain    whether what surrounds it is one smooth color, or was cut away
    trust    in [0, 1], how far its outline can be believed; 0 where the whole picture was taken
    lab      (h, w, 3) OKLab of the picture, as `oklab_table` has it
    """

    weights: Floats
    source: Source
    share: float
    plain: bool
    trust: float
    lab: Floats


def foreground(pixels: Pixels, *, alpha: Floats | None, encoder_mask: Floats | None) -> Foreground:
    """Find the product: by the alpha channel, else the encoder's mask, else the border color.

    pixels        (h, w, 3)
    alpha         (h, w) in [0, 1], or None for an opaque picture
    encoder_mask  (h, w) probability of "product", or None
    A mask that keeps under 3 % or over 97 % of the picture is rejected for the next source.
    """
    cells = codes(pixels)
    lab = oklab_table().take(cells, axis=0)
    if alpha is not None:
        weights = np.clip(alpha, 0, 1).astype(np.float32)
        share = float(weights.mean())
        if LEAST_SHARE <= share <= MOST_SHARE:
            return Foreground(weights, "alpha", share, True, _trust(share, 1.0), lab)
    background, plain = _background(lab)
    difference = lab - background if plain else None
    for source, weights in _candidates(difference, encoder_mask):
        share = float(weights.mean())
        if LEAST_SHARE <= share <= MOST_SHARE:
            believed = 1.0
            if source == "border":
                believed = UNCONFIRMED if encoder_mask is None else DISPUTED
            damped = without_skin(cells, lab, weights).astype(np.float32)
            return Foreground(damped, source, share, plain, _trust(share, believed), lab)
    everything = np.ones(pixels.shape[:2], dtype=np.float32)
    return Foreground(everything, "whole", 1.0, plain, 0.0, lab)


def _trust(share: float, believed: float) -> float:
    return believed * min(max((FULL - share) / (FULL - LEAST_FULL), 0.0), 1.0)


def _candidates(
    difference: Floats | None, encoder_mask: Floats | None
) -> Iterator[tuple[Source, Floats]]:
    """Weights to try in turn; difference: (h, w, 3) to a plain background, None for a busy one."""
    flooded = None if difference is None else _flooded(_length(difference))
    if encoder_mask is not None:
        mask = _ramp(encoder_mask, UNSURE, SURE)
        if difference is not None and flooded is not None:
            sure = encoder_mask > SURELY
            yield "encoder", _refined(mask, flooded, sure=sure, shadow=_shadow(difference))
        yield "encoder", mask
    if flooded is not None:
        yield "border", 1 - flooded


def _refined(mask: Floats, flooded: Floats, *, sure: Booleans, shadow: Booleans) -> Floats:
    """The coarse mask with edges from the background: halo and shadow out, thin parts in."""
    if flooded[sure].sum() > MOST_ERASED * max(int(np.count_nonzero(sure)), 1):
        return mask
    kept = (mask > 0) * (1 - flooded)
    kept[shadow & ~sure] = 0
    return np.asarray(kept, dtype=np.float32)


def _background(lab: Floats) -> tuple[Floats, bool]:
    """A color that changes evenly over the picture, fitted to its frame, and whether it holds.

    Returns (h, w, 3) and True where most of the frame agrees.  Reweighted least squares:
    a product that touches the frame loses its say.
    """
    frame = _frame(*lab.shape[:2])
    target, design = lab.reshape(-1, 3).take(frame.places, axis=0), frame.design
    distance = np.asarray(_length(target - _commonest(target)) / 2, dtype=np.float32)
    for _ in range(3):
        trust = np.exp(np.square(distance) * np.float32(-1 / OTHER**2))
        weighted = design * trust[:, None]
        moments = design.T @ weighted + 1e-3 * np.eye(3, dtype=np.float32)
        fit: Floats = np.linalg.solve(moments, weighted.T @ target).astype(np.float32)
        distance = _length(target - design @ fit)
    plain = np.count_nonzero(distance < OTHER) >= PLAIN_SHARE * len(distance)
    return (frame.whole @ fit).reshape(lab.shape), bool(plain)


@dataclass(frozen=True)
class _Frame:
    """What fitting needs to know of a picture's size; corners count twice.

    places  (count,) numbers of the frame's pixels
    design  (count, 3) float32 of each: one, how far down, how far across, both in [-1, 1]
    whole   (h * w, 3) the same of every pixel
    """

    places: Integers
    design: Floats
    whole: Floats


@lru_cache(maxsize=32)  # a catalog has a handful of sizes; one takes 0.1 MB
def _frame(height: int, width: int) -> _Frame:
    edge = max(1, round(FRAME * min(height, width)))
    numbers = np.arange(height * width).reshape(height, width)
    rows = np.r_[:edge, height - edge : height]
    columns = np.r_[:edge, width - edge : width]
    places = np.concatenate([numbers[rows].ravel(), numbers[:, columns].ravel()])
    down, across = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    whole = np.ones((height * width, 3), dtype=np.float32)
    whole[:, 1], whole[:, 2] = np.repeat(down, width), np.tile(across, height)
    return _Frame(places, whole[places], whole)


def _commonest(colors: Floats) -> Floats:
    """The mean of the fullest coarse cell of (count, 3) OKLab: robust where a mean is not."""
    cells = (np.floor(colors * np.float32(10)).astype(np.int64) + 10) @ np.array([400, 20, 1])
    return np.asarray(colors[cells == np.bincount(cells).argmax()].mean(axis=0))


def _flooded(distance: Floats) -> Floats:
    """(h, w) in [0, 1]: like the background, and joined to the frame by such pixels."""
    joined = _joined_to_frame(distance < OTHER)
    return np.asarray((1 - _ramp(distance, SAME, OTHER)) * joined, dtype=np.float32)


def _joined_to_frame(candidates: Booleans) -> Booleans:
    labels, count = ndimage.label(candidates)
    outer = np.zeros(count + 1, dtype=bool)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outer[side] = True
    outer[0] = False
    return np.asarray(outer[labels])


def _shadow(difference: Floats) -> Booleans:
    """Pixels a shadow could explain: somewhat darker than the background, same tint."""
    drop, red, yellow = (difference[..., part] for part in range(3))
    same_tint = (np.abs(red) < SHADOW_TINT) & (np.abs(yellow) < SHADOW_TINT)
    return np.asarray((drop < 0) & (drop > -SHADOW_DROP) & same_tint)


def _length(difference: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("...c,...c->...", difference, difference)))


def _ramp(values: Floats, low: float, high: float) -> Floats:
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), dtype=np.float32)
