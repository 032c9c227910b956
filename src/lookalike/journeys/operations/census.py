"""What an operator watches of every collection, and whether all of them can answer."""

from collections import Counter
from collections.abc import Callable

from lookalike.domain.census import Census
from lookalike.errors import LookalikeError
from lookalike.index import snapshot
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.storage.collection import Collection
from lookalike.storage.workspace import Workspace

Known = Callable[[str], CatalogView | None]
"""The view of a collection, by its id; None while nothing was indexed."""


def census(workspace: Workspace, known: Known) -> list[Census]:
    """Every collection, in order.  Raises Unavailable when the database cannot be read."""
    return [_of(workspace.collection(name), known) for name in workspace.collections()]


def _of(collection: Collection, known: Known) -> Census:
    try:
        view = known(collection.id)
    except LookalikeError:
        view = None  # `unready` says so
    return Census(
        collection_id=collection.id,
        products=collection.products.count(),
        indexed=len(view.index) if view else 0,
        generation=view.generation if view else 0,
        generation_at=snapshot.switched_at(collection.folder) if view else None,
        beside=view.followed if view else 0,
        failed_images=collection.images.failed_count(),
        jobs=Counter(job.kind for job in collection.jobs.unfinished()),
    )


def unready(workspace: Workspace, known: Known) -> list[str]:
    """Why questions cannot be answered now; empty when they can.

    A collection without an index is no reason: it is waiting for its first catalog.
    """
    try:
        workspace.require_usable()
        names = workspace.collections()
    except LookalikeError as error:
        return [f"database: {error}"]
    reasons = []
    for name in names:
        try:
            known(name)
        except LookalikeError as error:
            reasons.append(f"collection {name}: {error}")
    return reasons
