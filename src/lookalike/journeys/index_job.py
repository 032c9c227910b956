"""An index run as a job: its state, counts and problems are kept while and after it runs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.progress import Report
from lookalike.journeys.background import Background
from lookalike.journeys.index_catalog import index_catalog
from lookalike.journeys.job_report import written_down
from lookalike.journeys.measure_images import Tools
from lookalike.sources.protocol import CatalogSource

KIND = "index"


def create_job(source: CatalogSource, tools: Tools, options: Options) -> str:
    """Queue a run; returns the id of its job."""
    request = {
        "source": source.location,
        "images_root": source.images_root,
        "keep_missing": options.keep_missing,
        "refresh": options.refresh,
        "multiple_images": options.multiple_images,
        "extractors": options.extractors,
        "extract_attributes": options.extract_attributes,
    }
    return tools.collection.jobs.create(KIND, request, now=datetime.now(UTC))


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
