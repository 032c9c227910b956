"""Where two pictures match: their similarity taken apart, patch by patch, exactly.

The encoder pools its feature map by the generalized mean, f_c = (mean_i a_ic^p)^(1/p), and
compares directions, so the cosine of two pooled pictures is the sum over c of f_c g_c / |f||g|.
Each channel's part is given to the patches of a picture as they took part in its mean,
a_ic^p / sum_j a_jc^p, so the patches of either picture sum to the cosine; nothing is left over.
After Stylianou, Souvenir and Pless, Visualizing Deep Similarity Networks (WACV 2019), who take
average pooling (p = 1) apart so.
"""

from dataclasses import dataclass

import numpy as np

from lookalike.domain.arrays import Doubles, Floats

_LEAST = 1e-6  # activations below are set to it, as the default encoder does before pooling


@dataclass(frozen=True)
class Heat:
    """How much every patch adds to the similarity of two pictures.

    first, second  (rows, columns) float64 over the encoder's square; each sums to `similarity`
    similarity     cosine of the two pooled feature maps, in [0, 1]
    """

    first: Doubles
    second: Doubles
    similarity: float


def heat(first: Floats, second: Floats, *, power: float) -> Heat:
    """Take the similarity of two feature maps apart.

    first, second  (channels, rows, columns), activations of at least 0
    power          the exponent of the generalized mean; 1 is the plain mean
    """
    maps = [np.maximum(one.astype(np.float64), _LEAST) ** power for one in (first, second)]
    pooled = [one.mean(axis=(1, 2)) ** (1 / power) for one in maps]
    units = [one / np.linalg.norm(one) for one in pooled]
    parts = units[0] * units[1]
    shares = [one / one.sum(axis=(1, 2), keepdims=True) for one in maps]
    first_heat, second_heat = (np.einsum("c,cij->ij", parts, one) for one in shares)
    return Heat(np.asarray(first_heat), np.asarray(second_heat), float(parts.sum()))
