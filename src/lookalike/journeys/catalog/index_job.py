"""An index run as a job: its state, counts and problems are kept while and after it runs."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.job import Job
from lookalike.domain.progress import Report
from lookalike.journeys.catalog.background import Background
from lookalike.journeys.catalog.index_catalog import index_catalog
from lookalike.journeys.catalog.job_process import JobProcess
from lookalike.journeys.catalog.job_report import written_down
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.catalog.sync import unchanged
from lookalike.sources.protocol import CatalogSource
from lookalike.storage.collection import Collection
from lookalike.storage.jobs import JobStore

KIND = "index"


def create_job(
    source: CatalogSource, tools: Tools, options: Options, *, read_as: Mapping[str, object]
) -> str:
    """Queue a run; returns the id of its job, which keeps all that resuming it takes.

    read_as  how the catalog was to be read, where guessing is not enough: images, mapping, form
    """
    request = {
        "source": _wherever(source.location),
        "images_root": source.images_root,
        "read_as": {name: _wherever(said) for name, said in read_as.items()},
        "mode": options.mode,
        "version": options.version,
        "accept_loss": options.accept_loss,
        "keep_missing": options.keep_missing,
        "refresh": options.refresh,
        "multiple_images": options.multiple_images,
        "extractors": options.extractors,
        "extract_attributes": options.extract_attributes,
    }
    return tools.collection.jobs.create(KIND, request, now=datetime.now(UTC))


def _wherever(said: object) -> object:
    """A path that exists as it is found from any folder: a job may be resumed from another."""
    if isinstance(said, str) and "://" not in said and Path(said).exists():
        return str(Path(said).absolute())
    return said


def options_of(request: Mapping[str, Any]) -> Options:
    """The options that `create_job` wrote down; `Any` is JSON of our own."""
    named = {name: request.get(name) for name in ("extractors", "extract_attributes")}
    chosen = {name: None if found is None else tuple(found) for name, found in named.items()}
    return Options(
        keep_missing=bool(request.get("keep_missing")),
        refresh=bool(request.get("refresh")),
        mode=request.get("mode", "full"),
        version=request.get("version"),
        accept_loss=bool(request.get("accept_loss")),
        multiple_images=bool(request.get("multiple_images", True)),
        extractors=chosen["extractors"],
        extract_attributes=chosen["extract_attributes"],
    )


def run_job(
    job: str, source: CatalogSource, tools: Tools, options: Options, *, report: Report
) -> IndexReport:
    """Run it to its end.  Whatever stops it is written down before it is raised again."""
    jobs = tools.collection.jobs
    with written_down(tools.collection, job):
        done = index_catalog(source, tools, options, job=job, report=report)
    jobs.add_problems(job, done.problems)
    jobs.update(job, now=datetime.now(UTC), state="succeeded", stage="", counts=counts(done))
    return done


def run_in_background(
    job: str,
    source: CatalogSource,
    tools: Tools,
    options: Options,
    *,
    then: Callable[[], object],
    background: Background,
) -> None:
    """The same in a thread; what went wrong is kept with the job, where its owner looks."""

    def run(report: Report) -> None:
        run_job(job, source, tools, options, report=report)
        then()

    background.start(f"index-{job[:8]}", run)


def run_apart(
    job: str,
    jobs: JobStore,
    apart: JobProcess,
    *,
    then: Callable[[], object],
    background: Background,
) -> None:
    """A job of any kind in a process of its own, while a thread waits for it."""

    def run(report: Report) -> None:
        apart.carry_out(job, jobs, report)
        then()

    background.start(f"job-{job[:8]}", run)


def report_of(job: Job, source: CatalogSource, collection: Collection) -> IndexReport:
    """The report of a run that another process made, as far as its job keeps it."""
    kept = {field.name for field in fields(IndexReport)} & set(job.counts)
    known: dict[str, Any] = {name: job.counts[name] for name in kept - {"problems"}}
    return replace(unchanged(source, collection), job_id=job.id, unchanged=False, **known)


def counts(report: IndexReport) -> Mapping[str, int]:
    """The figures of a report that a job keeps."""
    return {
        "products": report.products,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "images": report.images,
        "encoded": report.encoded,
        "reused": report.reused,
        "stale": report.stale,
        "problems": sum(report.problem_counts.values()),
        "generation": report.generation,
    }
