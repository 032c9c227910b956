"""Walk through a collection without an anchor: pages of products, facets, one product."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

import numpy as np

from lookalike.domain.filters import Filter
from lookalike.domain.problems import Problem
from lookalike.domain.results import ProductDetail, ProductPage
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import document
from lookalike.journeys.catalog.ledger import ledger, told
from lookalike.journeys.search.answer_size import cut, fitting
from lookalike.storage.collection import Collection
from lookalike.storage.features import IndexedProduct

FACETS = ("category", "color_family", "brand", "pattern", "style", "product_type")
MOST_FACET_VALUES = 200


def products(
    view: CatalogView, *, where: Filter | None, limit: int, cursor: str | None
) -> ProductPage:
    """One page; the cursor holds the last sku, so changes in between lose nothing."""
    index = view.index
    numbers = index.select(where)
    first = 0 if cursor is None else bisect_right(numbers, _last_sku(cursor), key=index.sku)
    page = numbers[first : first + limit]
    texts = index.documents(page)
    count = fitting(texts)
    limits = (cut(len(texts), count),) if count < len(texts) else ()
    shown = tuple(json.loads(text) for text in texts[:count])
    more = first + count < len(numbers)
    return ProductPage(shown, len(numbers), _cursor(shown[-1]["sku"]) if more else None, limits)


def product(view: CatalogView, collection: Collection, sku: str) -> ProductDetail:
    """All that is known of one product, its images' problems too.  Raises NotFound."""
    problems = _problems(collection, sku)
    number = view.index.number(sku)
    layout = view.index.layout
    known = told(collection, view.fingerprint, skus=[sku])
    if number is None:
        bare = IndexedProduct(collection.products.get(sku), view.change, ())
        rows = np.zeros((0, layout.width), np.float32)
        shown = document(bare, known)
        return ProductDetail(shown, rows, layout, problems, ledger(bare, known))
    rows = view.index.vectors(view.index.product_rows(number))
    (text,) = view.index.documents(np.array([number]))
    stored = next(collection.catalog(view.fingerprint, skus=[sku]), None)
    entries = ledger(stored, known) if stored else ()
    return ProductDetail(json.loads(text), rows, layout, problems, entries)


def unseen(collection: Collection, sku: str) -> str:
    """Why a product has no row in the index.  Raises NotFound for an unknown one."""
    product = collection.products.get(sku)
    if not product.images:
        return "It has no image, so nothing can look like it."
    problems = [one.message for one in _problems(collection, sku)]
    return " ".join(problems) or "Its images have not been looked at yet: run the index again."


def _problems(collection: Collection, sku: str) -> tuple[Problem, ...]:
    found = collection.images.for_products([sku]).get(sku, ())
    return tuple(
        Problem(None, sku, one.location, one.problem.code, one.problem.message, skipped=False)
        for one in found
        if one.problem
    )


def facets(view: CatalogView) -> dict[str, list[dict[str, Any]]]:
    """Field -> its values with their number of products, most frequent first."""
    found = {name: _facet(counts) for name in FACETS if (counts := view.index.counts(name))}
    if "category" in found:
        found.pop("product_type", None)  # it is the category's last part
    return found


def _facet(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"value": value, "count": count} for value, count in ranked[:MOST_FACET_VALUES]]


def _cursor(sku: str) -> str:
    return base64.urlsafe_b64encode(sku.encode()).decode()


def _last_sku(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidInput(
            f"{cursor[:60]!r} is not a cursor.",
            hint="Send the `cursor` of the previous page as it came.",
        ) from None
