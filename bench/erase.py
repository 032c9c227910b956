"""Time the erasure of a user: python bench/erase.py --workspace DIR [--events 100000]

Works on a copy.  Prints the median and its ratio to a floor in the same run: the database file
copied with fsync, which is what rewriting it costs at the least.
"""

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lookalike import Engine, Event
from lookalike.settings import Settings

MEGA = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", required=True, help="an indexed workspace; it is copied")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(options.workspace, copy)
        with Engine.open(Settings.load({"workspace": str(copy)})) as engine:
            engine.record(made(engine, options.events))
            times = [measure(engine, copy, round_) for round_ in range(options.rounds)]
    floor, erased = (statistics.median(values) for values in zip(*times, strict=True))
    print(f"{'copy and fsync':20}{floor * 1e3:9,.0f} ms")
    print(f"{'erase':20}{erased * 1e3:9,.0f} ms{erased / floor:8.2f}")


def measure(engine: Engine, folder: Path, round_: int) -> tuple[float, float]:
    database = folder / "lookalike.db"
    started = time.perf_counter()
    target = folder.parent / "floor"
    shutil.copyfile(database, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    floor = time.perf_counter() - started
    started = time.perf_counter()
    (receipt,) = engine.users().erase(f"customer-{round_:05}")
    spent = time.perf_counter() - started
    assert receipt.scan.verdict == "clean"
    if round_ == 0:
        print(f"{database.stat().st_size / MEGA:,.0f} MB database, "
              f"{receipt.scan.bytes / MEGA:,.0f} MB searched")  # fmt: skip
    return floor, spent


def made(engine: Engine, count: int) -> list[Event]:
    rng, now = random.Random(1), datetime.now(UTC)
    skus = [one["sku"] for one in engine.products(limit=500).products]
    return [
        Event(
            f"e{number}",
            f"customer-{rng.randrange(5000):05}",
            "save",
            rng.choice(skus),
            now - timedelta(minutes=number % 99_999),
        )
        for number in range(count)
    ]


if __name__ == "__main__":
    main()
