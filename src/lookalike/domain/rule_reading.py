"""A merchant rule from JSON: what callers send, and what the database keeps."""

import difflib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.rules import SURFACES, MerchantRule
from lookalike.errors import InvalidInput

_FIELDS = tuple(one.name for one in fields(MerchantRule))
_LISTS = ("skus", "positions", "surfaces")


def rule_from(said: Mapping[str, Any], *, name: str | None = None) -> MerchantRule:
    """The rule; a key that is None or missing is at its default (Any: JSON of the caller).

    name  where the address says it; what the JSON says must not differ
    Raises InvalidInput for an unknown key and for whatever `MerchantRule` refuses.
    """
    given = {key: value for key, value in said.items() if value is not None}
    for key in given:
        if key not in _FIELDS:
            near = difflib.get_close_matches(str(key), _FIELDS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(_FIELDS)}."
            raise InvalidInput(f"A rule has no {key!r}.", hint=hint)
    if name is not None and given.setdefault("name", name) != name:
        raise InvalidInput(f'The rule "{name}" calls itself "{given["name"]}".')
    for key in ("name", "kind"):
        if not isinstance(given.get(key), str):
            raise InvalidInput(f"A rule needs a {key}.", hint="Kinds: pin, boost, bury, exclude.")
    try:
        for key in _LISTS:
            given[key] = tuple(given.get(key, ()))
        given["positions"] = tuple(int(place) for place in given["positions"])
        given["surfaces"] = given["surfaces"] or SURFACES
        given["amount"] = float(given.get("amount", 0.0))
        given["priority"] = int(given.get("priority", 0))
    except (TypeError, ValueError) as error:
        raise InvalidInput(f'The rule "{given["name"]}" cannot be read: {error}.') from None
    for key in ("where", "for_anchors"):
        given[key] = parse_filter(given.get(key))
    for key in ("starts", "ends"):
        given[key] = moment(given.get(key))
    return MerchantRule(**given)


def moment(text: str | datetime | None) -> datetime | None:
    """A time in UTC; a date is its first moment, a time without a zone is UTC.

    Raises InvalidInput.
    """
    if text is None:
        return None
    try:
        found = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"{text!r} is no date or time.", hint="For example 2026-06-01 or 2026-06-01T09:00Z."
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
