"""Preview: the same questions with the rules as they are, and as they would be."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from lookalike.domain.filters import Eq, In, all_of
from lookalike.domain.rule_preview import (
    ListChange,
    PreviewRequest,
    RulePreview,
    RuleStanding,
    Shown,
)
from lookalike.domain.rules import USUAL, MerchantRule
from lookalike.errors import NotFound
from lookalike.journeys.rules.rule_book import Asked, Ruled, RuleViews
from lookalike.ranking.explain import band
from lookalike.ranking.rule_effects import exposures, mean, means
from lookalike.ranking.rules import UNLIKE

MANY = 0.5  # of the catalog: a rule about more is mostly a slip of the filter

Ask = Callable[[str, Ruled], tuple[Sequence[Shown], Sequence[str]]]
"""The list that starts from a sku under some rules, and what was said of them."""


def preview_rule(
    views: RuleViews,
    rules: Mapping[str, MerchantRule],
    request: PreviewRequest,
    *,
    now: datetime,
    ask: Ask,
) -> RulePreview:
    """Try a change on a sample of lists; nothing is stored.

    Deterministic: equal requests to one state of collection and rules give equal previews.
    Raises NotFound for a rule to remove, or an anchor, that is not there.
    """
    draft = _draft(request, rules)
    at = _moment(draft, request, now)
    others = {name: rule for name, rule in rules.items() if name != draft.name}
    after_rules = others if request.remove else {**others, draft.name: draft}
    anchors = request.anchors or _sample(draft, views, request.sample)
    lists = [_list(sku, (rules, after_rules), at, views, request, ask) for sku in anchors]
    gained, lost = exposures(lists)
    changed = sum(one.is_changed for one in lists)
    said = warnings(draft, views, now)
    if not request.remove:
        said += _effects(draft, lists, request)
    return RulePreview(
        surface=request.surface,
        at=at,
        lists=tuple(lists),
        products=int(views.mask(draft.subject).sum()),
        catalog=len(views.view.index),
        anchors=_audience(draft, views),
        changed=changed,
        overlap=mean(one.overlap for one in lists),
        gained=gained,
        lost=lost,
        before=means([one.before for one in lists]),
        after=means([one.after for one in lists]),
        warnings=tuple(said),
        conflicts=tuple(conflicts(draft, others.values(), views)),
    )


def warnings(rule: MerchantRule, views: RuleViews, now: datetime) -> list[str]:
    """What a merchandiser should know of a rule before trusting it."""
    found = []
    about, catalog = int(views.mask(rule.subject).sum()), len(views.view.index)
    unknown = views.unknown(rule.subject)
    if unknown:
        found.append(f"matches no product: none has {' or '.join(unknown)}")
    elif not about:
        found.append("matches no product")
    elif about > MANY * catalog:
        verb = {"pin": "pins", "boost": "boosts", "bury": "buries", "exclude": "excludes"}
        found.append(f"{verb[rule.kind]} {about / catalog:.0%} of the catalog")
    if rule.for_anchors is not None and not _audience(rule, views):
        found.append("never applies: no product is an anchor that it is for")
    if rule.for_anchors is not None and rule.surfaces == ("feed",):
        found.append("never applies: a feed starts from no product")
    if rule.ends is not None and rule.ends <= now:
        found.append(f"never applies again: it ended {rule.ends:%Y-%m-%d %H:%M} UTC")
    if not rule.enabled:
        found.append("is switched off")
    if rule.kind == "pin":
        found += _pin_warnings(rule, views)
    return found


def conflicts(rule: MerchantRule, others: Iterable[MerchantRule], views: RuleViews) -> list[str]:
    """Where it and another rule want different things of one product or one place."""
    found = []
    for other in others:
        if not other.enabled or not set(rule.surfaces) & set(other.surfaces):
            continue
        kinds = {rule.kind, other.kind}
        both = int((views.mask(rule.subject) & views.mask(other.subject)).sum())
        if kinds == {"pin"}:
            found += [
                f"{other.name} pins to place {place} as well: {_first(rule, other).name} keeps it"
                for place in sorted({*rule.positions} & {*other.positions})
            ]
        if both and "exclude" in kinds and len(kinds) > 1:
            wins = rule if rule.kind == "exclude" else other
            loses = other if wins is rule else rule
            found.append(
                f"{wins.name} excludes {both} of the products that {loses.name} is about:"
                " they stay out"
            )
        if both and kinds == {"boost", "bury"}:
            total = rule.change + other.change
            found.append(
                f"{other.name} {'buries' if other.kind == 'bury' else 'boosts'} {both} of the same"
                f" products: together {total:+.2f}"
            )
    return found


def standing(rule: MerchantRule, now: datetime) -> RuleStanding:
    """Whether it acts now."""
    if not rule.enabled:
        return "switched off"
    if rule.ends is not None and rule.ends <= now:
        return "over"
    if rule.starts is not None and now < rule.starts:
        return "not yet"
    return "on request" if rule.when == "on_request" else "acting"


def _draft(request: PreviewRequest, rules: Mapping[str, MerchantRule]) -> MerchantRule:
    if request.rule is not None:
        return replace(request.rule, enabled=True)  # to see what it would do, it must be on
    name = request.remove or ""
    if name not in rules:
        raise NotFound(
            f'There is no rule "{name}".', hint=f"There are {', '.join(rules) or 'none'}."
        )
    return rules[name]


def _moment(draft: MerchantRule, request: PreviewRequest, now: datetime) -> datetime:
    if request.at is not None:
        return request.at
    return draft.starts if draft.starts is not None and draft.starts > now else now


def _sample(draft: MerchantRule, views: RuleViews, count: int) -> tuple[str, ...]:
    """Evenly over the products that the rule is for, in the order of their skus."""
    index = views.view.index
    where = draft.for_anchors
    if where is not None and (views.unknown(where) or not views.mask(where).any()):
        where = None
    numbers = index.select(where)
    which = np.linspace(0, len(numbers) - 1, min(count, len(numbers))).round().astype(np.int64)
    return tuple(index.skus(numbers[np.unique(which)]))


def _audience(rule: MerchantRule, views: RuleViews) -> int:
    if rule.for_anchors is None:
        return len(views.view.index)
    return int(views.mask(rule.for_anchors).sum())


def _list(
    sku: str,
    rules: tuple[Mapping[str, MerchantRule], Mapping[str, MerchantRule]],
    at: datetime,
    views: RuleViews,
    request: PreviewRequest,
    ask: Ask,
) -> ListChange:
    """One list under both sets of rules; a rule that acts on request is requested."""
    name = request.rule.name if request.rule is not None else request.remove or ""
    anchors = () if request.surface == "feed" else (sku,)
    shown, notes = [], []
    for known in rules:
        names = (USUAL, name) if name in known else (USUAL,)
        ruled = views.joined(known, Asked(request.surface, at, anchors, names))
        found, said = ask(sku, ruled)
        shown.append(tuple(found))
        notes.append(tuple(line for line in said if line.startswith(("rule ", "pin:"))))
    return ListChange(sku, _name(sku, views), shown[0], shown[1], notes[1])


def _name(sku: str, views: RuleViews) -> str:
    index = views.view.index
    number = index.number(sku)
    if number is None:
        return ""
    (text,) = index.documents(np.array([number]))
    return str(json.loads(text).get("name") or "")


def _effects(
    draft: MerchantRule, lists: Sequence[ListChange], request: PreviewRequest
) -> list[str]:
    """What the lists themselves show."""
    found = []
    if request.surface not in draft.surfaces:
        found.append(f"is not for {request.surface}, so no such list changes")
    elif not any(one.is_changed for one in lists):
        found.append(f"changes none of the {len(lists)} lists tried")
    shorter = sum(len(one.after) < len(one.before) for one in lists)
    if shorter:
        found.append(f"leaves {shorter} of {len(lists)} lists shorter than before")
    if request.surface == "similar":
        strange = sum(any(map(_is_strange, one.after)) for one in lists)
        if strange:
            found.append(f"brings what is unlike the original into {strange} of {len(lists)} lists")
    return found


def _is_strange(one: Shown) -> bool:
    lifts = any(mark.kind == "pin" or mark.amount > 0 for mark in one.rules)
    return lifts and band(one.likeness) == UNLIKE


def _pin_warnings(rule: MerchantRule, views: RuleViews) -> list[str]:
    index = views.view.index
    absent = [sku for sku in rule.skus if index.number(sku) is None]
    found = [f"pins {sku}, which is not a product with an image" for sku in absent]
    if "in_stock" in index.fields:
        where = all_of(In("sku", rule.skus), Eq("in_stock", False))
        found += [
            f"pins {sku}, which is sold out{'' if rule.sold_out else ': it is left out as long'}"
            for sku in index.skus(index.select(where))
        ]
    return found


def _first(rule: MerchantRule, other: MerchantRule) -> MerchantRule:
    return min((rule, other), key=lambda one: (-one.priority, one.name))
