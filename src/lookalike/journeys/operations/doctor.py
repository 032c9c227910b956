"""What this installation and workspace can and cannot do, checked by doing it."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.features.image_fit import encode_jpeg
from lookalike.features.pipeline import Extractor
from lookalike.index import snapshot
from lookalike.journeys.catalog.publish import open_view
from lookalike.storage.workspace import Workspace

MANY_FAILED = 0.05  # failed images per product with an image; by eye
LEAST_FREE_BYTES = 1_000_000_000  # 100,000 products take about 0.5 GB, and a rebuild as much again


State = Literal["good", "warning", "bad"]


@dataclass(frozen=True)
class Check:
    """One thing that was tried."""

    name: str
    state: State
    message: str


def checks(workspace: Workspace, extractor: Extractor) -> list[Check]:
    """Every check is run, whatever the others found."""
    found = [
        tried("encoder", lambda: _encoder(extractor)),
        tried("disk", lambda: _disk(workspace)),
    ]
    for name in workspace.collections():
        found.append(tried(f"collection {name}", partial(_collection, workspace, extractor, name)))
    return found


def tried(name: str, check: Callable[[], Check]) -> Check:
    """The check, or its failure as one."""
    try:
        return check()
    except LookalikeError as error:
        return Check(name, "bad", str(error))


def _encoder(extractor: Extractor) -> Check:
    """Look at a picture of noise, twice: the first time also loads the model."""
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    photo = encode_jpeg(noise)
    extractor.extract(photo)
    started = time.perf_counter()
    extractor.extract(photo)
    spent_ms = 1000 * (time.perf_counter() - started)
    told = f"looks at an image in {spent_ms:.0f} ms; {extractor.layout.width} numbers a row"
    return Check("encoder", "good", told)


def _disk(workspace: Workspace) -> Check:
    free = shutil.disk_usage(workspace.path).free
    state: State = "good" if free >= LEAST_FREE_BYTES else "warning"
    return Check("disk", state, f"{free / 1e9:.1f} GB free below {workspace.path}")


def _collection(workspace: Workspace, extractor: Extractor, name: str) -> Check:
    collection = workspace.collection(name)
    label = f"collection {name}"
    sold = collection.products.count()
    view = open_view(collection)
    if view is None:
        return Check(label, "warning", f"{sold:,} products, not indexed yet: lookalike index FILE")
    told = f"{sold:,} products, {len(view.index):,} with an image in generation {view.generation}"
    made = snapshot.switched_at(collection.folder)
    if made is not None:
        told += f" of {datetime.fromtimestamp(made, UTC):%Y-%m-%d %H:%M} UTC"
    failed = collection.images.failed_count()
    if failed:
        told += f", {failed:,} images failed (lookalike problems, lookalike retry)"
    if view.encoder not in ("", extractor.name):
        return Check(label, "good", f"{told}, made by {view.encoder}")
    if view.fingerprint != extractor.fingerprint:
        return Check(label, "warning", f"{told}, made by another encoder: run the index again")
    if view.change != collection.products.latest_change():
        told += ", and newer changes beside it"
    is_odd = failed > MANY_FAILED * max(1, len(view.index))
    return Check(label, "warning" if is_odd else "good", told)
