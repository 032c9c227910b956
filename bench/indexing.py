"""How fast a catalog is indexed, as a ratio to the bare model on the same cores.

    python bench/indexing.py CATALOG [--images 2000] [--rounds 3] [--map image=photo,...]

The floor: the same ONNX model on the same images, already decoded and fitted, nothing else, all
cores.  The figure: `lookalike index` of the same images into a new workspace, from reading the
table to the published generation.  They take turns.
"""

import argparse
import csv
import os
import statistics
import tempfile
import time
from pathlib import Path

from lookalike import Engine, Settings
from lookalike.cli.options import pairs
from lookalike.domain.product import Product
from lookalike.features.encoder import default_encoder
from lookalike.features.image import ImageProblem
from lookalike.features.pipeline import Extractor
from lookalike.sources.catalog import open_source
from lookalike.sources.images import open_images

TOGETHER = 256  # pictures handed to the bare encoder at once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("catalog")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--map", action="append", default=[])
    arguments = parser.parse_args()
    source = open_source(arguments.catalog, mapping=pairs(arguments.map, option="--map"))
    locations = [
        one.images[0] for one in source.products() if isinstance(one, Product) and one.images
    ][: arguments.images]
    print(f"{len(locations)} images, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    ratios = []
    for _ in range(arguments.rounds):
        bare = bare_rate(locations, source.images_root)
        whole = index_rate(locations, source.images_root)
        ratios.append(whole / bare)
        print(f"bare model {bare:6.1f}/s   index {whole:6.1f}/s   ratio {whole / bare:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}")


def bare_rate(locations: list[str], root: str) -> float:
    encoder = default_encoder()
    extractor = Extractor(encoder)
    images = open_images(root)
    spent, count = 0.0, 0
    for start in range(0, len(locations), TOGETHER):
        prepared = []
        for location in locations[start : start + TOGETHER]:
            try:
                prepared.append(extractor.prepare(images.read(location)))
            except ImageProblem:
                continue
        started = time.perf_counter()
        extractor.encode(prepared)
        if start:  # the first batch also loads the model
            spent += time.perf_counter() - started
            count += len(prepared)
    return count / spent


def index_rate(locations: list[str], root: str) -> float:
    with tempfile.TemporaryDirectory() as name:
        catalog = Path(name) / "catalog.csv"
        with catalog.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["sku", "image"])
            writer.writerows([number, location] for number, location in enumerate(locations))
        settings = Settings.load({"workspace": f"{name}/workspace"})
        with Engine.open(settings) as engine:
            started = time.perf_counter()
            done = engine.index(str(catalog), images=root)
            return done.encoded / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
