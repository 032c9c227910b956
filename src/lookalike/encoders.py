"""The facade's part for encoders: which one a collection answers with, and how to change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lookalike.domain.job import Job
from lookalike.domain.progress import Report, silent
from lookalike.domain.swap import DEFAULT_QUESTIONS, Agree, Comparison, SwapReport
from lookalike.journeys.catalog.extractors import located
from lookalike.journeys.catalog.index_job import run_apart
from lookalike.journeys.catalog.swap import encoder_before, swap
from lookalike.journeys.catalog.swap_job import KIND, run_in_background, run_swap
from lookalike.parts import Parts


@dataclass(frozen=True)
class Encoders:
    """Changes of the encoder of one collection, without a moment without answers."""

    parts: Parts
    collection: str

    def swap(
        self,
        encoder: str,
        *,
        compare: int = DEFAULT_QUESTIONS,
        agree: Agree | None = None,
        report: Report = silent,
    ) -> SwapReport:
        """Answer with another encoder.

        compare  how many products are asked about in both states before the switch
        agree    called with the comparison; the switch is left undone where it says False
        """
        live = self.parts.live(self.collection)
        view = live.refresh()
        extractors = self.parts.extractors
        done = swap(
            self.parts.tools(self.collection, encoder=located(encoder)),
            view,
            old=extractors.named(view.encoder or extractors.default),
            over=extractors.default,
            count=compare,
            agree=agree or _agreed,
            report=report,
        )
        live.known()  # the next question sees the new generation
        return done

    def rollback(self, *, compare: int = DEFAULT_QUESTIONS, report: Report = silent) -> SwapReport:
        """Answer with the encoder before the last swap again, whose features are still known.

        Raises NotFound when there was no swap.
        """
        return self.swap(self._before(), compare=compare, report=report)

    def start_swap(
        self, encoder: str, *, compare: int = DEFAULT_QUESTIONS, dry_run: bool = False
    ) -> Job:
        """`swap` in the background; returns the job to follow, whose report has the comparison.

        dry_run  build and compare, and leave it at that
        Raises InvalidInput for an encoder that does not exist; what else stops it, the job says.
        """
        self.parts.require_encoder(encoder)
        target = self.parts.collection(self.collection)
        self.parts.view(target.id)
        request = {"encoder": encoder, "compare": compare, "dry_run": dry_run}
        job = target.jobs.create(KIND, request, now=datetime.now(UTC))
        self._begin(job, self._change(request))
        return target.jobs.get(job)

    def _begin(self, job: str, change: Callable[[Report], SwapReport]) -> None:
        """Let a queued job run in the background, in a process of its own where those are used."""
        parts, target = self.parts, self.parts.collection(self.collection)
        if parts.apart:
            known = parts.live(target.id).known
            run_apart(job, target.jobs, parts.apart, then=known, background=parts.background)
        else:
            run_in_background(job, target, change, parts.background)

    def run_again(self, job: Job, *, report: Report | None = None) -> None:
        """A queued job that was begun before; in the background unless a report is given."""
        target = self.parts.collection(self.collection)
        change = self._change(job.request)
        if report is None:
            self._begin(job.id, change)
        else:
            run_swap(job.id, target, change, report=report)

    def start_rollback(self, *, compare: int = DEFAULT_QUESTIONS) -> Job:
        """`rollback` in the background.  Raises NotFound when there was no swap."""
        return self.start_swap(self._before(), compare=compare)

    def _change(self, request: Mapping[str, Any]) -> Callable[[Report], SwapReport]:
        """What a job does; `Any` is JSON of our own."""
        return lambda report: self.swap(
            request["encoder"],
            compare=request["compare"],
            agree=lambda _: not request["dry_run"],
            report=report,
        )

    def _before(self) -> str:
        return encoder_before(self.parts.tools(self.parts.collection(self.collection).id))


def _agreed(_: Comparison) -> bool:
    return True
