"""Calls about the encoder of a collection: another one without downtime, and the way back."""

from collections.abc import Mapping
from typing import Any

from lookalike.client.answers import Job
from lookalike.client.catalog_calls import wait_for
from lookalike.client.choosing import chosen
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path

QUESTIONS = 200
"""What the service asks both encoders by default."""


def swap(
    link: Link,
    encoder: str,
    /,
    *,
    compare: int = QUESTIONS,
    dry_run: bool = False,
    wait: bool = False,
    wait_s: float | None = None,
    collection_id: str | None = None,
) -> Plan[Job]:
    """Build with another encoder, compare, switch; questions are answered all the while.

    compare  questions asked of both; the comparison is in the job's report
    dry_run  build and compare, and leave it at that
    wait     come back when the job is over; raises JobFailed when waited in vain
    """
    body = {"encoder": encoder, "compare": compare, "dry_run": dry_run}
    return (yield from _job(link, "swap", body, collection_id, wait, wait_s))


def rollback(
    link: Link,
    /,
    *,
    compare: int = QUESTIONS,
    wait: bool = False,
    wait_s: float | None = None,
    collection_id: str | None = None,
) -> Plan[Job]:
    """Answer with the encoder before the last swap again, whose features are still known."""
    return (yield from _job(link, "rollback", {"compare": compare}, collection_id, wait, wait_s))


def _job(
    link: Link,
    what: str,
    body: Mapping[str, Any],
    collection_id: str | None,
    wait: bool,
    wait_s: float | None,
) -> Plan[Job]:
    name = yield from chosen(link, collection_id)
    started = Job((yield Request("POST", path("collections", name, what), body=body)))
    return (yield from wait_for(link, started.job_id, wait_s)) if wait else started
