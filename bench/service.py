"""The service beside the engine and beside a bare FastAPI route.

    OMP_NUM_THREADS=1 python bench/service.py WORKSPACE [--turns 200] [--clients 16] [--seconds 8]

WORKSPACE is an indexed one with `price`.  The question: 12 results within a price band, with
reasons.  One client at a time: `Engine.similar`, the same question over HTTP asked for the first
time, and asked again.  Many clients at once: questions that are all new, questions as a shop's
pages ask them (1/rank over 2,000 products, each asked once before), and a bare FastAPI route that
answers a body of the same size, returned as an object and as finished bytes.  Server and clients
share the machine.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Callable

import numpy as np

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.domain.filters import Range
from serving import Connection, Request, Served, Spent, lookalike, served, together
from timing import take_turns

LIMIT = 12
PAGES = 2_000  # products that shoppers look at; the k-th most popular k times less than the first
BARE = """
import json, socket, sys, uvicorn
from fastapi import FastAPI, Response
app, body = FastAPI(), json.load(open(sys.argv[1]))
ready = json.dumps(body).encode()
@app.post("/object")
def as_object(question: dict) -> dict: return body
@app.post("/bytes")
async def as_bytes() -> Response: return Response(ready, media_type="application/json")
taken = socket.create_server(("127.0.0.1", 0))
print("http://127.0.0.1:%d" % taken.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[taken])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    settings = Settings.load({"workspace": options.workspace})
    with Engine.open(settings, create=False) as engine:
        low, high = band(engine)
        skus = drawn(engine, options.turns + 40_000)
        with served(lookalike(options.workspace)) as place:
            alone(engine, place, skus[: options.turns], (low, high), options.turns)
            crowd(place, skus[options.turns :], (low, high), options)


def band(engine: Engine) -> tuple[float, float]:
    """The middle nine tenths of the prices, so that the filter has work."""
    prices = [one["price"] for one in engine.products(limit=500).products if one.get("price")]
    low, high = np.quantile(prices, [0.05, 0.95])
    return float(low), float(high)


def drawn(engine: Engine, count: int) -> list[str]:
    index = engine._parts.view(None).index
    numbers = np.random.default_rng(7).permutation(index.select(None))
    print(f"{len(index):,} products")
    return [index.sku(int(number)) for number in numbers[:count]]


def asked(sku: str, prices: tuple[float, float]) -> dict[str, object]:
    return {
        "query": {"type": "product", "product_id": sku},
        "filters": {"price": {"$gte": prices[0], "$lte": prices[1]}},
        "limit": LIMIT,
    }


def alone(
    engine: Engine, place: Served, skus: list[str], prices: tuple[float, float], turns: int
) -> None:
    where = Range("price", *prices)
    loop = asyncio.new_event_loop()
    connection = Connection(place.host, place.port)
    fresh = itertools.count()

    def over_http(sku: str, more: float) -> None:
        question = asked(sku, (prices[0] + more, prices[1]))
        status, _ = loop.run_until_complete(connection.ask("POST", ROUTE, question))
        assert status == 200, status

    for sku in skus:
        over_http(sku, 0.0)
    times = take_turns(
        {
            "Engine.similar": lambda turn: engine.similar(
                Retrieval(ProductAnchor(skus[turn]), limit=LIMIT, where=where)
            ),
            "HTTP, asked for the first time": lambda turn: over_http(
                skus[turn], next(fresh) * 1e-9
            ),
            "HTTP, asked again": lambda turn: over_http(skus[turn], 0.0),
        },
        turns=turns,
    )
    middle = statistics.median(times["Engine.similar"])
    print(f"\n{'one client':44}{'p50 ms':>8}{'p99 ms':>8}{'x Engine':>10}")
    for label, values in times.items():
        p50, p99 = np.quantile(values, [0.5, 0.99])
        print(f"{label:44}{p50:8.2f}{p99:8.2f}{p50 / middle:10.2f}")


ROUTE = "/v1/collections/default/retrieve"


def crowd(place: Served, skus: list[str], prices: tuple[float, float], options) -> None:
    rng = np.random.default_rng(1)
    share = 1 / np.arange(1, min(PAGES, len(skus) // 2) + 1)
    popular = rng.choice(len(share), 100_000, p=share / share.sum())
    shown, fresh = skus[-len(share) :], skus[: -len(share)]
    one = asyncio.run(_body(place, asked(fresh[0], prices)))
    rows = {
        "HTTP, every question new": lambda number: (
            "POST", ROUTE,
            asked(fresh[number % len(fresh)], (prices[0] + number // len(fresh) * 1e-9, prices[1])),
        ),
        "HTTP, as a shop's pages ask": lambda number: (
            "POST", ROUTE, asked(shown[popular[number % 100_000]], prices),
        ),
    }  # fmt: skip
    asyncio.run(_each(place, [asked(sku, prices) for sku in shown]))
    spent = {label: _crowd(place, ask, options) for label, ask in rows.items()}
    with _bare(one) as bare:
        for kind in ("object", "bytes"):
            spent[f"bare FastAPI route, {kind}"] = _crowd(
                bare, lambda number, kind=kind: ("POST", f"/{kind}", asked("1", prices)), options
            )
    least = len(spent["bare FastAPI route, object"])
    print(f"\nbody of {len(one):,} bytes, {options.clients} clients at once")
    print(f"{'':44}{'a second':>9}{'p50 ms':>8}{'p99 ms':>8}{'p99/p50':>8}{'x bare':>8}")
    for label, found in spent.items():
        p50, p99 = np.quantile([each.ms for each in found], [0.5, 0.99])
        failed = sum(each.status != 200 for each in found)
        print(
            f"{label:44}{len(found) / options.seconds:9,.0f}{p50:8.1f}{p99:8.1f}"
            f"{p99 / p50:8.1f}{len(found) / least:8.2f}" + (f"  {failed} failed" if failed else "")
        )


def _crowd(place: Served, ask: Callable[[int], Request], options) -> list[Spent]:
    return asyncio.run(together(place, ask, clients=options.clients, seconds=options.seconds))


async def _each(place: Served, questions: list[object]) -> None:
    connection = Connection(place.host, place.port)
    for question in questions:
        await connection.ask("POST", ROUTE, question)


async def _body(place: Served, question: object) -> bytes:
    status, body = await Connection(place.host, place.port).ask("POST", ROUTE, question)
    assert status == 200, body
    return body


def _bare(body: bytes):
    file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)  # noqa: SIM115
    with file:
        json.dump(json.loads(body), file)
    return served([sys.executable, "-c", BARE, file.name])


if __name__ == "__main__":
    main()
