"""Calls about API keys: who may call the service."""

from collections.abc import Sequence

from lookalike.client.answers import Record
from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request, path


def create(
    _: Link,
    /,
    *,
    name: str,
    scopes: Sequence[str],
    collections: Sequence[str] = (),
    origins: Sequence[str] = (),
    per_minute: int | None = None,
    expires_in_days: float | None = None,
) -> Plan[Record]:
    """A new key; its `secret` is in this answer and in no other."""
    body = {
        "name": name,
        "scopes": list(scopes),
        "collections": list(collections),
        "origins": list(origins),
        "per_minute": per_minute,
        "expires_in_days": expires_in_days,
    }
    found: Record = yield Request("POST", "/keys", body=body, is_once=True)
    return found


def keys(_: Link, /) -> Plan[list[Record]]:
    """All keys, oldest first, without their secrets."""
    body = yield Request("GET", "/keys", is_safe=True)
    return list(body["keys"])


def revoke(_: Link, key_id: str, /, *, forget: bool = False) -> Plan[None]:
    """End a key; `forget` also takes it off the list."""
    params = {"forget": "true" if forget else None}
    yield Request("DELETE", path("keys", key_id), params=params, is_once=True)


def rotate(_: Link, key_id: str, /, *, grace_hours: float = 24) -> Plan[Record]:
    """Another `secret`; the present one opens until the grace is over."""
    body = {"grace_hours": grace_hours}
    where = path("keys", key_id, "rotate")
    found: Record = yield Request("POST", where, body=body, is_once=True)
    return found
