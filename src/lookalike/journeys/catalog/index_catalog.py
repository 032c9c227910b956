"""Bring a collection in line with a catalog: read, measure, publish; restartable anywhere."""

import time

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.problems import Problem
from lookalike.domain.progress import Report, silent
from lookalike.errors import Conflict
from lookalike.index import snapshot
from lookalike.journeys.catalog.job_report import kept_current
from lookalike.journeys.catalog.measure_images import Measured, Tools, measure_images, unseen
from lookalike.journeys.catalog.publish import is_stale, publish
from lookalike.journeys.catalog.read_catalog import Reading, read_catalog
from lookalike.sources.locations import without_credentials
from lookalike.sources.protocol import CatalogSource
from lookalike.storage.collection import Collection

FEW = 5  # so many may always go: the share of a tiny catalog means little; by eye
ENOUGH_TO_TELL = 200  # images; fewer are mostly the time of starting up; by eye
SECONDS_PER_IMAGE = 0.008  # bench/indexing.py on two cores; what --dry-run multiplies


def plan_index(source: CatalogSource, tools: Tools, options: Options) -> IndexReport:
    """What a run would do, without writing anything: counts, problems, estimated seconds."""
    reading = read_catalog(
        source, tools.collection, write=False, report=silent, version=options.version
    )
    todo, measured = unseen(sorted(reading.locations), tools, refresh=options.refresh)
    return _report(
        reading,
        measured,
        tools.collection,
        source,
        removed=_gone(reading, options),
        seconds=len(todo) * _seconds_per_image(tools.collection),
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
        reading = read_catalog(source, collection, write=True, report=told, version=options.version)
        _require_acceptable_loss(reading, options)
        removed = collection.products.bury(reading.buried) if reading.buried else 0
        if options.removes_missing:
            removed += collection.products.remove(reading.missing, as_of=options.version)
        began = time.monotonic()
        measured = measure_images(reading.locations, tools, refresh=options.refresh, report=told)
        looked_s = time.monotonic() - began
        if is_stale(collection, tools.extractor):
            publish(collection, tools.extractor, report=told)
        collection.update_settings(
            {
                "source": source.location,
                "images_root": source.images_root,
                "fingerprint": tools.extractor.fingerprint,
                "encoder": tools.extractor.name,
                **_rate(measured, looked_s),
                **same_run(source, tools, options),
                "next_change": source.next_change and source.next_change.isoformat(),
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


def same_run(source: CatalogSource, tools: Tools, options: Options) -> dict[str, object]:
    """What must be as in the last run for a run to have no work, beside the extractor."""
    read_as = [source.images_root, source.title, sorted(source.mapping.items())]
    kept = options.kept_attributes(tools.added_attributes)
    chosen = [options.mode, options.keep_missing, options.version, kept, sorted(tools.steps)]
    return {"mark": source.mark, "run": repr([source.location, read_as, chosen])}


class LossNotAccepted(Conflict):
    """A catalog that lost so much that somebody should look before anything is removed."""


def _require_acceptable_loss(reading: Reading, options: Options) -> None:
    """Raises LossNotAccepted, before anything is removed, when too many products are missing."""
    missing = len(reading.missing) if options.removes_missing else 0
    if options.accept_loss or missing <= max(FEW, options.max_loss_share * reading.before):
        return
    raise LossNotAccepted(
        f"The catalog lacks {missing:,} of the {reading.before:,} products it named before "
        f"({missing / reading.before:.0%}); nothing was removed.",
        hint="If they are really gone, run it again with --accept-loss.  If it names only what "
        f"changed, use --mode delta.  The limit is the setting max_loss_share "
        f"({options.max_loss_share:g}).",
    )


def _gone(reading: Reading, options: Options) -> int:
    return len(reading.buried) + (len(reading.missing) if options.removes_missing else 0)


def _seconds_per_image(collection: Collection) -> float:
    """As the last run of many images on this machine took, if there was one."""
    known = collection.settings().get("seconds_per_image")
    return known if isinstance(known, float) else SECONDS_PER_IMAGE


def _rate(measured: Measured, seconds: float) -> dict[str, object]:
    if measured.encoded < ENOUGH_TO_TELL:
        return {}
    return {"seconds_per_image": round(seconds / measured.encoded, 5)}


def _keep_choices(source: CatalogSource, tools: Tools, options: Options) -> None:
    """What the ledger goes by: the columns named for attributes, and which of them are kept."""
    named = {name: source.mapping[name][0] for name in VISUAL_ATTRIBUTES if name in source.mapping}
    collection, choices = tools.collection, dict[str, object]()
    choices |= {"attribute_columns": named, "mark": None}  # no mark until the run is done
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
        stale=reading.stale,
        format=source.title,
    )
