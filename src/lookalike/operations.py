"""The facade's part for whoever runs the service: is it well, and how does it end?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from lookalike.domain.backup import BackupReport, RestoreReport
from lookalike.domain.census import Census
from lookalike.domain.progress import Report, silent
from lookalike.journeys.catalog.job_process import JobProcess
from lookalike.journeys.catalog.rebuild import rebuild
from lookalike.journeys.operations.backup import verify_backup, write_backup
from lookalike.journeys.operations.census import census, unready
from lookalike.journeys.operations.doctor import Check, checks
from lookalike.journeys.operations.doctor_machine import Wishes, machine_checks
from lookalike.journeys.operations.restore import restore as put_back
from lookalike.parts import Parts
from lookalike.settings import Settings
from lookalike.storage.workspace import Workspace


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

    def doctor(self) -> list[Check]:
        """What this installation, machine and workspace can and cannot do."""
        parts, settings = self.parts, self.parts.settings
        names = [one.name for one in fields(Wishes)]
        wishes = Wishes(**{name: getattr(settings, name) for name in names})
        machine = machine_checks(parts.workspace, wishes, now=datetime.now(UTC))
        return [*checks(parts.workspace, parts.extractor), *machine]

    def backup(
        self, path: Path, *, version: str, with_index: bool = True, report: Report = silent
    ) -> BackupReport:
        """Write all that the workspace keeps to one file, while it serves, indexes and learns.

        version     of the program
        with_index  False makes a smaller file, and a restore slower
        Raises Conflict when the file exists, Unavailable when it cannot be written.
        """
        workspace = self.parts.workspace
        return write_backup(workspace, path, version=version, with_index=with_index, report=report)

    def rebuild(self, *, report: Report = silent) -> tuple[tuple[str, ...], dict[str, str]]:
        """Make the indexes anew that are missing or cannot be read, from the stored features.

        Returns the collections done, and for the others why not.
        """
        return rebuild(self.parts.workspace, self.parts.tools, report=report)

    def jobs_apart(self) -> None:
        """From now on carry jobs out in processes of their own, which step back for answers.

        The setting `job_niceness` says how far.
        """
        settings = self.parts.settings
        self.parts.apart = JobProcess(asdict(settings), settings.job_niceness)

    def stop_jobs(self, *, timeout_s: float) -> bool:
        """Let jobs in the background end at their next step; whether they have in time.

        What they did stays done, and the next run goes on from there.
        """
        return self.parts.background.stop(timeout_s=timeout_s)


def verify(path: Path, *, report: Report = silent) -> BackupReport:
    """Read a backup to its end; no workspace is needed.  Raises InvalidInput when it is damaged."""
    return verify_backup(path, report=report)


def restore(
    settings: Settings, path: Path, *, erasures: Sequence[Path] = (), report: Report = silent
) -> RestoreReport:
    """Make the workspace of the settings from a backup; it must not be in use.

    erasures  later backups or files of receipts: who was erased since stays erased
    """
    folder, url = Path(settings.workspace).absolute(), settings.database_url or None
    done = put_back(path, folder, database_url=url, erasures=erasures, report=report)
    with Workspace.open(folder, database_url=url, create=False) as workspace:
        made, waiting = Operations(Parts(settings, workspace)).rebuild(report=report)
    return replace(done, rebuilt=made, waiting=waiting)
