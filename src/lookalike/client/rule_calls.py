"""Calls about a merchant's rules: pin, boost, bury, exclude; and what a change would do."""

from typing import Unpack

from lookalike.client.answers import Record
from lookalike.client.arguments import MerchantRule, RulePreview
from lookalike.client.choosing import arguments_of, chosen
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path


def rules(link: Link, /, *, collection_id: str | None = None) -> Plan[list[Record]]:
    """Every rule by name, with whether it acts now and how many products it is about."""
    name = yield from chosen(link, collection_id)
    body = yield Request("GET", path("collections", name, "rules"), is_safe=True)
    return list(body.rules)


def rule(link: Link, rule_name: str, /, *, collection_id: str | None = None) -> Plan[Record]:
    """One rule."""
    name = yield from chosen(link, collection_id)
    where = path("collections", name, "rules", rule_name)
    found: Record = yield Request("GET", where, is_safe=True)
    return found


def set_rule(
    link: Link,
    rule_name: str,
    request: MerchantRule | None = None,
    /,
    **arguments: Unpack[MerchantRule],
) -> Plan[Record]:
    """Add a rule or replace it; it counts in the very next question."""
    asked = arguments_of(request, arguments)
    name = yield from chosen(link, asked.pop("collection_id", None))
    where = path("collections", name, "rules", rule_name)
    found: Record = yield Request("PUT", where, body=asked)
    return found


def delete_rule(link: Link, rule_name: str, /, *, collection_id: str | None = None) -> Plan[None]:
    """Remove a rule."""
    name = yield from chosen(link, collection_id)
    yield Request("DELETE", path("collections", name, "rules", rule_name))


def preview(
    link: Link, request: RulePreview | None = None, /, **arguments: Unpack[RulePreview]
) -> Plan[Record]:
    """Lists before and after a change, with totals and warnings; nothing is stored."""
    asked = arguments_of(request, arguments)
    name = yield from chosen(link, asked.pop("collection_id", None))
    where = path("collections", name, "rules", "preview")
    found: Record = yield Request("POST", where, body=asked, is_safe=True)
    return found
