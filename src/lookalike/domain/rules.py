"""Merchant rules: what a shop pins, boosts, buries and excludes, where, for what, and when."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, get_args

from lookalike.domain.filter_json import filter_json
from lookalike.domain.filters import Filter, In
from lookalike.errors import InvalidInput

RuleKind = Literal["pin", "boost", "bury", "exclude"]
Surface = Literal["similar", "looks", "feed"]
When = Literal["usual", "on_request", "always"]
KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
SURFACES: tuple[Surface, ...] = get_args(Surface)
WHENS: tuple[When, ...] = get_args(When)

USUAL = "*"  # in `rules` of a request it stands for all that apply unless a request says otherwise
DEFAULT_AMOUNT = 0.2
"""Of a score, in which 0.1 is about the step between neighbors ten places apart (bench/feed.py)."""
MOST_AMOUNT = 10.0  # 1 already lifts anything over everything; more only orders boosts
MOST_POSITION = 100
MOST_SKUS = 1_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class MerchantRule:
    """One rule; whether it applies to a question follows from its fields alone.

    where, skus  the products it is about: those that pass a filter, or named ones, not both
    positions    of a pin: the place of each sku, from 1; by default 1, 2, 3, ...
    amount       of a boost or bury: what is added to or taken from the calibrated score
    surfaces     the answers it is for
    for_anchors  only lists that start from a product which passes this; so never feeds
    starts, ends the moment from which, and the moment until which it applies; None is open
    priority     higher goes first where two pins want one place
    when         `usual`: unless a request names its rules itself; `on_request`: only where a
                 request names it; `always`: no request switches it off
    sponsored    somebody paid for the place, and every recommendation it touches says so
    sold_out     a pin holds also while its product is known to be sold out
    """

    name: str
    kind: RuleKind
    where: Filter | None = None
    skus: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    amount: float = 0.0
    surfaces: tuple[Surface, ...] = SURFACES
    for_anchors: Filter | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    priority: int = 0
    enabled: bool = True
    when: When = "usual"
    sponsored: bool = False
    sold_out: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"{self.name!r} cannot be the name of a rule.",
                hint="Use 1 to 64 letters, digits, dots, dashes and underscores.",
            )
        for word, known in ((self.kind, KINDS), (self.when, WHENS)):
            if word not in known:
                raise self._wrong(f'says "{word}"', f"There are {', '.join(known)}.")
        if not self.surfaces or not set(self.surfaces) <= set(SURFACES):
            raise self._wrong(
                f"is for {', '.join(self.surfaces) or 'nothing'}",
                f"Surfaces are {', '.join(SURFACES)}.",
            )
        self._check_subject()
        self._check_amount()
        self._check_times()

    @property
    def subject(self) -> Filter:
        """Which products it is about."""
        return self.where if self.where is not None else In("sku", self.skus)

    @property
    def change(self) -> float:
        """What it adds to a score; 0 for pins and exclusions."""
        return -self.amount if self.kind == "bury" else self.amount

    @cached_property
    def digest(self) -> str:
        """Sixteen characters that stand for everything the rule says."""
        text = json.dumps(rule_json(self), sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def holds_at(self, now: datetime) -> bool:
        """It is switched on and `now` lies within its times."""
        started = self.starts is None or self.starts <= now
        return self.enabled and started and (self.ends is None or now < self.ends)

    def _check_subject(self) -> None:
        if (self.where is None) == (not self.skus):
            raise self._wrong(
                "needs products",
                "Give either `where`, a filter, or `skus`.",
            )
        if len(self.skus) > MOST_SKUS:
            raise self._wrong(
                f"names {len(self.skus)} skus", f"At most {MOST_SKUS}; a filter takes any number."
            )
        if len(set(self.skus)) < len(self.skus) or not all(self.skus):
            raise self._wrong("names a sku twice, or an empty one", "Name each product once.")
        if self.kind != "pin":
            if self.positions or self.sold_out:
                raise self._wrong(f"is a {self.kind}", "Only pins have positions and sold_out.")
            return
        if self.where is not None:
            raise self._wrong("pins by a filter", "A pin names its products: give `skus`.")
        if not self.positions:
            object.__setattr__(self, "positions", tuple(range(1, len(self.skus) + 1)))
        places = self.positions
        if len(places) != len(self.skus) or len(set(places)) < len(places):
            raise self._wrong("does not give each sku a place of its own", "As many as skus.")
        if not all(1 <= place <= MOST_POSITION for place in places):
            raise self._wrong(
                f"pins to {', '.join(map(str, places[:5]))}", f"Places are 1 to {MOST_POSITION}."
            )

    def _check_amount(self) -> None:
        if self.kind in ("pin", "exclude"):
            if self.amount:
                raise self._wrong(f"is a {self.kind}", "Only a boost or bury has an amount.")
            if self.kind == "exclude" and self.sponsored:
                raise self._wrong("hides products and is sponsored", "Nobody would see that.")
            return
        amount = self.amount or DEFAULT_AMOUNT
        if not (math.isfinite(amount) and 0 < amount <= MOST_AMOUNT):
            raise self._wrong(
                f"has the amount {self.amount}",
                f"Above 0 and at most {MOST_AMOUNT:g}; a score of 1 is the anchor itself.",
            )
        object.__setattr__(self, "amount", float(amount))
        if self.kind == "bury" and self.sponsored:
            raise self._wrong("buries and is sponsored", "Only a pin or a boost can be.")

    def _check_times(self) -> None:
        for moment in (self.starts, self.ends):
            if moment is not None and moment.tzinfo is None:
                raise self._wrong(f"has the time {moment}", "Say of which zone it is, or Z.")
        if self.starts and self.ends and self.starts >= self.ends:
            raise self._wrong(
                f"ends ({self.ends.isoformat()}) before it starts", "Give a later end."
            )

    def _wrong(self, what: str, hint: str) -> InvalidInput:
        return InvalidInput(f'The rule "{self.name}" {what}.', hint=hint)


@dataclass(frozen=True)
class RuleMark:
    """What a rule did to one recommendation.

    amount     its part of the score; 0 for a pin, which gives a place and no score
    sponsored  somebody paid for it
    """

    name: str
    kind: RuleKind
    amount: float = 0.0
    sponsored: bool = False


def in_order(rule: MerchantRule) -> tuple[int, int, str]:
    """Sorts rules as they act: exclude, pin, boost and bury; by priority, then by name."""
    rank = {"exclude": 0, "pin": 1, "boost": 2, "bury": 2}[rule.kind]
    return rank, -rule.priority, rule.name


def rule_json(rule: MerchantRule) -> dict[str, Any]:
    """The rule as JSON, what it leaves at its default left out (Any: plain JSON values)."""
    said = {
        "kind": rule.kind,
        "where": filter_json(rule.where),
        "skus": list(rule.skus),
        "positions": list(rule.positions),
        "amount": rule.amount if rule.kind in ("boost", "bury") else None,
        "surfaces": list(rule.surfaces) if rule.surfaces != SURFACES else None,
        "for_anchors": filter_json(rule.for_anchors),
        "starts": rule.starts and rule.starts.astimezone(UTC).isoformat(),
        "ends": rule.ends and rule.ends.astimezone(UTC).isoformat(),
        "priority": rule.priority or None,
        "enabled": None if rule.enabled else False,
        "when": None if rule.when == "usual" else rule.when,
        "sponsored": rule.sponsored or None,
        "sold_out": rule.sold_out or None,
    }
    kept = {name: value for name, value in said.items() if value not in (None, [])}
    return {"name": rule.name, **kept}


def chosen(
    rules: Mapping[str, MerchantRule], names: tuple[str, ...] | None
) -> tuple[MerchantRule, ...]:
    """The rules that a request lets act, whether they hold now or not.

    names  None: all usual ones.  Else exactly the named, where "*" stands for all usual ones;
           those that are `always` act whatever is named, so () leaves only them
    """
    wanted = (USUAL,) if names is None else names
    return tuple(
        rule
        for rule in rules.values()
        if rule.when == "always"
        or rule.name in wanted
        or (rule.when == "usual" and USUAL in wanted)
    )
