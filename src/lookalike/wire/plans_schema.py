"""The JSON shape of a dry run: what an index run would do."""

from pydantic import BaseModel, Field

from lookalike.domain.index_run import IndexReport
from lookalike.wire.schema import Json, ProblemRow

MOST_SHOWN = 100


class PlanBody(BaseModel):
    """What a run would do; nothing was changed."""

    collection_id: str
    products: int = Field(description="That the catalog names.")
    added: int
    changed: int
    removed: int
    stale: int = Field(description="Rows older than what is known; they would change nothing.")
    images: int
    to_encode: int = Field(description="Images that would be looked at.")
    reused: int
    seconds: float = Field(description="About how long it would take on this machine.")
    format: str = Field(description="The feed format; empty for a plain table or folder.")
    mapping: dict[str, list[str]] = Field(description="Product field -> the columns it is read of.")
    problems: list[ProblemRow] = Field(description=f"The first {MOST_SHOWN}.")
    problem_counts: dict[str, int]


def plan(done: IndexReport) -> Json:
    """The shape of `PlanBody`."""
    return {
        "collection_id": done.collection_id,
        "products": done.products,
        "added": done.added,
        "changed": done.changed,
        "removed": done.removed,
        "stale": done.stale,
        "images": done.images,
        "to_encode": done.encoded,
        "reused": done.reused,
        "seconds": done.seconds,
        "format": done.format,
        "mapping": {name: list(columns) for name, columns in done.mapping.items()},
        "problems": [ProblemRow(**vars(one)).model_dump() for one in done.problems[:MOST_SHOWN]],
        "problem_counts": dict(done.problem_counts),
    }
