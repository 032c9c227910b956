"""Other values for products that stay what they are: new columns, and nothing else is touched."""

from collections.abc import Iterable, Sequence

import numpy as np

from lookalike.index.building import amended
from lookalike.index.protocol import Entry, Restated
from lookalike.index.segment import Amended, Columns, LazyColumns, More, Segment
from lookalike.index.values import KEY


def restated(segment: Segment, changes: Sequence[tuple[int, Restated]]) -> Segment:
    """A segment with other values of the products of these numbers, in a copy of each column."""
    if not changes:
        return segment
    columns = {}
    for name in sorted({name for _, one in changes for name in one.fields} - {KEY}):
        told = [(number, one.fields[name]) for number, one in changes if name in one.fields]
        known = segment.columns.get(name)
        if known is None and all(value is None for _, value in told):
            continue
        places = np.array([number for number, _ in told], dtype=np.int64)
        values = [value for _, value in told]
        columns[name] = amended(name, known, places, values, count=len(segment))
    texts = {number: one.document for number, one in changes}
    return segment.changed(
        columns=More(segment.columns, columns), documents=Amended(segment.documents, texts)
    )


def restated_delta(
    delta: Segment, entries: Sequence[Entry], changed: Iterable[str], *, like: Columns
) -> Segment:
    """The segment of the few with these entries, which differ from its own in some fields.

    Their columns are numbered as those of `like`, so they are made anew wherever that changed.
    """
    fields = [one.fields for one in entries]
    known = delta.columns
    columns = (
        known.restated(fields, like, changed)
        if isinstance(known, LazyColumns)
        else LazyColumns(fields, like)
    )
    return delta.changed(columns=columns, documents=[one.document for one in entries])
