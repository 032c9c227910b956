"""A catalogue of which every product keeps one image, for feeds whose other images mislead."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from lookalike.domain.problems import Problem
from lookalike.domain.product import Product, Tombstone
from lookalike.sources.protocol import CatalogSource, Record


class OneImage:
    """A CatalogSource over another: the first image of each product, the rest as it is."""

    def __init__(self, source: CatalogSource) -> None:
        self._source = source
        self.location = source.location
        self.images_root = source.images_root
        self.mapping: Mapping[str, tuple[str, ...]] = source.mapping

    def records(self) -> Iterator[Record | Problem]:
        return self._source.records()

    @property
    def mark(self) -> str | None:
        return self._source.mark

    @property
    def next_change(self) -> datetime | None:
        return self._source.next_change

    @property
    def title(self) -> str:
        return self._source.title

    def count_hint(self) -> int | None:
        return self._source.count_hint()

    def products(self) -> Iterator[Product | Tombstone | Problem]:
        for one in self._source.products():
            yield replace(one, images=one.images[:1]) if isinstance(one, Product) else one
