"""`lookalike jobs`: what index runs did, and what was wrong with their input."""

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import print_json, print_table
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire import answers

RUNS = ("job_id", "state", "started_at", "stage", "message")
PROBLEMS = ("line", "sku", "code", "message")


@click.command()
@click.argument("job_id", required=False)
@click.option("--limit", default=1000, show_default=True, help="At most so many jobs or problems.")
@as_json
@click.pass_obj
def jobs(settings: Settings, *, job_id: str | None, limit: int, as_json: bool) -> None:
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
