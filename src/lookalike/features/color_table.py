"""What shops call a whole distribution of colors: a table fitted to merchants' labels."""

import json
from functools import cache
from importlib import resources

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.color import FAMILIES

TABLE = "color-families-1.json"
"""Beside the encoder; made by `bench/fit_colors.py`, its provenance is in models/README.md."""


def table_votes(channel: Floats) -> Doubles:
    """(families,) how probable each family is for a color channel; sums to 1.

    channel  (prototypes,) of `palette.color_channel`
    A palette says which colors there are; a shop's word also depends on how they go together:
    black lace on skin is black, cream beside gray is white.  Multinomial logistic regression
    on the channel: one number for every prototype and family.
    """
    weights, bias = _table()
    scores = channel.astype(np.float64) @ weights + bias
    votes = np.exp(scores - scores.max())
    return np.asarray(votes / votes.sum())


@cache
def _table() -> tuple[Doubles, Doubles]:
    """(prototypes, families) and (families,)."""
    text = (resources.files("lookalike") / "models" / TABLE).read_text(encoding="utf-8")
    table = json.loads(text)
    rows = table["families"]
    weights = np.array([rows[name]["weights"] for name in FAMILIES], dtype=np.float64)
    bias = np.array([rows[name]["bias"] for name in FAMILIES], dtype=np.float64)
    return weights.T, bias
