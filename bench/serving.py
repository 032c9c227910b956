"""A served workspace and a lean HTTP client, for the benches that measure the service.

The client speaks HTTP/1.1 over kept connections and parses no more than it must: it shares two
cores with what it measures.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

LISTENING = re.compile(r"http://([\d.]+):(\d+)")


class Served(NamedTuple):
    process: subprocess.Popen[str]
    host: str
    port: int


class Spent(NamedTuple):
    """One request: when it began, how long it took, its status and the size of its body."""

    began: float
    ms: float
    status: int
    size: int


@contextmanager
def served(command: list[str], **environment: str) -> Iterator[Served]:
    """A process that prints the address it serves, until the block ends."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    try:
        for line in process.stdout:
            if found := LISTENING.search(line):
                yield Served(process, found[1], int(found[2]))
                return
        raise SystemExit(f"{' '.join(command)} ended without an address")
    finally:
        process.terminate()
        process.wait(30)


def lookalike(workspace: str, *arguments: str) -> list[str]:
    """The command that serves a workspace at a free port."""
    start = "from lookalike.cli.main import main; main()"
    return [sys.executable, "-c", start, "--workspace", workspace, "serve", "--port", "0",
            *arguments]  # fmt: skip


class Connection:
    """One kept connection."""

    def __init__(self, host: str, port: int, *, key: str | None = None) -> None:
        self._host, self._port = host, port
        self._headers = f"Host: {host}:{port}\r\n" + (
            f"Authorization: Bearer {key}\r\n" if key else ""
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        sent = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}Content-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent)
        told = await reader.readuntil(b"\r\n\r\n")
        status = int(told[9:12])
        length = re.search(rb"content-length: (\d+)", told, re.IGNORECASE)
        received = await reader.readexactly(int(length[1])) if length else b""
        if b"connection: close" in told.lower():
            self.close()
        return status, received

    async def timed(self, method: str, path: str, body: object = None) -> Spent:
        began = time.perf_counter()
        status, received = await self.ask(method, path, body)
        return Spent(began, (time.perf_counter() - began) * 1e3, status, len(received))

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


Request = tuple[str, str, object]


async def together(
    place: Served, asked: Callable[[int], Request], *, clients: int, seconds: float
) -> list[Spent]:
    """What `clients` saw that each send the next request as soon as they have an answer.

    asked  the number of the request -> what is sent
    """
    number, spent, end = iter(range(10**9)), [], time.perf_counter() + seconds

    async def one() -> None:
        connection = Connection(place.host, place.port)
        while time.perf_counter() < end:
            spent.append(await connection.timed(*asked(next(number))))
        connection.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return spent
