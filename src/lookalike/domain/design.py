"""The design of a product: what of its look the colors do not explain."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.channels import Layout

DESIGN = "design"
"""The name of the term beside the channels: it has no columns, it reads those of look and color."""


@dataclass(frozen=True)
class DesignMetric:
    """A similarity of looks that does not see color and gives every detail the same weight.

    With r(x) = x_look - x_color @ colors, the similarity of an image to the one asked about is

        s(q, x) = r(q) @ precision @ r(x) / (r(q) @ precision @ r(q))

    so it is 1 for q itself, and linear in x: it is part of a query row, and no index needs to
    know.  Fitted to a collection by `index.fit_design`.

    colors     (color, look) float32, what the color channel tells of the look (least squares)
    precision  (look, look) float32, symmetric: whitening, Jegou and Chum, ECCV 2012, section 3
    """

    colors: Floats
    precision: Floats

    def query(self, rows: Floats, layout: Layout) -> Doubles:
        """(count, width) whose inner product with a row is its similarity; of a look that is
        nothing but its colors, zeros."""
        look = self._residual(rows, layout)
        asked = look @ self._precision
        own = np.sum(asked * look, axis=1, keepdims=True)
        asked /= np.where(own > 0, own, np.inf)
        found = np.zeros(rows.shape, dtype=np.float64)
        found[:, layout.part("look")] = asked
        found[:, layout.part("color")] = -asked @ self._from_colors
        return found

    @cached_property
    def _precision(self) -> Doubles:  # NumPy would convert the whole matrix at every question
        return self.precision.astype(np.float64)

    @cached_property
    def _from_colors(self) -> Doubles:
        return np.ascontiguousarray(self.colors.T.astype(np.float64))

    def _residual(self, rows: Floats, layout: Layout) -> Doubles:
        look, color = rows[:, layout.part("look")], rows[:, layout.part("color")]
        found: Doubles = (look - color @ self.colors).astype(np.float64)
        return found
