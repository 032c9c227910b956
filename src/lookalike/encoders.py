"""The facade's part for encoders: which one a collection answers with, and how to change it."""

from dataclasses import dataclass

from lookalike.domain.job import Job
from lookalike.domain.progress import Report, silent
from lookalike.domain.swap import DEFAULT_QUESTIONS, Agree, Comparison, SwapReport
from lookalike.journeys.extractors import located
from lookalike.journeys.swap import encoder_before, swap
from lookalike.journeys.swap_job import start_swap
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
        job = start_swap(
            target,
            lambda report: self.swap(
                encoder, compare=compare, agree=lambda _: not dry_run, report=report
            ),
            {"encoder": encoder, "compare": compare, "dry_run": dry_run},
            self.parts.background,
        )
        return target.jobs.get(job)

    def start_rollback(self, *, compare: int = DEFAULT_QUESTIONS) -> Job:
        """`rollback` in the background.  Raises NotFound when there was no swap."""
        return self.start_swap(self._before(), compare=compare)

    def _before(self) -> str:
        return encoder_before(self.parts.tools(self.parts.collection(self.collection).id))


def _agreed(_: Comparison) -> bool:
    return True
