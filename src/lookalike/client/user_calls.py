"""Calls about shoppers: what they do, what is known of them, and their rights."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from lookalike.client.answers import Recommendation, Recommendations, Record, listed
from lookalike.client.arguments import Preferences
from lookalike.client.choosing import arguments_of, chosen, taken
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path


def record(
    link: Link,
    events: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    /,
    *,
    product_field: str | None = None,
    collection_id: str | None = None,
) -> Plan[Record]:
    """Keep events, one or many; each once, whatever is sent twice.

    product_field  where another tool keeps our sku
    Returns what became of them: accepted, repeated, problems, ...
    """
    batch = [events] if isinstance(events, Mapping) else list(events)
    name = yield from chosen(link, collection_id)
    found: Record = yield Request(
        "POST",
        path("collections", name, "events"),
        params={"product_field": product_field},
        body={"events": batch},
        # an event with an id and a time of its own is the same one the second time
        is_safe=all(one.get("event_id") and one.get("time") for one in batch),
    )
    return found


def update_preferences(
    link: Link, request: Preferences | None = None, /, **arguments: Unpack[Preferences]
) -> Plan[Record]:
    """Add a signal to the tastes of `user_id`: `visual_signals`, or an `interaction`."""
    asked = arguments_of(request, arguments)
    user_id = taken(asked, "user_id", example="user-7")
    name = yield from chosen(link, asked.pop("collection_id", None))
    where = path("collections", name, "users", user_id, "preferences")
    found: Record = yield Request("POST", where, body=asked)
    return found


def user(link: Link, user_id: str, /, *, collection_id: str | None = None) -> Plan[Record]:
    """What is known of a user: their tastes, in words and products."""
    return (yield from _about(link, "GET", user_id, collection_id))


def export(link: Link, user_id: str, /, *, collection_id: str | None = None) -> Plan[Record]:
    """All that is kept of a user."""
    return (yield from _about(link, "GET", user_id, collection_id, "export"))


def erase(link: Link, user_id: str, /, *, collection_id: str | None = None) -> Plan[Record]:
    """Forget a user for good; returns the signed receipt."""
    return (yield from _about(link, "DELETE", user_id, collection_id))


def decide(
    link: Link,
    user_id: str,
    action: str,
    /,
    *,
    taste: str | None = None,
    collection_id: str | None = None,
) -> Plan[Record]:
    """Their decision: mute, unmute or delete a taste; pause, resume or reset all.

    Returns what is known of them from then on.
    """
    body = {"action": action, "taste": taste}
    return (yield from _about(link, "POST", user_id, collection_id, "controls", body))


def login(
    link: Link, user_id: str, /, *, anonymous_id: str, collection_id: str | None = None
) -> Plan[None]:
    """What the anonymous id did up to now, this user did."""
    body = {"anonymous_id": anonymous_id}
    yield from _about(link, "POST", user_id, collection_id, "login", body)


def feed(
    link: Link,
    user_id: str,
    /,
    *,
    where: Sequence[str] = (),
    limit: int = 12,
    diversity: float | None = None,
    cursor: str | None = None,
    explain: bool = True,
    collection_id: str | None = None,
) -> Plan[Recommendations]:
    """What this user will like, best first; `retrieve` takes every other option."""
    name = yield from chosen(link, collection_id)
    asked = {
        "where": list(where),
        "limit": limit,
        "diversity": diversity,
        "cursor": cursor,
        "explain": "true" if explain else "false",
    }
    address = path("collections", name, "users", user_id, "feed")
    body = yield Request("GET", address, params=asked, is_safe=True)
    return listed(Recommendations, Recommendation, body, "recommendations")


def receipts(link: Link, /, *, collection_id: str | None = None) -> Plan[list[Record]]:
    """The receipts of all users erased so far, oldest first."""
    name = yield from chosen(link, collection_id)
    body = yield Request("GET", path("collections", name, "receipts"), is_safe=True)
    return list(body.receipts)


def verify(
    link: Link,
    receipt: Mapping[str, Any],
    /,
    *,
    user_id: str | None = None,
    collection_id: str | None = None,
) -> Plan[Record]:
    """Whether the service signed a receipt, and whether it is about the user named."""
    name = yield from chosen(link, collection_id)
    where = path("collections", name, "receipts", "verify")
    body = {"receipt": dict(receipt), "user_id": user_id}
    found: Record = yield Request("POST", where, body=body, is_safe=True)
    return found


def _about(
    link: Link,
    method: str,
    user_id: str,
    collection_id: str | None,
    what: str | None = None,
    body: Mapping[str, Any] | None = None,
) -> Plan[Record]:
    name = yield from chosen(link, collection_id)
    where = path("collections", name, "users", user_id, *([what] if what else []))
    found: Record = yield Request(method, where, body=body, is_safe=method == "GET")
    return found
