"""Between the color channel of rows and the hues that harmony speaks of."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.channels import Layout
from lookalike.domain.color import hex_from_rgb, oklab_of_swatches, rgb_from_hex
from lookalike.features.palette import channel_of
from lookalike.journeys.search.start import Start
from lookalike.ranking.harmony import harmony
from lookalike.ranking.hues import hues_of
from lookalike.ranking.pieces import Piece, Pieces

STEPS = (0, 51, 102, 153, 204, 255)
"""Of each of red, green and blue: 216 colors, three or four to a prototype of the channel."""

LEAST_SHARE = 0.04  # of a palette, as where images are measured


def harmony_target(pieces: Pieces) -> Floats:
    """(color channel,) for each of its colors how well it goes with these pieces, on average.

    In [-1, 1]; the inner product with the color channel of a product grows with its harmony.
    """
    grid, shares = _grid()
    worth = harmony(pieces, grid).mean(axis=0)
    found: Doubles = shares.T @ worth
    return found.astype(np.float32)


def palette_of(start: Start, layout: Layout) -> list[dict[str, Any]]:
    """The colors that a row holds, largest share first; empty without a color channel."""
    if "color" not in start.channels or "color" not in layout.names:
        return []
    shares = start.rows[0, layout.part("color")].astype(np.float64) ** 2
    order = [int(place) for place in np.argsort(-shares) if shares[place] >= LEAST_SHARE]
    colors = _colors()
    return [
        {"hex": colors[place], "share": round(float(shares[place]), 3), "family": ""}
        for place in order
    ]


@cache
def _grid() -> tuple[Pieces, Doubles]:
    """Colors as pieces, and (colors, channel) how much of each channel value is of each color."""
    colors = [hex_from_rgb(np.array(rgb, dtype=np.uint8)) for rgb in product(STEPS, repeat=3)]
    channel = np.stack([channel_of({color: 1.0}) for color in colors]).astype(np.float64) ** 2
    shares = channel / np.maximum(channel.sum(axis=0), 1e-9)
    pieces = tuple(Piece(color, {}, hues_of([(color, 1.0)])) for color in colors)
    return Pieces(pieces, np.zeros((len(colors), 1), dtype=np.float32)), shares


@cache
def _colors() -> tuple[str, ...]:
    """The color of the grid that is most of each value of the channel."""
    grid, shares = _grid()
    return tuple(grid.of[place].sku for place in shares.argmax(axis=0).tolist())


def color_spread(rows: Floats, layout: Layout) -> Doubles:
    """(n,) how far the colors of each row lie apart: the standard deviation in OKLab, 0 to .5.

    A plain thing with light and shade has about .1, black on white .35.
    """
    if "color" not in layout.names:
        return np.zeros(len(rows))
    shares = rows[:, layout.part("color")].astype(np.float64) ** 2
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    lab = _lab()
    mean = shares @ lab
    spread: Doubles = np.sqrt(np.maximum(shares @ (lab**2).sum(axis=1) - (mean**2).sum(axis=1), 0))
    return spread


@cache
def _lab() -> Doubles:
    """(channel, 3) the OKLab mean of the colors of each value of the channel."""
    grid, shares = _grid()
    colors = oklab_of_swatches(np.stack([rgb_from_hex(one.sku) for one in grid.of]))
    found: Doubles = shares.T @ colors
    return found
