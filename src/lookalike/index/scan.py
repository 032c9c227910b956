"""The first stage of a search: the best rows by a quick score whose error is bounded.

Both scans hold what an exact search needs: scores s' with |s' - s| <= error(query), where s
is the score of `score.py`.  Let q be the query, x a row, x' the row as the scan keeps it
(rounded to float16, or x itself) and q_c, x_c their channels.  Then

    |s' - s| <= |sum' q x' - <q, x'>|  +  |<q, x' - x>|
             <= g * sum_c |q_c| |x'_c| +  sum_c |q_c| |x'_c - x_c|        (Cauchy-Schwarz)

with g = n u / (1 - n u), u = 2^-24, the error of a float32 inner product of n terms in any
order of summation (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., eq. 3.5).
The largest |x'_c| and |x'_c - x_c| over the rows are measured once, when the rows are rounded,
so subnormal numbers need no term of their own.  The second is about 2^-12.3 of |x_c|.
"""

from dataclasses import dataclass
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.domain.arrays import Booleans, Doubles, Floats, Integers
from lookalike.domain.channels import Layout

Halves = NDArray[np.float16]

LANES = 16  # FAISS scans widths that are a multiple of 16 with AVX-512, and others 15 times slower
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
        rounding = layout.width * _UNIT / (1 - layout.width * _UNIT)
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


class HalfScan:
    """Rows rounded to float16 and scanned by FAISS, which reads half the memory of float32.

    codes  (rows, padded width) float16, possibly mapped from a file; it is not copied

    The ignored types are parts of FAISS's interface that its stubs leave out.
    """

    def __init__(self, codes: Halves, spread: Spread) -> None:
        count, width = codes.shape
        self.spread = spread
        self._codes = codes  # FAISS only borrows the memory
        self._padded = width
        self._index = faiss.IndexScalarQuantizer(
            width, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        if count:
            content = codes.view(np.uint8).reshape(-1)
            view = faiss.MaybeOwnedVectorUInt8.create_view  # type: ignore[attr-defined, unused-ignore]
            nobody = self._index.codes.owner  # type: ignore[attr-defined, unused-ignore]
            self._index.codes = view(faiss.swig_ptr(content), content.size, nobody)
            self._index.ntotal = count

    def top(
        self, query: Floats, count: int, *, allowed: Booleans | None
    ) -> tuple[Integers, Doubles]:
        padded = np.zeros((1, self._padded), dtype=np.float32)
        padded[0, : len(query)] = query
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
    """The width of a row of codes: the layout's, rounded up to full vector registers."""
    return -(-layout.width // LANES) * LANES


def halved(rows: Floats, layout: Layout) -> Halves:
    """(count, padded width) float16: the rows rounded to nearest, as FAISS itself does."""
    codes = np.zeros((len(rows), padded_width(layout)), dtype=np.float16)
    codes[:, : layout.width] = rows
    return codes


def spread_of(rows: Floats, kept: Floats | Halves, layout: Layout) -> Spread:
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
