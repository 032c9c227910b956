"""A swap of encoders as a job, so that whoever asked over HTTP can follow and read it later."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

from lookalike.domain.progress import Report, silent
from lookalike.domain.swap import SwapReport
from lookalike.journeys.catalog.background import Background
from lookalike.journeys.catalog.job_report import kept_current, written_down
from lookalike.storage.collection import Collection

KIND = "swap"


def run_in_background(
    job: str,
    collection: Collection,
    change: Callable[[Report], SwapReport],
    background: Background,
) -> None:
    """Run a queued job in a thread; what goes wrong is kept with the job."""
    background.start(
        f"{KIND}-{job[:8]}", lambda report: run_swap(job, collection, change, report=report)
    )


def run_swap(
    job: str,
    collection: Collection,
    change: Callable[[Report], SwapReport],
    *,
    report: Report = silent,
) -> SwapReport:
    """The same to its end."""
    with written_down(collection, job):
        done = change(kept_current(collection, job, report))
    counts = {
        "encoded": done.encoded,
        "reused": done.reused,
        "problems": done.problems,
        "generation": done.generation,
    }
    collection.jobs.update(
        job,
        now=datetime.now(UTC),
        state="succeeded",
        stage="",
        counts=counts,
        report=asdict(done),
    )
    return done
