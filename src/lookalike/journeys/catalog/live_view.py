"""The view that queries of one process read: the newest generation and the changes since."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lookalike.errors import LookalikeError, Unavailable
from lookalike.index import snapshot
from lookalike.index.protocol import Entry, Restated
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import entry, with_terms
from lookalike.journeys.catalog.ledger import told
from lookalike.journeys.catalog.publish import open_view
from lookalike.storage.collection import Collection

CHECK_EVERY_S = 0.25  # a change by another process is seen well within a second
CHANGES_PER_READ = 2000
IDLE_SHARE = 10  # after an update that took long, wait ten times as long before the next, ...
SLOW_S = 0.02  # an update that takes longer is made beside the answers, ...
RECENT_S = 2.0  # ... while the view is no older than this; by eye, as a page's shoppers see it
LONGEST_WAIT_S = 0.6  # ... but no longer, as bulk changes shall be seen within a second, too


def _nothing(_: CatalogView) -> None:
    return None


class LiveView:
    """Keeps one collection's view current; queries take the view and hold no lock.

    A change made through this process is visible in the very next query (`refresh`), one made
    by another process within CHECK_EVERY_S.
    """

    def __init__(
        self,
        collection: Collection,
        *,
        prepare: Callable[[CatalogView], None] = _nothing,
        clock: Callable[[], float] = time.monotonic,
    ):
        """prepare  works out of a new generation what questions will want, before any sees it"""
        self._collection = collection
        self._prepare = prepare
        self._clock = clock
        self._lock = threading.Lock()
        self._view: CatalogView | None = None
        self._next_check = self._checked = float("-inf")
        self._took = 0.0

    def view(self) -> CatalogView:
        """Raises Unavailable while nothing has been indexed."""
        now = self._clock()
        if now >= self._next_check and self._lock.acquire(blocking=False):
            is_slow = self._took > SLOW_S or self._is_replaced()
            if is_slow and now - self._checked < RECENT_S:
                threading.Thread(target=self._release_updated, name="follow", daemon=True).start()
            else:
                self._release_updated(raising=True)
        view = self._view
        if view is None:
            view = self.refresh()
        return view

    def fresh(self) -> CatalogView | None:
        """The view while it need not be looked whether it is the newest; never waits."""
        return self._view if self._clock() < self._next_check else None

    def _release_updated(self, *, raising: bool = False) -> None:
        try:
            self._update()
        except LookalikeError:  # the next question tries again, and waits for it
            self._checked = float("-inf")
            if raising:
                raise
        finally:
            self._lock.release()

    def known(self) -> CatalogView | None:
        """The view, or None while nothing has been indexed."""
        with self._lock:
            self._update()
            return self._view

    def refresh(self) -> CatalogView:
        """Look now, and wait for the answer."""
        view = self.known()
        if view is None:
            raise Unavailable(
                f'The collection "{self._collection.id}" has no index yet.',
                hint="Index a catalog first: lookalike index FILE",
            )
        return view

    def _is_replaced(self) -> bool:
        """Whether another generation than that of the view answers now."""
        view = self._view
        return view is not None and snapshot.current(self._collection.folder) != view.generation

    def _update(self) -> None:
        started = self._clock()
        view = self._view
        if view is None or self._is_replaced():
            view = open_view(self._collection)
        newest = view and with_changes(view, self._collection)
        if newest and self._view and newest.generation != self._view.generation:
            self._prepare(newest)
        self._view = newest
        ended = self._clock()
        self._took, self._checked = ended - started, ended
        patience = min(LONGEST_WAIT_S, IDLE_SHARE * (ended - started))
        self._next_check = ended + max(CHECK_EVERY_S, patience)


def with_changes(view: CatalogView, collection: Collection) -> CatalogView:
    """The view with everything that the database changed since."""
    change = view.change
    changed: set[str] = set()
    content: dict[str, int] = {}
    while True:
        changes = collection.products.changed_since(change, limit=CHANGES_PER_READ)
        if changes.latest == change:
            break
        change = changes.latest
        changed.update(changes.upserted, changes.removed)
        content.update(changes.content)
    if not changed:
        return view
    sold = _repriced(view, collection, {s for s, at in content.items() if at <= view.change})
    others = changed - {one.sku for one in sold}
    known = told(collection, view.fingerprint, skus=others)
    upserts: list[Entry] = []
    waiting = set()
    for one in collection.catalog(view.fingerprint, skus=others):
        if (found := entry(one, known)) is not None:
            upserts.append(found)
        elif any(image.problem is None for image in one.images):
            waiting.add(one.product.sku)  # a catalog moved its images: until they are looked at,
    sold += _repriced(view, collection, waiting)  # it is shown as it was
    gone = sorted(others - {one.sku for one in upserts} - {one.sku for one in sold})
    index = view.index.with_changes(upserts, gone) if upserts or gone else view.index
    return replace(
        view,
        change=change,
        index=index.with_values(sold) if sold else index,
        followed=view.followed + len(upserts) + len(gone),
        touched={**view.touched, **dict.fromkeys(changed, change)},
    )


def _repriced(view: CatalogView, collection: Collection, skus: set[str]) -> list[Restated]:
    """Those that the view shows, with other prices or stock: they keep their places in it."""
    terms = collection.products.terms(skus)
    numbers = {sku: number for sku in terms if (number := view.index.number(sku)) is not None}
    shown = view.index.documents(np.array(list(numbers.values()), dtype=np.int64))
    return [with_terms(sku, text, terms[sku]) for sku, text in zip(numbers, shown, strict=True)]
