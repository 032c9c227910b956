"""The bulk import file of Google Product Search: no header, a row an image, many a product."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from lookalike.domain.problems import Problem
from lookalike.sources.feed_format import FeedFormat, cell, note
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales

HEADER = (
    "image-uri", "image-id", "product-set-id", "product-id", "product-category",
    "product-display-name", "labels", "bounding-poly",
)  # fmt: skip
"""https://cloud.google.com/vision/product-search/docs/csv-format; at most 20,000 lines."""


@dataclass
class _Found:
    """A product while its rows are gathered."""

    first: Record
    images: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def begins_like_one(start: str) -> bool:
    """Whether a file's first line is a row of this format."""
    if not start.startswith(("gs://", '"gs://')):
        return False
    cells = next(csv.reader(start.splitlines()[:1]), [])
    return 4 <= len(cells) <= len(HEADER)


def rows(reader: RecordReader, _sales: Sales) -> Iterator[Record | Problem]:
    """Each product once, with the images of all its rows; the file is held in memory."""
    found: dict[str, _Found] = {}
    for record in reader.records():
        if isinstance(record, Problem):
            if record.code != "short_row" or record.skipped:  # trailing cells may be left out
                yield record
            continue
        sku = cell(record, "product-id") or cell(record, "image-id") or cell(record, "image-uri")
        one = found.setdefault(sku, _Found(record))
        if image := cell(record, "image-uri"):
            one.images.append(image)
        if group := cell(record, "product-set-id"):
            one.sets.append(group)
        for column in ("product-category", "product-display-name"):
            if said := cell(record, column):
                one.values.setdefault(column, said)
        for label in filter(None, (part.strip() for part in cell(record, "labels").split(","))):
            name, equals, value = label.partition("=")
            if equals and name.strip() and value.strip():
                one.labels.setdefault(name.strip(), []).append(value.strip())
            else:
                yield note(record, "bad_label", f"The label {label[:60]!r} is not name=value.")
    for sku, one in found.items():
        yield Record(one.first.line, one.first.location, _values(sku, one))


def _values(sku: str, one: _Found) -> dict[str, object]:
    labels = {
        name: said[0] if len(set(said)) == 1 else tuple(dict.fromkeys(said))
        for name, said in one.labels.items()
        if name not in HEADER
    }
    return {
        **labels,
        **one.values,
        "product-id": sku,
        "image-uri": tuple(dict.fromkeys(one.images)),
        "product-set-id": tuple(dict.fromkeys(one.sets)),
    }


FORMAT = FeedFormat(
    name="product-search",
    title="Google Product Search import",
    marks=(frozenset({"imageuri", "productid", "productcategory"}),),
    rows=rows,
    mapping={
        "sku": ("product-id",),
        "image": ("image-uri",),
        "name": ("product-display-name",),
        "category": ("product-category",),
    },
)
