"""Calibrated scores: channels made comparable before they are weighed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.channels import Layout
from lookalike.errors import InvalidInput

LEAST_SPREAD = 1e-3
"""Floor of a standard deviation: a channel that says the same of all products must not divide
by zero.  Real channels have .1 to .3; chosen by eye."""


@dataclass(frozen=True)
class Calibration:
    """How similar two random products of a collection are, channel by channel."""

    mean: Mapping[str, float]
    std: Mapping[str, float]

    def __post_init__(self) -> None:
        if self.mean.keys() != self.std.keys():
            raise InvalidInput(
                f"The calibration has means of {sorted(self.mean)} and spreads of "
                f"{sorted(self.std)}; they must be of the same channels."
            )
        for name, spread in self.std.items():
            if not (math.isfinite(self.mean[name]) and math.isfinite(spread) and spread > 0):
                raise InvalidInput(
                    f"The calibration of {name} is {self.mean[name]} +- {spread}; "
                    "it must be finite and spread."
                )

    @classmethod
    def neutral(cls, layout: Layout) -> "Calibration":
        """Mean 0 and spread 1: similarities as they are."""
        return cls(dict.fromkeys(layout.names, 0.0), dict.fromkeys(layout.names, 1.0))

    def to_json(self) -> dict[str, dict[str, float]]:
        return {"mean": dict(self.mean), "std": dict(self.std)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Calibration":
        """Any: the values come from a file and are checked by being used."""
        return cls(
            {str(name): float(value) for name, value in values["mean"].items()},
            {str(name): float(value) for name, value in values["std"].items()},
        )


def calibrated_query(
    row: Floats, weights: Mapping[str, float], calibration: Calibration, layout: Layout
) -> tuple[Floats, Doubles]:
    """The query row and the offsets that make inner products calibrated contributions.

    row      (width,) or (count, width) float32, the anchor's own
    weights  channel -> any finite number; a channel without one has weight 0
    returns  the query, of the shape of `row`, float32; and offsets (channels,) float64

    contribution_c = <query_c, x_c> + offset_c, and the score is their sum:

        score = sum_c w_c (s_c - mean_c) / std_c / Z
        Z     = sum over positive w_c of w_c (1 - mean_c) / std_c

    so a random product scores 0 on average, and when all weights are positive an image scores
    1 against itself.  Where every weight is negative or nothing could be gained (mean 1), Z is
    the sum of |w_c| / std_c instead.
    The query is rounded to float32, which changes a contribution by at most 6e-8 of its size;
    the offsets are not, and the score of a given query is exact.

    Raises InvalidInput for a channel that is not in the layout, a weight that is not finite,
    and when all weights are zero.
    """
    factors = np.array(_factors(weights, calibration, layout), dtype=np.float64)
    means = np.array([calibration.mean.get(name, 0.0) for name in layout.names])
    sizes = [channel.size for channel in layout.channels]
    query = (row * np.repeat(factors, sizes)).astype(np.float32)
    return query, -factors * means


def _factors(weights: Mapping[str, float], calibration: Calibration, layout: Layout) -> list[float]:
    """w_c / std_c / Z of every channel of the layout."""
    for name, weight in weights.items():
        layout.part(name)  # raises InvalidInput for an unknown channel
        if not math.isfinite(weight):
            raise InvalidInput(f"The weight of {name} is {weight}; it must be a finite number.")
    scaled = {
        name: weights.get(name, 0.0) / calibration.std.get(name, 1.0) for name in layout.names
    }
    if not any(scaled.values()):
        raise InvalidInput(
            f"All weights are zero: {dict(weights)}.",
            hint=f"Give at least one of {', '.join(layout.names)} a weight.",
        )
    best = sum(
        value * (1 - calibration.mean.get(name, 0.0)) for name, value in scaled.items() if value > 0
    )
    size = sum(abs(value) for value in scaled.values())
    unit = best if best > LEAST_SPREAD * size else size
    return [scaled[name] / unit for name in layout.names]
