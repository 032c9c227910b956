"""Problems: what went wrong with one record or image while the rest went on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """A fault in the input that is reported and never stops a run.

    line      first physical line of the record (its row number in a columnar file)
    location  the file, folder or URL it is about
    code      stable and short: bad_price, duplicate_sku, missing, timeout, ...
    skipped   whether the record gave no product; False: only a value or an image was left out
    """

    line: int | None
    sku: str | None
    location: str | None
    code: str
    message: str
    skipped: bool = True


MOST_KEPT = 10_000  # 2 MB; nobody reads on, and a hostile file could make millions


@dataclass
class Problems:
    """The problems of one run: every one is counted, the first MOST_KEPT are kept."""

    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.counts[problem.code] += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)
