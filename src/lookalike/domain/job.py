"""Jobs: long work on a collection, as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lookalike.errors import Conflict

JobState = Literal[
    "queued", "running", "canceling", "canceled", "succeeded", "failed", "interrupted"
]
RESUMABLE = frozenset({"canceled", "failed", "interrupted"})


class Canceled(Conflict):
    """Somebody asked that a run end; what it did is kept, and it can be resumed."""

    code = "canceled"


@dataclass(frozen=True)
class Stage:
    """How far one stage of a job came; the total is None while it is unknown."""

    name: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Job:
    """A job as it stands.

    state   queued, running; canceling: it ends at its next step; canceled; succeeded; failed: see
            `message`; interrupted: its process ended before it did
    stages  in the order in which they began

    counts  how far it is, and at its end what it did
    report  what else it has to say at its end: of a swap, the comparison; else empty
    """

    id: str
    collection: str
    kind: str
    state: JobState
    stage: str
    message: str
    request: Mapping[str, object]
    counts: Mapping[str, int]
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    report: Mapping[str, object] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
