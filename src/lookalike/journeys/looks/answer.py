"""A solved look as callers see it: pieces with reasons, totals, and swaps for each."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import Any

import numpy as np

from lookalike.domain.looks import Alternative, Look, LookPiece, LookRequest, PairReason, Role
from lookalike.domain.money import exact, written
from lookalike.domain.results import Document
from lookalike.domain.rules import RuleMark
from lookalike.journeys.looks.columns import LookView
from lookalike.journeys.looks.plan import LookPlan
from lookalike.journeys.looks.scores import COVERAGE, PINNED, Pool, Solved, Table
from lookalike.journeys.rules.rule_book import NO_RULES, Ruled
from lookalike.journeys.search.personal_order import with_taste
from lookalike.ranking.compatibility import PairEvidence, PairScores
from lookalike.ranking.harmony import Harmony, color_evidence
from lookalike.ranking.look_reasons import look_reason, reason
from lookalike.ranking.look_solver import EMPTY, swapped
from lookalike.ranking.pieces import Piece
from lookalike.ranking.rules import told_reason

ROLE_REASONS: dict[Role, str] = {
    "anchor": "What the look is made around.",
    "owned": "Owned already.",
    "locked": "Kept, as asked.",
}


@dataclass
class Teller:
    """Tells the looks of one request; documents are read once."""

    request: LookRequest
    seen: LookView
    table: Table
    plan: LookPlan
    currency: str | None
    ruled: Ruled = NO_RULES
    _documents: dict[int, Document] = field(default_factory=dict)
    _colors: dict[tuple[str, str], Harmony] = field(default_factory=dict)

    def anchors(self) -> tuple[LookPiece, ...]:
        """The fixed pieces."""
        return tuple(
            LookPiece(
                sku=one.sku,
                slot=one.slot,
                role=one.role,
                product=one.document,
                price=self._written(one.price),
                score=0.0,
                reason=ROLE_REASONS[one.role],
            )
            for one in self.table.fixed
        )

    def look(self, solved: Solved) -> Look:
        """The fixed pieces first, then the others in the order of the look type."""
        fixed, chosen = len(self.table.fixed), solved.chosen(self.table)
        places = [*range(fixed), *(place for _, place in chosen)]
        pieces = [
            replace(one, score=self._beside(place, places))
            for place, one in enumerate(self.anchors())
        ]
        pieces += [self._chosen(solved, number, place, places) for number, place in chosen]
        paid = [one for one in pieces if one.role != "owned"]
        parts = self._parts(solved, places)
        return Look(
            pieces=tuple(pieces),
            score=sum(parts.values()),
            parts=parts,
            total=self._sum(paid),
            to_add=self._sum([one for one in paid if one.role != "anchor"]),
            currency=self.currency,
            prices_unknown=sum(one.price is None for one in paid),
            reason=self._reason(pieces, places),
            pairs=tuple(self._pair(a, b) for a, b in combinations(places, 2)),
            missing=self._missing(solved),
            short_of=solved.solution.short_of,
        )

    def flat(self, looks: Sequence[Look], pool: Pool) -> tuple[LookPiece, ...]:
        """The pieces of the best look, then the next best of every slot in turn."""
        count = self.request.limit
        found = [
            replace(one, alternatives=())
            for one in (looks[0].pieces if looks else ())
            if one.role in ("chosen", "pinned")
        ][:count]
        taken = {one.sku for one in (*found, *self.anchors())}
        skus = pool.pieces.skus
        queues = [
            (slot, [place for place in places.tolist() if skus[place] not in taken])
            for slot, places in pool.ranked.items()
        ]
        for rank in range(max((len(queue) for _, queue in queues), default=0)):
            for slot, queue in queues:
                if rank < len(queue) and len(found) < count:
                    found.append(self._single(queue[rank], slot, pool))
        return tuple(found)

    def notes(self, looks: Sequence[Look]) -> tuple[str, ...]:
        """What the total of the best look does not know."""
        if not looks or not looks[0].prices_unknown:
            return ()
        look = looks[0]
        count = sum(one.role != "owned" for one in look.pieces)
        if look.prices_unknown == count:
            return ("total: unknown, as no piece of the look has a price",)
        return (f"total: only {count - look.prices_unknown} of {count} pieces have a price",)

    def _chosen(self, solved: Solved, number: int, place: int, places: Sequence[int]) -> LookPiece:
        slot = solved.slots[number]
        role: Role = "pinned" if self.table.pinned[place] else "chosen"
        made = self._told(
            int(self.table.numbers[place]),
            slot.slot,
            "owned" if slot.owned else role,
            reason=self._why(place, places),
            score=self._beside(place, places),
        )
        swaps = self._alternatives(solved, number, made, places)
        return replace(made, alternatives=swaps)

    def _single(self, place: int, slot: str, pool: Pool) -> LookPiece:
        """A piece of the flat list, spoken of beside the first fixed piece."""
        said = self._speak(pool.scores, 0, place, pool.pieces.of[place])
        said = with_taste(said, float(pool.liked[place]))
        return self._told(
            int(pool.numbers[place]),
            slot,
            "chosen",
            reason=said,
            score=float(pool.sums[:, place].mean()),
        )

    def _alternatives(
        self, solved: Solved, number: int, made: LookPiece, places: Sequence[int]
    ) -> tuple[Alternative, ...]:
        """The best other candidates of a slot, one of each design."""
        if not self.request.alternatives:
            return ()
        rows = self.table.places[solved.slots[number].slot]
        scores, _ = swapped(solved.task, solved.solution, number)
        own = solved.solution.chosen[number]
        found: list[Alternative] = []
        designs = {_design(made.product)}
        others = [place for place in places if place != int(rows[own])]
        for row in np.argsort(-scores, kind="stable").tolist():
            if scores[row] == -np.inf or len(found) == self.request.alternatives:
                break
            document = self._document(int(self.table.numbers[rows[row]]))
            if row == own or _design(document) in designs:
                continue
            designs.add(_design(document))
            owned = solved.slots[number].owned
            price = None if owned else self._written(exact(document.get("price")))
            change = None if price is None or made.price is None else price - made.price
            found.append(
                Alternative(
                    sku=str(document["sku"]),
                    product=document,
                    reason=self._swap_reason(document, int(rows[row]), others),
                    total=self._total_with(others, price),
                    total_change=change,
                    score_change=float(scores[row] - solved.solution.score),
                )
            )
        return tuple(found)

    def _swap_reason(self, document: Document, place: int, others: Sequence[int]) -> str:
        said = self._why(place, [*others, place])
        marks = self._marks(int(self.table.numbers[place]), str(document["sku"]))
        return told_reason(said, "", marks) if marks else said

    def _total_with(self, others: Sequence[int], price: Decimal | None) -> Decimal | None:
        count = len(self.table.fixed)
        prices = [price]
        for place in others:
            if place < count:
                one = self.table.fixed[place]
                prices.append(one.price if one.paid else None)
            else:
                prices.append(self._price_at(place))
        known = [one for one in prices if one is not None]
        return self._written(sum(known, start=Decimal(0))) if known else None

    def _price_at(self, place: int) -> Decimal | None:
        number = int(self.table.numbers[place])
        owned = any(
            one.owned and number in one.products.tolist() for one in self.plan.slots.values()
        )
        return None if owned else exact(self._document(number).get("price"))

    def _sum(self, pieces: Sequence[LookPiece]) -> Decimal | None:
        known = [one.price for one in pieces if one.price is not None]
        return self._written(sum(known, start=Decimal(0))) if known else None

    def _parts(self, solved: Solved, places: Sequence[int]) -> dict[str, float]:
        """What the look's score consists of; see `look_scores.task_of`."""
        most = len(self.table.fixed) + len(solved.slots)
        pairs = self.table.sums[np.ix_(places, places)]
        mean = float(np.triu(pairs, 1).sum()) / max(1, most * (most - 1) // 2)
        coverage = COVERAGE * len(places) / most
        pins = sum(bool(self.table.pinned[place]) for place in places)
        taste = float(self.table.liked[list(places)].sum()) / most
        rules = float(self.table.lifted[list(places)].sum()) / most
        rest = solved.score - mean - coverage - taste - rules - PINNED * pins
        parts = {"pairs": mean, "coverage": coverage, "variety": rest if abs(rest) > 1e-9 else 0.0}
        if self.request.user_id is not None:
            parts["taste"] = taste
        return {**parts, "rules": rules} if self.ruled.bonus is not None else parts

    def _missing(self, solved: Solved) -> tuple[str, ...]:
        pairs = zip(solved.slots, solved.solution.chosen, strict=True)
        empty = [slot.slot for slot, row in pairs if row == EMPTY]
        return (*empty, *self.plan.absent)

    def _beside(self, place: int, places: Sequence[int]) -> float:
        others = [other for other in places if other != place]
        return float(self.table.sums[place, others].mean()) if others else 0.0

    def _pair(self, one: int, other: int) -> PairReason:
        names, values = self.table.scores.names, self.table.scores.values[one, other].tolist()
        of = self.table.pieces.of
        return PairReason(
            sku=self._sku(one),
            other=self._sku(other),
            score=float(sum(values)),
            contributions=dict(zip(names, values, strict=True)),
            color=asdict(self._color(of[one], of[other])),
        )

    def _why(self, place: int, places: Sequence[int]) -> str:
        """The piece beside the fixed piece, or the one of the look, that it suits best."""
        fixed = [row for row in range(len(self.table.fixed)) if row != place]
        others = fixed or [row for row in places if row != place]
        if not others:
            return "The best of its slot."
        best = max(others, key=lambda row: float(self.table.sums[row, place]))
        said = self._speak(self.table.scores, best, place, self.table.pieces.of[place])
        return with_taste(said, float(self.table.liked[place]))

    def _speak(self, scores: PairScores, row: int, place: int, piece: Piece) -> str:
        other = self.table.pieces.of[row]
        values = scores.values[row, place].tolist()
        evidence = PairEvidence(
            score=float(sum(values)),
            contributions=dict(zip(scores.names, values, strict=True)),
            color=self._color(piece, other),
            shared={},
            style_distance=None,
            formality=(piece.formality, other.formality),
            allowed=True,
        )
        return reason(evidence, piece.words, other.words, other=self._name(row))

    def _color(self, one: Piece, other: Piece) -> Harmony:
        key = one.sku, other.sku
        if key not in self._colors:
            self._colors[key] = color_evidence(one, other)
        return self._colors[key]

    def _name(self, row: int) -> str:
        """How a reason speaks of a fixed piece: by its kind, else by its slot."""
        piece = self.table.pieces.of[row]
        kind = piece.words.get("kind") or piece.slot
        return f"the {kind}" if kind else "the original"

    def _reason(self, pieces: Sequence[LookPiece], places: Sequence[int]) -> str:
        pairs = self.table.sums[np.ix_(places, places)]
        count = len(places) * (len(places) - 1) // 2
        return look_reason(
            [one.slot or "the original" for one in pieces],
            float(np.triu(pairs, 1).sum()) / max(1, count),
        )

    def _told(self, number: int, slot: str, role: Role, *, reason: str, score: float) -> LookPiece:
        document = self._document(number)
        price = self._written(exact(document.get("price")))
        sku = str(document["sku"])
        marks = self._marks(number, sku) if role in ("chosen", "pinned") else ()
        told = told_reason(reason, "", marks) if marks else reason
        return LookPiece(sku, slot, role, document, price, score, told, rules=marks)

    def _marks(self, number: int, sku: str) -> tuple[RuleMark, ...]:
        pins = (pin.rule for pin in self.ruled.pins if pin.sku == sku)
        pinned = [RuleMark(rule.name, rule.kind, 0.0, rule.sponsored) for rule in pins]
        return (*pinned, *self.ruled.marks(number))

    def _sku(self, place: int) -> str:
        return self.table.pieces.of[place].sku

    def _document(self, number: int) -> Document:
        if number not in self._documents:
            (text,) = self.seen.view.index.documents(np.array([number]))
            self._documents[number] = json.loads(text)
        return self._documents[number]

    def _written(self, amount: Decimal | None) -> Decimal | None:
        return None if amount is None else written(amount, self.currency)


def _design(document: Document) -> Any:
    """What tells two designs apart; a product without a variant group is its own."""
    return document.get("variant_group") or document["sku"]
