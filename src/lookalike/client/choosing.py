"""From what a caller wrote to the body of a request and the collection it is about."""

from collections.abc import Mapping
from typing import Any

from lookalike.client.link import Link
from lookalike.client.plan import Plan, Request
from lookalike.errors import InvalidInput


def arguments_of(request: Mapping[str, Any] | None, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """One dictionary and keywords together; what is None was not given.

    Unknown names go to the service, which knows the nearest right one.
    Raises InvalidInput for something that is no dictionary.
    """
    if request is not None and not isinstance(request, Mapping):
        raise InvalidInput(
            f"The call takes a dictionary or keywords, not {str(request)[:60]!r}.",
            hint='Write for example {"collection_id": "default", ...} or collection_id="default".',
        )
    both = {**(request or {}), **arguments}
    return {name: value for name, value in both.items() if value is not None}


def taken(asked: dict[str, Any], name: str, default: str | None = None, *, example: str) -> str:
    """Take a name out of the arguments, for the address.  Raises InvalidInput without it."""
    found = asked.pop(name, None) or default
    if not found:
        raise InvalidInput(f"The call names no {name}.", hint=f'Give {name}="{example}".')
    return str(found)


def chosen(link: Link, named: str | None) -> Plan[str]:
    """The collection that is named, else that of the client, else the only one there is.

    Raises InvalidInput that lists them where there are several, or none.
    """
    if named or link.collection or link.only:
        return str(named or link.collection or link.only)
    body = yield Request("GET", "/collections", is_safe=True)
    names = [str(one.collection_id) for one in body.collections]
    if len(names) != 1:
        raise InvalidInput(
            f"The call names no collection, and there are {len(names)}: {', '.join(names)}."
            if names
            else "The call names no collection, and the service has none yet.",
            hint="Name it as collection_id, or once for all as the collection of the client "
            "(LOOKALIKE_COLLECTION)."
            if names
            else "Make one: client.buckets.connect(collection_id=..., bucket_uri=...).",
        )
    link.only = names[0]
    return names[0]
