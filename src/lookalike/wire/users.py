"""Events and what is known of a user, from and to JSON."""

from collections.abc import Mapping

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.controls import Control
from lookalike.domain.event_parsing import signal_from
from lookalike.domain.event_words import KIND_OF, plain
from lookalike.domain.events import Event, Kind, Signal
from lookalike.domain.profile import Dislike, Leaning, Profile, Taste
from lookalike.domain.recorded import Recorded
from lookalike.domain.results import Document
from lookalike.errors import Conflict, InvalidInput
from lookalike.wire import answers
from lookalike.wire.schema import Json
from lookalike.wire.users_schema import PreferencesBody

SHOWN_FIELDS = ("name", "category", "price", "currency", "image_url", "url")
TOLD = 3  # values in the words of a taste
KINDS_OF_PRODUCT = ("category", "product_type")
DONE = {
    "purchase": "bought",
    "cart": "put into the cart",
    "save": "saved",
    "view": "looked at",
    "click": "opened",
    "preference": "told us",
}


def recorded(done: Recorded) -> Json:
    """The shape of `RecordedBody`."""
    return {
        "accepted": done.accepted,
        "repeated": done.repeated,
        "conflicts": done.conflicts,
        "withheld": done.withheld,
        "clamped": done.clamped,
        "ignored": done.ignored,
        "logins": done.logins,
        "unknown_products": list(done.unknown_products),
        "problems": [answers.problem(one) for one in done.problems],
    }


def require_some(done: Recorded) -> Recorded:
    """A batch of which nothing could be taken is an error.  Raises InvalidInput or Conflict."""
    if not done.did_nothing:
        return done
    message = done.problems[0].message
    if set(done.problem_counts) == {"conflict"}:
        raise Conflict(message, hint="Give every event an id of its own.")
    raise InvalidInput(f"None of the events can be taken.  The first: {message}")


def event(one: Event) -> Json:
    """The shape of `EventBody`; `events import` reads it back."""
    return {
        "event_id": one.event_id,
        "user_id": one.user_id,
        "kind": one.kind,
        "product_id": one.product_id,
        "time": one.time.isoformat(),
        "request_id": one.request_id,
        "position": one.position,
        "price": None if one.price is None else float(one.price),
        "currency": one.currency,
        "reason": one.reason,
        "session_id": one.session_id,
        "raw_name": one.raw_name,
        "signal": one.signal and _signal(one.signal),
    }


def control(one: Control) -> Json:
    return {
        "action": one.action,
        "time": one.time.isoformat(),
        "taste": one.taste,
        "sources": list(one.sources),
    }


def user(
    user_id: str, profile: Profile, products: Mapping[str, Document], collection_id: str
) -> Json:
    """The shape of `UserBody`."""
    products = {sku: answers.product(one, collection_id) for sku, one in products.items()}
    return {
        "user_id": user_id,
        "collection_id": collection_id,
        "is_paused": profile.is_paused,
        "tastes": [_taste(one, products) for one in profile.tastes],
        "dislikes": [_dislike(one, products) for one in profile.dislikes],
        "leanings": [_leaning(one) for one in profile.leanings],
        "price": profile.price
        and {
            "low": profile.price.low,
            "high": profile.price.high,
            "confidence": profile.price.confidence,
        },
        "owned": sorted(profile.owned),
        "in_cart": sorted(profile.in_cart),
        "saved": sorted(profile.saved),
        "hidden": sorted(profile.hidden),
        "counts": dict(profile.counts),
        "as_of": profile.as_of and profile.as_of.isoformat(),
    }


def words(leanings: tuple[Leaning, ...], kind: str = "") -> str:
    """What a taste is, for people: "Navy, striped: Dresses"; "" where nothing is sure.

    kind  what all of its products are, where they are the same
    """
    values = [one.value for name in VISUAL_ATTRIBUTES for one in leanings if one.attribute == name]
    kinds = [one.value for one in leanings if one.attribute in KINDS_OF_PRODUCT]
    told = ", ".join([value for value in values if value not in kinds][:TOLD])
    what = (kind or (kinds[0] if kinds else "")).rpartition(">")[2].strip()
    return ": ".join(filter(None, (told[:1].upper() + told[1:], what)))


def preferences(body: PreferencesBody) -> tuple[tuple[str, Kind] | None, Signal | None]:
    """The interaction or the signal of the recipe's call.  Raises InvalidInput."""
    if body.visual_signals is not None and body.interaction is not None:
        raise InvalidInput("Give either an interaction or visual_signals, not both.")
    if body.interaction is not None:
        name = body.interaction.action
        kind = KIND_OF.get(plain(name))
        if kind is None or kind == "preference":
            raise InvalidInput(
                f"{name[:40]!r} is no action.", hint="For example view, save, cart or purchase."
            )
        return (body.interaction.product_id, kind), None
    if body.visual_signals is None:
        raise InvalidInput(
            "Nothing is preferred.",
            hint='Give visual_signals, or interaction: {"product_id": "SKU", "action": "save"}.',
        )
    return None, signal_from(body.visual_signals.model_dump())


def _signal(one: Signal) -> Json:
    return {
        "rows": [list(row) for row in one.rows],
        "attributes": dict(one.attributes),
        "weight": one.weight,
        "fingerprint": one.fingerprint,
    }


def _taste(one: Taste, products: Mapping[str, Document]) -> Json:
    middle = products.get(one.sku or "", {})
    name = str(middle.get("name") or one.sku or "what you told us")
    done = DONE.get(one.action, one.action)
    return {
        "taste": one.id,
        "sku": one.sku,
        "words": words(one.leanings, _kind(one, products)) or name,
        "importance": one.importance,
        "is_muted": one.is_muted,
        "because": "you told us" if one.sku is None else f"you {done} {name}",
        "last": one.last.isoformat(),
        "leanings": [_leaning(leaning) for leaning in one.leanings],
        "products": [
            {
                **_product(member.sku, products),
                "source": member.source,
                "weight": member.weight,
                "actions": list(member.actions),
                "time": member.time.isoformat(),
            }
            for member in one.members
        ],
    }


def _kind(one: Taste, products: Mapping[str, Document]) -> str:
    """The category that all products of a taste share, or nothing."""
    found = {str(products.get(member.sku or "", {}).get("category")) for member in one.members}
    return found.pop() if len(found) == 1 and "None" not in found else ""


def _dislike(one: Dislike, products: Mapping[str, Document]) -> Json:
    return {
        **_product(one.sku, products),
        "source": one.source,
        "weight": one.weight,
        "reason": one.reason,
        "channels": list(one.channels),
        "time": one.time.isoformat(),
    }


def _leaning(one: Leaning) -> Json:
    return {
        "attribute": one.attribute,
        "value": one.value,
        "confidence": one.confidence,
        "share": one.share,
        "catalog_share": one.catalog_share,
    }


def _product(sku: str | None, products: Mapping[str, Document]) -> Json:
    found = products.get(sku or "", {})
    return {"sku": sku, **{name: found.get(name) for name in SHOWN_FIELDS}}
