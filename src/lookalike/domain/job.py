"""Jobs: long work on a collection, as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

JobState = Literal["queued", "running", "succeeded", "failed", "interrupted"]


@dataclass(frozen=True)
class Job:
    """A job as it stands.  `interrupted`: its process ended before it did."""

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
