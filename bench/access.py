"""What asking for a key costs: the check alone, and a small route with and without keys.

    python bench/access.py [--keys 100] [--calls 3000]

The routes are called in this process, without a network, so that nothing hides the difference; both
are timed in turns, in seconds of processor time, so that a busy machine does not blur it.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from typing import Any

from lookalike import Engine, Settings
from lookalike.domain.access import Grants, scopes_of
from lookalike.server.app import create_app

PATH = "/v1/collections"  # of an empty workspace: nearly all of it is the way in


async def call(app: Any, secret: str | None) -> float:
    """Seconds of one request."""
    headers = [(b"host", b"localhost")]
    if secret:
        headers.append((b"authorization", f"Bearer {secret}".encode()))
    scope = {
        "type": "http", "method": "GET", "path": PATH, "raw_path": PATH.encode(),
        "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http",
        "server": ("localhost", 80), "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        del message

    started = time.process_time()
    await app(scope, receive, send)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--calls", type=int, default=3000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        Engine.open(Settings.load({"workspace": one})) as without,
        Engine.open(Settings.load({"workspace": two})) as engine,
    ):
        grants = Grants(scopes_of(["recommend"]), per_minute=1_000_000)
        secrets = [engine.access.create(f"k{n}", grants).secret for n in range(asked.keys)]
        checks = []
        for n in range(asked.calls):
            secret = secrets[n % len(secrets)]
            started = time.perf_counter()
            engine.access.key(secret)
            checks.append(time.perf_counter() - started)
        apps = ((create_app(without), None), (create_app(engine), secrets[0]))
        times = asyncio.run(_in_turns(apps, asked.calls))
    check_us = statistics.median(checks) * 1e6
    plain_us, keyed_us = (statistics.median(one) * 1e6 for one in times)
    print(f"check of one of {asked.keys} keys   {check_us:8.1f} us")
    print(f"small route, no keys        {plain_us:8.1f} us")
    print(f"small route, key and limit  {keyed_us:8.1f} us   {keyed_us / plain_us:.3f} x")


async def _in_turns(apps: Any, calls: int) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in apps]
    for _ in range(calls):
        for (app, secret), kept in zip(apps, times, strict=True):
            kept.append(await call(app, secret))
    return times


if __name__ == "__main__":
    main()
