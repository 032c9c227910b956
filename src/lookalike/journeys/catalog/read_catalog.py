"""The first half of an index run: from records to stored products."""

from dataclasses import dataclass, field, replace

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
    before: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    buried: list[Tombstone] = field(default_factory=list)
    stale: int = 0
    locations: set[str] = field(default_factory=set)
    problems: Problems = field(default_factory=Problems)


def read_catalog(
    source: CatalogSource,
    collection: Collection,
    *,
    write: bool,
    report: Report,
    version: int | None = None,
) -> Reading:
    """Bring the stored products in line with the source; what is unchanged is not written.

    Products that the source no longer has are listed as `missing` and those it says are gone as
    `buried`, not removed: a source that breaks off half-way raises before anything is taken
    away.  Rows that are older than what is known change nothing.

    version  of the rows that name none
    """
    pass_ = _Pass(collection, version, write=write)
    reading = pass_.reading
    total = source.count_hint()
    for outcome in source.products():
        pass_.take(outcome)
        if reading.products % PRODUCTS_PER_WRITE == 0:
            report(Step(STAGE, reading.products, total))
    pass_.finish()
    report(Step(STAGE, reading.products, reading.products))
    return reading


class _Pass:
    """One pass over a source: what is stored, what was seen, what waits to be written."""

    def __init__(self, collection: Collection, version: int | None, *, write: bool) -> None:
        self.reading = Reading()
        self._collection = collection
        self._version = version
        self._write = write
        self._known = collection.products.digests("catalog")
        self._floors = collection.products.versions()
        self._seen: set[str] = set()
        self._batch: list[Product] = []
        self._raised: dict[str, int] = {}
        self.reading.before = len(self._known)

    def take(self, outcome: Product | Tombstone | Problem) -> None:
        if isinstance(outcome, Problem):
            self.reading.problems.add(outcome)
            if outcome.sku:
                self._seen.add(outcome.sku)  # named but broken: no reason to take it away
            return
        self._seen.add(outcome.sku)
        if outcome.version is None and self._version is not None:
            outcome = replace(outcome, version=self._version)
        floor = self._floors.get(outcome.sku)
        if outcome.version is not None and floor is not None and outcome.version < floor:
            self.reading.stale += 1
            if isinstance(outcome, Product) and outcome.sku in self._known:
                self.reading.locations.update(self._stored_images(outcome.sku))
        elif isinstance(outcome, Tombstone):
            if outcome.sku in self._known or outcome.version is not None:
                self.reading.buried.append(outcome)
        else:
            self._take_product(outcome, floor)

    def _take_product(self, product: Product, floor: int | None) -> None:
        self.reading.products += 1
        self.reading.locations.update(product.images)
        before = self._known.get(product.sku)
        if before != digest(product):
            (self.reading.changed if before else self.reading.added).append(product.sku)
            self._batch.append(product)
        elif product.version is not None and (floor is None or floor < product.version):
            self._raised[product.sku] = product.version
        if len(self._batch) + len(self._raised) >= PRODUCTS_PER_WRITE:
            self._store()

    def finish(self) -> None:
        self._store()
        self.reading.missing = sorted(self._known.keys() - self._seen)

    def _stored_images(self, sku: str) -> tuple[str, ...]:
        return self._collection.products.many([sku])[sku].images

    def _store(self) -> None:
        if self._write:
            self._collection.products.upsert(self._batch, origin="catalog")
            self._collection.products.raise_versions(self._raised)
        self._batch, self._raised = [], {}
