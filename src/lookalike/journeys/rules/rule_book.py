"""The rules of one collection as questions read them: the newest, with the products of each."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np

from lookalike.domain.arrays import Booleans
from lookalike.domain.filters import Eq, Filter, In, Not, all_of, fields_of
from lookalike.domain.rule_reading import rule_from
from lookalike.domain.rules import USUAL, MerchantRule, RuleMark, Surface, chosen, in_order
from lookalike.domain.steering import nearest
from lookalike.errors import InvalidInput
from lookalike.journeys.catalog.carried import TERMS, Carried, Passage
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.ranking.rules import Bonus, Pin, bonus_of, marks_of, settled
from lookalike.storage.collection import Collection

CHECK_EVERY_S = 0.25  # a rule that another process set is seen well within a second
MOST_MASKS = 2_000  # of a view, one byte a product each; previews of drafts add some
MOST_JOINED = 64  # sets of rules kept joined: anchors of one category share theirs

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What decides which rules act on a question.

    anchors  skus that the list starts from; empty for photos, numbers, words and users
    names    as a request gives them; see `domain.rules.chosen`
    """

    surface: Surface
    now: datetime
    anchors: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Ruled:
    """The rules that act on one question, joined for one state of the collection.

    hidden   what every recommendation must hold so that no exclusion hides it
    pins     by place, those that are there and may be sold
    members  name -> (product numbers,) whom a boost or bury is about
    notes    what had to give way, and why
    version  stands for all that the rules say
    """

    rules: tuple[MerchantRule, ...] = ()
    bonus: Bonus | None = None
    hidden: Filter | None = None
    pins: tuple[Pin, ...] = ()
    members: Mapping[str, Booleans] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    version: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(rule.name for rule in self.rules)

    def marks(self, product: int) -> tuple[RuleMark, ...]:
        """What boosts and buries do to one product, by its number."""
        return marks_of(self.rules, self.members, product)

    def hiding(self, clause: Filter) -> str | None:
        """The name of the exclusion that a clause of the filter is."""
        for rule in self.rules:
            if rule.kind == "exclude" and clause == Not(rule.subject):
                return rule.name
        return None


NO_RULES = Ruled()


class RuleBook:
    """Keeps the rules of one collection current, and whom they are about in the newest view."""

    def __init__(self, collection: Collection, *, clock: Callable[[], float] = time.monotonic):
        self._collection = collection
        self._clock = clock
        self._lock = threading.Lock()
        self._texts: Mapping[str, str] | None = None
        self._rules: Mapping[str, MerchantRule] = {}
        self._next_check = float("-inf")
        self._views = Carried(RuleViews, RuleViews.along)

    def rules(self) -> Mapping[str, MerchantRule]:
        """By name; what another process changed is seen within CHECK_EVERY_S."""
        late = self._clock() >= self._next_check
        if self._texts is None:
            return self.refresh()
        if late and self._lock.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._lock.release()
        return self._rules

    def fresh(self, now: datetime) -> str | None:
        """Stands for the rules, and which of them hold now; None while it must be looked whether
        they are the newest.  Never waits."""
        if self._texts is None or self._clock() >= self._next_check:
            return None
        rules = self._rules.items()
        return "/".join(f"{name}={one.digest}{one.holds_at(now):d}" for name, one in rules)

    def refresh(self) -> Mapping[str, MerchantRule]:
        """Look now."""
        with self._lock:
            self._read()
            return self._rules

    def of(self, view: CatalogView, asked: Asked) -> Ruled:
        """The rules that act on a question.  Raises InvalidInput for a name that no rule has."""
        rules = self.rules()
        if not rules and not asked.names:
            return NO_RULES
        return self.views(view).joined(rules, asked)

    def views(self, view: CatalogView) -> "RuleViews":
        """What is known of the products of a view."""
        return self._views.of(view)

    def _read(self) -> None:
        texts = self._collection.rules.texts()
        if texts != self._texts:
            self._rules, self._texts = dict(_parsed(texts)), texts
        self._next_check = self._clock() + CHECK_EVERY_S


class _Mask(NamedTuple):
    """A filter, and (product numbers,) which products pass it."""

    where: Filter
    passing: Booleans


