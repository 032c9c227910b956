"""Minutes of everything at once: what a served workspace answers, how late, and what it keeps.

    OMP_NUM_THREADS=1 python bench/load.py WORKSPACE [--minutes 10] [--clients 8] [--rate 12]
        [--catalog FILE] [--json FILE] [--without index --without prices ...]

Works on a copy of the workspace.  First the reads alone, which is the idle figure; then the same
reads beside events, prices, upserts and deletes, an index run (changed images where the catalog is
small enough to be copied), key rotations, rules that change, clients that hang up and slow ones.
Reads come at a fixed rate, whatever becomes of those before (open loop), and a latency counts from
the moment at which a request was due.  Server, index run and clients share the machine.
"""

import argparse
import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from serving import Connection, Request, Served, lookalike, served
from watching import Watch

C = "/v1/collections/default"
MIX = {"retrieve": 0.6, "product": 0.15, "feed": 0.1, "look": 0.05, "facets": 0.05, "page": 0.05}
BESIDE = ("events", "prices", "products", "rules", "index")  # what may be left out
PAGES = 2_000  # products that shoppers look at; the k-th most popular k times less than the first
OWN = 100  # products of the bench itself, whose prices nobody else changes
ROWS = 100  # patches of one request
COPIED_BYTES = 300 << 20  # a catalog folder up to here is copied, so that its images can change
CHANGED = 200  # images that differ at each index run, where they can
GRACE_SHARE = 1 / 3  # of the time between two rotations
PLACES = f"""select location from images where coalesce(problem, '') = '' and hash is not null
    limit {OWN}"""
KEYS_ARE_READ_S = 1.5  # keys in memory are half a second old at most; the rest is for this machine


@dataclass
class Told:
    """What happened: (phase, route) -> milliseconds and statuses, and what was counted."""

    spent: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, phase: str, route: str, status: int, ms: float, body: bytes) -> None:
        self.spent.setdefault((phase, route), []).append(ms)
        self.statuses[phase, route, status] += 1
        expected = status < 400 or (status == 401 and "old key" in route)
        if not expected and len(self.bad) < 20:
            self.bad.append(f"{phase} {route} {status}: {body[:400].decode(errors='replace')}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--idle", type=float, help="seconds of the reads alone; default: a tenth")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rate", type=float, default=12, help="reads a second")
    parser.add_argument("--catalog", help="what the index run reads; default: as the last one")
    parser.add_argument("--json", help="write the figures here, too")
    parser.add_argument("--without", choices=BESIDE, action="append", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        workspace = shutil.copytree(options.workspace, Path(folder) / "workspace")
        catalog, changing = catalog_of(workspace, options.catalog, Path(folder) / "catalog")
        keys = {
            name: made_key(workspace, name, scopes)
            for name, scopes in {"shop": ["recommend", "events"], "admin": ["admin"]}.items()
        }
        with served(
            lookalike(str(workspace)),
            LOOKALIKE_CATALOG_FOLDERS=str(Path(catalog).parent),
            LOOKALIKE_LOG_LEVEL="warning",
        ) as place:
            load = Load(place, options, workspace, catalog, changing, keys)
            asyncio.run(load.run())
        report = load.report()
    show(report)
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1), "utf-8")


def catalog_of(workspace: Path, named: str | None, copy: Path) -> tuple[str, list[Path]]:
    """(the catalog to index, those of its images that may be changed before each run)."""
    if named is None:
        with sqlite3.connect(workspace / "lookalike.db") as database:
            (kept,) = database.execute("select settings from collections").fetchone()
        named = str(json.loads(kept)["source"])
    folder = Path(named).absolute().parent
    if sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) > COPIED_BYTES:
        return str(Path(named).absolute()), []
    shutil.copytree(folder, copy)
    images = sorted(one for one in copy.rglob("*") if one.suffix in {".jpg", ".png", ".webp"})
    return str(copy / Path(named).name), images


def made_key(workspace: Path, name: str, scopes: list[str]) -> dict[str, str]:
    start = "from lookalike.cli.main import main; main()"
    words = [word for scope in scopes for word in ("--scope", scope)]
    command = ["--workspace", str(workspace), "keys", "create", "--name", name, *words, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", start, *command], capture_output=True, text=True, check=True
    )
    made: dict[str, str] = json.loads(done.stdout)
    return made


