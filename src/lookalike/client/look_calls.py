"""Calls about how looks are made: what stands in which slot, and look types of one's own."""

from collections.abc import Sequence

from lookalike.client.answers import Record
from lookalike.client.choosing import chosen
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path


def slots(link: Link, /, *, collection_id: str | None = None) -> Plan[Record]:
    """Every kind of product with its slot, what no table knows, and the look types."""
    name = yield from chosen(link, collection_id)
    found: Record = yield Request("GET", path("collections", name, "slots"), is_safe=True)
    return found


def set_slot(
    link: Link, kind: str, slot: str | None, /, *, collection_id: str | None = None
) -> Plan[Record]:
    """Let a kind, category or product type stand in a slot; None takes it back."""
    name = yield from chosen(link, collection_id)
    where = path("collections", name, "slots", kind)
    found: Record = yield Request("PUT", where, body={"slot": slot})
    return found


def forget_slot(link: Link, kind: str, /, *, collection_id: str | None = None) -> Plan[None]:
    """Take the merchant's word on a kind back."""
    name = yield from chosen(link, collection_id)
    yield Request("DELETE", path("collections", name, "slots", kind))


def set_type(
    link: Link,
    look_type: str,
    /,
    *,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
    collection_id: str | None = None,
) -> Plan[Record]:
    """Make or replace a look type of your own: its slots in the order of their importance."""
    name = yield from chosen(link, collection_id)
    body = {"required": list(required), "optional": list(optional)}
    where = path("collections", name, "look-types", look_type)
    found: Record = yield Request("PUT", where, body=body)
    return found


def forget_type(link: Link, look_type: str, /, *, collection_id: str | None = None) -> Plan[None]:
    """Remove a look type of your own."""
    name = yield from chosen(link, collection_id)
    yield Request("DELETE", path("collections", name, "look-types", look_type))
