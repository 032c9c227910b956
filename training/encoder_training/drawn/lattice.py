"""Cells of a square lattice, with pseudo-random numbers of their own."""

import torch
from torch import Tensor


def cells(
    across: Tensor, along: Tensor, scatter: Tensor | float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Coordinates about the middle of each cell, and two numbers in [0, 1) the cell owns.

    across, along  coordinates in cells
    scatter        how far the middles move from the lattice, in cells

    The sine hash is the usual one of shader programs; only its looks matter.
    """
    column, row = across.floor(), along.floor()
    toss = (torch.sin(column * 127.1 + row * 311.7) * 43758.5453) % 1
    toss2 = (torch.sin(column * 269.5 + row * 183.3) * 28001.83) % 1
    x = across - column - 0.5 - scatter * (toss - 0.5)
    y = along - row - 0.5 - scatter * (toss2 - 0.5)
    return x, y, toss, toss2
