"""Everything in one file: all products with attributes and vectors, or every product's list."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.domain.query import ProductAnchor, Retrieval
from lookalike.domain.results import Recommendations
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.rules.rule_book import Ruled
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.find_similar import find_similar
from lookalike.storage.rows_file import write_rows

PRODUCTS_PER_BATCH = 512


def write_products(view: CatalogView, path: Path) -> int:
    """Write every product; returns how many.  The suffix chooses .parquet or .jsonl.

    Vectors stand under `image_embedding` as one list of numbers per image, beside the names
    and sizes of the channels they are made of.
    """
    return write_rows(path, _batches(view))


def every_list(
    view: CatalogView, question: Retrieval, ruled: Callable[[str], Ruled]
) -> Iterator[tuple[str, Recommendations]]:
    """(sku, its recommendations) for each product in the order of skus.

    ruled  the merchant's rules that act on the list of a sku
    """
    for number in view.index.select(None).tolist():
        sku = view.index.sku(number)
        asked = replace(question, anchor=ProductAnchor(sku))
        start = start_from(asked.anchor, view, measure=_no_photo)
        yield sku, find_similar(view, asked, start, ruled=ruled(sku))


def _no_photo(_: object) -> Any:
    raise InvalidInput("Lists are written for products, not for photos.")


def _batches(view: CatalogView) -> Iterator[list[dict[str, Any]]]:
    numbers = view.index.select(None)
    channels = {channel.name: channel.size for channel in view.index.layout.channels}
    for first in range(0, len(numbers), PRODUCTS_PER_BATCH):
        batch = numbers[first : first + PRODUCTS_PER_BATCH]
        texts = view.index.documents(batch)
        yield [
            {
                **json.loads(text),
                "image_embedding": {
                    "rows": view.index.vectors(view.index.product_rows(number)).tolist(),
                    "channels": channels,
                },
            }
            for number, text in zip(np.asarray(batch).tolist(), texts, strict=True)
        ]
