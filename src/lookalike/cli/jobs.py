"""`lookalike jobs`: what index runs did, what was wrong with their input; cancel and resume one."""

import sys

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import print_json, print_table, progress
from lookalike.domain.job import Job
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire import answers

RUNS = ("job_id", "state", "started_at", "stage", "message")
PROBLEMS = ("line", "sku", "code", "message")


class _Jobs(click.Group):
    """`jobs ID` shows a job; the ids of jobs are no names of commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [one for one in args if not one.startswith("-")]
        if "--help" not in args and not (words and words[0] in self.commands):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Jobs)
def jobs() -> None:
    """List the latest runs or the problems of one: jobs [JOB_ID].  End one, let one go on."""


@jobs.command()
@click.argument("job_id", required=False)
@click.option("--limit", default=1000, show_default=True, help="At most so many jobs or problems.")
@as_json
@click.pass_obj
def show(settings: Settings, *, job_id: str | None, limit: int, as_json: bool) -> None:
    """List the latest index runs, or the problems of one."""
    with Engine.open(settings, create=False) as engine:
        if job_id is None:
            told = [answers.job(job) for job in engine.jobs(limit=limit)]
            if as_json:
                print_json({"jobs": told})
            else:
                print_table(RUNS, [[str(one[name] or "") for name in RUNS] for one in told])
            return
        problems = [answers.problem(one) for one in engine.problems(job_id, limit=limit)]
    if as_json:
        print_json({"problems": problems})
        return
    print_table(PROBLEMS, [[str(one[name] or "") for name in PROBLEMS] for one in problems])


@jobs.command()
@click.argument("job_id")
@as_json
@click.pass_obj
def cancel(settings: Settings, *, job_id: str, as_json: bool) -> None:
    """End a run at its next step, in whichever process it runs; what it did is kept."""
    with Engine.open(settings, create=False) as engine:
        _tell(engine.runs().cancel(job_id), as_json=as_json)


@jobs.command()
@click.argument("job_id")
@as_json
@click.pass_obj
def resume(settings: Settings, *, job_id: str, as_json: bool) -> None:
    """Let a run go on that failed, was canceled or interrupted, and wait for its end."""
    with Engine.open(settings, create=False) as engine:
        with progress(quiet=as_json and not sys.stderr.isatty()) as report:
            done = engine.runs().resume(job_id, report=report)
        _tell(done, as_json=as_json)


def _tell(job: Job, *, as_json: bool) -> None:
    told = answers.job(job)
    if as_json:
        print_json(told)
        return
    counts = ", ".join(f"{count:,} {name}" for name, count in job.counts.items())
    click.echo(f"{job.id} is {job.state}" + (f": {counts}" if counts else ""))
