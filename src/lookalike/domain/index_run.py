"""An index run: how it treats what it finds, and what it did or would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lookalike.domain.extraction import chosen_attributes
from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput

Mode = Literal["full", "delta"]
MODES = ("full", "delta")
MAX_LOSS_SHARE = 0.3
"""Chosen by eye: a season's end takes a tenth of a catalog, a broken export takes half."""


@dataclass(frozen=True)
class Options:
    """How a run treats what it finds.

    keep_missing  leave products alone that the catalog no longer has
    refresh       read every image again, even where size and time say it is unchanged
    mode          "full": the catalog names every product, so what it lacks is removed; "delta":
                  only those it names change, and it says itself which are gone
    version       how new the catalog is, for rows that do not say it themselves
    max_loss_share, accept_loss
                  a full catalog that lacks a larger share of the products than this is not
                  believed, unless the loss is accepted
    multiple_images  False keeps the first image of a product
    extractors, extract_attributes
                  which attributes are measured and kept (domain/extraction.py); None leaves the
                  collection as it is, at first with all of ours
    """

    keep_missing: bool = False
    refresh: bool = False
    mode: Mode = "full"
    version: int | None = None
    max_loss_share: float = MAX_LOSS_SHARE
    accept_loss: bool = False
    multiple_images: bool = True
    extractors: tuple[str, ...] | None = None
    extract_attributes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InvalidInput(
                f'"{self.mode}" is not a mode of a run.', hint=f"One of {', '.join(MODES)}."
            )
        if self.version is not None and self.version < 0:
            raise InvalidInput(f"The version is {self.version}; it must be >= 0.")

    @property
    def removes_missing(self) -> bool:
        return self.mode == "full" and not self.keep_missing

    def kept_attributes(self, added: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
        """The attributes to keep from now on; None to keep those of the run before.

        added  extractors of others that run -> their attributes
        Raises InvalidInput for names that are none.
        """
        return chosen_attributes(self.extractors, self.extract_attributes, added)


@dataclass(frozen=True)
class IndexReport:
    """The summary of one run over a catalog.

    images      different images that the products name
    encoded     those whose features were computed in this run
    reused      those whose features were there already
    problems    what was wrong with the input, the first few thousand in full
    problem_counts  how many there were of each code
    seconds     wall clock of the run; of a dry run, the estimate for the real one
    stale       rows that say something older than what is known; they changed nothing
    format      the feed format by whose rules it was read; empty for a plain table or folder
    unchanged   the source is the very one of the last run, so nothing was done
    generation  the snapshot that now answers; unchanged when nothing had to be built
    """

    job_id: str | None
    collection_id: str
    dry_run: bool
    products: int
    added: int
    changed: int
    removed: int
    images: int
    encoded: int
    reused: int
    problems: tuple[Problem, ...]
    problem_counts: Mapping[str, int]
    seconds: float
    generation: int
    mapping: dict[str, tuple[str, ...]]
    stale: int = 0
    format: str = ""
    unchanged: bool = False
