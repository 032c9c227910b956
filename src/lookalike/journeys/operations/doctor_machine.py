"""Whether this machine and these settings suit the workspace, checked by looking."""

import importlib.util
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lookalike.domain.schedule import schedule
from lookalike.errors import LookalikeError
from lookalike.features.encoder import usable_cores
from lookalike.journeys.operations.backup import last_backup
from lookalike.journeys.operations.doctor import Check, State, tried
from lookalike.storage.workspace import Workspace

SLOW_WRITE_S = 1.0  # a commit on a local disk takes milliseconds
LEAST_OPEN_FILES = 1024  # an index has about 85 open, and each client of the service needs one
BACKUP_D = 7  # days; by eye
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Wishes:
    """The settings that can be at odds with the machine or with each other."""

    collection: str
    encoder_threads: int
    fetch_threads: int
    fetch_per_host: int
    sync: tuple[str, ...]
    otlp_endpoint: str


def machine_checks(workspace: Workspace, wishes: Wishes, *, now: datetime) -> list[Check]:
    """Every check is run, whatever the others found."""
    checks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("database", lambda: _database(workspace)),
        ("clock", lambda: _clock(workspace, now)),
        ("memory", lambda: _memory(workspace)),
        ("open files", _open_files),
        ("settings", lambda: _settings(wishes)),
        ("observability", lambda: _observability(wishes)),
        ("backup", lambda: _backup(workspace, now)),
    )
    return [tried(name, check) for name, check in checks]


def _database(workspace: Workspace) -> Check:
    started = time.perf_counter()
    kind = workspace.try_writing()
    spent_s = time.perf_counter() - started
    state: State = "warning" if spent_s > SLOW_WRITE_S else "good"
    return Check("database", state, f"{kind}; a write took {1000 * spent_s:.0f} ms")


def _clock(workspace: Workspace, now: datetime) -> Check:
    latest = workspace.latest_moment()
    if latest is not None and latest > now + timedelta(minutes=1):
        told = f"the last run ended at {latest:%Y-%m-%d %H:%M:%S} UTC, which is still to come"
        return Check("clock", "bad", f"{told}: set the clock of this machine")
    return Check("clock", "good", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _memory(workspace: Workspace) -> Check:
    """Indexes are mapped: what does not fit into memory is read from the disk at each question."""
    size = sum(
        path.stat().st_size
        for path in (workspace.path / "collections").glob("*/generations/*/*")
        if path.is_file()
    )
    free = available_bytes()
    if free is None:
        return Check("memory", "good", f"indexes take {size / 1e9:.2f} GB; free memory unknown")
    told = f"{free / 1e9:.1f} GB available; indexes take {size / 1e9:.2f} GB"
    return Check("memory", "warning" if size > free else "good", told)


def available_bytes() -> int | None:
    """What programs can take without swapping; None where the system does not say."""
    try:
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _open_files() -> Check:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return Check("open files", "good", "no limit known")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < LEAST_OPEN_FILES:
        more = "LimitNOFILE= in systemd, or ulimit -n"
        return Check("open files", "warning", f"at most {soft:,}: raise it with {more}")
    return Check("open files", "good", f"at most {soft:,} (hard limit {hard:,})")


def _settings(wishes: Wishes) -> Check:
    fights = list(_fights(wishes))
    if fights:
        return Check("settings", "warning", "; ".join(fights))
    return Check("settings", "good", "none is at odds with another")


def _fights(wishes: Wishes) -> Iterator[str]:
    cores = usable_cores()
    if wishes.encoder_threads > cores:
        yield f"encoder_threads is {wishes.encoder_threads}, and there are {cores} cores"
    if wishes.fetch_per_host > wishes.fetch_threads:
        yield (
            f"fetch_per_host ({wishes.fetch_per_host}) can never be reached with "
            f"fetch_threads {wishes.fetch_threads}"
        )
    targets: Counter[str] = Counter()
    for entry in wishes.sync:
        try:
            targets[schedule(entry).collection or wishes.collection] += 1
        except LookalikeError as error:
            yield f"sync: {error}"
    for name, count in targets.items():
        if count > 1:
            yield f"sync names {count} catalogs for {name}: each removes the products of the other"


def _observability(wishes: Wishes) -> Check:
    has_otel = importlib.util.find_spec("opentelemetry.sdk") is not None if _otel() else False
    told = f"metrics at /metrics; traces {'can be sent' if has_otel else 'need lookalike[otel]'}"
    wanted = wishes.otlp_endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if wanted and not has_otel:
        return Check("observability", "bad", f'{told}: pip install "lookalike[otel]"')
    return Check("observability", "good", told)


def _otel() -> bool:
    return importlib.util.find_spec("opentelemetry") is not None


def _backup(workspace: Workspace, now: datetime) -> Check:
    made = last_backup(workspace.path)
    if made is None:
        return Check("backup", "warning", "none was made yet: lookalike backup FILE")
    age = now - made
    told = f"the last one is of {made.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {age.days} days ago"
    return Check("backup", "warning" if age > timedelta(days=BACKUP_D) else "good", told)
