"""How similar two random products are: the yardstick of every channel."""

import numpy as np

from lookalike.domain.arrays import Doubles, Floats, Integers
from lookalike.domain.calibration import LEAST_SPREAD, Calibration
from lookalike.domain.channels import Layout
from lookalike.domain.design import DESIGN, DesignMetric

PAIRS = 20_000  # the mean is then known to 1/140 of the spread, the spread to 1/200
_CHUNK = 2_048  # pairs at a time


def calibrate(
    rows: Floats,
    product_of_row: Integers,
    layout: Layout,
    *,
    rng: np.random.Generator,
    pairs: int = PAIRS,
    design: DesignMetric | None = None,
) -> Calibration:
    """Mean and standard deviation of every channel's similarity over random pairs of products.

    rows            (count, width) float32, possibly mapped from a file
    product_of_row  (count,) pairs of images of one product are left out
    design          measured beside the channels where it is given

    Drawn with replacement; the same rng state gives the same numbers.  Fewer than two
    products give the neutral calibration, and no spread is below LEAST_SPREAD.
    """
    if len(rows) == 0 or bool(np.all(product_of_row == product_of_row[0])):
        return Calibration.neutral(layout)
    lefts, rights = _different(product_of_row, rng, pairs)
    found = np.concatenate(
        [
            _similarities(rows[lefts[i : i + _CHUNK]], rows[rights[i : i + _CHUNK]], layout, design)
            for i in range(0, pairs, _CHUNK)
        ]
    )
    names = layout.names if design is None else (*layout.names, DESIGN)
    means = found.mean(axis=0).tolist()
    spreads = np.maximum(found.std(axis=0), LEAST_SPREAD).tolist()
    return Calibration(
        dict(zip(names, means, strict=True)), dict(zip(names, spreads, strict=True)), design
    )


def _different(
    product_of_row: Integers, rng: np.random.Generator, pairs: int
) -> tuple[Integers, Integers]:
    """(pairs,) row numbers twice, never of one product: what is drawn wrong is drawn again."""
    count = len(product_of_row)
    lefts, rights = rng.integers(0, count, pairs), rng.integers(0, count, pairs)
    while True:
        same = np.flatnonzero(product_of_row[lefts] == product_of_row[rights])
        if not len(same):
            return lefts, rights
        lefts[same] = rng.integers(0, count, len(same))
        rights[same] = rng.integers(0, count, len(same))


def _similarities(
    lefts: Floats, rights: Floats, layout: Layout, design: DesignMetric | None
) -> Doubles:
    products = np.multiply(lefts, rights, dtype=np.float64)
    found: Doubles = np.add.reduceat(products, layout.starts, axis=1)
    if design is None:
        return found
    alike = np.einsum("ij,ij->i", design.query(lefts, layout), rights)
    return np.concatenate([found, alike[:, np.newaxis]], axis=1)
