"""Familiarity: whether the default encoder's heads know this kind of product at all.

They know fashion, toiletries and groceries, and call a lamp a handbag when asked.  A logistic
regression on the embedding and on how sure the heads are tells that apart.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from lookalike.domain.arrays import Floats

TABLE = "familiarity-1.json"
GROCERY_CATEGORIES = 3  # fruit, vegetables and packaged food, the last three
SURE_GROCERY = 0.9  # none of 500 pieces of furniture reaches it
LEAST_FAMILIAR = 2.0
"""Log odds; chosen on every other one of 500 pieces of furniture.  On the rest 4 % still show a
product type of .5 or surer (26 % of all at no bound); 61 % of packshots of an unseen fashion
retailer keep theirs (76 %)."""


def familiarity(
    embedding: Floats, classes: Mapping[str, tuple[str, ...]], chances: Mapping[str, Floats]
) -> float | None:
    """Log odds that the heads know it; None where this cannot be told.

    That is for heads other than those it was fitted to, and for what they are sure is a
    grocery: groceries took no part in the fit.

    embedding  (e,) of unit length
    classes, chances  head -> class names, and (classes,) probabilities
    """
    table = _table()
    if not is_default(embedding, classes) or not table.classes.keys() <= chances.keys():
        return None
    if chances["category"][-GROCERY_CATEGORIES:].sum() > SURE_GROCERY:
        return None
    kinds = chances["product_type"].astype(np.float64)
    groups = np.log(chances["category"].astype(np.float64) + 1e-3)
    return float(
        embedding @ table.embedding
        + groups @ table.log_category
        + np.log(kinds.max() + 1e-12) * table.log_type
        + (kinds * np.log(kinds + 1e-9)).sum() * table.negative_entropy
        + table.bias
    )


def is_default(embedding: Floats, classes: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether this is the encoder that tables of embeddings were fitted to, by its classes."""
    table = _table()
    return len(embedding) == len(table.embedding) and all(
        classes.get(head) == names for head, names in table.classes.items()
    )


@dataclass(frozen=True)
class _Table:
    """The fitted weights (docs/decisions/0013-pattern.md)."""

    classes: Mapping[str, tuple[str, ...]]
    embedding: Floats
    log_category: Floats
    log_type: float
    negative_entropy: float
    bias: float


@cache
def _table() -> _Table:
    stored = json.loads(
        (resources.files("lookalike") / "models" / TABLE).read_text(encoding="utf-8")
    )
    return _Table(
        {head: tuple(stored[head]) for head in ("product_type", "category")},
        np.asarray(stored["embedding"], dtype=np.float32),
        np.asarray(stored["log_category"], dtype=np.float32),
        stored["log_type"],
        stored["negative_entropy"],
        stored["bias"],
    )
