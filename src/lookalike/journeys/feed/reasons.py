"""What a feed says of its places: because of what the user did, and what rules did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lookalike.domain.profile import Profile
from lookalike.domain.query import Retrieval
from lookalike.domain.results import Explanation, Lane, Placement, Recommendation
from lookalike.domain.rules import RuleMark
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.feed.lanes import CURIOSITY, NEAR, Candidates, Scored, TasteSearch
from lookalike.journeys.feed.shelf import Ranks, Shelf
from lookalike.journeys.rules.rule_book import NO_RULES, Ruled
from lookalike.journeys.rules.rule_places import marked
from lookalike.journeys.search.find_similar import RIVALS
from lookalike.journeys.search.tell import Detail, Page, documents_of, told
from lookalike.profiles.blend import Blend
from lookalike.profiles.slots import Placed
from lookalike.ranking.explain import band, known_values
from lookalike.ranking.rules import UNLIKE, Pin

SPOKEN_ACTION = {
    "purchase": "you bought {}",
    "cart": "you put {} into your cart",
    "save": "you saved {}",
    "view": "you looked at {}",
    "click": "you looked at {}",
}
GENERAL: tuple[Lane, ...] = ("together", "popular", "new", "varied")


@dataclass(frozen=True, eq=False)
class FeedParts:
    """What a feed reads beside the question; all of one state of log and collection."""

    view: CatalogView
    profile: Profile
    shelf: Shelf
    ranks: Ranks
    blend: Blend = field(default_factory=Blend)
    ruled: Ruled = NO_RULES


class FeedTeller:
    """Turns the places of one feed into recommendations with reasons."""

    def __init__(
        self, question: Retrieval, parts: FeedParts, found: Candidates, scored: Scored
    ) -> None:
        self._question, self._parts = question, parts
        self._found, self._scored = found, scored

    def told(self, laid: Sequence[Placed | Pin], offset: int) -> tuple[Recommendation, ...]:
        """The places with reasons, and what rules had to do with them."""
        found = iter(self._told([one for one in laid if isinstance(one, Placed)]))
        return tuple(
            replace(
                self._pin(one) if isinstance(one, Pin) else next(found), position=offset + place
            )
            for place, one in enumerate(laid, start=1)
        )

    def _pin(self, pin: Pin) -> Recommendation:
        view = self._parts.view
        number = view.index.number(pin.sku) or 0
        (document,) = documents_of(view, np.array([number]))
        mark = RuleMark(pin.rule.name, pin.rule.kind, 0.0, pin.rule.sponsored)
        bare = Recommendation(
            sku=pin.sku,
            position=1,
            score=0.0,
            band=band(0.0),
            reason="",
            explanation=Explanation({"variety": 0.0}, self._leans(document), (), (), (0, 0))
            if self._question.explain
            else None,
            product=document,
            placement=Placement("pinned", None, None, 1.0),
        )
        return marked(bare, (mark, *self._parts.ruled.marks(number)))

    def _told(self, placed: Sequence[Placed]) -> list[Recommendation]:
        """Taste by taste, as each place compares with its own product."""
        answers: dict[int, Recommendation] = {}
        tastes = self._found.tastes
        of = [self._taste_of(one) for one in placed]
        for number, taste in enumerate(tastes):
            places = [place for place, own in enumerate(of) if own == number]
            if places:
                ones = [placed[place] for place in places]
                for place, answer in zip(places, self._alike(ones, number, taste), strict=True):
                    answers[place] = answer
        general = [place for place, own in enumerate(of) if own is None]
        ones = [placed[place] for place in general]
        for place, answer in zip(general, self._unlike(ones), strict=True):
            answers[place] = answer
        return [self._by_rules(answers[place], one) for place, one in enumerate(placed)]

    def _by_rules(self, answer: Recommendation, one: Placed) -> Recommendation:
        """What is popular or new says so truly beside a rule; what a rule alone brought does
        not."""
        marks = self._parts.ruled.marks(int(self._scored.products[one.candidate]))
        if not marks:
            return answer
        if self._lane_name(one) == "taste" or answer.band != UNLIKE or self._is_lifted(one):
            return marked(answer, marks)
        return replace(marked(replace(answer, band="similar"), marks), band=answer.band)

    def _is_lifted(self, one: Placed) -> bool:
        """It stands among the popular for a rule alone."""
        popular = self._scored.popular[one.candidate]
        return self._lane_name(one) == "popular" and popular <= 0

    def _taste_of(self, one: Placed) -> int | None:
        """The taste that a place is told by: its own, or the nearest where that is near."""
        if one.lane < len(self._found.tastes):
            return one.lane
        if not self._found.tastes or self._lane_name(one) == "together":
            return None
        near = self._scored.likeness[one.candidate]
        best = int(np.argmax(near))
        return best if near[best] >= NEAR else None

    def _lane_name(self, one: Placed) -> Lane:
        tastes = len(self._found.tastes)
        return "taste" if one.lane < tastes else GENERAL[one.lane - tastes]

    def _alike(
        self, ones: Sequence[Placed], number: int, search: TasteSearch
    ) -> list[Recommendation]:
        scored, view = self._scored, self._parts.view
        which = np.array([one.candidate for one in ones], dtype=np.int64)
        page = Page(
            scored.products[which],
            scored.rows[which, number],
            np.zeros(len(which), dtype=np.int64),
            scored.likeness[which, number],
        )
        rivals = search.found.take(slice(RIVALS)).contributions(search.plan, view)
        explain = self._question.explain
        detail: Detail = "full" if explain else "reason"
        answers = told(page, rivals, search.start, search.plan, view, detail=detail)
        return [
            self._finished(answer, one, search) for answer, one in zip(answers, ones, strict=True)
        ]

    def _finished(self, answer: Recommendation, one: Placed, search: TasteSearch) -> Recommendation:
        lane, extra = self._lane_name(one), self._extras(one)
        explanation = answer.explanation
        if explanation is not None:
            parts = {**explanation.contributions, **extra}
            explanation = replace(explanation, contributions=parts)
        return replace(
            answer,
            score=answer.score + sum(extra.values()),
            reason=_because(search, "taste" if self._is_lifted(one) else lane, answer.reason),
            explanation=explanation,
            placement=Placement(lane, search.taste.id, search.taste.sku, one.propensity),
        )

    def _unlike(self, ones: Sequence[Placed]) -> list[Recommendation]:
        """Places that no taste speaks for."""
        scored, view = self._scored, self._parts.view
        products = scored.products[[one.candidate for one in ones]] if ones else scored.products[:0]
        answers = []
        for one, document in zip(ones, documents_of(view, products), strict=True):
            lane, extra = self._lane_name(one), self._extras(one)
            parts = extra or {"variety": 0.0}
            leans, beside = self._leans(document), None
            if lane in ("together", "popular"):
                beside = self._found.companions.reason(int(scored.products[one.candidate]))
            known = Explanation(parts, leans, (), (), (0, 0))
            answers.append(
                Recommendation(
                    sku=document["sku"],
                    position=1,
                    score=sum(parts.values()),
                    band=band(0.0),
                    reason=_general(lane, leans) if beside is None else self._beside(beside, lane),
                    explanation=known if self._question.explain else None,
                    product=document,
                    placement=Placement(lane, None, beside, one.propensity),
                )
            )
        return answers

    def _extras(self, one: Placed) -> dict[str, float]:
        """What orders a place beside its likeness to a product, as parts of its score."""
        scored, blend, place = self._scored, self._parts.blend, one.candidate
        known, is_taste = self._lane_name(one) != "new", one.lane < len(self._found.tastes)
        parts = {
            "popularity": known * float(scored.popular[place]) / blend.unit,
            "leanings": float(scored.leaning[place]) / blend.unit,
            "company": (not is_taste) * float(scored.together[place]) / blend.unit,
            "novelty": (not known) * CURIOSITY / (1 + float(scored.users[place])) / blend.unit,
            "dislikes": -blend.dislike * float(scored.disliked[place]) / blend.unit,
        }
        return {name: part for name, part in parts.items() if part}

    def _beside(self, sku: str, lane: Lane) -> str:
        """The reason of what others chose together with a product of the user."""
        members = [one for taste in self._parts.profile.served for one in taste.members]
        actions = {action for one in members if one.sku == sku for action in one.actions}
        name = self._parts.shelf.document(sku).get("name") or sku
        strongest = next((one for one in SPOKEN_ACTION if one in actions), "view")
        start = "Popular now, and because" if lane == "popular" else "Because"
        return f"{start} {SPOKEN_ACTION[strongest].format(name)}: others chose this as well."

    def _leans(self, document: Mapping[str, Any]) -> tuple[str, ...]:
        """Values of a product that its user surely leans to."""
        profile = self._parts.profile
        if profile.is_paused:
            return ()
        shown = known_values(document)
        return tuple(
            f"{one.attribute.replace('_', ' ')}: {one.value}"
            for one in profile.leanings
            if shown.get(one.attribute) == one.value
        )


def _because(search: TasteSearch, lane: Lane, reason: str) -> str:
    """The reason of a place, beginning with what its user did."""
    rest = f"{reason[0].lower()}{reason[1:]}" if reason else ""
    name = search.start.document.get("name") or search.taste.sku
    done = SPOKEN_ACTION.get(search.taste.action)
    because = "of what you told us" if done is None or name is None else done.format(name)
    start = {"popular": "Popular now, and because", "new": "New here, and because"}
    return f"{start.get(lane, 'Because')} {because}: {rest}"


def _general(lane: Lane, leans: Sequence[str]) -> str:
    start = {
        "popular": "Popular now",
        "new": "New here: few have seen it yet",
        "varied": "To find out what you like",
        "taste": "For you",
        "together": "For you",
        "pinned": "For you",
    }[lane]
    if not leans:
        return f"{start}."
    values = " and ".join(text.partition(": ")[2] for text in leans[:2])
    return f"{start}; {values}, as you often choose."
