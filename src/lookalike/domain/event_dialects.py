"""Raw events of other tools: GA4, Segment, Google Retail and what is built like them.

They differ in where they put things, not in what they say, so one reader looks for each thing
in the places where one of them keeps it (`reference/events.md` has the table).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from lookalike.domain import event_values as values
from lookalike.domain.event_words import KIND_OF, LOGINS, OF_NO_PRODUCT, plain
from lookalike.domain.events import (
    KINDS,
    MAX_ID_LENGTH,
    MAX_TEXT_LENGTH,
    Event,
    Kind,
    Link,
    bounded,
)
from lookalike.errors import InvalidInput

Json = Mapping[str, Any]

NAMES = ("event_name", "eventType", "event", "name", "type")
USERS = ("user_id", "userId")
VISITORS = (
    "anonymous_id",
    "anonymousId",
    "user_pseudo_id",
    "client_id",
    "app_instance_id",
    "visitorId",
    "previousId",
    "distinct_id",
)
TIMES = (
    "time",
    "timestamp",
    "eventTime",
    "event_timestamp",
    "timestamp_micros",
    "originalTimestamp",
    "sentAt",
)
EVENT_IDS = ("event_id", "messageId", "insert_id", "uuid")
ORDERS = ("transaction_id", "order_id", "orderId")
REQUESTS = ("request_id", "requestId", "attributionToken", "attribution_token")
SESSIONS = ("session_id", "sessionId", "ga_session_id")
LISTS = ("items", "products", "productDetails")
PRODUCTS = ("product_id", "productId", "item_id", "id", "sku")
OWN = ("product_id", "productId", "item_id")  # `id` beside the name is the event's
POSITIONS = ("position", "index", "item_list_index")
PRICES = ("price", "displayPrice", "item_price")
CURRENCIES = ("currency", "currencyCode")
REASONS = ("reason", "return_reason", "refund_reason")
INSIDE = (
    "params",
    "properties",
    "ecommerce",
    "userInfo",
    "purchaseTransaction",
    "eventDetail",
    "productEventDetail",
)
MOST_PRODUCTS = 500  # GA4 allows 200 items; a longer list was not seen by anyone

_SINGLE: frozenset[Kind] = frozenset({"click", "view", "save", "cart", "uncart", "hide"})
"""Where such an event names a product of its own, a list beside it is the cart."""


@dataclass(frozen=True)
class Parsed:
    """What one raw event says.

    link        the login that it tells of, where it names two ids
    is_ignored  it is known and says nothing of a product
    """

    events: tuple[Event, ...] = ()
    link: Link | None = None
    is_ignored: bool = False


def parse_foreign(
    raw: Json, *, now: datetime, place: int | None, product_field: str | None
) -> Parsed:
    """Read an event that is not in our own form.  Raises InvalidInput."""
    layers = _layers(raw)
    name = _name(raw)
    time = values.moment("time", _first(layers, TIMES))
    user_id = values.text("user_id", _first(layers, USERS))
    visitor = values.text("visitor id", _first(layers, VISITORS))
    link = None
    if user_id and visitor and user_id != visitor:
        link = Link(visitor, user_id, bounded(time or now, now))
    kind = KIND_OF.get(plain(name))
    if plain(name) in LOGINS or plain(name) in OF_NO_PRODUCT:
        return Parsed(link=link, is_ignored=link is None)
    if kind is None or kind == "preference":
        raise unknown_name(name)
    if time is None and place is None:
        raise InvalidInput(
            "The event has no time, and a file does not come as things happen.",
            hint=f"Looked for {', '.join(TIMES)}.",
        )
    whose = user_id or visitor
    if whose is None:
        raise InvalidInput(
            "The event names no user.", hint="Give user_id, or an anonymous id: anonymous_id."
        )
    products = list(_products(layers, kind))
    skus = [_product_id(product, product_field) for product in products]
    event_ids = _event_ids(raw, layers, kind, skus, when=time or (now, place))
    shared = _shared(layers, name)
    events = tuple(
        Event(
            event_id=event_id,
            user_id=whose,
            kind=kind,
            product_id=sku,
            time=time or now,
            position=values.place("position", _first([product], POSITIONS)),
            price=values.price("price", _first([product], PRICES)),
            **shared,
        )
        for event_id, sku, product in zip(event_ids, skus, products, strict=True)
    )
    return Parsed(events, link)


def unknown_name(name: str) -> InvalidInput:
    """The error for a kind or name that nobody knows."""
    near = get_close_matches(plain(name), KIND_OF, n=1)
    return InvalidInput(
        f"{values.shown(name)} is no kind of event.",
        hint=f'Did you mean "{near[0]}", which is a {KIND_OF[near[0]]}?'
        if near
        else f"There are {', '.join(KINDS)}, and the names of other tools in reference/events.md.",
    )


def _name(raw: Json) -> str:
    """Segment says `track` as the type and the name as the event; others have one of the two."""
    for key in NAMES:
        found = raw.get(key)
        if isinstance(found, str) and found.strip() and plain(found) != "track":
            return found.strip()[:MAX_TEXT_LENGTH]
    raise InvalidInput(
        "The event has neither a kind nor a name.",
        hint='Ours has "kind"; GA4 "name" or "event_name", Segment "event", Retail "eventType".',
    )


def _layers(raw: Json) -> list[Json]:
    """The event itself, then the objects in it where tools keep what they say."""
    layers = [raw]
    layers += [inner for key in INSIDE if isinstance(inner := raw.get(key), Mapping)]
    layers += [
        inner
        for layer in layers[1:]
        for key in ("ecommerce", "productEventDetail")
        if isinstance(inner := layer.get(key), Mapping)
    ]
    parameters = raw.get("event_params")
    if isinstance(parameters, list):
        layers.append(_from_pairs(parameters))
    return layers


def _from_pairs(pairs: list[Any]) -> Json:
    """BigQuery's [{"key": "currency", "value": {"string_value": "EUR"}}] as an object."""
    found = {}
    for pair in pairs:
        if isinstance(pair, Mapping) and isinstance(value := pair.get("value"), Mapping):
            given = [one for one in value.values() if one is not None]
            found[str(pair.get("key"))] = given[0] if given else None
    return found


