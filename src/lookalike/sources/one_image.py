"""A catalogue of which every product keeps one image, for feeds whose other images mislead."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lookalike.domain.problems import Problem
from lookalike.domain.product import Product
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

    def count_hint(self) -> int | None:
        return self._source.count_hint()

    def products(self) -> Iterator[Product | Problem]:
        for one in self._source.products():
            yield one if isinstance(one, Problem) else replace(one, images=one.images[:1])
