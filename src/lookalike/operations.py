"""The facade's part for whoever runs the service: is it well, and how does it end?"""

from dataclasses import dataclass

from lookalike.domain.census import Census
from lookalike.journeys.census import census, unready
from lookalike.parts import Parts


@dataclass(frozen=True)
class Operations:
    """What concerns the workspace as a whole."""

    parts: Parts

    def census(self) -> list[Census]:
        """Every collection in numbers, for metrics."""
        return census(self.parts.workspace, lambda name: self.parts.live(name).known())

    def unready(self) -> list[str]:
        """Why questions cannot be answered now; empty when they can."""
        return unready(self.parts.workspace, lambda name: self.parts.live(name).known())

    def stop_jobs(self, *, timeout_s: float) -> bool:
        """Let jobs in the background end at their next step; whether they have in time.

        What they did stays done, and the next run goes on from there.
        """
        return self.parts.background.stop(timeout_s=timeout_s)
