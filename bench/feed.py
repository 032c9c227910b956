"""One feed beside one similar question, and what an update of a profile costs, in one process.

    python bench/feed.py WORKSPACE [--turns 200]

WORKSPACE is an indexed one; it is copied to a temporary folder and never changed.  Made-up users
like three products each, in three different categories, and did 24 things with their look-alikes.
"""

import argparse
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.domain.events import Event
from lookalike.journeys.feed.user_profiles import facts_of
from lookalike.profiles.blend import served
from lookalike.profiles.fold import profile
from lookalike.profiles.history import kept
from timing import table, take_turns

USERS = 64
NOW = datetime(2026, 6, 30, tzinfo=UTC)
KINDS = ("view", "view", "save", "cart", "purchase")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--turns", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(asked.workspace, copy)
        with Engine.open(Settings.load({"workspace": str(copy)}), create=False) as engine:
            measure(engine, asked.turns)


def measure(engine: Engine, turns: int) -> None:
    view = engine._parts.view(None)
    rng = np.random.default_rng(3)
    users = [made_up(engine, f"user-{number}", rng) for number in range(USERS)]
    for own in users:
        engine.record(own)
    log_of_others(engine, rng)
    profiles = engine._parts.profiles(None)
    counts = [len(served(profiles.profile(f"user-{n}", view))) for n in range(USERS)]
    print(f"{len(view.index):,} products; tastes served: median {np.median(counts):.0f}")
    skus = view.index.skus(rng.choice(view.index.select(None), USERS))
    cases = {
        "Engine.similar": lambda n: engine.similar(Retrieval(ProductAnchor(skus[n % USERS]))),
        "Engine.feed": lambda n: engine.feed(f"user-{n % USERS}"),
        "Engine.similar with user_id": lambda n: engine.similar(
            Retrieval(ProductAnchor(skus[n % USERS]), user_id=f"user-{n % USERS}")
        ),
    }
    table(take_turns(cases, turns=turns), floor="Engine.similar")
    shelf = profiles.shelf(view)
    cases["Engine.feed, no search kept"] = lambda n: (
        shelf._found.clear(),
        engine.feed(f"user-{n % USERS}"),
    )
    cpu(cases, turns)
    updates(engine, users, rng)


def cpu(cases, turns: int) -> None:
    """Processor time of the calling thread, which a busy machine disturbs less than the clock."""
    for label, run in cases.items():
        spent = []
        for turn in range(turns):
            started = time.thread_time()
            run(turn)
            spent.append(time.thread_time() - started)
        print(f"{label:40} {1000 * np.median(spent):7.2f} ms of processor time, median")


def made_up(engine: Engine, user: str, rng: np.random.Generator) -> list[Event]:
    view = engine._parts.view(None)
    found: list[str] = []
    while len(found) < 24:
        (number,) = rng.choice(view.index.select(None), 1)
        sku = view.index.sku(int(number))
        answer = engine.similar(Retrieval(ProductAnchor(sku), limit=7, explain=False))
        found += [sku, *(one.sku for one in answer.recommendations)]
    return [
        Event(
            f"{user}-{place}",
            user,
            KINDS[int(rng.integers(len(KINDS)))],
            sku,
            NOW - timedelta(hours=float(rng.uniform(0, 24 * 60))),
        )
        for place, sku in enumerate(found[:24])
    ]


def log_of_others(engine: Engine, rng: np.random.Generator, count: int = 20_000) -> None:
    view = engine._parts.view(None)
    numbers = view.index.select(None)
    chosen = numbers[np.minimum(rng.zipf(1.3, count), len(numbers)) - 1]
    skus = view.index.skus(chosen)
    times = rng.uniform(0, 24 * 60, count)
    events = [
        Event(
            f"o{n}",
            f"other-{n % 5000}",
            "view" if n % 3 else "purchase",
            sku,
            NOW - timedelta(hours=float(hours)),
        )
        for n, (sku, hours) in enumerate(zip(skus, times, strict=True))
    ]
    engine.record(events)
    started = time.perf_counter()
    engine._parts.profiles(None).ranks(view)
    print(
        f"counting popularity and pairs in {count:,} events: {time.perf_counter() - started:.2f} s"
    )


def updates(engine: Engine, users: list[list[Event]], rng: np.random.Generator) -> None:
    """The fold alone, and the whole way from the log, each with one new event."""
    view = engine._parts.view(None)
    profiles = engine._parts.profiles(None)
    shelf = profiles.shelf(view)
    everything = view.index.select(None)
    for size in (24, 100, 200):
        folds, reads = [], []
        for number, own in enumerate(users[:20]):
            more = [
                Event(f"m{size}-{number}-{n}", f"user-{number}", "view", sku, NOW)
                for n, sku in enumerate(view.index.skus(rng.choice(everything, size - 24)))
            ]
            past = kept(own, more)
            facts_of(past, shelf)
            new = Event(f"n{size}-{number}", f"user-{number}", "save", own[0].product_id, NOW)
            started = time.thread_time()
            events = kept(past, [new])
            profile(events, facts_of(events, shelf), shelf.lens)
            folds.append(time.thread_time() - started)
            if size == 24:
                profiles.profile(f"user-{number}", view)
                engine.record([new])
                started = time.thread_time()
                profiles.profile(f"user-{number}", view)
                reads.append(time.thread_time() - started)
        said = f"processor time of an update, {size} events: {1000 * np.median(folds):.2f} ms"
        if reads:
            said += f"; with reading the new event: {1000 * np.median(reads):.2f} ms"
        print(said)


if __name__ == "__main__":
    main()
