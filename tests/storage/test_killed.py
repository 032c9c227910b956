"""What is acknowledged is kept and what is not is absent, whatever is killed when."""

import random
import subprocess
import sys

import pytest

from lookalike.domain.product import Product

BATCH = 40
WRITE_FOR_EVER = """
import sys
from itertools import count
from lookalike.domain.product import Product
from lookalike.storage.workspace import Workspace

folder, url, run, size = sys.argv[1:]
collection = Workspace.open(folder, database_url=url).collection("default")
with collection.writer():
    for batch in count():
        skus = [f"{run}-{batch}-{number}" for number in range(int(size))]
        collection.products.upsert(
            [Product(sku, images=(sku + "/0", sku + "/1")) for sku in skus], origin="catalog"
        )
        print(batch, flush=True)
"""


def test_a_killed_writer_loses_no_batch_and_leaves_no_half(workspace, collection, database_url):
    rng = random.Random(20)
    for run in range(10):
        acknowledged = write_and_kill(
            [str(workspace.path), database_url, str(run), str(BATCH)],
            after=rng.randrange(1, 12),
            delay_s=rng.uniform(0, 0.02),
        )
        with collection.writer():  # the lock died with its holder
            pass
        assert_whole_batches(collection, run=run, acknowledged=acknowledged)
    collection.products.upsert([Product("next")], origin="api")
    assert collection.products.latest_change() == collection.products.count()


def write_and_kill(arguments, *, after, delay_s):
    """Kill a writer some time after its `after`-th batch; returns how many it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE_FOR_EVER, *arguments], stdout=subprocess.PIPE, text=True
    )
    with child:
        lines = [child.stdout.readline() for _ in range(after)]
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(delay_s)
        child.kill()
        lines += child.stdout.readlines()
    return len([line for line in lines if line.endswith("\n")])


def assert_whole_batches(collection, *, run, acknowledged):
    stored = {
        one.product.sku: [image.location for image in one.images]
        for one in collection.catalog("none")
    }
    mine = [sku for sku in stored if sku.startswith(f"{run}-")]
    batches = {int(sku.split("-")[1]) for sku in mine}
    assert batches in (set(range(acknowledged)), set(range(acknowledged + 1)))
    assert len(mine) == BATCH * len(batches)
    assert all(stored[sku] == [f"{sku}/0", f"{sku}/1"] for sku in mine)
    assert collection.products.latest_change() == len(stored)
