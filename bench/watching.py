"""What a process and its children hold while it serves: memory, files, threads, the log's size."""

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Seen:
    """At one moment.  Megabytes, of the process and of its children; seconds of processor."""

    at_s: float
    server_mb: float
    children_mb: float
    files: int
    threads: int
    server_cpu_s: float
    children_cpu_s: float
    database_mb: float
    wal_mb: float


class Watch:
    """Looks at a process now and then, by /proc (Linux)."""

    def __init__(self, pid: int, workspace: Path) -> None:
        self._pid, self._workspace = pid, workspace
        self._began = time.monotonic()
        self.seen: list[Seen] = []

    async def look(self) -> None:
        children = _children(self._pid)
        self.seen.append(
            Seen(
                at_s=round(time.monotonic() - self._began, 1),
                server_mb=_memory(self._pid),
                children_mb=round(sum(map(_memory, children)), 1),
                files=_entries(f"/proc/{self._pid}/fd"),
                threads=_entries(f"/proc/{self._pid}/task"),
                server_cpu_s=_cpu(self._pid),
                children_cpu_s=round(sum(map(_cpu, children)), 1),
                database_mb=_size(self._workspace / "lookalike.db"),
                wal_mb=_size(self._workspace / "lookalike.db-wal"),
            )
        )

    def files(self) -> dict[str, int]:
        """What is open now, by the end of its name."""
        found: Counter[str] = Counter()
        for one in Path(f"/proc/{self._pid}/fd").iterdir():
            try:
                found[one.readlink().name.partition(":")[0]] += 1
            except OSError:  # closed meanwhile
                continue
        return dict(found.most_common(12))

    def memory(self) -> dict[str, float]:
        """Megabytes at the first and last look, after warm-up (a quarter), and per minute since."""
        if len(self.seen) < 4:
            return {}
        later = self.seen[len(self.seen) // 4 :]
        at, held = [one.at_s / 60 for one in later], [one.server_mb for one in later]
        return {
            "first": self.seen[0].server_mb,
            "warm": held[0],
            "last": held[-1],
            "most": max(held),
            "per_minute": round(float(np.polyfit(at, held, 1)[0]), 2),
            "children_most": max(one.children_mb for one in self.seen),
            "files_first": self.seen[0].files,
            "files_last": self.seen[-1].files,
            "wal_most": max(one.wal_mb for one in self.seen),
        }


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return found


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _memory(pid: int) -> float:
    """Megabytes of its own: pages of the index file, which the system may drop, do not count."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    held = told.partition("RssAnon:")[2].split()
    return round(int(held[0]) / 1024, 1) if held else 0.0  # none: it is ending


def _cpu(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / TICKS


def _size(path: Path) -> float:
    return round(path.stat().st_size / 2**20, 1) if path.exists() else 0.0
