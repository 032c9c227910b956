"""An index run: how it treats what it finds, and what it did or would do."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.domain.extraction import chosen_attributes
from lookalike.domain.problems import Problem


@dataclass(frozen=True)
class Options:
    """How a run treats what it finds.

    keep_missing  leave products alone that the catalog no longer has
    refresh       read every image again, even where size and time say it is unchanged
    multiple_images  False keeps the first image of a product
    extractors, extract_attributes
                  which attributes are measured and kept (domain/extraction.py); None leaves the
                  collection as it is, at first with all of ours
    """

    keep_missing: bool = False
    refresh: bool = False
    multiple_images: bool = True
    extractors: tuple[str, ...] | None = None
    extract_attributes: tuple[str, ...] | None = None

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
