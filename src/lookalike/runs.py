"""The facade's part for long runs: begin one, end one early, let one go on."""

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lookalike.domain.index_run import IndexReport, Options
from lookalike.domain.job import Job
from lookalike.domain.progress import Report, silent
from lookalike.encoders import Encoders
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.index_catalog import plan_index
from lookalike.journeys.catalog.index_job import (
    KIND,
    create_job,
    options_of,
    report_of,
    run_apart,
    run_in_background,
    run_job,
)
from lookalike.journeys.catalog.job_report import Stopped, stopping
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.catalog.sync import has_no_work, retry_images, unchanged
from lookalike.parts import Choice, Parts
from lookalike.sources.protocol import CatalogSource


@dataclass(frozen=True)
class Runs:
    """The jobs of every collection of a workspace."""

    parts: Parts

    def index(
        self,
        location: str,
        choice: Choice,
        options: Options | None,
        *,
        dry_run: bool,
        if_changed: bool,
        report: Report,
        collection: str | None,
    ) -> IndexReport:
        """`Engine.index`."""
        source, tools, chosen = self._catalog(location, choice, options, collection)
        if dry_run:
            return plan_index(source, tools, chosen)
        if if_changed and has_no_work(source, tools, chosen, now=datetime.now(UTC)):
            retry_images(tools, report=report, passing_only=True)
            return unchanged(source, tools.collection)
        job = create_job(source, tools, chosen, read_as=choice.asked)
        if self.parts.apart:
            jobs = tools.collection.jobs
            self.parts.apart.carry_out(job, jobs, report)
            done = report_of(jobs.get(job), source, tools.collection)
        else:
            done = run_job(job, source, tools, chosen, report=report)
        self.parts.live(tools.collection.id).known()  # the next question sees the new generation
        return done

    def start_index(
        self, location: str, choice: Choice, options: Options | None, *, collection: str | None
    ) -> Job:
        """`Engine.start_index`."""
        source, tools, chosen = self._catalog(location, choice, options, collection)
        job = create_job(source, tools, chosen, read_as=choice.asked)
        self._begin(job, source, tools, chosen)
        return tools.collection.jobs.get(job)

    def _begin(self, job: str, source: CatalogSource, tools: Tools, options: Options) -> None:
        """Let a queued job run in the background, in a process of its own where those are used."""
        parts, collection = self.parts, tools.collection
        known = parts.live(collection.id).known
        if parts.apart:
            run_apart(job, collection.jobs, parts.apart, then=known, background=parts.background)
        else:
            background = parts.background
            run_in_background(job, source, tools, options, then=known, background=background)

    def carry_out(self, job_id: str, stop: threading.Event) -> None:
        """Run a job here that another process has queued; `stop` ends it at its next step.

        Raises what stops it, but not that `stop` did.
        """
        job = self.parts.workspace.job(job_id)
        self.parts.collection(job.collection).jobs.adopt(job_id, now=datetime.now(UTC))
        report = stopping(silent, stop)
        with contextlib.suppress(Stopped):
            if job.kind == KIND:
                run_job(job_id, *self._opened(job), report=report)
            else:
                Encoders(self.parts, job.collection).run_again(job, report=report)

    def _catalog(
        self, location: str, choice: Choice, options: Options | None, collection: str | None
    ) -> tuple[CatalogSource, Tools, Options]:
        limit = self.parts.settings.max_loss_share
        chosen = replace(options or Options(), max_loss_share=limit)
        source = self.parts.source(location, choice, chosen)
        tools = self.parts.tools(collection, images_root=source.images_root, options=chosen)
        return source, tools, chosen

    def cancel(self, job_id: str) -> Job:
        """Ask a run to end at its next step, in whichever process it runs; returns its job.

        Nothing is half published: the generation before goes on answering.  What was measured is
        kept.  Raises NotFound, and Conflict for a job that is over.
        """
        workspace = self.parts.workspace
        jobs = workspace.collection(workspace.job(job_id).collection).jobs
        return jobs.cancel(job_id, now=datetime.now(UTC))

    def resume(self, job_id: str, *, report: Report | None = None) -> Job:
        """Let a job go on that failed, was canceled or interrupted; images known are not measured
        again.  Its source is read anew, with the options it was started with.

        report  run it here, to its end, and tell how far it is; else it runs in the background
        Raises NotFound; Conflict for a job that is at work or succeeded; what else stops it.
        """
        job = self.parts.workspace.job(job_id)
        if job.kind == KIND:
            return self._index(job, report)
        return self._swap(job, report)

    def _index(self, job: Job, report: Report | None) -> Job:
        source, tools, options = self._opened(job)
        jobs = tools.collection.jobs
        jobs.take_up(job.id, now=datetime.now(UTC))
        if report is None:
            self._begin(job.id, source, tools, options)
        else:
            run_job(job.id, source, tools, options, report=report)
            self.parts.live(job.collection).known()
        return jobs.get(job.id)

    def _opened(self, job: Job) -> tuple[CatalogSource, Tools, Options]:
        request: Mapping[str, Any] = job.request  # JSON of our own
        if "read_as" not in request:
            raise InvalidInput(
                f"The job {job.id} does not say how its catalog was read.",
                hint="It was started by an older version.  Index the catalog again.",
            )
        choice = Choice(**request["read_as"])
        return self._catalog(str(request["source"]), choice, options_of(request), job.collection)

    def _swap(self, job: Job, report: Report | None) -> Job:
        jobs = self.parts.collection(job.collection).jobs
        jobs.take_up(job.id, now=datetime.now(UTC))
        Encoders(self.parts, job.collection).run_again(job, report=report)
        return jobs.get(job.id)
