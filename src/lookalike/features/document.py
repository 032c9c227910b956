"""Documents: whether a picture is a page of text, a table, a screen or a logo, not a product.

A shop's feed has them among its pictures: size charts, care labels, "image coming soon".  Their
lines are as regular as a pattern and as detailed as lace, so what is read off them must not count.
A logistic regression on the default encoder's embedding.
"""

import json
from functools import cache
from importlib import resources

import numpy as np

from lookalike.domain.arrays import Floats

TABLE = "document-1.json"
LEAST_DOCUMENT = 2.5
"""Log odds.  Of 240 drawn documents that were not fitted 239 are found; of pictures that were not
fitted either it takes none of 1,500 packshots, 1,100 street and 655 phone photos for one, and 1 %
of 1,500 pictures of furniture: cabinet doors, blinds and a rug with writing on it."""


def document_odds(embedding: Floats) -> float:
    """Log odds that a document is shown, by (e,) the default encoder's embedding."""
    weights, bias = _table()
    return float(embedding @ weights) + bias


@cache
def _table() -> tuple[Floats, float]:
    """(e,) weights and the bias (docs/decisions/0015-documents-and-collages.md)."""
    file = resources.files("lookalike") / "models" / TABLE
    stored = json.loads(file.read_text(encoding="utf-8"))
    return np.asarray(stored["embedding"], dtype=np.float32), float(stored["bias"])
