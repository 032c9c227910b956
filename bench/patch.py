"""How soon a patched price is seen: in this process and in another, by number of patches.

    python bench/patch.py WORKSPACE

Changes prices, so give a copy.  Each figure is the median of five; the floor is one commit of
the same database.
"""

import statistics
import sys
import time
from decimal import Decimal

from lookalike import Engine, Settings
from lookalike.domain.patch import Patch

SIZES = (1, 100, 1_000, 10_000)
REPEATS = 5


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(workspace):
    settings = Settings.load({"workspace": workspace})
    with Engine.open(settings, create=False) as here, Engine.open(settings, create=False) as other:
        collection = here._parts.collection(None)
        skus = sorted(collection.products.skus())[: max(SIZES)]
        floor = statistics.median(
            seconds(lambda n=n: collection.update_settings({"bench": n})) for n in range(REPEATS)
        )
        print(f"one commit: {floor * 1000:.1f} ms")
        for size in SIZES:
            taken, seen = [], []
            for turn in range(REPEATS):
                price = Decimal(turn + 1) + Decimal(size) / 100_000
                patches = [Patch(sku, price=price) for sku in skus[:size]]
                last = patches[-1].sku
                other.product(last)
                began = time.perf_counter()
                here.upkeep().patch(patches)
                assert here.product(last).document["price"] == float(price)
                taken.append(time.perf_counter() - began)
                while other.product(last).document["price"] != float(price):
                    time.sleep(0.01)
                seen.append(time.perf_counter() - began)
            print(
                f"{size:6,} patches: seen here after {statistics.median(taken):.3f} s, "
                f"in another process after {statistics.median(seen):.3f} s"
            )


if __name__ == "__main__":
    main(sys.argv[1])
