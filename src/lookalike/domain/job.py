"""Jobs: long work on a collection, as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

JobState = Literal["queued", "running", "succeeded", "failed", "interrupted"]


@dataclass(frozen=True)
class Job:
    """A job as it stands.  `interrupted`: its process ended before it did.

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
