"""Merchant rules between JSON and values."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lookalike.domain.rule_preview import (
    ListChange,
    Means,
    PreviewRequest,
    RulePreview,
    RuleState,
    Shown,
)
from lookalike.domain.rule_reading import moment, rule_from
from lookalike.domain.rules import MerchantRule, RuleMark, rule_json
from lookalike.wire.rules_schema import MerchantRuleInput, RulePreviewInput
from lookalike.wire.schema import Json


def rule(body: MerchantRuleInput, *, name: str) -> MerchantRule:
    """Raises InvalidInput."""
    return rule_from(body.model_dump(exclude_unset=True), name=name)


def preview_request(body: RulePreviewInput) -> PreviewRequest:
    """Raises InvalidInput."""
    return PreviewRequest(
        rule=None if body.rule is None else rule(body.rule, name=body.rule.name),
        remove=body.remove,
        surface=body.surface,
        anchors=tuple(dict.fromkeys(body.anchors)),
        sample=body.sample,
        limit=body.limit,
        at=moment(body.at),
    )


def state(one: RuleState) -> Json:
    """The shape of `MerchantRuleBody`."""
    return {
        **rule_json(one.rule),
        "standing": one.standing,
        "products": one.products,
        "warnings": list(one.warnings),
    }


def states(every: Sequence[RuleState]) -> Json:
    """The shape of `MerchantRulesBody`."""
    return {"rules": [state(one) for one in every]}


def marks(every: Sequence[RuleMark]) -> list[Json]:
    """Rows of `RuleMarkBody`."""
    return [asdict(one) for one in every]


def preview(found: RulePreview) -> Json:
    """The shape of `RulePreviewBody`."""
    return {
        "surface": found.surface,
        "at": found.at.isoformat(),
        "products": found.products,
        "catalog": found.catalog,
        "anchors": found.anchors,
        "asked": len(found.lists),
        "changed": found.changed,
        "overlap": _known(found.overlap),
        "before": _means(found.before),
        "after": _means(found.after),
        "gained": [asdict(one) for one in found.gained],
        "lost": [asdict(one) for one in found.lost],
        "warnings": list(found.warnings),
        "conflicts": list(found.conflicts),
        "lists": [_list(one) for one in found.lists],
    }


def _list(one: ListChange) -> Json:
    return {
        "anchor": one.anchor,
        "name": one.name,
        "changed": one.is_changed,
        "overlap": one.overlap,
        "before": [_shown(place) for place in one.before],
        "after": [
            {**_shown(shown), "moved": one.moved(place)} for place, shown in enumerate(one.after)
        ],
        "notes": list(one.notes),
    }


def _shown(one: Shown) -> dict[str, Any]:
    return {**asdict(one), "rules": marks(one.rules)}


def _means(of: Means) -> Json:
    return {name: _known(value) for name, value in asdict(of).items()}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
