"""Writes the sample shop to a folder: catalog, images, shoppers and truth."""

import csv
import json
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from lookalike.sample.canvas import jpeg
from lookalike.sample.product import SampleProduct
from lookalike.sample.render import SIZE_PX, picture
from lookalike.sample.shop import SampleShop
from lookalike.sample.shoppers import Shoppers, sample_shoppers

QUALITY = 88
COLUMNS = (
    "sku",
    "name",
    "category",
    "brand",
    "price",
    "currency",
    "in_stock",
    "color",
    "gender",
    "variant_group",
    "images",
    "description",
)
IMAGES_SEPARATOR = "|"
EVENT_FIELDS = (
    "event_id",
    "user_id",
    "kind",
    "product_id",
    "time",
    "price",
    "currency",
    "reason",
    "session_id",
)

# What is known of one image, ready for JSON.
ImageTruth = dict[str, Any]  # Any: strings, numbers and null side by side


def write_shop(
    shop: SampleShop, folder: Path, *, size_px: int = SIZE_PX, workers: int | None = None
) -> None:
    """Write `catalog.csv`, `images/*.jpg`, `events.jsonl` and `truth.json` into the folder.

    workers  processes that draw; None takes one for each core, 1 draws in this process

    Existing files of these names are replaced.  The sample of 600 products is
    about 1,200 images.
    """
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    draw = partial(_draw, images=images, size_px=size_px)
    count = workers or os.cpu_count() or 1
    if count == 1:
        truths = [draw(product) for product in shop.products]
    else:
        # Spawned, because the caller may hold threads that a forked child would lose.
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            truths = list(pool.map(draw, shop.products, chunksize=8))
    _write_catalog(folder / "catalog.csv", shop.products)
    visited = sample_shoppers(shop)
    _write_events(folder / "events.jsonl", visited)
    _write_truth(folder / "truth.json", shop, truths, visited)


def image_names(product: SampleProduct) -> list[str]:
    """The file name of each view, in order."""
    return [f"{product.sku}-{row + 1}.jpg" for row in range(len(product.views))]


def _draw(product: SampleProduct, *, images: Path, size_px: int) -> list[ImageTruth]:
    """Draw and save all views of a product; returns what is true of each."""
    truths: list[ImageTruth] = []
    for name, view in zip(image_names(product), product.views, strict=True):
        drawn = picture(product, view, size_px=size_px)
        (images / name).write_bytes(jpeg(drawn.image, quality=QUALITY))
        truths.append(
            {
                "file": f"images/{name}",
                "view": view.name,
                "background": view.background,
                "foreground_share": round(float(drawn.mask.mean()), 4),
                "main_share": round(drawn.main_share, 4),
            }
        )
    return truths


def _write_catalog(path: Path, products: Iterable[SampleProduct]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for product in products:
            row = {name: getattr(product, name, "") for name in COLUMNS}
            row["in_stock"] = "true" if product.in_stock else "false"
            row["images"] = IMAGES_SEPARATOR.join(f"images/{n}" for n in image_names(product))
            writer.writerow({name: "" if value is None else value for name, value in row.items()})


def _write_events(path: Path, visited: Shoppers) -> None:
    """One event a line, as `lookalike events import` reads them."""
    with path.open("w", encoding="utf-8") as file:
        for event in visited.events:
            values = {name: getattr(event, name) for name in EVENT_FIELDS}
            values["time"] = event.time.isoformat()
            values["price"] = None if event.price is None else str(event.price)
            line = {name: value for name, value in values.items() if value is not None}
            file.write(json.dumps(line) + "\n")


def _write_truth(
    path: Path, shop: SampleShop, truths: list[list[ImageTruth]], visited: Shoppers
) -> None:
    products = {}
    for product, images in zip(shop.products, truths, strict=True):
        fields = asdict(product)
        del fields["sku"], fields["views"]
        fields["price"] = str(product.price)
        fields["traits"] = dict(product.traits)
        products[product.sku] = {**fields, "shape": product.shape, "images": images}
    looks = [asdict(look) for look in shop.looks]
    shoppers = {
        one.user_id: {
            "tastes": [asdict(taste) for taste in one.tastes],
            "drift": one.drift,
            "drifted": one.drifted and one.drifted.isoformat(),
            "labels": one.labels,
        }
        for one in visited.shoppers
    }
    content = {"seed": shop.seed, "products": products, "looks": looks, "shoppers": shoppers}
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
