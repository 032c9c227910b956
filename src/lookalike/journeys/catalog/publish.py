"""From stored products to an immutable snapshot that queries read."""

from collections.abc import Iterator

from lookalike.domain.progress import Report, Step
from lookalike.errors import Unavailable
from lookalike.features.pipeline import Extractor
from lookalike.index import snapshot
from lookalike.index.protocol import Entry
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import entry
from lookalike.journeys.catalog.ledger import told
from lookalike.storage.collection import Collection

STAGE = "building the index"
REPORT_EVERY = 500
ENTRY_VERSION = 5
"""Raise when what an index holds of a product or is fitted to changes: the next run rebuilds it."""


def publish(collection: Collection, extractor: Extractor, *, report: Report) -> int:
    """Build the next generation from the database and switch to it; returns its number."""
    number = build(collection, extractor, report=report)
    snapshot.switch(collection.folder, number)
    return number


def build(collection: Collection, extractor: Extractor, *, report: Report) -> int:
    """Build the next generation beside the one that answers; returns its number."""
    meta = _meta(collection, extractor)  # first: what changes meanwhile comes again
    return snapshot.build(
        collection.folder,
        lambda folder: snapshot.write_snapshot(
            folder,
            _entries(collection, extractor, report),
            layout=extractor.layout,
            meta=meta,
        ),
    )


def _meta(collection: Collection, extractor: Extractor) -> dict[str, object]:
    """What a generation built now contains, and what made it."""
    return {
        "change": collection.products.latest_change(),
        "fingerprint": extractor.fingerprint,
        "encoder": extractor.name,
        "entry_version": ENTRY_VERSION,
        "told": told(collection, extractor.fingerprint, skus=()).settings,
    }


def _entries(collection: Collection, extractor: Extractor, report: Report) -> Iterator[Entry]:
    total = collection.products.count()
    known = told(collection, extractor.fingerprint)
    shared = collection.images.shared_firsts()
    for done, stored in enumerate(collection.catalog(extractor.fingerprint), start=1):
        one = entry(stored, known, shared=shared)
        if one is not None:
            yield one
        if done % REPORT_EVERY == 0 or done == total:
            report(Step(STAGE, done, total))


def is_stale(collection: Collection, extractor: Extractor) -> bool:
    """Whether the newest generation lacks something, or cannot be read."""
    try:
        found = snapshot.open_current(collection.folder)
    except Unavailable:
        return True  # it is derived: whatever is wrong with it, a new one puts it right
    return found is None or found[1].meta != _meta(collection, extractor)


def open_view(collection: Collection) -> CatalogView | None:
    """The current generation, or None while there is none."""
    found = snapshot.open_current(collection.folder)
    if found is None:
        return None
    return view_of(collection, *found)


def view_of(collection: Collection, generation: int, opened: snapshot.Snapshot) -> CatalogView:
    """What queries of an opened generation read."""
    return CatalogView(
        collection_id=collection.id,
        generation=generation,
        change=int(opened.meta["change"]),
        index=opened.index,
        calibration=opened.calibration,
        fingerprint=str(opened.meta["fingerprint"]),
        encoder=str(opened.meta.get("encoder", "")),
    )
