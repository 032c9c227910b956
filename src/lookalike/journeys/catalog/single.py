"""One product at a time: store it and look at its images now."""

import contextlib
import threading
from collections import Counter
from collections.abc import Sequence

from lookalike.domain.patch import MAX_PATCHES, Patch, PatchResult
from lookalike.domain.product import Product
from lookalike.domain.progress import silent
from lookalike.errors import Conflict, InvalidInput
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.measure_images import Measured, Tools, measure_images
from lookalike.journeys.catalog.publish import open_view, publish
from lookalike.storage.collection import Collection

WAIT_S = 10  # for another first product that is being published; by eye
RETOLD_AT = 20_000  # products with other prices: whoever opens the collection takes 0.5 s more
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


def patch_products(collection: Collection, patches: Sequence[Patch]) -> list[PatchResult]:
    """Write prices and stock; one result each, in their order.

    Of a sku that comes several times each later one is applied after the earlier.
    Raises InvalidInput for more than MAX_PATCHES.
    """
    if len(patches) > MAX_PATCHES:
        raise InvalidInput(
            f"{len(patches):,} patches are too many for one call.",
            hint=f"Send at most {MAX_PATCHES:,} at a time.",
        )
    rounds: list[list[int]] = []
    seen: Counter[str] = Counter()
    for number, patch in enumerate(patches):
        if seen[patch.sku] == len(rounds):
            rounds.append([])
        rounds[seen[patch.sku]].append(number)
        seen[patch.sku] += 1
    done = collection.products.patch(*([patches[number] for number in one] for one in rounds))
    results: dict[int, PatchResult] = {}
    for one, told in zip(rounds, done, strict=True):
        results.update(zip(one, told, strict=True))
    return [results[number] for number in range(len(patches))]


def is_worth_folding(view: CatalogView) -> bool:
    return view.followed >= FOLD_AT or len(view.touched) >= RETOLD_AT


def fold_changes(view: CatalogView, tools: Tools) -> threading.Thread | None:
    """Build a new generation in the background once many changes lie beside the old one.

    Not needed for right answers, only for fast ones, so a run that is under way may do it.
    """
    if not is_worth_folding(view):
        return None

    def fold() -> None:
        with contextlib.suppress(Conflict), tools.collection.writer():
            now = open_view(tools.collection)
            if now and now.fingerprint == tools.extractor.fingerprint:  # no swap in between
                publish(tools.collection, tools.extractor, report=silent)

    thread = threading.Thread(target=fold, name="fold-changes")
    thread.start()
    return thread
