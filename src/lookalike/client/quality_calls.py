"""Calls about what is known of products: attributes and decisions, conflicts, duplicates."""

from collections.abc import Sequence

from lookalike.client.answers import Record
from lookalike.client.choosing import chosen
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path


def attribute(
    link: Link, sku: str, name: str, /, *, collection_id: str | None = None
) -> Plan[Record]:
    """One attribute of a product: the entry that counts, and what other sources say."""
    found: Record = yield Request(
        "GET", (yield from _address(link, sku, name, collection_id)), is_safe=True
    )
    return found


def decide(
    link: Link,
    sku: str,
    name: str,
    value: str,
    /,
    *,
    by: str = "",
    collection_id: str | None = None,
) -> Plan[Record]:
    """Decide an attribute by hand; it counts in the very next question and in every later run.

    by  who decided, kept beside it
    """
    where = yield from _address(link, sku, name, collection_id)
    found: Record = yield Request("PUT", where, body={"value": value, "by": by})
    return found


def forget(link: Link, sku: str, name: str, /, *, collection_id: str | None = None) -> Plan[None]:
    """Take a decision back."""
    yield Request("DELETE", (yield from _address(link, sku, name, collection_id)))


def conflicts(
    link: Link,
    /,
    *,
    attribute: str | None = None,
    limit: int = 20,
    collection_id: str | None = None,
) -> Plan[Record]:
    """Where feed and images disagree, the surest images first."""
    name = yield from chosen(link, collection_id)
    asked = {"attribute": attribute, "limit": limit}
    where = path("collections", name, "conflicts")
    found: Record = yield Request("GET", where, params=asked, is_safe=True)
    return found


def unknown_words(link: Link, /, *, collection_id: str | None = None) -> Plan[list[Record]]:
    """Words of the feed about attributes that no table knows, the most frequent first."""
    name = yield from chosen(link, collection_id)
    body = yield Request("GET", path("collections", name, "unknown-words"), is_safe=True)
    return list(body.unknown_words)


def duplicates(
    link: Link,
    /,
    *,
    kinds: Sequence[str] = (),
    where: Sequence[str] = (),
    limit: int = 20,
    collection_id: str | None = None,
) -> Plan[Record]:
    """Products with the same photo, nearly the same photo, or one design in two colors.

    kinds  same-photo, near-identical, variants; none for all
    where  compare only these products; time grows with the square of their number
    limit  groups of each kind
    """
    name = yield from chosen(link, collection_id)
    asked = {"kind": list(kinds), "where": list(where), "limit": limit}
    address = path("collections", name, "duplicates")
    found: Record = yield Request("GET", address, params=asked, is_safe=True)
    return found


def _address(link: Link, sku: str, name: str, collection_id: str | None) -> Plan[str]:
    collection = yield from chosen(link, collection_id)
    return path("collections", collection, "products", sku, "attributes", name)