class Load:
    """One run: the reads in phases, and beside them all that happens in a shop."""

    def __init__(
        self,
        place: Served,
        options: argparse.Namespace,
        workspace: Path,
        catalog: str,
        changing: list[Path],
        keys: dict[str, dict[str, str]],
    ) -> None:
        self.place, self.options, self.workspace = place, options, workspace
        self.catalog, self.changing, self.keys = catalog, changing, keys
        self.told, self.watch = Told(), Watch(place.process.pid, workspace)
        self.rng, self.number = np.random.default_rng(3), count()
        self.secret, self.phase = keys["shop"]["secret"], "idle"
        self.seconds = options.minutes * 60
        self.every = min(60.0, self.seconds / 3)  # seconds between rotations
        self.skus: list[str] = []
        self.places: list[str] = []
        self.jobs: Counter[str] = Counter()
        self.encoded = 0

    # The reads

    async def run(self) -> None:
        with sqlite3.connect(self.workspace / "lookalike.db") as database:
            self.places = [one for (one,) in database.execute(PLACES)]
        await self._ask_for_skus()
        await self._reads(5, phase="warm")
        await self._reads(self.options.idle or max(10, self.seconds / 10), phase="idle")
        await self._own_products()
        self.phase = "load"
        until = time.perf_counter() + self.seconds
        beside = [
            asyncio.create_task(self._again(act, every, until, first))
            for name, act, every, first in (
                ("events", self._events, 1, 0),
                ("prices", self._prices, 3, 1),
                ("products", self._products, 7, 2),
                ("rules", self._rule, self.seconds / 2 if self.seconds < 60 else 30, 3),
                ("", self._hang_up, 2, 1.5),
                ("", self._slow, 5, 0.5),
                ("", self._rotate, self.every, self.every / 2),
                ("index", self._index, 0.5, 0),
                ("", self.watch.look, min(5, self.seconds / 10), 0),
            )
            if name not in self.options.without
        ]
        await self._reads(self.seconds, phase="load")
        await asyncio.gather(*beside)
        self.phase, self.files = "after", self.watch.files()
        await asyncio.sleep(1)
        await self._refused_now()

    async def _ask_for_skus(self) -> None:
        cursor = ""
        while cursor is not None:
            _, body = await self._ask("skus", "GET", f"{C}/products?limit=500{cursor}")
            page = json.loads(body)
            self.skus += [one["sku"] for one in page["products"]]
            cursor = page.get("cursor") and f"&cursor={page['cursor']}"
        self.rng.shuffle(self.skus)

    async def _reads(self, seconds: float, *, phase: str) -> None:
        """Reads at their times; those that wait for a client wait as shoppers would."""
        due: asyncio.Queue[tuple[float, str, Request] | None] = asyncio.Queue()

        async def client() -> None:
            connection, shown = None, ""
            while (one := await due.get()) is not None:
                at, route, asked = one
                if connection is None or shown != self.secret:
                    shown = self.secret
                    connection = Connection(self.place.host, self.place.port, key=shown)
                status, body = await connection.ask(*asked)
                self.told.add(phase, route, status, (time.perf_counter() - at) * 1e3, body)

        clients = [asyncio.create_task(client()) for _ in range(self.options.clients)]
        at = time.perf_counter()
        end = at + seconds
        while (at := at + self.rng.exponential(1 / self.options.rate)) < end:
            await asyncio.sleep(at - time.perf_counter())
            route = str(self.rng.choice(list(MIX), p=list(MIX.values())))
            due.put_nowait((at, route, self._read(route)))
        for _ in clients:
            due.put_nowait(None)
        await asyncio.gather(*clients)

    def _read(self, route: str) -> Request:
        sku = self._popular()
        prices = {"price": {"$gte": 1 + next(self.number) * 1e-6}}  # so that no answer is kept
        question = {"type": "product", "product_id": sku}
        asked: dict[str, Request] = {
            "retrieve": (
                "POST", f"{C}/retrieve", {"query": question, "filters": prices, "limit": 12},
            ),
            "product": ("GET", f"{C}/products/{sku}", None),
            "feed": ("GET", f"{C}/users/load-{self.rng.integers(200)}/feed", None),
            "look": ("POST", f"{C}/looks", {"product_id": sku}),
            "facets": ("GET", f"{C}/facets", None),
            "page": ("GET", f"{C}/products?limit=48", None),
        }  # fmt: skip
        return asked[route]

    def _popular(self) -> str:
        size = min(PAGES, len(self.skus))
        return self.skus[int(size ** self.rng.random()) - 1]  # the rank's chance falls as 1/rank

    # What happens beside them

    async def _again(self, act, every: float, until: float, first: float) -> None:
        await asyncio.sleep(first)
        while time.perf_counter() < until:
            began = time.perf_counter()
            await act()
            await asyncio.sleep(max(0.0, min(until, began + every) - time.perf_counter()))

    async def _ask(
        self, route: str, method: str, path: str, body: object = None, *, key: str | None = None
    ) -> tuple[int, bytes]:
        connection = Connection(
            self.place.host, self.place.port, key=key or self.keys["admin"]["secret"]
        )
        began = time.perf_counter()
        status, received = await connection.ask(method, path, body)
        ms = (time.perf_counter() - began) * 1e3
        self.told.add(self.phase, route, status, ms, received)
        connection.close()
        return status, received

    async def _own_products(self) -> None:
        for number in range(OWN):
            await self._put(f"load-{number}", number)

    async def _put(self, sku: str, number: int) -> None:
        body = {"name": f"Load {number}", "price": 10.0, "currency": "EUR", "in_stock": True,
                "images": [self.places[number % len(self.places)]]}  # fmt: skip
        await self._ask("put product", "PUT", f"{C}/products/{sku}", body)

    async def _events(self) -> None:
        batch = [
            {"event_id": f"load-{next(self.number)}", "user_id": f"load-{self.rng.integers(200)}",
             "kind": "view", "product_id": self._popular(), "time": time.time()}
            for _ in range(20)
        ]  # fmt: skip
        status, body = await self._ask("events", "POST", f"{C}/events", batch, key=self.secret)
        if status == 200:
            self.told.counts["events acknowledged"] += json.loads(body)["accepted"]

    async def _prices(self) -> None:
        """Half of them ours, which are read back at once; a run over the catalog sets the rest."""
        price = round(10 + next(self.number) * 0.01, 2)
        ours = [f"load-{number}" for number in self.rng.permutation(OWN)[: ROWS // 2]]
        others = [self._popular() for _ in range(ROWS - len(ours))]
        rows = [{"sku": sku, "price": price, "in_stock": True} for sku in (*ours, *others)]
        status, _ = await self._ask("patch", "PATCH", f"{C}/products", rows)
        for sku in ours[:5] if status == 200 else ():
            _, body = await self._ask("product after patch", "GET", f"{C}/products/{sku}")
            self.told.counts["prices patched"] += 1
            self.told.counts["prices seen at once"] += json.loads(body).get("price") == price

    async def _products(self) -> None:
        number = next(self.number)
        await self._put(f"passing-{number}", number)
        await self._ask("delete product", "DELETE", f"{C}/products/passing-{number}")

    async def _rule(self) -> None:
        amount = float(self.rng.uniform(0.05, 0.3))
        body = {"kind": "boost", "amount": round(amount, 3), "where": {"in_stock": True}}
        await self._ask("put rule", "PUT", f"{C}/rules/load", body)

    async def _hang_up(self) -> None:
        """Ask, and be gone before the answer is read."""
        _, writer = await asyncio.open_connection(self.place.host, self.place.port)
        body = json.dumps({"query": {"type": "product", "product_id": self._popular()}}).encode()
        writer.write(self._head("POST", f"{C}/retrieve", len(body)) + body)
        await asyncio.sleep(float(self.rng.uniform(0, 0.02)))
        writer.transport.abort()
        self.told.counts["clients that hung up"] += 1

    async def _slow(self) -> None:
        """A question that takes two seconds to arrive."""
        reader, writer = await asyncio.open_connection(self.place.host, self.place.port)
        body = json.dumps({"query": {"type": "product", "product_id": self._popular()}}).encode()
        writer.write(self._head("POST", f"{C}/retrieve", len(body)))
        for at in range(0, len(body), 8):
            writer.write(body[at : at + 8])
            await asyncio.sleep(2 / (len(body) / 8))
        status = int((await reader.readline())[9:12])
        self.told.add(self.phase, "slow retrieve", status, 0.0, b"")
        writer.close()

    def _head(self, method: str, path: str, length: int) -> bytes:
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self.place.host}\r\nContent-Length: {length}\r\n"
            f"Authorization: Bearer {self.secret}\r\nContent-Type: application/json\r\n\r\n"
        ).encode()

    async def _rotate(self) -> None:
        """The old secret goes on being used until shortly before its grace ends."""
        grace_s, old = self.every * GRACE_SHARE, self.secret
        path = f"/v1/keys/{self.keys['shop']['key_id']}/rotate"
        _, body = await self._ask("rotate", "POST", path, {"grace_hours": grace_s / 3600})
        ends = time.perf_counter() + grace_s
        self.told.counts["rotations"] += 1
        await asyncio.sleep(max(0.0, grace_s - KEYS_ARE_READ_S))
        self.secret = json.loads(body)["secret"]
        await asyncio.sleep(max(0.0, ends + KEYS_ARE_READ_S - time.perf_counter()))
        status, _ = await self._ask("facets by an old key", "GET", f"{C}/facets", key=old)
        self.told.counts["old keys tried"] += 1
        self.told.counts["old keys accepted"] += status != 401
        self.last_old = old

    async def _refused_now(self) -> None:
        if old := getattr(self, "last_old", None):
            status, _ = await self._ask("facets by an old key", "GET", f"{C}/facets", key=old)
            self.told.counts["old keys accepted"] += status != 401

    async def _index(self) -> None:
        """Begin a run whenever none is at work, over a catalog some of whose images changed."""
        if job := getattr(self, "job", None):
            _, body = await self._ask("job", "GET", f"/v1/jobs/{job}")
            found = json.loads(body)
            if found["state"] in {"queued", "running"}:
                self.progress = found["counts"].get("done", 0) or getattr(self, "progress", 0)
                return
            self.jobs[found["state"]] += 1
            self.encoded += found["counts"].get("encoded", 0)
            if found["state"] != "succeeded":
                self.told.bad.append(f"job {found['state']}: {found['message']}")
        for image in self.rng.permutation(len(self.changing))[:CHANGED]:
            with self.changing[image].open("ab") as file:  # after its end: another file, as good
                file.write(b"\0")
        status, body = await self._ask(
            "connect", "POST", f"{C}/connect", {"bucket_uri": self.catalog, "mode": "delta"}
        )
        self.job = json.loads(body)["job_id"] if status == 202 else None

    # What came of it

    def report(self) -> dict[str, object]:
        with sqlite3.connect(self.workspace / "lookalike.db") as database:
            stored = database.execute(
                "select count(*) from events where event_id like 'load-%'"
            ).fetchone()[0]
        routes = {route for phase, route in self.told.spent if phase == "load"}
        return {
            "products": len(self.skus),
            "minutes": self.options.minutes,
            "rate": self.options.rate,
            "without": self.options.without,
            "server_errors": sum(n for key, n in self.told.statuses.items() if key[2] >= 500),
            "bad": self.told.bad,
            "statuses": [[*key, n] for key, n in sorted(self.told.statuses.items())],
            "latency": {route: self._latency(route) for route in ["all reads", *sorted(routes)]},
            "counts": {**self.told.counts, "events stored": stored},
            "jobs": {**self.jobs, "images encoded": self.encoded,
                     "images of the last run": getattr(self, "progress", 0)},
            "watched": [asdict(one) for one in self.watch.seen],
            "files": self.files,
            "memory": self.watch.memory(),
        }  # fmt: skip

    def _latency(self, route: str) -> dict[str, float]:
        told = {}
        for phase in ("idle", "load"):
            wanted = list(MIX) if route == "all reads" else [route]
            found = [ms for one in wanted for ms in self.told.spent.get((phase, one), ())]
            if found:
                told[f"{phase}_n"] = len(found)
                for name, share in (("p50", 0.5), ("p99", 0.99)):
                    told[f"{phase}_{name}"] = round(float(np.quantile(found, share)), 1)
        return told


