"""The facade's part for merchants' rules: what there is, setting one, and trying one first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from lookalike.domain.filters import Filter, fields_of
from lookalike.domain.looks import LookAnchor, LookPiece, LookRequest
from lookalike.domain.query import ProductAnchor, Retrieval, UserAnchor
from lookalike.domain.results import Recommendation
from lookalike.domain.rule_preview import PreviewRequest, RulePreview, RuleState, Shown
from lookalike.domain.rules import MerchantRule, RuleMark
from lookalike.domain.steering import nearest
from lookalike.errors import InvalidInput, NotFound
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.looks.complete_look import complete_look
from lookalike.journeys.rules.preview_rule import Ask, preview_rule, standing, warnings
from lookalike.journeys.rules.rule_book import Ruled
from lookalike.journeys.search.find_similar import find_similar
from lookalike.parts import Parts
from lookalike.stylist import Stylist

MOST_RULES = 500  # of a collection; each costs every question a few microseconds


@dataclass(frozen=True)
class Merchandising:
    """The rules of one collection; a change counts in the very next question."""

    parts: Parts
    collection: str
    stylist: Stylist

    def rules(self) -> tuple[RuleState, ...]:
        """Every rule by name, with what it comes to now."""
        return tuple(self._state(rule) for rule in self._known().values())

    def rule(self, name: str) -> RuleState:
        """Raises NotFound."""
        return self._state(self._one(name))

    def set(self, rule: MerchantRule) -> RuleState:
        """Add a rule, or replace the one of its name.

        Raises InvalidInput for a field that no product has and for more than MOST_RULES.
        """
        view = self.parts.live(self.collection).known()
        if view is not None:
            for where in (rule.subject, rule.for_anchors):
                _check_fields(where, view)
        known = self._known()
        if rule.name not in known and len(known) >= MOST_RULES:
            raise InvalidInput(
                f"The collection has {len(known)} rules already.", hint="Delete those that ended."
            )
        self.parts.collection(self.collection).rules.put(rule)
        self.parts.rule_book(self.collection).refresh()
        return self._state(rule)

    def delete(self, name: str) -> None:
        """Raises NotFound."""
        self._one(name)
        self.parts.collection(self.collection).rules.delete(name)
        self.parts.rule_book(self.collection).refresh()

    def preview(self, request: PreviewRequest) -> RulePreview:
        """What a change would do to lists; nothing is stored."""
        view = self.parts.view(self.collection)
        views = self.parts.rule_book(self.collection).views(view)
        now = datetime.now(UTC)
        ask = self._ask(request, view)
        return preview_rule(views, self._known(), request, now=now, ask=ask)

    def _ask(self, request: PreviewRequest, view: CatalogView) -> Ask:
        ways = {"similar": self._similar, "looks": self._looks, "feed": self._feed}
        return partial(ways[request.surface], view, request.limit)

    def _similar(
        self, view: CatalogView, limit: int, sku: str, ruled: Ruled
    ) -> tuple[Sequence[Shown], Sequence[str]]:
        question = Retrieval(ProductAnchor(sku), limit=limit, explain=False)
        start = self.parts.start(view, question.anchor)
        answer = find_similar(view, question, start, ruled=ruled)
        return [_shown(one) for one in answer.recommendations], answer.limits

    def _feed(
        self, view: CatalogView, limit: int, sku: str, ruled: Ruled
    ) -> tuple[Sequence[Shown], Sequence[str]]:
        """Of somebody who likes the one product."""
        question = Retrieval(UserAnchor("", (sku,)), limit=limit, explain=False)
        answer = self.parts.feed(question, self.collection, view=view, ruled=ruled)
        return [_shown(one) for one in answer.recommendations], answer.limits

    def _looks(
        self, view: CatalogView, limit: int, sku: str, ruled: Ruled
    ) -> tuple[Sequence[Shown], Sequence[str]]:
        request = LookRequest((LookAnchor(ProductAnchor(sku)),), limit=limit, alternatives=0)
        seen = self.stylist.views.of(view)
        found = complete_look(
            seen,
            request,
            read=partial(self.parts.start, view),
            basis=self.stylist.basis(view),
            ruled=ruled,
        )
        return [_shown_piece(one) for one in found.complementary], found.degraded

    def _state(self, rule: MerchantRule) -> RuleState:
        now = datetime.now(UTC)
        view = self.parts.live(self.collection).known()
        if view is None:
            return RuleState(rule, standing(rule, now), None)
        views = self.parts.rule_book(self.collection).views(view)
        about = int(views.mask(rule.subject).sum())
        return RuleState(rule, standing(rule, now), about, tuple(warnings(rule, views, now)))

    def _known(self) -> Mapping[str, MerchantRule]:
        return self.parts.rule_book(self.collection).refresh()

    def _one(self, name: str) -> MerchantRule:
        known = self._known()
        if name not in known:
            raise NotFound(
                f'There is no rule "{name}".{nearest(name, tuple(known))}',
                hint=f"There are {', '.join(known) or 'none yet'}.",
            )
        return known[name]


def _check_fields(where: Filter | None, view: CatalogView) -> None:
    known = tuple(view.index.fields)
    for field in sorted(fields_of(where)):
        if field not in known:
            raise InvalidInput(
                f'No product has a field "{field}".{nearest(field, known)}',
                hint=f"There are {', '.join(sorted(known))}.",
            )


def _shown(one: Recommendation) -> Shown:
    return _place(one.sku, one.product, one.score, one.rules, by_rules=True)


def _shown_piece(one: LookPiece) -> Shown:
    return _place(one.sku, one.product, one.score, one.rules, by_rules=False)


def _place(
    sku: str,
    product: Mapping[str, Any],  # JSON of the merchant
    score: float,
    rules: tuple[RuleMark, ...],
    *,
    by_rules: bool,
) -> Shown:
    """`by_rules`: the score holds what rules add."""
    lift = sum(mark.amount for mark in rules) if by_rules else 0.0
    return Shown(
        sku=sku,
        name=str(product.get("name") or ""),
        score=score,
        likeness=score - lift,
        price=product.get("price"),
        in_stock=product.get("in_stock"),
        rules=rules,
    )
