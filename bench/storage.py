"""Time the storage of a catalog: python bench/storage.py [--products 40000] [--url URL]

Prints medians and their ratio to a floor measured in the same run: the same bytes written
with a plain write and fsync, the same rows selected with the bare driver.
"""

import argparse
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from lookalike.domain.features import AttributeValue, ImageFeatures, Swatch
from lookalike.domain.product import Product
from lookalike.storage.images import ImageRecord
from lookalike.storage.products import digest
from lookalike.storage.workspace import Workspace

WIDTH = 520
BATCH = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", help="a database other than SQLite in a temporary folder")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"SQLite {sqlite3.sqlite_version}, {options.products:,} products")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.products, rounds=options.rounds, url=options.url)


def measure(folder: Path, count: int, *, rounds: int, url: str | None) -> None:
    batch = [some_product(number) for number in range(count)]
    row = np.random.default_rng(0).random((count, WIDTH), dtype=np.float32)
    now = datetime.now(UTC)

    with Workspace.open(folder, database_url=url) as workspace:
        collection = workspace.collection("bench", create=True)
        writes: dict[str, list[float]] = {"products": [], "features": [], "images": [], "fsync": []}
        for start in range(0, count, BATCH):
            part = batch[start : start + BATCH]
            numbers = range(start, start + len(part))
            found = {f"{n:064x}": some_features(row[n]) for n in numbers}
            seen = [ImageRecord(p.images[0], "1", f"{n:064x}", None, now)
                    for n, p in zip(numbers, part, strict=True)]  # fmt: skip
            bytes_written = row[start : start + len(part)].tobytes()
            writes["products"].append(
                seconds(lambda part=part: collection.products.upsert(part, origin="catalog"))
            )
            writes["features"].append(
                seconds(lambda found=found: workspace.features.put(found, "fingerprint"))
            )
            writes["images"].append(seconds(lambda seen=seen: collection.images.record(seen)))
            writes["fsync"].append(
                seconds(lambda data=bytes_written: write_and_sync(folder / "floor", data))
            )
        for name, times in writes.items():
            show(f"write {BATCH:,}: {name}", times, total=sum(times))

        one = [Product("one", name="one")]
        show("write 1 product", repeat(lambda: collection.products.upsert(one, origin="api"), 50))
        collection.products.remove(["one"])

        locations = [product.images[0] for product in batch]
        hashes = [f"{number:064x}" for number in range(count)]
        reads: dict[str, Callable[[], object]] = {
            "digests in memory": lambda: [digest(product) for product in batch],
            "digests stored": lambda: collection.products.digests("catalog"),
            "image records": lambda: collection.images.records(locations),
            "known features": lambda: workspace.features.known(hashes, "fingerprint"),
            "catalog": lambda: sum(1 for _ in collection.catalog("fingerprint")),
            "catalog, 10 skus": lambda: list(
                collection.catalog("fingerprint", skus=[p.sku for p in batch[:: count // 10]])
            ),
            "changed_since, nothing": lambda: collection.products.changed_since(10**9, limit=1000),
        }
        medians = {name: show(name, repeat(read, rounds)) for name, read in reads.items()}
        second = sum(medians[name] for name in list(reads)[:4])
        print(f"{'second run, nothing changed':32} {second:8.3f} s")

    if url is None:
        show("open", repeat(lambda: Workspace.open(folder).close(), 20))
        floor = show("floor: bare select", repeat(lambda: bare_select(folder), rounds))
        print(f"{'catalog / floor':32} {medians['catalog'] / floor:8.1f}")
        size = sum(path.stat().st_size for path in folder.glob("lookalike.db*"))
        print(f"{'database':32} {size / 1e6:8.1f} MB, rows alone {row.nbytes / 1e6:.1f} MB")


def some_product(number: int) -> Product:
    return Product(
        sku=f"SKU-{number:06}",
        name=f"Product number {number} in a color",
        category="Apparel > Tops > T-shirts",
        brand=f"Brand {number % 50}",
        price=Decimal(number % 9000) / 100,
        currency="EUR",
        in_stock=number % 7 > 0,
        url=f"https://shop.example/products/{number}",
        images=(f"https://cdn.shop.example/images/{number}.jpg",),
        extra={"season": "summer", "year": 2026, "gender": "unisex", "tags": ("new", "sale")},
    )


def some_features(row: np.ndarray) -> ImageFeatures:
    names = ("color_family", "pattern", "style", "material_appearance", "product_type", "shape")
    shares = {"first": 0.71234567, "second": 0.1834567, "third": 0.0534567}
    return ImageFeatures(
        row=row,
        palette=tuple(Swatch(f"#12345{i}", 0.2512345 + i / 100, "navy") for i in range(4)),
        attributes={name: AttributeValue("first", 0.71234567, shares) for name in names},
        evidence={"mask": "encoder", "mask_share": 0.41234567},
        width_px=800,
        height_px=1000,
    )


def write_and_sync(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def bare_select(folder: Path) -> None:
    """The rows of the same join, as the driver gives them: nothing parsed, no objects."""
    with closing(sqlite3.connect(folder / "lookalike.db")) as connection:
        connection.execute(
            "SELECT p.*, i.hash, f.row, f.details FROM products p"
            " JOIN product_images q USING (collection, sku)"
            " JOIN images i USING (collection, location)"
            " JOIN features f ON f.hash = i.hash ORDER BY p.collection, p.sku"
        ).fetchall()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def repeat(work: Callable[[], object], rounds: int) -> list[float]:
    return [seconds(work) for _ in range(rounds)]


def show(name: str, times: list[float], *, total: float | None = None) -> float:
    median = statistics.median(times)
    low, high = min(times), max(times)
    rest = "" if total is None else f"   all {total:.2f} s"
    print(f"{name:32} {median:8.4f} s   ({low:.4f} to {high:.4f}){rest}")
    return median


if __name__ == "__main__":
    main()
