"""The first stage of a search: the best rows by a quick score whose error is bounded.

Both scans hold what an exact search needs: scores s' with |s' - s| <= error(query), where s
is the score of `score.py`.  Let q be the query, x a row, x' the row as the scan keeps it
(each column in 255 steps, or x itself) and q_c, x_c their channels.  Then

    |s' - s| <= |sum' q x' - <q, x'>|  +  |<q, x' - x>|
             <= g * sum_c |q_c| |x'_c| +  sum_c |q_c| |x'_c - x_c|        (Cauchy-Schwarz)

with g = n u / (1 - n u), u = 2^-24, the error of a float32 inner product of n - 1 terms in any
order of summation (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., eq. 3.5);
one rounding more, because a column's step multiplies the query.
The largest |x'_c| and |x'_c - x_c| over the rows are measured once, when the rows are rounded,
so subnormal numbers need no term of their own.  On 40,000 fashion products the bound is 0.017 on
scores up to 1, and 90 rows in the median (151 at most) lie close enough to the 49th best to need
an exact score.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout
from lookalike.errors import Unavailable

Codes = NDArray[np.uint8]

LANES = 16  # FAISS scans widths that are a multiple of 16 in registers, and others 15 times slower
_UNIT = 2.0**-24  # half the spacing of float32 at 1
_SLACK = 1 + 2.0**-20  # covers the float64 rounding of the bound and of the scores themselves
_UNDERFLOW = 2.0**-126  # a float32 product below this may vanish
_CHUNK = 4_096  # rows measured at a time


@dataclass(frozen=True)
class Spread:
    """How far rows are from what a scan keeps of them.

    norms      (channels,) float64, the largest length of a kept row's channel
    residuals  (channels,) float64, the largest length of the difference to the row
    """

    norms: Doubles
    residuals: Doubles

    def error(self, query: Floats, layout: Layout) -> float:
        """The bound of the module's first lines; infinite where float32 might overflow."""
        squares = np.square(query, dtype=np.float64)
        lengths = np.sqrt(np.add.reduceat(squares, layout.starts))
        terms = (layout.width + 1) * _UNIT
        rounding = terms / (1 - terms)
        size = float(lengths @ self.norms)
        if not size < float(np.finfo(np.float32).max) / 2:
            return float("inf")
        bound = rounding * size + float(lengths @ self.residuals)
        return bound * _SLACK + layout.width * _UNDERFLOW


class Scan(Protocol):
    """The rows of one segment, ready to be scored quickly."""

    @property
    def spread(self) -> Spread: ...

    def top(
        self, query: Floats, count: int, *, allowed: Booleans | None
    ) -> tuple[Integers, Doubles]:
        """The `count` best allowed rows by the quick score, best first: (rows, scores).

        Fewer only when fewer are allowed.  query (width,) float32, allowed (rows,)
        """
        ...


class ByteScan:
    """Rows in one byte a column, scanned by FAISS: a quarter of the memory of float32 to read.

    codes  (rows, padded width) uint8, possibly mapped from a file; it is not copied
    steps  (padded width,) float32; a code k stands for (k - 128) * step
    """

    def __init__(self, codes: Codes, steps: Floats, spread: Spread) -> None:
        count, width = codes.shape
        self.spread = spread
        self._codes = codes  # FAISS only borrows the memory
        self._steps = steps
        self._index = faiss.IndexScalarQuantizer(
            width, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        _require_float_queries(width)
        if count:
            content = codes.reshape(-1)
            view = faiss.MaybeOwnedVectorUInt8.create_view  # type: ignore[attr-defined, unused-ignore]
            nobody = self._index.codes.owner  # type: ignore[attr-defined, unused-ignore]
            self._index.codes = view(faiss.swig_ptr(content), content.size, nobody)
            self._index.ntotal = count

    def top(
        self, query: Floats, count: int, *, allowed: Booleans | None
    ) -> tuple[Integers, Doubles]:
        padded = np.zeros((1, len(self._steps)), dtype=np.float32)
        padded[0, : len(query)] = query
        padded *= self._steps
        with _one_thread():
            if allowed is None:
                scores, rows = self._index.search(padded, count)
            else:
                bits = np.packbits(allowed, bitorder="little")
                selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
                parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg, unused-ignore]
                scores, rows = self._index.search(padded, count, params=parameters)
        found = rows[0]
        if found[-1] < 0:  # FAISS fills up with -1
            keep = found >= 0
            return found[keep], scores[0][keep].astype(np.float64)
        return found, scores[0].astype(np.float64)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS from waking a team of threads that has nothing to do for one query.

    The setting belongs to the calling thread.  A team costs nothing on an idle machine, but on a
    busy one the query waits at its barrier: p95 fell from 14 to 3 ms (bench/similar.py).
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


