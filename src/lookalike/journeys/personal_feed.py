"""For one user: their tastes, each with its share of places, and what is popular and new."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from lookalike.domain import observe
from lookalike.domain.filters import all_of
from lookalike.domain.profile import Profile
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.domain.results import (
    Explanation,
    Lane,
    Placement,
    Recommendation,
    Recommendations,
)
from lookalike.domain.rules import RuleMark
from lookalike.journeys import paging
from lookalike.journeys.catalog_view import CatalogView
from lookalike.journeys.feed_lanes import CURIOSITY, NEAR, Candidates, TasteSearch
from lookalike.journeys.find_similar import RECALL, RIVALS
from lookalike.journeys.plan import caps
from lookalike.journeys.rule_book import NO_RULES, Ruled
from lookalike.journeys.rule_places import marked
from lookalike.journeys.shelf import Ranks, Shelf, representatives_of
from lookalike.journeys.tell import Detail, Page, documents_of, told
from lookalike.profiles.blend import Blend
from lookalike.profiles.slots import Placed, merged
from lookalike.ranking.explain import band, known_values
from lookalike.ranking.rules import UNLIKE, Pin, places
from lookalike.ranking.thin import at_most

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


def personal_feed(question: Retrieval, parts: FeedParts) -> Recommendations:
    """Answer a question whose anchor is a user.

    Deterministic: the same log, generation and question give the same answer, byte for byte, on
    any day.  Ages count from the newest event, and the draws for new products are seeded by all
    three.  A new event may change every draw.
    Raises InvalidInput for an unknown field, channel or cursor.
    """
    view, ruled = parts.view, parts.ruled
    limits = list(ruled.notes)
    if question.limit > MAX_LIMIT:
        limits.append(f"limit: {question.limit} lowered to {MAX_LIMIT}; the cursor leads further")
        question = replace(question, limit=MAX_LIMIT)
    asked = paging.digest(question)
    offset, moved = paging.offset(
        question.cursor, view, asked=asked, known=parts.profile.version, rules=ruled.version
    )
    question = replace(question, where=all_of(question.where, ruled.hidden))
    with observe.stage("search"):
        feed = _Feed(question, parts, asked)
    with observe.stage("rank"):
        placed = feed.placed(offset + question.limit + 1)
    end = offset + question.limit
    with observe.stage("explain"):
        shown = feed.told(placed[offset:end], offset)
    limits.extend(feed.left_out)
    degraded = feed.degraded()
    if moved:
        degraded.append(paging.MOVED[moved])
    rest = paging.cursor(
        view, asked=asked, offset=end, known=parts.profile.version, rules=ruled.version
    )
    observe.count("searches", RECALL)
    observe.count_all("degraded", degraded)
    return Recommendations(
        request_id=paging.request_id(view, asked=f"{asked}{feed.state}", offset=offset),
        generation=view.generation,
        collection_id=view.collection_id,
        recommendations=shown,
        limits=tuple(limits),
        degraded=tuple(degraded),
        cursor=rest if len(placed) > end else None,
        rules=ruled.names,
    )


class _Feed:
    """One question on its way to an answer."""

    def __init__(self, question: Retrieval, parts: FeedParts, asked: str) -> None:
        self._question, self._parts, self._asked = question, parts, asked
        self._found = Candidates(
            parts.view,
            question,
            parts.profile,
            parts.shelf,
            parts.ranks,
            parts.blend,
            seed=self._seed()[0],
            ruled=parts.ruled,
        )
        self._varied = self._representatives()
        self._scored = self._found.scored(self._varied)

    @property
    def state(self) -> str:
        parts = self._parts
        state = f"{parts.profile.version}/{parts.ranks.version}/{parts.blend}"
        return f"{state}/{parts.ruled.version}" if parts.ruled.version else state

    @property
    def left_out(self) -> list[str]:
        """Pins that the question does not let pass."""
        return self._pinned[1]

    @cached_property
    def _pinned(self) -> tuple[list[tuple[int, Pin]], list[str]]:
        """(product number, its pin) by place, and who is left out."""
        found, notes = [], []
        index, allowed = self._parts.view.index, self._found.allowed
        for pin in self._parts.ruled.pins:
            number = index.number(pin.sku)
            if number is None or not allowed[number]:
                notes.append(
                    f"rule {pin.rule.name}: {pin.sku} is not pinned: the user has it, or"
                    " it does not pass what the question asks for"
                )
            else:
                found.append((number, pin))
        return found, notes

    def placed(self, count: int) -> list[Placed | Pin]:
        """The first places, those of the pinned among them."""
        pins = self._pinned[0]
        spare = len(pins) * (1 + len(caps(self._question)))
        plain = self._merged(count + spare)
        if not pins:
            return [*plain]
        first = np.array([number for number, _ in pins], dtype=np.int64)
        products = np.array([self._scored.products[one.candidate] for one in plain], dtype=np.int64)
        keep = ~np.isin(products, first)
        for name, most in caps(self._question).items():
            codes = self._parts.view.index.codes(name, np.concatenate([first, products]))
            keep &= at_most(codes, most)[len(first) :]
        rest = [one for one, kept in zip(plain, keep.tolist(), strict=True) if kept]
        laid = places(len(rest), [pin.place for _, pin in pins], limit=count)
        return [pins[which][1] if is_pin else rest[which] for is_pin, which in laid]

    def _merged(self, count: int) -> list[Placed]:
        view, scored = self._parts.view, self._scored
        base = self._parts.shelf.lens.base
        groups = [
            (view.index.codes(name, scored.products), most)
            for name, most in caps(self._question).items()
        ]
        return merged(
            self._found.lanes(scored, self._varied),
            lambda candidate: scored.similarity(candidate, base),
            groups,
            count=len(scored.products),
            limit=count,
            diversity=self._question.diversity,
            rng=np.random.default_rng(self._seed()),
        )

    def degraded(self) -> list[str]:
        profile, said = self._parts.profile, []
        if profile.is_paused:
            said.append("paused: this user wants no personal recommendations")
        elif not self._found.tastes:
            said.append("user: nothing is known of their taste yet, so this suits everybody")
        if not len(self._parts.ranks.order):
            said.append("popularity: there are no events yet")
        return [*said, *self._found.skipped]

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

    def _representatives(self) -> np.ndarray:
        """Pictures that stand for what may be shown, while no taste is known."""
        view, shelf = self._parts.view, self._parts.shelf
        if self._found.tastes:
            return np.zeros(0, dtype=np.int64)
        allowed = self._found.allowed
        skus = shelf.representatives
        numbers = np.array([view.index.number(sku) for sku in skus], dtype=np.int64)
        numbers = numbers[allowed[numbers]]
        if len(numbers) < len(skus) / 2:
            chosen = representatives_of(shelf, np.flatnonzero(allowed), count=len(skus))
            numbers = np.array([view.index.number(sku) for sku in chosen], dtype=np.int64)
        return numbers

    def _seed(self) -> list[int]:
        view = self._parts.view
        text = f"{self._asked} {self.state} {view.collection_id} {view.generation} {view.change}"
        return list(hashlib.sha256(text.encode()).digest())

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
