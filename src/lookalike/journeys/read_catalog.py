"""The first half of an index run: from records to stored products."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lookalike.domain.problems import Problem, Problems
from lookalike.domain.product import Product, Tombstone
from lookalike.domain.progress import Report, Step
from lookalike.sources.protocol import CatalogSource
from lookalike.storage.collection import Collection
from lookalike.storage.products import digest

STAGE = "reading the catalog"
PRODUCTS_PER_WRITE = 500  # one durable transaction each, so a kill costs at most these


@dataclass
class Reading:
    """What one pass over a source found, against what the collection held before."""

    products: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    locations: set[str] = field(default_factory=set)
    problems: Problems = field(default_factory=Problems)


def read_catalog(
    source: CatalogSource, collection: Collection, *, write: bool, report: Report
) -> Reading:
    """Bring the stored products in line with the source; what is unchanged is not written.

    Products that the source no longer has are listed as `missing`, not removed: a source that
    breaks off half-way raises before anything is taken away.
    """
    known = collection.products.digests("catalog")
    reading = Reading()
    total = source.count_hint()
    batch: list[Product] = []
    seen: set[str] = set()
    for outcome in source.products():
        if isinstance(outcome, Problem):
            reading.problems.add(outcome)
            if outcome.sku:
                seen.add(outcome.sku)  # named but broken: no reason to take it away
            continue
        if isinstance(outcome, Tombstone):
            continue  # not seen, so it is missing
        reading.products += 1
        reading.locations.update(outcome.images)
        seen.add(outcome.sku)
        before = known.get(outcome.sku)
        if before != digest(outcome):
            (reading.changed if before else reading.added).append(outcome.sku)
            batch.append(outcome)
        if len(batch) >= PRODUCTS_PER_WRITE:
            _store(batch, collection, write=write)
            batch = []
        if reading.products % PRODUCTS_PER_WRITE == 0:
            report(Step(STAGE, reading.products, total))
    _store(batch, collection, write=write)
    report(Step(STAGE, reading.products, reading.products))
    reading.missing = sorted(known.keys() - seen)
    return reading


def _store(batch: Iterable[Product], collection: Collection, *, write: bool) -> None:
    if write:
        collection.products.upsert(list(batch), origin="catalog")
