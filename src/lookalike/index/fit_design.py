"""Fits the design metric of a collection to its own rows; no label is needed."""

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.channels import Layout
from lookalike.domain.design import DesignMetric

MOST_ROWS = 20_000  # read for the fit, evenly over all: more change no figure, and take a second
LEAST_ROWS = 20  # below, nothing can be told apart
COLOR_RIDGE = 100.0  # damping of the colors' part, in rows: 10 finds as many designs
PRIOR_ROWS = 1_500  # rows' worth of "every detail varies alike": 256 finds more designs in a large
# catalog, and takes chance for detail in one of 600 products
FLOOR = 1e-3  # added to every variance, so that noise is not taken for detail: 3e-4 to 3e-3 agree
_CHUNK = 2_048
"""The numbers are from docs/decisions/0040-design.md."""


def fit_design(rows: Floats, layout: Layout) -> DesignMetric | None:
    """The metric of a collection, or None where it has no look and color or too few rows.

    rows  (count, width) float32, possibly mapped from a file

    Equal rows in equal order give equal numbers.  About a second at 20,000 rows.
    """
    if not {"look", "color"} <= set(layout.names) or len(rows) < LEAST_ROWS:
        return None
    count = min(len(rows), MOST_ROWS)
    chosen = np.linspace(0, len(rows) - 1, count).astype(np.int64)
    look = layout.part("look")
    size = look.stop - look.start
    moments = _moments([rows[chosen[i : i + _CHUNK]] for i in range(0, count, _CHUNK)], layout)
    looks, mixed, colors = moments[:size, :size], moments[size:, :size], moments[size:, size:]
    told = np.linalg.solve(colors + COLOR_RIDGE * np.eye(len(colors)), mixed)
    rest = looks - told.T @ mixed - mixed.T @ told + told.T @ colors @ told
    mean = np.trace(rest) / size / count
    variance = (rest + PRIOR_ROWS * mean * np.eye(size)) / (count + PRIOR_ROWS)
    precision = np.linalg.inv(variance + FLOOR * np.eye(size))
    return DesignMetric(told.astype(np.float32), ((precision + precision.T) / 2).astype(np.float32))


def _moments(parts: list[Floats], layout: Layout) -> Doubles:
    """The sum over all rows of the outer product of look and color, laid end to end."""
    total: Doubles | float = 0.0
    for part in parts:
        wide = np.concatenate(
            [part[:, layout.part("look")], part[:, layout.part("color")]], axis=1, dtype=np.float64
        )
        total = total + wide.T @ wide
    return np.asarray(total)
