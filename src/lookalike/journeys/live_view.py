"""The view that queries of one process read: the newest generation and the changes since."""

import threading
import time
from collections.abc import Callable

from lookalike.errors import Unavailable
from lookalike.index import snapshot
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.entries import entry
from lookalike.journeys.publish import open_view
from lookalike.storage.collection import Collection

CHECK_EVERY_S = 0.25  # a change by another process is seen well within a second
MOST_CHANGES = 2000  # followed one by one; an index run with more publishes a generation anyway


class LiveView:
    """Keeps one collection's view current; queries take the view and hold no lock.

    A change made through this process is visible in the very next query (`refresh`), one made
    by another process within CHECK_EVERY_S.
    """

    def __init__(self, collection: Collection, *, clock: Callable[[], float] = time.monotonic):
        self._collection = collection
        self._clock = clock
        self._lock = threading.Lock()
        self._view: CatalogView | None = None
        self._checked = float("-inf")

    def view(self) -> CatalogView:
        """Raises Unavailable while nothing has been indexed."""
        if self._clock() - self._checked >= CHECK_EVERY_S and self._lock.acquire(blocking=False):
            try:
                self._update()
            finally:
                self._lock.release()
        view = self._view
        if view is None:
            view = self.refresh()
        return view

    def refresh(self) -> CatalogView:
        """Look now, and wait for the answer."""
        with self._lock:
            self._update()
            if self._view is None:
                raise Unavailable(
                    f'The collection "{self._collection.id}" has no index yet.',
                    hint="Index a catalog first: lookalike index FILE",
                )
            return self._view

    def _update(self) -> None:
        self._checked = self._clock()
        view = self._view
        if view is None or snapshot.current(self._collection.folder) != view.generation:
            view = open_view(self._collection)
        self._view = view and with_changes(view, self._collection)


def with_changes(view: CatalogView, collection: Collection) -> CatalogView:
    """The view with what the database changed since, if that is little."""
    changes = collection.products.changed_since(view.change, limit=MOST_CHANGES)
    if changes.latest == view.change or len(changes.upserted) == MOST_CHANGES:
        return view
    stored = collection.catalog(view.fingerprint, skus=changes.upserted)
    found = {one.product.sku: entry(one) for one in stored}
    upserts = [one for one in found.values() if one is not None]
    shown = {one.sku for one in upserts}
    removed = [*changes.removed, *(sku for sku in changes.upserted if sku not in shown)]
    return CatalogView(
        collection_id=view.collection_id,
        generation=view.generation,
        change=changes.latest,
        index=view.index.with_changes(upserts, removed),
        calibration=view.calibration,
        fingerprint=view.fingerprint,
    )