@cache
def _require_float_queries(width: int) -> None:
    """Raises Unavailable where this version of FAISS rounds queries to whole numbers, which the
    bound does not allow for."""
    index = faiss.IndexScalarQuantizer(
        width, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    )
    ones = np.ones((1, width), dtype=np.float32)
    index.add(ones)
    scores, _ = index.search(np.full((1, width), 0.25, dtype=np.float32), 1)
    if abs(float(scores[0, 0]) - width / 4) > 1e-3 * width:
        raise Unavailable(
            f"FAISS {faiss.__version__} rounds queries of width {width} to whole numbers.",
            hint="Install the version of the lock file: pip install faiss-cpu==1.15.1",
        )


class PlainScan:
    """Rows as they are, scored by one float32 matrix product: for the few of a delta."""

    def __init__(self, rows: Floats, layout: Layout) -> None:
        self.spread = spread_of(rows, rows, layout)
        self._rows = rows

    def top(
        self, query: Floats, count: int, *, allowed: Booleans | None
    ) -> tuple[Integers, Doubles]:
        scores = self._rows @ query
        rows = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
        if len(rows) > count:
            rows = rows[np.argpartition(scores[rows], len(rows) - count)[len(rows) - count :]]
        best = scores[rows]
        order = np.argsort(-best)
        return rows[order], best[order].astype(np.float64)


def padded_width(layout: Layout) -> int:
    """The width of a row of codes: the layout's, rounded up to an odd number of LANES.

    With an even number FAISS 1.15 takes an integer path that rounds the query to whole numbers.
    """
    return (-(-layout.width // LANES) | 1) * LANES


def steps_of(largest: Floats, layout: Layout) -> Floats:
    """(padded width,) float32: steps with which 127 of them reach each column's largest size.

    largest  (width,) the largest absolute value of every column over the rows
    """
    steps = np.ones(padded_width(layout), dtype=np.float32)
    smallest = np.finfo(np.float32).tiny  # below it steps lose digits; such columns are zero
    steps[: layout.width] = np.where(largest > 127 * smallest, largest / 127, 1)
    return steps


def coded(rows: Floats, steps: Floats) -> Codes:
    """(count, padded width) uint8: each value as the nearest number of its column's steps."""
    codes = np.full((len(rows), len(steps)), 128, dtype=np.uint8)
    width = rows.shape[1]
    codes[:, :width] = np.rint(rows / steps[:width]).clip(-127, 127) + 128
    return codes


def decoded(codes: Codes, steps: Floats) -> Doubles:
    """(count, padded width) float64: what codes stand for."""
    return (codes.astype(np.float64) - 128) * steps


def spread_of(rows: Floats, kept: Floats | Doubles, layout: Layout) -> Spread:
    """The spread of rows against what is kept of them, both with at least `width` columns."""
    spread = empty_spread(layout)
    for start in range(0, len(rows), _CHUNK):
        exact = rows[start : start + _CHUNK].astype(np.float64)
        near = kept[start : start + _CHUNK, : layout.width].astype(np.float64)
        part = Spread(_largest(near, layout), _largest(near - exact, layout))
        spread = wider(spread, part)
    return spread


def empty_spread(layout: Layout) -> Spread:
    zeros = np.zeros(len(layout.channels), dtype=np.float64)
    return Spread(zeros, zeros)


def wider(one: Spread, other: Spread) -> Spread:
    """The spread that holds for the rows of both."""
    return Spread(np.maximum(one.norms, other.norms), np.maximum(one.residuals, other.residuals))


def _largest(rows: Doubles, layout: Layout) -> Doubles:
    lengths = np.sqrt(np.add.reduceat(np.square(rows), layout.starts, axis=1))
    longest: Doubles = lengths.max(axis=0, initial=0.0)
    return longest
