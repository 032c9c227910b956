"""A job in a process of its own, which steps back for whoever answers (decision 0085).

What begins it writes one line to its standard input and then holds the pipe open: the job ends at
its next step when the pipe closes, so also when whoever began it is gone.  On its standard output
come lines of JSON: what it counted, and what stopped it.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lookalike import errors
from lookalike.domain import observe
from lookalike.domain.progress import Report, Step
from lookalike.errors import LookalikeError, Unavailable
from lookalike.journeys.catalog.index_catalog import LossNotAccepted
from lookalike.storage.jobs import JobStore

MODULE = "lookalike.cli.job_process"
LOOK_EVERY_S = 0.2
"""Whether the job should end: as often as a job looks whether it was canceled."""


@dataclass
class _Said:
    error: LookalikeError | None = None


@dataclass(frozen=True)
class JobProcess:
    """Carries out jobs that this process has queued, and waits for their end.

    settings  of this process, as JSON can say them
    niceness  how far the other process steps back, as Unix nice
    """

    settings: Mapping[str, object]
    niceness: int

    def carry_out(self, job: str, jobs: JobStore, report: Report) -> None:
        """Wait until the job is over, whatever comes of it.

        report  called now and again; what it raises is raised once the job has ended for it
        Raises what stopped the job; Unavailable where its process ended without a word.
        """
        first = json.dumps({"settings": self.settings, "job": job, "nice": self.niceness})
        said = _Said()
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with process:
            listening = (_listen, process.stdout or (), said)
            listener = threading.Thread(target=copy_context().run, args=listening, daemon=True)
            listener.start()
            try:
                with contextlib.suppress(BrokenPipeError):  # it says on standard error why
                    _write(process, first)
                    while listener.is_alive():
                        listener.join(LOOK_EVERY_S)
                        report(Step("", 0, None))
            finally:
                with contextlib.suppress(BrokenPipeError):
                    _close(process)
                process.wait()
                listener.join()
        if said.error:
            raise said.error
        if process.returncode:
            raise _lost(job, jobs, process.returncode)


def _write(process: "subprocess.Popen[str]", line: str) -> None:
    if process.stdin:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()


def _close(process: "subprocess.Popen[str]") -> None:
    if process.stdin:
        process.stdin.close()


def _listen(lines: Iterable[str], said: _Said) -> None:
    for line in lines:
        told: Mapping[str, Any] = json.loads(line)  # JSON of our own
        if "count" in told:
            observe.count(told["count"], told["label"], told["amount"])
        else:
            said.error = _error(told)


def _error(told: Mapping[str, Any]) -> LookalikeError:
    kinds = {LossNotAccepted.__name__: LossNotAccepted, **vars(errors)}
    kind: type[LookalikeError] = kinds.get(told["error"], Unavailable)
    return kind(told["message"], hint=told["hint"])


def _lost(job: str, jobs: JobStore, code: int) -> LookalikeError:
    """A process that was killed; its job is one of nobody, or still of this process."""
    error = Unavailable(
        f"The process of the job {job} ended with status {code}.",
        hint=f"Its log says why.  Go on with: lookalike jobs resume {job}",
    )
    if jobs.get(job).state in {"queued", "canceling"}:
        jobs.update(job, now=datetime.now(UTC), state="failed", message=str(error))
    return error
