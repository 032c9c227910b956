"""Indexes that are missing or cannot be read, made anew from the stored features."""

from collections.abc import Callable

from lookalike.domain.progress import Report
from lookalike.errors import LookalikeError, Unavailable
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.catalog.publish import open_view, publish
from lookalike.storage.collection import Collection
from lookalike.storage.workspace import Workspace


def rebuild(
    workspace: Workspace, tools: Callable[[str], Tools], *, report: Report
) -> tuple[tuple[str, ...], dict[str, str]]:
    """(collections done, collection -> why it could not be done); no image is looked at."""
    done, waiting = [], {}
    for name in workspace.collections():
        collection = workspace.collection(name)
        if _is_fine(collection):
            continue
        try:
            with collection.writer():
                publish(collection, tools(name).extractor, report=report)
            done.append(name)
        except LookalikeError as error:
            waiting[name] = str(error)
    return tuple(done), waiting


def _is_fine(collection: Collection) -> bool:
    """An index that opens, or a collection that never had one."""
    try:
        there = open_view(collection) is not None
    except Unavailable:
        return False
    return there or "fingerprint" not in collection.settings()
