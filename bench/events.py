"""Time the event log: python bench/events.py [--events 40000] [--url URL]

Events per second, each batch on the disk before the next, as raw events of three tools through
`Engine.record` and as JSON over HTTP; beside them a floor measured in the same run: the same
fields inserted in the same batches by bare sqlite3 into one table, with the same fsync.
"""

import argparse
import json
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from lookalike import Engine
from lookalike.server.app import create_app
from lookalike.settings import Settings

Raw = dict[str, object]
START = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("event_id", "user_id", "kind", "product_id", "time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--batches", type=int, nargs="*", default=[1, 50, 500, 2_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", default="", help="a database other than SQLite")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"SQLite {sqlite3.sqlite_version}, median of {options.rounds}")  # fmt: skip
    print(f"{'batch':>6} {'floor /s':>10} {'record /s':>10} {'ratio':>6} "
          f"{'http /s':>10} {'ratio':>6} {'again /s':>10}")  # fmt: skip
    for size in options.batches:
        count = min(options.events, size * 40 if size < 500 else options.events)
        told = [measure(count, size, options.url) for _ in range(options.rounds)]
        floor, record, http, again = map(statistics.median, zip(*told, strict=True))
        print(f"{size:6,} {floor:10,.0f} {record:10,.0f} {record / floor:6.2f} "
              f"{http:10,.0f} {http / floor:6.2f} {again:10,.0f}")  # fmt: skip


def measure(count: int, size: int, url: str) -> tuple[float, float, float, float]:
    """Events per second: floor, Engine.record, HTTP, and all of it sent once more."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load({"workspace": folder, "database_url": url})
        with Engine.open(settings) as engine:
            engine._workspace.collection("default", create=True)
            ours, more = made("a", count), made("b", count)
            floor = rate(bare(Path(folder) / "floor.db"), made("f", count), size)
            record = rate(lambda batch: engine.record(batch).accepted, ours, size)
            with TestClient(create_app(engine)) as client:
                http = rate(lambda batch: post(client, batch), more, size)
            again = rate(lambda batch: engine.record(batch).repeated, ours, size)
    return floor, record, http, again


def made(prefix: str, count: int) -> list[Raw]:
    """A third each ours, Segment's and GA4's; 1,000 users, 5,000 products."""
    return [spelled(number % 3, f"{prefix}{number}", number) for number in range(count)]


def spelled(tool: int, event_id: str, number: int) -> Raw:
    user, sku = f"user-{number * 7919 % 1000}", f"SKU-{number * 104_729 % 5000}"
    time = (START + timedelta(seconds=number)).isoformat()
    if tool == 0:
        given = (event_id, user, "save", sku, time)
        return dict(zip(COLUMNS, given, strict=True))
    if tool == 1:
        properties = {"product_id": sku, "price": 19.9, "currency": "EUR"}
        return {"type": "track", "event": "Product Viewed", "userId": user, "messageId": event_id,
                "timestamp": time, "properties": properties}  # fmt: skip
    return {"event_name": "add_to_cart", "user_id": user, "time": time, "event_id": event_id,
            "items": [{"item_id": sku, "price": 19.9}]}  # fmt: skip


def rate(take: Callable[[list[Raw]], int], events: list[Raw], size: int) -> float:
    started = time.perf_counter()
    taken = sum(take(events[first : first + size]) for first in range(0, len(events), size))
    spent = time.perf_counter() - started
    assert taken == len(events), (taken, len(events))
    return len(events) / spent


def post(client: TestClient, batch: list[Raw]) -> int:
    answer = client.post("/v1/collections/default/events", content=json.dumps(batch))
    return int(answer.json()["accepted"])


def bare(path: Path) -> Callable[[list[Raw]], int]:
    """One table, one index by user, the primary key; nothing is read, checked or compared."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "CREATE TABLE events (event_id TEXT PRIMARY KEY, user_id TEXT, kind TEXT, "
            "product_id TEXT, time TEXT)"
        )
        connection.execute("CREATE INDEX by_user ON events (user_id, time)")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=FULL")

    def take(batch: list[Raw]) -> int:
        rows = [(str(raw.get("event_id") or raw.get("messageId")), str(raw.get("user_id")),
                 "save", "SKU-1", str(raw.get("time"))) for raw in batch]  # fmt: skip
        with connection:
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
        return len(rows)

    return take


if __name__ == "__main__":
    main()
