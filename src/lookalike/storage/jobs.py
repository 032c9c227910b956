"""Jobs: long work on a collection, what it has done so far and what it could not do."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lookalike.domain.job import RESUMABLE, Job, JobState, Stage
from lookalike.domain.problems import Problem
from lookalike.errors import Conflict, NotFound
from lookalike.storage.database import Database
from lookalike.storage.presence import Presence
from lookalike.storage.tables import from_json, job_problems, jobs, to_json

UNFINISHED = frozenset({"queued", "running", "canceling"})
REPORT, STAGES = "report", "stages"
"""Among the counts as they are stored, the names under which these are kept."""

JOBS_WITH_PROBLEMS = 20
"""How many jobs of a collection keep their problems; chosen by eye: a month of nightly runs
without weekends."""


class JobStore:
    """Reads and writes the jobs of one collection; each write is one transaction.

    A job belongs to the process that created it.
    """

    def __init__(self, database: Database, collection: str, *, presence: Presence) -> None:
        self._database = database
        self._collection = collection
        self._presence = presence

    def create(self, kind: str, request: Mapping[str, object], *, now: datetime) -> str:
        """Queue a job of this process; returns its id.  Drops the problems of old jobs."""
        job = uuid.uuid4().hex
        row = {
            "id": job,
            "collection": self._collection,
            "kind": kind,
            "state": "queued",
            "stage": "",
            "message": "",
            "request": to_json(request),
            "counts": "{}",
            "owner": self._presence.token(),
            "created_at": now,
            "updated_at": now,
        }
        newest = self._newest_first(jobs.c.id).limit(JOBS_WITH_PROBLEMS)
        of_collection = sa.select(jobs.c.id).where(self._mine)
        with self._database.writing() as connection:
            connection.execute(jobs.insert(), row)
            connection.execute(
                job_problems.delete().where(
                    job_problems.c.job.in_(of_collection), job_problems.c.job.not_in(newest)
                )
            )
        return job

    def update(
        self,
        job: str,
        *,
        now: datetime,
        state: JobState | None = None,
        stage: str | None = None,
        message: str | None = None,
        counts: Mapping[str, int] | None = None,
        report: Mapping[str, object] | None = None,
        stages: Sequence[Stage] | None = None,
    ) -> None:
        """Change what is given and keep the rest; report and stages come with counts.

        Raises NotFound.
        """
        values: dict[str, object] = {"updated_at": now}
        if state is not None:
            values["state"] = state
            values["finished_at"] = None if state in UNFINISHED else now
        if state == "running":
            values["started_at"] = sa.func.coalesce(jobs.c.started_at, sa.bindparam("start", now))
        if stage is not None:
            values["stage"] = stage
        if message is not None:
            values["message"] = _storable(message)
        here = sa.and_(self._mine, jobs.c.id == job)
        with self._database.writing() as connection:
            if counts is not None:
                before = connection.execute(sa.select(jobs.c.counts).where(here)).scalar() or "{}"
                kept = from_json(before).get(STAGES, [])
                if stages is not None:
                    kept = [[one.name, one.done, one.total] for one in stages]
                said = {REPORT: report} if report else {}
                values["counts"] = to_json({**counts, **said, STAGES: kept})
            if connection.execute(jobs.update().where(here).values(**values)).rowcount == 0:
                raise self._not_found(job)

    def start(self, job: str, *, now: datetime) -> bool:
        """From queued to running; False when it was canceled before it began."""
        begun = sa.func.coalesce(jobs.c.started_at, sa.bindparam("start", now))
        here = sa.and_(self._mine, jobs.c.id == job, jobs.c.state == "queued")
        values = {"state": "running", "started_at": begun, "updated_at": now}
        with self._database.writing() as connection:
            return connection.execute(jobs.update().where(here).values(**values)).rowcount > 0

    def adopt(self, job: str, *, now: datetime) -> None:
        """Own a job that another process has queued for this one.

        Raises NotFound, and Conflict for one that has begun or is over.
        """
        waits = sa.and_(self._mine, jobs.c.id == job, jobs.c.state.in_(("queued", "canceling")))
        values = {"owner": self._presence.token(), "updated_at": now}
        with self._database.writing() as connection:
            if connection.execute(jobs.update().where(waits).values(**values)).rowcount:
                return
        raise Conflict(f"The job {self.get(job).id} does not wait to begin.")

    def is_canceling(self, job: str) -> bool:
        """Whether somebody, in whichever process, asked that it end."""
        query = sa.select(jobs.c.state).where(self._mine, jobs.c.id == job)
        with self._database.reading() as connection:
            return bool(connection.execute(query).scalar() == "canceling")

    def cancel(self, job: str, *, now: datetime) -> Job:
        """Ask that it end at its next step; one whose process is gone is canceled at once.

        To ask twice is to ask once.  Raises NotFound, and Conflict for one that is over.
        """
        found = self.get(job)
        state = "canceled" if found.state == "interrupted" else "canceling"
        if found.state in {"queued", "running", "interrupted"}:
            here = sa.and_(self._mine, jobs.c.id == job, jobs.c.state.in_(("queued", "running")))
            values = {"state": state, "updated_at": now}
            if state == "canceled":  # unless somebody took it up meanwhile
                values["finished_at"] = now
                here = sa.and_(here, jobs.c.updated_at == found.updated_at)
            with self._database.writing() as connection:
                connection.execute(jobs.update().where(here).values(**values))
            found = self.get(job)
        if found.state not in {"canceling", "canceled"}:
            raise Conflict(
                f"The job {job} is over: it {_SPOKEN.get(found.state, found.state)}.",
                hint="Only a job that is queued or running can be canceled.",
            )
        return found

    def take_up(self, job: str, *, now: datetime) -> None:
        """Queue a job again that did not succeed, as one of this process.

        Raises NotFound, and Conflict for one that is at work or succeeded, or that somebody
        else took up.
        """
        found = self.get(job)
        values = {
            "state": "queued",
            "stage": "",
            "message": "",
            "counts": "{}",
            "owner": self._presence.token(),
            "updated_at": now,
            "finished_at": None,
        }
        here = sa.and_(self._mine, jobs.c.id == job, jobs.c.updated_at == found.updated_at)
        with self._database.writing() as connection:
            if found.state in RESUMABLE:
                connection.execute(job_problems.delete().where(job_problems.c.job == job))
                if connection.execute(jobs.update().where(here).values(**values)).rowcount:
                    return
        raise Conflict(
            f"The job {job} {_SPOKEN.get(found.state, 'is at work already')}.",
            hint="Only a job that failed, was canceled or interrupted can be resumed.",
        )

    def get(self, job: str) -> Job:
        """Raises NotFound."""
        query = sa.select(jobs).where(self._mine, jobs.c.id == job)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise self._not_found(job)
        return self._job(row)

    def list(self, limit: int) -> tuple[Job, ...]:
        """Newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(self._newest_first(jobs).limit(limit)).all()
        return tuple(self._job(row) for row in rows)

    def unfinished(self) -> tuple[Job, ...]:
        """Those that wait or run now, newest first."""
        query = self._newest_first(jobs).where(jobs.c.state.in_(UNFINISHED))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found = (self._job(row) for row in rows)
        return tuple(one for one in found if one.state in UNFINISHED)

    def add_problems(self, job: str, problems: Sequence[Problem]) -> None:
        """Append a batch to the job's problems."""
        if not problems:
            return
        here = job_problems.c.job == job
        count = sa.select(sa.func.count()).select_from(job_problems).where(here)
        with self._database.writing() as connection:
            # A job has one process, but it may report from several threads.
            owned = sa.select(jobs.c.id).where(self._mine, jobs.c.id == job).with_for_update()
            if connection.execute(owned).one_or_none() is None:
                raise self._not_found(job)
            first = connection.execute(count).scalar_one()
            rows = [
                {
                    "job": job,
                    "position": position,
                    "line": problem.line,
                    "sku": _storable(problem.sku),
                    "location": _storable(problem.location),
                    "code": problem.code,
                    "message": _storable(problem.message),
                    "skipped": problem.skipped,
                }
                for position, problem in enumerate(problems, start=first)
            ]
            connection.execute(job_problems.insert(), rows)

    def problems(self, job: str, *, offset: int = 0, limit: int) -> tuple[Problem, ...]:
        """In the order in which they were added."""
        query = (
            sa.select(job_problems)
            .join(jobs, jobs.c.id == job_problems.c.job)
            .where(self._mine, job_problems.c.job == job, job_problems.c.position >= offset)
            .order_by(job_problems.c.position)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Problem(row.line, row.sku, row.location, row.code, row.message, row.skipped)
            for row in rows
        )

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return jobs.c.collection == self._collection

    def _newest_first(self, what: sa.Table | sa.Column[str]) -> sa.Select[*tuple[Any, ...]]:
        newest = (jobs.c.created_at.desc(), jobs.c.id)
        return sa.select(what).where(self._mine).order_by(*newest)

    def _not_found(self, job: str) -> NotFound:
        return NotFound(
            f'The collection "{self._collection}" has no job "{job}".',
            hint="List its jobs to see their ids.",
        )

    def _job(self, row: sa.Row[*tuple[Any, ...]]) -> Job:
        state = row.state
        if state in UNFINISHED and not self._presence.is_alive(row.owner):
            state = "canceled" if state == "canceling" else "interrupted"
        counts: dict[str, Any] = from_json(row.counts)  # as `update` wrote them
        report = counts.pop(REPORT, {})
        stages = tuple(Stage(*one) for one in counts.pop(STAGES, ()))
        return Job(
            id=row.id,
            collection=row.collection,
            kind=row.kind,
            state=state,
            stage=row.stage,
            message=row.message,
            request=from_json(row.request),
            counts=counts,
            report=report,
            created_at=row.created_at,
            updated_at=row.updated_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            stages=stages,
        )


_SPOKEN = {"succeeded": "succeeded", "failed": "failed"}


def _storable(text: str | None) -> str | None:
    """Text that every database takes: file names can hold bytes that are not text."""
    if text is None:
        return None
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
