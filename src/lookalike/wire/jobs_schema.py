"""The JSON shapes of long runs."""

from typing import Literal

from pydantic import BaseModel, Field

from lookalike.wire.schema import Json


class StageBody(BaseModel):
    """How far one stage came; the total is null while it is unknown."""

    stage: str
    done: int
    total: int | None


class JobBody(BaseModel):
    """A run over a catalog, or a swap of encoders."""

    job_id: str
    collection_id: str
    kind: str
    state: Literal[
        "queued", "running", "canceling", "canceled", "succeeded", "failed", "interrupted"
    ]
    stage: str | None
    progress: float | None = Field(description="Of the stage it is at, in [0, 1].")
    stages: list[StageBody] = Field(description="In the order in which they began.")
    counts: Json
    message: str | None
    report: Json | None = Field(description="Of a swap: what it did, and the comparison.")
    started_at: str | None
    ended_at: str | None


class JobsBody(BaseModel):
    """The latest runs, newest first."""

    jobs: list[JobBody]
