"""Bring a collection in line with a catalog: read, measure, publish; restartable anywhere."""

import time

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.problems import Problem
from lookalike.domain.progress import Report, silent
from lookalike.index import snapshot
from lookalike.journeys.job_report import kept_current
from lookalike.journeys.measure_images import Measured, Tools, measure_images, unseen
from lookalike.journeys.publish import is_stale, publish
from lookalike.journeys.read_catalog import Reading, read_catalog
from lookalike.sources.locations import without_credentials
from lookalike.sources.protocol import CatalogSource
from lookalike.storage.collection import Collection

SECONDS_PER_IMAGE = 0.008  # bench/indexing.py on two cores; what --dry-run multiplies


def plan_index(source: CatalogSource, tools: Tools, options: Options) -> IndexReport:
    """What a run would do, without writing anything: counts, problems, estimated seconds."""
    reading = read_catalog(source, tools.collection, write=False, report=silent)
    todo, measured = unseen(sorted(reading.locations), tools, refresh=options.refresh)
    return _report(
        reading,
        measured,
        tools.collection,
        source,
        removed=0 if options.keep_missing else len(reading.missing),
        seconds=len(todo) * SECONDS_PER_IMAGE,
        encoded=len(todo),
        job=None,
    )


def index_catalog(
    source: CatalogSource, tools: Tools, options: Options, *, job: str, report: Report
) -> IndexReport:
    """Run as one job of the collection.

    Raises Conflict while another process indexes the collection.
    Killed at any instant, a second run goes on where it stopped and ends in the same state.
    """
    started = time.monotonic()
    collection = tools.collection
    told = kept_current(collection, job, report)
    with collection.writer():
        _keep_choices(source, tools, options)
        reading = read_catalog(source, collection, write=True, report=told)
        removed = 0 if options.keep_missing else collection.products.remove(reading.missing)
        measured = measure_images(reading.locations, tools, refresh=options.refresh, report=told)
        if is_stale(collection, tools.extractor):
            publish(collection, tools.extractor, report=told)
        collection.update_settings(
            {
                "source": source.location,
                "images_root": source.images_root,
                "fingerprint": tools.extractor.fingerprint,
                "encoder": tools.extractor.name,
            }
        )
    return _report(
        reading,
        measured,
        collection,
        source,
        removed=removed,
        seconds=time.monotonic() - started,
        encoded=measured.encoded,
        job=job,
    )


def _keep_choices(source: CatalogSource, tools: Tools, options: Options) -> None:
    """What the ledger goes by: the columns named for attributes, and which of them are kept."""
    named = {name: source.mapping[name][0] for name in VISUAL_ATTRIBUTES if name in source.mapping}
    collection, choices = tools.collection, dict[str, object]({"attribute_columns": named})
    if options.extractors is not None or options.extract_attributes is not None:
        choices["kept_attributes"] = options.kept_attributes(tools.added_attributes)
        choices["added_extractors"] = sorted(tools.added_attributes)
    collection.update_settings(choices)


def _report(
    reading: Reading,
    measured: Measured,
    collection: Collection,
    source: CatalogSource,
    *,
    removed: int,
    seconds: float,
    encoded: int,
    job: str | None,
) -> IndexReport:
    skus = collection.images.skus_of(measured.problems)
    reading.problems.extend(
        Problem(None, sku, without_credentials(location), one.code, one.message, skipped=False)
        for location, one in sorted(measured.problems.items())
        for sku in skus.get(location, (None,))
    )
    return IndexReport(
        job_id=job,
        collection_id=collection.id,
        dry_run=job is None,
        products=reading.products,
        added=len(reading.added),
        changed=len(reading.changed),
        removed=removed,
        images=len(reading.locations),
        encoded=encoded,
        reused=measured.reused,
        problems=tuple(reading.problems.kept),
        problem_counts=dict(reading.problems.counts),
        seconds=seconds,
        generation=snapshot.current(collection.folder) or 0,
        mapping=dict(source.mapping),
    )
