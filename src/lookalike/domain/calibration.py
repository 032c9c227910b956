"""Calibrated scores: channels made comparable before they are weighed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.channels import Layout
from lookalike.domain.design import DESIGN, DesignMetric
from lookalike.errors import InvalidInput

LEAST_SPREAD = 1e-3
"""Floor of a standard deviation: a channel that says the same of all products must not divide
by zero.  Real channels have .1 to .3; chosen by eye."""


@dataclass(frozen=True)
class Calibration:
    """How similar two random products of a collection are, channel by channel.

    design  the metric of the term of that name, where the collection has one; `mean` and `std`
            then hold its similarity too
    """

    mean: Mapping[str, float]
    std: Mapping[str, float]
    design: DesignMetric | None = field(default=None, compare=False)

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
    def from_json(
        cls, values: Mapping[str, Any], *, design: DesignMetric | None = None
    ) -> "Calibration":
        """Any: the values come from a file and are checked by being used."""
        return cls(
            {str(name): float(value) for name, value in values["mean"].items()},
            {str(name): float(value) for name, value in values["std"].items()},
            design,
        )

    def terms(self, layout: Layout) -> tuple[str, ...]:
        """What a score is the sum of: the channels, and the design where there is a metric."""
        return layout.names if self.design is None else (*layout.names, DESIGN)


class CalibratedQuery(NamedTuple):
    """Query rows whose inner products, with the offsets, are calibrated contributions.

    rows     float32, of the shape of the rows asked with
    offsets  (terms,) float64, the constant part of each term's contribution
    design   float64, like `rows`: the part of them that asks for the design; None without one
    """

    rows: Floats
    offsets: Doubles
    design: Doubles | None = None


def calibrated_query(
    row: Floats,
    weights: Mapping[str, float],
    calibration: Calibration,
    layout: Layout,
    *,
    design: Floats | None = None,
) -> CalibratedQuery:
    """The query row and the offsets that make inner products calibrated contributions.

    row      (width,) or (count, width) float32, the anchor's own
    weights  term -> any finite number; a term without one has weight 0
    design   (count, width) the rows whose design is asked for; without them that term is left
             out, whatever its weight

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
    terms = calibration.terms(layout)
    left_out = DESIGN if design is None or calibration.design is None else None
    asked = {name: weight for name, weight in weights.items() if name != left_out}
    factors = np.array(_factors(asked, calibration, layout, terms), dtype=np.float64)
    means = np.array([calibration.mean.get(name, 0.0) for name in terms])
    sizes = [channel.size for channel in layout.channels]
    query = (row * np.repeat(factors[: len(sizes)], sizes)).astype(np.float32)
    if design is None or calibration.design is None or not factors[-1]:
        return CalibratedQuery(query, -factors * means)
    whole = (query + calibration.design.query(design, layout) * factors[-1]).astype(np.float32)
    return CalibratedQuery(whole, -factors * means, whole.astype(np.float64) - query)


def _factors(
    weights: Mapping[str, float], calibration: Calibration, layout: Layout, terms: tuple[str, ...]
) -> list[float]:
    """w_c / std_c / Z of every term."""
    for name, weight in weights.items():
        if name not in terms:
            layout.part(name)  # raises InvalidInput
        if not math.isfinite(weight):
            raise InvalidInput(f"The weight of {name} is {weight}; it must be a finite number.")
    scaled = {name: weights.get(name, 0.0) / calibration.std.get(name, 1.0) for name in terms}
    if not any(scaled.values()):
        raise InvalidInput(
            f"All weights are zero: {dict(weights)}.",
            hint=f"Give at least one of {', '.join(terms)} a weight.",
        )
    best = sum(
        value * (1 - calibration.mean.get(name, 0.0)) for name, value in scaled.items() if value > 0
    )
    size = sum(abs(value) for value in scaled.values())
    unit = best if best > LEAST_SPREAD * size else size
    return [scaled[name] / unit for name in terms]
