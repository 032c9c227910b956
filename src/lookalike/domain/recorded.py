"""What became of a batch of raw events."""

from dataclasses import dataclass, field

from lookalike.domain.problems import Problem


@dataclass(frozen=True)
class Recorded:
    """Counts of events, one for each product; `problems` name rows by line.

    accepted          new, and on the disk
    repeated          known already, with the same content
    withheld          not kept: their user paused learning, or was erased after they happened
    clamped           accepted with our time, as theirs lay ahead of it
    ignored           raw events that say nothing of a product
    logins            anonymous ids joined to users
    unknown_products  products of accepted events that are not sold (yet), in order
    problems          rows that cannot be read, and ids that were sent with other content
    """

    accepted: int = 0
    repeated: int = 0
    withheld: int = 0
    clamped: int = 0
    ignored: int = 0
    logins: int = 0
    unknown_products: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_counts: dict[str, int] = field(default_factory=dict)

    @property
    def conflicts(self) -> int:
        return self.problem_counts.get("conflict", 0)

    @property
    def refused(self) -> int:
        return sum(self.problem_counts.values())

    @property
    def did_nothing(self) -> bool:
        """Whether there were problems and nothing else."""
        good = self.accepted + self.repeated + self.withheld + self.ignored + self.logins
        return self.refused > 0 and good == 0