def _first(layers: list[Json], keys: tuple[str, ...]) -> Any:
    """The first value there is, going through the keys in their order."""
    for key in keys:
        for layer in layers:
            if layer.get(key) not in (None, ""):
                return layer[key]
    return None


def _products(layers: list[Json], kind: Kind) -> Iterator[Json]:
    """Raises InvalidInput where none is named."""
    own = _own_product(layers[0])
    listed = _first(layers, LISTS)
    if own is not None and (kind in _SINGLE or not listed):
        yield own
        return
    if not isinstance(listed, list) or not listed:
        raise InvalidInput(
            f"The event names no product, which a {kind} needs.",
            hint="GA4 and Segment list them as items or products, Retail as productDetails.",
        )
    if len(listed) > MOST_PRODUCTS:
        raise InvalidInput(f"The event lists {len(listed):,} products; {MOST_PRODUCTS} at most.")
    for one in listed:
        if not isinstance(one, Mapping):
            raise InvalidInput(f"A product of the event is {values.shown(one)}, not an object.")
        inner = one.get("product")
        yield {**one, **inner} if isinstance(inner, Mapping) else one


def _own_product(raw: Json) -> Json | None:
    """The part of the event that names one product itself: Segment's properties, or its top."""
    for key in ("properties", "params"):
        inner = raw.get(key)
        if isinstance(inner, Mapping) and _first([inner], PRODUCTS) is not None:
            return inner
    return raw if _first([raw], OWN) is not None else None


def _product_id(product: Json, field: str | None) -> str:
    found = values.text("product", _first([product], (field,) if field else PRODUCTS))
    if found is None:
        raise InvalidInput(
            "A product of the event has no id.",
            hint=f"Looked for {field or ', '.join(PRODUCTS)}.",
        )
    return found.rpartition("/products/")[2]  # Retail may give the whole resource name


def _shared(layers: list[Json], name: str) -> dict[str, Any]:
    """What holds for every product of the event."""
    session = values.text("session_id", _first(layers, SESSIONS))
    request = values.text("request_id", _first(layers, REQUESTS))
    reason = values.text("reason", _first(layers, REASONS))
    return {
        "raw_name": name,
        "currency": values.text("currency", _first(layers, CURRENCIES)),
        "session_id": session and session[:MAX_ID_LENGTH].strip(),
        "request_id": request if request and len(request) <= MAX_ID_LENGTH else None,
        "reason": reason and reason[:MAX_TEXT_LENGTH],
    }


def _event_ids(
    raw: Json, layers: list[Json], kind: Kind, skus: list[str], *, when: object
) -> list[str]:
    """One id for each product: from the sender's, from the order, or from the content.

    A page that thanks for an order tells of it each time it is opened; the order counts once.
    """
    given = values.text("event_id", _first([raw], EVENT_IDS))
    order = _order(raw, layers) if kind in {"purchase", "return"} and not given else None
    if order is not None:
        again = Counter[str]()
        found = []
        for sku in skus:
            again[sku] += 1
            more = f"/{again[sku]}" if again[sku] > 1 else ""
            joined = f"{kind}:{order}:{sku}{more}"
            too_long = len(joined) > MAX_ID_LENGTH
            found.append(values.derived_id({"id": joined}) if too_long else joined)
        return found
    one = given or values.derived_id(raw, when)
    return [values.numbered_id(one, number, len(skus)) for number in range(len(skus))]


def _order(raw: Json, layers: list[Json]) -> str | None:
    bought = raw.get("purchaseTransaction")
    inner = bought.get("id") if isinstance(bought, Mapping) else None
    return values.text("order", _first(layers, ORDERS) or inner)
