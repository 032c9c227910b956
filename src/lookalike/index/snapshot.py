"""Generations: snapshots published one after the other, each complete or not there at all."""

import shutil
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from lookalike.errors import Unavailable
from lookalike.index.snapshot_format import damaged, replace_text, sync_folder
from lookalike.index.snapshot_reader import Snapshot, open_snapshot
from lookalike.index.snapshot_writer import write_snapshot

__all__ = [
    "Snapshot",
    "build",
    "current",
    "drop",
    "folder_of",
    "held_files",
    "open_current",
    "open_generation",
    "open_snapshot",
    "publish",
    "switch",
    "switched_at",
    "write_snapshot",
]

_FOLDER = "generations"
_POINTER = "CURRENT"
_BUILDING = "building-"
_DIGITS = 6  # so that names sort; larger numbers simply have more digits


def publish(root: Path, write: Callable[[Path], None]) -> int:
    """Let `write` fill a new folder and switch to it; returns the generation's number.

    A crash at any moment leaves the old generation or the new one, whole.  The generation
    before is kept for readers about to open it; earlier ones and unfinished folders are
    removed, which readers that have them open do not notice.
    The caller sees to it that nobody else publishes into `root` meanwhile.
    """
    number = build(root, write)
    switch(root, number)
    return number


def build(root: Path, write: Callable[[Path], None]) -> int:
    """The first half of `publish`: a whole generation that nobody reads yet; its number."""
    generations = root / _FOLDER
    generations.mkdir(parents=True, exist_ok=True)
    sync_folder(root)
    building = generations / f"{_BUILDING}{uuid.uuid4().hex}"
    building.mkdir()
    try:
        write(building)
        sync_folder(building)
        number = max([current(root) or 0, *_numbers(generations)]) + 1
        building.rename(_folder(root, number))
        sync_folder(generations)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return number


def switch(root: Path, number: int) -> None:
    """The second half: readers go over to a generation that was built, all at one instant."""
    previous = current(root)
    replace_text(root / _POINTER, f"{number}\n")
    kept = {_folder(root, n).name for n in (previous, number) if n}
    _remove_others(root / _FOLDER, keep=kept)


def drop(root: Path, number: int) -> None:
    """Remove a generation that was built and is not wanted."""
    shutil.rmtree(_folder(root, number), ignore_errors=True)


def current(root: Path) -> int | None:
    """The number of the generation in use, or None while nothing was published.

    Raises Unavailable when the pointer is damaged.
    """
    try:
        text = (root / _POINTER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise damaged(root, f"{_POINTER} reads {text[:40]!r}") from error


def switched_at(root: Path) -> float | None:
    """When the generation in use came into use, in seconds since 1970; None without one."""
    try:
        return (root / _POINTER).stat().st_mtime
    except FileNotFoundError:
        return None


def open_generation(root: Path, generation: int) -> Snapshot:
    """Raises Unavailable for a generation that is damaged or no longer there."""
    return open_snapshot(_folder(root, generation))


def open_current(root: Path) -> tuple[int, Snapshot] | None:
    """The generation in use, opened, however fast new ones are published meanwhile."""
    generation = current(root)
    while generation is not None:
        try:
            return generation, open_generation(root, generation)
        except Unavailable:
            newer = current(root)
            if newer == generation:
                raise
            generation = newer
    return None


def held_files(root: Path, held: ExitStack) -> tuple[int, dict[str, IO[bytes]]] | None:
    """The generation in use as open files by name, which stay readable when it is removed.

    held  closes them; returns None while nothing was published
    """
    generation = current(root)
    while generation is not None:
        try:
            with ExitStack() as opened:
                files: dict[str, IO[bytes]] = {
                    path.name: opened.enter_context(path.open("rb"))
                    for path in sorted(_folder(root, generation).iterdir())
                }
                held.enter_context(opened.pop_all())
                return generation, files
        except FileNotFoundError:
            newer = current(root)
            if newer == generation:
                raise damaged(root, f"generation {generation} is not there") from None
            generation = newer
    return None


def folder_of(root: Path, generation: int) -> Path:
    """Where the files of a generation lie."""
    return _folder(root, generation)


def _folder(root: Path, generation: int) -> Path:
    return root / _FOLDER / f"{generation:0{_DIGITS}d}"


def _numbers(generations: Path) -> list[int]:
    return [int(path.name) for path in generations.iterdir() if path.name.isdecimal()]


def _remove_others(generations: Path, *, keep: set[str]) -> None:
    """What cannot be removed (Windows keeps mapped files) is removed the next time."""
    for path in generations.iterdir():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)
