"""One product at a time: store it and look at its images now."""

import contextlib
import threading

from lookalike.domain.product import Product
from lookalike.domain.progress import silent
from lookalike.errors import Conflict
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.measure_images import Measured, Tools, measure_images
from lookalike.journeys.publish import open_view, publish

WAIT_S = 10  # for another first product that is being published; by eye
FOLD_AT = 2000  # followed changes: from here each further one costs over 5 ms, by bench/search.py


def store_product(product: Product, tools: Tools, *, first: bool) -> Measured:
    """Store the product; its features are there when this returns, or its images' problems are.

    first  the collection has no generation yet, so one is built
    Raises Conflict when something newer is known of it by its version.
    """
    if tools.collection.products.upsert([product], origin="api"):
        raise Conflict(
            f"Version {product.version} of {product.sku} is older than what is known of it.",
            hint="Nothing was changed; send the newest state of the product.",
        )
    measured = measure_images(product.images, tools, refresh=False, report=silent)
    if first:
        with tools.collection.writer(timeout_s=WAIT_S):
            publish(tools.collection, tools.extractor, report=silent)
    return measured


def fold_changes(view: CatalogView, tools: Tools) -> threading.Thread | None:
    """Build a new generation in the background once many changes lie beside the old one.

    Not needed for right answers, only for fast ones, so a run that is under way may do it.
    """
    if view.followed < FOLD_AT:
        return None

    def fold() -> None:
        with contextlib.suppress(Conflict), tools.collection.writer():
            now = open_view(tools.collection)
            if now and now.fingerprint == tools.extractor.fingerprint:  # no swap in between
                publish(tools.collection, tools.extractor, report=silent)

    thread = threading.Thread(target=fold, name="fold-changes")
    thread.start()
    return thread
