"""Search speed beside a bare FAISS call and one NumPy matrix-vector product, in one process.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python bench/search.py [PRODUCTS]

Random rows with the channels of the product, one image each; p50 of many calls in ms.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss
import numpy as np

from lookalike.domain.channels import Channel, Layout
from lookalike.domain.filters import And, Eq, Filter, Ne, Range
from lookalike.index.protocol import Entry
from lookalike.index.snapshot import open_snapshot, write_snapshot

SIZES = {
    "look": 256,
    "color": 72,
    "pattern": 10,
    "style": 7,
    "material": 14,
    "type": 132,
    "shape": 20,
}
LIMIT = 48
REPEATS = 200


def main(products: int) -> None:
    layout = Layout(tuple(Channel(name, size) for name, size in SIZES.items()))
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "snapshot"
        seconds = timed(
            lambda: write_snapshot(folder, entries(products, layout, rng), layout=layout, meta={})
        )
        print(f"write {seconds:.2f} s")
        print(f"open {timed(lambda: open_snapshot(folder)) * 1e3:.0f} ms")
        index = open_snapshot(folder).index
        rows = index.vectors(np.arange(products))
        wide = -(-layout.width // 16) * 16
        bare = faiss.IndexScalarQuantizer(
            wide, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        padded = np.pad(rows, ((0, 0), (0, wide - layout.width)))
        bare.add(padded)
        half = And((Eq("in_stock", True), Range("price", high=60)))
        filters: dict[str, Filter | None] = {
            "no filter": None,
            "sku != anchor": Ne("sku", "000005"),
            "in_stock, price (48%)": half,
            "in_stock, price, one of 10 categories (5%)": And((*half.parts, Eq("category", "c3"))),
            "category, brand (0.5%)": And((Eq("category", "c3"), Eq("brand", "b4"))),
        }
        queries = rows[rng.integers(0, products, 32)]
        cases: dict[str, Callable[[int], object]] = {
            "numpy rows @ query": lambda n: rows @ queries[n],
            "bare FAISS, top 48": lambda n: bare.search(padded[n : n + 1], LIMIT),
        }
        for label, where in filters.items():
            cases[label] = lambda n, where=where: index.search(
                queries[n : n + 1], limit=LIMIT, where=where
            )
        cases["three images"] = lambda n: index.search(queries[max(0, n - 3) :][:3], limit=LIMIT)
        changed = index.with_changes(list(entries(100, layout, rng)), [])
        cases["no filter, 100 changed"] = lambda n: changed.search(queries[n : n + 1], limit=LIMIT)
        cases["one upsert"] = lambda _: index.with_changes([one], [])
        cases["one upsert onto 100"] = lambda _: changed.with_changes([one], [])
        one = next(entries(1, layout, rng))
        for label, times in measured(cases, len(queries)).items():
            print(f"{label:45} {statistics.median(times):7.3f}  min {min(times):7.3f}")


def entries(count: int, layout: Layout, rng: np.random.Generator) -> Iterator[Entry]:
    for number in range(count):
        parts = {name: unit(rng.standard_normal(size)) for name, size in SIZES.items()}
        fields = {
            "price": float(rng.integers(1, 100)),
            "in_stock": bool(rng.random() < 0.8),
            "category": f"c{rng.integers(10)}",
            "brand": f"b{rng.integers(20)}",
            "name": f"Product {number}",
        }
        sku = f"{number:06d}"
        document = json.dumps({"sku": sku, **fields, "text": "x" * 500})
        yield Entry(sku, layout.row(parts)[np.newaxis], fields, document)


def unit(values: np.ndarray) -> np.ndarray:
    return (values / np.linalg.norm(values)).astype(np.float32)


def measured(cases: dict[str, Callable[[int], object]], queries: int) -> dict[str, list[float]]:
    """Cases take turns, so that a busy neighbor slows all of them alike."""
    times: dict[str, list[float]] = {label: [] for label in cases}
    for turn in range(REPEATS):
        for label, run in cases.items():
            times[label].append(timed(lambda run=run, turn=turn: run(turn % queries)) * 1e3)
    return times


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40_000)
