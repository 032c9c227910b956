"""What it costs to have it: importing, opening, memory, a second run, and growth with size.

    python bench/footprint.py WORKSPACE CATALOG [--growth 5000,10000,20000,40000]

WORKSPACE is indexed from CATALOG.  Each figure comes from a process of its own, the median of
three.  `--growth` indexes the first N products of CATALOG from the feature cache of a copy of
WORKSPACE and reports time per question and bytes per product for each size.
"""

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PROCESSES = 3

IMPORT = """
import time; s = time.perf_counter()
import lookalike
print(time.perf_counter() - s)
"""
OPEN = """
import sys, time; s = time.perf_counter()
from lookalike import Engine, ProductAnchor, Retrieval, Settings
engine = Engine.open(Settings.load({"workspace": sys.argv[1]}), create=False)
page = engine.products(limit=48)
print(time.perf_counter() - s)
"""
SERVE = """
import random, resource, statistics, sys, time
from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.domain.filters import Eq
engine = Engine.open(Settings.load({"workspace": sys.argv[1]}), create=False)
view = engine._parts.view(None)
skus = view.index.skus(view.index.select(None))
random.seed(1)
times = []
for sku in random.choices(skus, k=400):
    s = time.perf_counter()
    engine.similar(Retrieval(ProductAnchor(sku), where=Eq("in_stock", True)))
    times.append(time.perf_counter() - s)
photo = engine.image(engine.product(skus[0]).document["images"][0]["hash"])[0]
from lookalike import ImageAnchor
engine.similar(Retrieval(ImageAnchor(photo)))
print(statistics.median(times[50:]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("catalog")
    parser.add_argument("--growth", default="")
    arguments = parser.parse_args()
    print(f"import lookalike       {middle(IMPORT):7.3f} s")
    print(f"open and first page    {middle(OPEN, arguments.workspace):7.3f} s")
    memory = [run(SERVE, arguments.workspace)[1] for _ in range(PROCESSES)]
    print(f"memory while serving   {statistics.median(memory):7.0f} MB at most")
    report = index(arguments.workspace, arguments.catalog)
    print(f"second identical run   {report['seconds']:7.1f} s, {report['encoded']} encoded")
    if arguments.growth:
        growth(arguments)


def middle(code: str, *words: str) -> float:
    return statistics.median(run(code, *words)[0] for _ in range(PROCESSES))


def run(code: str, *words: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


def index(workspace: str, catalog: str, *more: str) -> dict:
    command = [sys.executable, "-c", "from lookalike.cli.main import main; main()"]
    command += ["--workspace", workspace, "index", catalog, "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict = json.loads(done.stdout.splitlines()[-1])
    return report


def growth(arguments: argparse.Namespace) -> None:
    catalog = Path(arguments.catalog)
    with catalog.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    with tempfile.TemporaryDirectory() as name:
        workspace = Path(name) / "workspace"
        shutil.copytree(arguments.workspace, workspace)
        print(
            f"{'products':>9}{'ms a question':>15}{'us per product':>16}{'bytes per product':>19}"
        )
        for size in map(int, arguments.growth.split(",")):
            part = Path(name) / "part.csv"
            with part.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([header, *rows[:size]])
            index(str(workspace), str(part), "--images", str(catalog.parent))
            seconds = statistics.median(run(SERVE, str(workspace))[0] for _ in range(PROCESSES))
            bytes_used = snapshot_bytes(workspace)
            print(
                f"{size:9,}{seconds * 1e3:15.2f}{seconds * 1e6 / size:16.3f}"
                f"{bytes_used / size:19,.0f}"
            )


def snapshot_bytes(workspace: Path) -> int:
    root = workspace / "collections" / "default"
    newest = max((root / "generations").iterdir(), key=lambda folder: folder.name)
    return sum(file.stat().st_size for file in newest.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
