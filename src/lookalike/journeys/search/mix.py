"""Several anchors as one: more of this, less of that."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lookalike.domain.arrays import Floats
from lookalike.domain.channels import Layout
from lookalike.domain.filters import NotIn, all_of
from lookalike.domain.results import Document
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.search.start import Start


def mixed(parts: Sequence[tuple[Start, float]], view: CatalogView) -> Start:
    """One start of several with weights; a negative weight asks for what is unlike.

    A part of several images stands for their middle: one row, the mean of theirs.  Reasons
    speak of what the parts with positive weight have in common.  Wished values of a part pull
    the list and do not filter it; `must` of a positive part holds.
    """
    layout = view.index.layout
    single = tuple((replace(one, rows=_middle(one.rows, layout)), weight) for one, weight in parts)
    liked = [one for one, weight in single if weight > 0]
    skus = tuple(sorted({one.sku for one, _ in parts if one.sku}))
    return Start(
        rows=_middle(np.concatenate([one.rows for one in liked or _starts(single)]), layout),
        channels=tuple(
            name for name in layout.names if any(name in one.channels for one, _ in single)
        ),
        document=_in_common([one.document for one in liked]),
        must=all_of(NotIn("sku", skus) if skus else None, *(one.must for one in liked)),
        degraded=tuple(dict.fromkeys(text for one, _ in parts for text in one.degraded)),
        parts=single,
    )


def _starts(parts: Sequence[tuple[Start, float]]) -> list[Start]:
    return [one for one, _ in parts]


def _middle(rows: Floats, layout: Layout) -> Floats:
    """(1, width) the mean of (count, width) rows; channels keep the mean of their lengths."""
    if len(rows) == 1:
        return rows
    starts = layout.starts
    sizes = [channel.size for channel in layout.channels]
    lengths = np.sqrt(np.add.reduceat(rows.astype(np.float64) ** 2, starts, axis=1)).mean(axis=0)
    mean = rows.mean(axis=0, dtype=np.float64)
    own = np.sqrt(np.add.reduceat(mean**2, starts))
    return np.asarray(
        (mean * np.repeat(lengths / np.maximum(own, 1e-12), sizes))[np.newaxis], dtype=np.float32
    )


def _in_common(documents: Sequence[Document]) -> Document:
    """The attribute values on which all agree; of one alone, all that is known."""
    if len(documents) == 1:
        return documents[0]
    values = [one.get("visual_attributes", {}) for one in documents]
    first = values[0] if values else {}
    same = {
        name: first[name] for name in first if all(one.get(name) == first[name] for one in values)
    }
    return {"visual_attributes": same}
