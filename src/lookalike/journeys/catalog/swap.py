"""Another encoder without downtime: build beside, compare, switch at one instant, go back.

The generation before answers until the switch.  A query holds one view from start to end and its
photo is measured by the extractor of that view, so rows of two encoders never meet.

What is stored meanwhile by other processes was measured by the encoder before.  It is measured
again before the switch until nothing is left, and once more after it, for what came in between;
those products get new change numbers, so that every follower reads them again.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lookalike.domain.progress import Report, silent
from lookalike.domain.swap import Agree, Comparison, SwapReport
from lookalike.errors import InvalidInput, NotFound
from lookalike.features.pipeline import Extractor
from lookalike.index import snapshot
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.compare_views import (
    PHOTOS,
    compare_views,
    photo_times,
    questions,
)
from lookalike.journeys.catalog.extractors import SWAP
from lookalike.journeys.catalog.measure_images import Measured, Tools, measure_images
from lookalike.journeys.catalog.publish import build, view_of

CATCH_UPS = 10  # passes before the switch; each is shorter than the one before, by far
PRODUCTS_PER_READ = 1000


def swap(
    tools: Tools,
    before: CatalogView,
    *,
    old: Extractor,
    over: str,
    count: int,
    agree: Agree,
    report: Report,
) -> SwapReport:
    """Let the collection answer with the encoder of `tools`.

    before  the view that answers now, `old` its extractor
    over    the encoder that the settings of this process name
    count   how many products are asked about in both

    Raises InvalidInput when it answers with that encoder already, Conflict while another process
    indexes the collection.  Killed anywhere, the generation before goes on answering, and the
    next swap goes on where this one stopped.
    """
    started = time.monotonic()
    collection = tools.collection
    _differs(before, tools.extractor)
    with collection.writer():
        measured = measure_images(_locations(tools), tools, refresh=False, report=report)
        number = build(collection, tools.extractor, report=report)
        after = view_of(collection, number, snapshot.open_generation(collection.folder, number))
        comparison = _compared(before, after, old=old, tools=tools, count=count)
        switched = agree(comparison)
        if switched:
            change = _caught_up(tools, after.change)
            # Settings first: killed in between, the next index run ends what was agreed to.
            collection.update_settings(_settings(before, tools.extractor, over=over))
            snapshot.switch(collection.folder, number)
            _, late = _measure_changes(tools, change)
            collection.products.touch(late)
        else:
            snapshot.drop(collection.folder, number)
    return SwapReport(
        collection_id=collection.id,
        encoder_before=before.encoder or over,
        encoder=tools.extractor.name,
        switched=switched,
        generation=snapshot.current(collection.folder) or 0,
        encoded=measured.encoded,
        reused=measured.reused,
        problems=len(measured.problems),
        comparison=comparison,
        seconds=time.monotonic() - started,
    )


def encoder_before(tools: Tools) -> str:
    """The encoder that a rollback leads to.  Raises NotFound when there was no swap."""
    last = tools.collection.settings().get(SWAP)
    if not isinstance(last, dict):
        raise NotFound(
            f'The collection "{tools.collection.id}" has not been swapped to another encoder.',
            hint="Swap with: lookalike swap ENCODER",
        )
    return str(last["from"])


def _differs(before: CatalogView, extractor: Extractor) -> None:
    if before.fingerprint == extractor.fingerprint:
        raise InvalidInput(
            f'The collection "{before.collection_id}" answers with the encoder '
            f'"{extractor.name}" already.',
            hint="Name another one; `lookalike doctor` shows which answers now.",
        )


def _settings(before: CatalogView, extractor: Extractor, *, over: str) -> dict[str, object]:
    """See `extractors.chosen`."""
    return {
        "encoder": extractor.name,
        "fingerprint": extractor.fingerprint,
        SWAP: {"to": extractor.name, "over": over, "from": before.encoder or over},
    }


def _compared(
    before: CatalogView, after: CatalogView, *, old: Extractor, tools: Tools, count: int
) -> Comparison:
    skus = questions(before, after, count=count)
    found = compare_views(before, after, skus=skus)
    known = tools.collection.products.many(skus[:PHOTOS])
    photos = [product.images[0] for product in known.values() if product.images]
    return replace(
        found,
        photo_before=photo_times(old, photos, tools.images),
        photo_after=photo_times(tools.extractor, photos, tools.images),
    )


def _caught_up(tools: Tools, change: int) -> int:
    """Measure what was stored since; returns the change up to which nothing is left."""
    for _ in range(CATCH_UPS):
        latest, _ = _measure_changes(tools, change)
        if latest == change:
            break
        change = latest
    return change


def _measure_changes(tools: Tools, change: int) -> tuple[int, list[str]]:
    """The latest change and the skus changed since, which the new encoder knows now."""
    changed: list[str] = []
    while True:
        changes = tools.collection.products.changed_since(change, limit=PRODUCTS_PER_READ)
        if changes.latest == change:
            break
        change = changes.latest
        changed.extend(changes.upserted)
    known = tools.collection.products.many(changed)
    _measure([image for product in known.values() for image in product.images], tools)
    return change, list(known)


def _measure(locations: Sequence[str], tools: Tools) -> Measured | None:
    return measure_images(locations, tools, refresh=False, report=silent) if locations else None


def _locations(tools: Tools) -> Iterator[str]:
    """The images of every product."""
    after: str | None = None
    while page := tools.collection.products.page(after, limit=PRODUCTS_PER_READ):
        for product in page:
            yield from product.images
        after = page[-1].sku
