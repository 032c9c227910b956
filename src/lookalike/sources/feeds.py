"""The feed formats of shops and marketplaces: recognized by their columns, read by their rules."""

from collections.abc import Iterator
from datetime import datetime

from lookalike.domain.problems import Problem
from lookalike.sources import agentic, merchant, product_search, shopify, woocommerce
from lookalike.sources.feed_format import Columns, FeedFormat
from lookalike.sources.protocol import Record, RecordReader
from lookalike.sources.sales import Sales

FORMATS: tuple[FeedFormat, ...] = (
    shopify.FORMAT,
    woocommerce.FORMAT,
    product_search.FORMAT,
    agentic.FORMAT,
    merchant.FACEBOOK,
    merchant.GOOGLE,
)
"""Every format, the more specific before the more general."""


class FeedReader:
    """A RecordReader of one format over the reader of its file."""

    def __init__(self, reader: RecordReader, form: FeedFormat, now: datetime) -> None:
        self.location = reader.location
        self.format = form
        self._reader = reader
        self._sales = Sales(now)
        self.columns = tuple(dict.fromkeys((*reader.columns, *form.added)))

    @property
    def mapping(self) -> dict[str, tuple[str, ...]]:
        """The columns of the format that this file has, by field."""
        by_name = Columns(self.columns)
        found: dict[str, tuple[str, ...]] = {}
        for field, names in self.format.mapping.items():
            there = tuple(
                name if name in self.columns else by_name[name]
                for name in names
                if name in self.columns or name in by_name
            )
            if there:
                found[field] = there if field == "image" else there[:1]
        return found

    @property
    def next_change(self) -> datetime | None:
        """When a price changes though the file does not; known once the records were read."""
        return self._sales.next_change

    def records(self) -> Iterator[Record | Problem]:
        yield from self.format.rows(self._reader, self._sales)

    def count_hint(self) -> int | None:
        return self._reader.count_hint()
