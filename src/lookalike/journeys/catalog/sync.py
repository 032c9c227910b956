"""Keep a collection in sync: nothing to do while its catalog stays as it was, and once again."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.problems import Problem
from lookalike.domain.progress import Report
from lookalike.domain.schedule import wait_s
from lookalike.errors import Conflict, LookalikeError
from lookalike.index import snapshot
from lookalike.journeys.catalog.index_catalog import LossNotAccepted, same_run
from lookalike.journeys.catalog.job_report import Stopped
from lookalike.journeys.catalog.measure_images import Tools, measure_images
from lookalike.sources.protocol import CatalogSource
from lookalike.storage.collection import Collection

_logger = logging.getLogger(__name__)

PASSING = ("timeout", "unreachable", "unknown_host", "incomplete", "http_429", "http_5")
"""Beginnings of the reasons that go away by themselves."""


def has_no_work(source: CatalogSource, tools: Tools, options: Options, *, now: datetime) -> bool:
    """Whether a run over the source would find what the last one found.

    Prices and stock that were patched since stay as they were patched.
    """
    known = tools.collection.settings()
    turn = known.get("next_change")
    return (
        source.mark is not None
        and not options.refresh
        and {name: known.get(name) for name in ("mark", "run")} == same_run(source, tools, options)
        and known.get("fingerprint") == tools.extractor.fingerprint
        and not (isinstance(turn, str) and datetime.fromisoformat(turn) <= now)
        and snapshot.current(tools.collection.folder) is not None
    )


def unchanged(source: CatalogSource, collection: Collection) -> IndexReport:
    """The report of a run that was not needed."""
    return IndexReport(
        job_id=None,
        collection_id=collection.id,
        dry_run=False,
        products=collection.products.count(),
        added=0,
        changed=0,
        removed=0,
        images=0,
        encoded=0,
        reused=0,
        problems=(),
        problem_counts={},
        seconds=0.0,
        generation=snapshot.current(collection.folder) or 0,
        mapping=dict(source.mapping),
        format=source.title,
        unchanged=True,
    )


@dataclass(frozen=True)
class RetryReport:
    """What trying the failed images again brought."""

    tried: int
    mended: int
    encoded: int
    problems: tuple[Problem, ...]


def failed_images(collection: Collection) -> list[Problem]:
    """The images of live products that could not be used, by sku."""
    return [
        Problem(None, sku, one.location, one.problem.code, one.problem.message, skipped=False)
        for one, sku in collection.images.failed()
        if one.problem
    ]


def retry_images(tools: Tools, *, report: Report, passing_only: bool = False) -> RetryReport:
    """Read the failed images again; what is mended can be recommended at once.

    passing_only  only those whose reason goes away by itself
    Raises Conflict while another process indexes the collection.
    """
    before = {
        str(one.location)
        for one in failed_images(tools.collection)
        if not passing_only or one.code.startswith(PASSING)
    }
    if not before:
        return RetryReport(0, 0, 0, ())
    with tools.collection.writer():
        measured = measure_images(before, tools, refresh=True, report=report)
    left = [one for one in failed_images(tools.collection) if one.location in before]
    still = {one.location for one in left}
    return RetryReport(len(before), len(before - still), measured.encoded, tuple(left))


def poll(
    run: Callable[[], IndexReport],
    *,
    every_s: float,
    stop: threading.Event,
    tell: Callable[[IndexReport | LookalikeError], None],
    rng: random.Random,
) -> None:
    """Call `run` now and again until `stop` is set, longer apart while it fails.

    A run that another process has the right to is not a failure: it is tried at its next turn.
    """
    failures = 0
    while not stop.is_set():
        try:
            tell(run())
            failures = 0
        except Stopped:
            return
        except LookalikeError as error:
            tell(error)
            is_taken = isinstance(error, Conflict) and not isinstance(error, LossNotAccepted)
            failures += 0 if is_taken else 1
            _logger.warning("a sync failed", extra={"error": error.code, "failures": failures})
        stop.wait(wait_s(every_s, failures, rng.random()))