class RuleViews:
    """Which products filters of rules let pass, for one view; safe to share between threads."""

    def __init__(self, view: CatalogView, known: dict[str, _Mask] | None = None) -> None:
        self.view = view
        self._masks: dict[str, _Mask] = known or {}
        self._joined: dict[tuple[str, str], Ruled] = {}

    def along(self, way: Passage) -> "RuleViews":
        """The same for another view: masks that no price or stock decides stay, where nothing
        else changed; what stands for the others is one comparison a product."""
        if not way.is_still:
            return RuleViews(way.after)
        known = self._masks.copy().items()
        return RuleViews(
            way.after, {key: one for key, one in known if not fields_of(one.where) & TERMS}
        )

    def joined(self, rules: Mapping[str, MerchantRule], asked: Asked) -> Ruled:
        """Raises InvalidInput for a name that no rule has."""
        check_names(asked.names, rules)
        named = chosen(rules, asked.names)
        acting = sorted((one for one in named if self.acts(one, asked)), key=in_order)
        idle = [
            f"rule {rules[name].name}: does not act here: {_idle(rules[name], asked)}"
            for name in dict.fromkeys(asked.names or ())
            if name != USUAL and rules[name] not in acting
        ]
        digest = hashlib.blake2b("/".join(one.digest for one in acting).encode(), digest_size=8)
        key = (digest.hexdigest() if acting else "", "/".join(idle))
        found = self._joined.get(key)
        if found is None:
            if len(self._joined) >= MOST_JOINED:
                self._joined.clear()  # others hold what they have looked up
            found = self._joined[key] = self._join(tuple(acting), key[0], idle)
        return found

    def acts(self, rule: MerchantRule, asked: Asked) -> bool:
        """It holds now, for this kind of answer, and for one of the products it starts from."""
        if asked.surface not in rule.surfaces or not rule.holds_at(asked.now):
            return False
        if rule.for_anchors is None:
            return True
        if self.unknown(rule.for_anchors):
            return False
        numbers = [self.view.index.number(sku) for sku in asked.anchors]
        mask = self.mask(rule.for_anchors)
        return any(number is not None and mask[number] for number in numbers)

    def mask(self, where: Filter) -> Booleans:
        """(product numbers,) that pass; nobody where a field is unknown."""
        key = repr(where)  # not the filter itself: True equals 1.0
        found = self._masks.get(key)
        if found is None:
            if len(self._masks) >= MOST_MASKS:
                self._masks.clear()
            passing = self.view.index.passing
            held = np.zeros_like(passing()) if self.unknown(where) else passing(where)
            found = self._masks[key] = _Mask(where, held)
        return found.passing

    def unknown(self, where: Filter) -> list[str]:
        """Fields that no product has."""
        return sorted(fields_of(where) - self.view.index.fields.keys())

    def _join(self, acting: tuple[MerchantRule, ...], version: str, idle: list[str]) -> Ruled:
        lost = {one.name: self.unknown(one.subject) for one in acting}
        notes = [
            f"rule {name}: skipped, as no product has {' and '.join(fields)}"
            for name, fields in lost.items()
            if fields
        ]
        rules = tuple(one for one in acting if not lost[one.name])
        changing = [one for one in rules if one.change]
        masks = {one.name: self.mask(one.subject) for one in changing}
        pins, said = self._pins(rules)
        return Ruled(
            rules=rules,
            bonus=bonus_of([(one.change, masks[one.name]) for one in changing]),
            hidden=all_of(*(Not(one.subject) for one in rules if one.kind == "exclude")),
            pins=tuple(pins),
            members=masks,
            notes=(*idle, *notes, *said),
            version=version,
        )

    def _pins(self, rules: tuple[MerchantRule, ...]) -> tuple[list[Pin], list[str]]:
        """Those that can be shown at all, each with its place."""
        index = self.view.index
        found: list[Pin] = []
        notes: list[str] = []
        for rule in (one for one in rules if one.kind == "pin"):
            gone = self._sold_out(rule)
            for sku, place in sorted(zip(rule.skus, rule.positions, strict=True), key=_by_place):
                number = index.number(sku)
                hiding = None if number is None else self._hidden_by(number, rules)
                if number is None:
                    notes.append(f"rule {rule.name}: {sku} is not a product with an image")
                elif sku in gone:
                    notes.append(f"rule {rule.name}: {sku} is sold out, so it is not pinned")
                elif hiding:
                    notes.append(f"rule {rule.name}: {sku} is excluded by {hiding}")
                else:
                    found.append(Pin(sku, place, rule))
        pins, said = settled(found)
        return pins, [*notes, *said]

    def _sold_out(self, rule: MerchantRule) -> frozenset[str]:
        if rule.sold_out or "in_stock" not in self.view.index.fields:
            return frozenset()
        gone = all_of(In("sku", rule.skus), Eq("in_stock", False))
        return frozenset(self.view.index.skus(self.view.index.select(gone)))

    def _hidden_by(self, number: int, rules: tuple[MerchantRule, ...]) -> str | None:
        for rule in rules:
            if rule.kind == "exclude" and self.mask(rule.subject)[number]:
                return rule.name
        return None


def check_names(names: tuple[str, ...] | None, rules: Mapping[str, MerchantRule]) -> None:
    """Raises InvalidInput, naming the nearest, for a name that no rule has."""
    for name in names or ():
        if name != USUAL and name not in rules:
            near = nearest(name, tuple(rules))
            raise InvalidInput(
                f'There is no rule "{name}".{near}',
                hint=f"There are {', '.join(sorted(rules)) or 'none'}; "
                '"*" stands for all usual ones.',
            )


def _by_place(one: tuple[str, int]) -> int:
    return one[1]


def _idle(rule: MerchantRule, asked: Asked) -> str:
    if not rule.enabled:
        return "it is switched off"
    if not rule.holds_at(asked.now):
        return "it is not its time"
    if asked.surface not in rule.surfaces:
        return f"it is for {' and '.join(rule.surfaces)}"
    return "it is for other anchors"


def _parsed(texts: Mapping[str, str]) -> list[tuple[str, MerchantRule]]:
    found = []
    for name, text in texts.items():
        try:
            found.append((name, rule_from(json.loads(text), name=name)))
        except InvalidInput as error:  # written by a later version
            _logger.warning("a stored rule is skipped", extra={"rule": name, "why": error.message})
    return found