def show(report: dict) -> None:
    print(f"{report['products']:,} products, {report['rate']:g} reads a second, open loop, "
          f"{report['minutes']:g} minutes, {os.cpu_count()} cores shared with clients, "
          f"without {', '.join(report['without']) or 'leaving out anything'}")  # fmt: skip
    print(f"\n{'':22}{'idle':>6}{'p50':>8}{'p99':>8}{'load':>8}{'p50':>8}{'p99':>8}{'p99 x':>8}")
    for route, told in report["latency"].items():
        idle = told.get("idle_p99")
        ratio = f"{told['load_p99'] / idle:8.2f}" if idle else ""
        before = f"{told['idle_n']:6}{told['idle_p50']:8.1f}{idle:8.1f}" if idle else " " * 22
        print(f"{route:22}{before}{told['load_n']:8}{told['load_p50']:8.1f}"
              f"{told['load_p99']:8.1f}{ratio}")  # fmt: skip
    print("\nstatuses  ", dict(sum((Counter({code: n}) for *_, code, n in report["statuses"]),
                                  Counter())))  # fmt: skip
    for name in ("server_errors", "counts", "jobs", "memory", "files"):
        print(f"{name:10}", report[name])
    print("\n".join(report["bad"]))


if __name__ == "__main__":
    main()
