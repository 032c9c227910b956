"""For one user: their tastes, each with its share of places, and what is popular and new."""

import hashlib
from dataclasses import replace
from functools import cached_property

import numpy as np

from lookalike.domain import observe
from lookalike.domain.filters import all_of
from lookalike.domain.query import MAX_LIMIT, Retrieval
from lookalike.domain.results import (
    Recommendations,
)
from lookalike.journeys.feed.lanes import Candidates
from lookalike.journeys.feed.reasons import FeedParts, FeedTeller
from lookalike.journeys.feed.shelf import representatives_of
from lookalike.journeys.search import paging
from lookalike.journeys.search.find_similar import RECALL
from lookalike.journeys.search.plan import caps
from lookalike.profiles.slots import Placed, merged
from lookalike.ranking.rules import Pin, places
from lookalike.ranking.thin import at_most


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
        teller = FeedTeller(question, parts, feed.found, feed.scored)
        shown = teller.told(placed[offset:end], offset)
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
        self.found = Candidates(
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
        self.scored = self.found.scored(self._varied)

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
        index, allowed = self._parts.view.index, self.found.allowed
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
        products = np.array([self.scored.products[one.candidate] for one in plain], dtype=np.int64)
        keep = ~np.isin(products, first)
        for name, most in caps(self._question).items():
            codes = self._parts.view.index.codes(name, np.concatenate([first, products]))
            keep &= at_most(codes, most)[len(first) :]
        rest = [one for one, kept in zip(plain, keep.tolist(), strict=True) if kept]
        laid = places(len(rest), [pin.place for _, pin in pins], limit=count)
        return [pins[which][1] if is_pin else rest[which] for is_pin, which in laid]

    def _merged(self, count: int) -> list[Placed]:
        view, scored = self._parts.view, self.scored
        base = self._parts.shelf.lens.base
        groups = [
            (view.index.codes(name, scored.products), most)
            for name, most in caps(self._question).items()
        ]
        return merged(
            self.found.lanes(scored, self._varied),
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
        elif not self.found.tastes:
            said.append("user: nothing is known of their taste yet, so this suits everybody")
        if not len(self._parts.ranks.order):
            said.append("popularity: there are no events yet")
        return [*said, *self.found.skipped]

    def _representatives(self) -> np.ndarray:
        """Pictures that stand for what may be shown, while no taste is known."""
        view, shelf = self._parts.view, self._parts.shelf
        if self.found.tastes:
            return np.zeros(0, dtype=np.int64)
        allowed = self.found.allowed
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
