"""Looks between JSON and values."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.looks import (
    DEFAULT_RULES,
    Alternative,
    Look,
    LookAnchor,
    LookPiece,
    LookRequest,
    Looks,
    PairReason,
    Rule,
    Scene,
    SceneRequest,
    SlotKind,
    SlotReport,
)
from lookalike.domain.query import Anchor, Crop, ProductAnchor, RowAnchor
from lookalike.domain.slots import SlotTable
from lookalike.errors import InvalidInput
from lookalike.wire.answers import product, ruled
from lookalike.wire.looks_schema import LooksBody, SceneBody
from lookalike.wire.questions import anchor_from, bytes_from, rows_from
from lookalike.wire.schema import Json


def look_request(
    body: LooksBody, *, upload: Callable[[str], bytes], known: Callable[[str], bool]
) -> LookRequest:
    """`upload` gives the bytes of a photo; `known` says whether a product is in the collection.

    Raises InvalidInput.
    """
    anchors = [_recipe_anchor(body, known)] if body.product_id or body.product_embedding else []
    anchors += [LookAnchor(anchor_from(one.query, upload), one.attributes) for one in body.anchors]
    return LookRequest(
        anchors=tuple(anchors),
        look_type=body.look_type,
        rules=DEFAULT_RULES if body.rules is None else rules_from(body.rules),
        limit=body.limit,
        looks=body.looks,
        budget=budget_from(body.budget),
        where=parse_filter(body.filters) if body.filters else None,
        in_stock=body.in_stock,
        owned=tuple(body.owned),
        locked=tuple(body.locked),
        exclude=tuple(body.exclude),
        pins=tuple(body.pins),
        bans=tuple(body.bans),
        without=tuple(body.without),
        alternatives=body.alternatives,
        user_id=body.user_id,
        time_budget_ms=body.time_budget_ms,
        merchant_rules=None if body.merchant_rules is None else tuple(body.merchant_rules),
    )


def rules_from(bodies: list[Any]) -> tuple[Rule, ...]:
    """`Any`: anything with the fields of a rule."""
    return tuple(Rule(one.attribute, one.match, one.weight, one.required) for one in bodies)


def budget_from(value: float | str | None) -> Decimal | None:
    """Raises InvalidInput for a text that is no amount."""
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise InvalidInput(f"The budget {value!r} is not an amount.", hint="Like 150.") from None


def looks(answer: Looks) -> Json:
    """The shape of `LooksAnswerBody`."""
    name = answer.collection_id
    best = answer.looks[0] if answer.looks else None
    return {
        "request_id": answer.request_id,
        "generation": answer.generation,
        "collection_id": name,
        "look_type": answer.look_type,
        "anchor_product": _piece(answer.anchors[0], name) if answer.anchors else None,
        "anchors": [_piece(one, name) for one in answer.anchors],
        "complementary_items": [_piece(one, name) for one in answer.complementary],
        "look_total": best and _number(best.total),
        "look_total_exact": best and _text(best.total),
        "currency": best and best.currency,
        "looks": [look(one, name) for one in answer.looks],
        "infeasible": answer.infeasible
        and {
            "reason": answer.infeasible.reason,
            "relax": [
                {"constraint": one.constraint, "change": one.change}
                for one in answer.infeasible.relax
            ],
        },
        "limits": list(answer.limits),
        "degraded": list(answer.degraded),
        "merchant_rules": list(answer.rules),
    }


def look(one: Look, collection_id: str) -> Json:
    """The shape of `LookBody`."""
    return {
        "pieces": [_piece(piece, collection_id) for piece in one.pieces],
        "score": one.score,
        "parts": dict(one.parts),
        "look_total": _number(one.total),
        "look_total_exact": _text(one.total),
        "to_add": _number(one.to_add),
        "currency": one.currency,
        "prices_unknown": one.prices_unknown,
        "reason": one.reason,
        "pairs": [_pair(pair) for pair in one.pairs],
        "missing": list(one.missing),
        "short_of": one.short_of,
    }


def scene_request(body: SceneBody, *, upload: Callable[[str], bytes]) -> SceneRequest:
    """Raises InvalidInput."""
    if bool(body.data) == bool(body.upload_id):
        raise InvalidInput("A scene needs one photo.", hint="Give data (base64) or upload_id.")
    return SceneRequest(
        data=bytes_from(body.data) if body.data else upload(body.upload_id or ""),
        crop=Crop(**body.crop.model_dump()) if body.crop else None,
        look_type=body.look_type,
        where=parse_filter(body.filters) if body.filters else None,
        in_stock=body.in_stock,
        budget=budget_from(body.budget),
        limit=body.limit,
    )


def scene(found: Scene) -> Json:
    """The shape of `SceneAnswerBody`."""
    name = found.collection_id
    return {
        "generation": found.generation,
        "collection_id": name,
        "parts": [
            {
                "box": dict(zip(("x", "y", "width", "height"), part.box, strict=True)),
                "slot": part.slot,
                "score": part.score,
                "similar": [_piece(one, name) for one in part.similar],
            }
            for part in found.parts
        ],
        "look": found.look and look(found.look, name),
        "look_total": found.look and _number(found.look.total),
        "currency": found.look and found.look.currency,
        "degraded": list(found.degraded),
    }


def slots(report: SlotReport, table: SlotTable) -> Json:
    """The shape of `SlotsBody`."""
    return {
        "kinds": [_kind(one) for one in report.kinds],
        "unmapped": [_kind(one) for one in report.unmapped],
        "counts": dict(report.counts),
        "products": report.products,
        "set": dict(table.kinds),
        "look_types": {name: list(one.slots) for name, one in table.templates.items()},
    }


def _kind(one: SlotKind) -> Json:
    return {
        "kind": one.kind,
        "slot": one.slot,
        "source": one.source,
        "count": one.count,
        "examples": list(one.examples),
    }


def _piece(one: LookPiece, collection_id: str) -> Json:
    shown = product(one.product, collection_id)
    return {
        **{name: value for name, value in shown.items() if name != "sku"},
        "sku": one.sku,
        "slot": one.slot,
        "role": one.role,
        "score": one.score,
        "reason": one.reason,
        "alternatives": [_alternative(other, collection_id) for other in one.alternatives],
        **ruled(one.rules),
    }


def _alternative(one: Alternative, collection_id: str) -> Json:
    shown = product(one.product, collection_id)
    return {
        **{name: value for name, value in shown.items() if name != "sku"},
        "sku": one.sku,
        "reason": one.reason,
        "look_total": _number(one.total),
        "total_change": _number(one.total_change),
        "score_change": one.score_change,
    }


def _pair(one: PairReason) -> Json:
    return {
        "sku": one.sku,
        "other": one.other,
        "score": one.score,
        "contributions": dict(one.contributions),
        "color": dict(one.color),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _recipe_anchor(body: LooksBody, known: Callable[[str], bool]) -> LookAnchor:
    said = {
        name: value for name, value in (body.product_attributes or {}).items() if value is not None
    }
    anchor: Anchor
    if body.product_id and (known(body.product_id) or not body.product_embedding):
        anchor = ProductAnchor(body.product_id)
    else:
        anchor = RowAnchor(rows_from(body.product_embedding or []))
        said = {"sku": body.product_id, **said} if body.product_id else said
    return LookAnchor(anchor, said)
