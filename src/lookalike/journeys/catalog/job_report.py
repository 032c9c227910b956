"""What a job writes down while it works: that it runs, how far it is, why it stopped."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from lookalike.domain import observe
from lookalike.domain.job import Canceled, Stage
from lookalike.domain.progress import Report, Step
from lookalike.errors import LookalikeError
from lookalike.storage.collection import Collection

STOPPED = "Stopped; the next run goes on from here."


class Stopped(Exception):
    """Internal: whoever follows a run wants it to end now; the next one goes on from here."""


def stopping(report: Report, stop: threading.Event) -> Report:
    """The same report, which ends the run at its next step once `stop` is set."""

    def told(step: Step) -> None:
        if stop.is_set():
            raise Stopped(STOPPED)
        report(step)

    return told


WRITE_EVERY_S = 1.0
LOOK_EVERY_S = 0.2  # whether it was canceled: one small read


@contextmanager
def written_down(collection: Collection, job: str) -> Iterator[None]:
    """The job runs within; whatever stops it is written down before it is raised again."""
    jobs = collection.jobs
    try:
        if not jobs.start(job, now=datetime.now(UTC)):
            raise _canceled(job)
        yield
        observe.count("runs", "succeeded")
    except Canceled as error:
        observe.count("runs", "canceled")
        jobs.update(job, now=datetime.now(UTC), state="canceled", message=str(error))
        raise
    except Stopped:
        observe.count("runs", "stopped")
        jobs.update(job, now=datetime.now(UTC), state="interrupted", message=STOPPED)
        raise
    except LookalikeError as error:
        observe.count("runs", "failed")
        jobs.update(job, now=datetime.now(UTC), state="failed", message=str(error))
        raise
    except BaseException as error:
        observe.count("runs", "failed")
        said = f"{type(error).__name__}: {error}"
        jobs.update(job, now=datetime.now(UTC), state="failed", message=said)
        raise


def kept_current(collection: Collection, job: str, report: Report) -> Callable[[Step], None]:
    """Pass progress on, and keep the job's row current about once a second.

    The report raises Canceled, which ends the run, soon after somebody asked for it.
    """
    stages: dict[str, Stage] = {}
    stage, written, looked = "", 0.0, 0.0

    def told(step: Step) -> None:
        nonlocal stage, written, looked
        report(step)
        now = time.monotonic()
        stages[step.stage] = Stage(step.stage, step.done, step.total)
        if step.stage != stage or now - written >= WRITE_EVERY_S or step.done == step.total:
            stage, written = step.stage, now
            counts = {"done": step.done, "total": step.total or 0}
            collection.jobs.update(
                job,
                now=datetime.now(UTC),
                stage=step.stage,
                counts=counts,
                stages=tuple(stages.values()),
            )
        if now - looked >= LOOK_EVERY_S:
            looked = now
            if collection.jobs.is_canceling(job):
                raise _canceled(job)

    return told


def _canceled(job: str) -> Canceled:
    return Canceled(
        "Canceled; what was done is kept.", hint=f"Go on with: lookalike jobs resume {job}"
    )
