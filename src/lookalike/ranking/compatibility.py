"""How well two products go together: named contributions that sum to the score of the pair."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lookalike.domain.arrays import Booleans, Doubles, Floats
from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Layout
from lookalike.domain.looks import DEFAULT_RULES, Rule
from lookalike.ranking import pair_terms
from lookalike.ranking.harmony import Harmony, color_evidence, harmony
from lookalike.ranking.pieces import Piece, Pieces
from lookalike.ranking.rule_match import rule_match

WEIGHTS: Mapping[str, float] = {
    "color": 0.15,
    "palette": 0.35,
    "style": 0.06,
    "formality": 0.04,
    "pattern": 0.12,
    "material": 0.04,
    "season": 0.04,
    "price": 0.05,
    "brand": 0.05,
    "theme": 0.10,
    "kind": 0.70,
    "shoppers": 1.00,
}
"""Of every term of a pair, chosen by hand: docs/decisions/0052-learned-pair-maps.md."""

LIKE_PATTERNS = 0.5  # of the term for patterns: like ones; the rest is the clash of busy ones
FORMALITY_REACH, WARMTH_REACH = 0.4, 1.0  # where two are neither like nor unlike; by eye

SHOPPERS = ("gender", "age_group")
"""Facets in which two pieces of one look never differ."""

SPOKEN_FOR: Mapping[str, tuple[str, ...]] = {
    "color_family": ("color", "palette"),
    "style": ("style", "formality"),
    "pattern": ("pattern",),
    "material_appearance": ("material",),
    "category": ("kind",),
    "product_type": ("kind",),
    "brand": ("brand",),
    "price": ("price",),
    "season": ("season",),
}
"""Attribute of a request's rule -> the terms that it replaces."""


class LearnedPairs(Protocol):
    """What was learned from a merchant's looks; see `ranking/pair_maps.py`."""

    @property
    def share(self) -> float:
        """How much of the score is learned, in [0, 1]; the rest are the rules."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Of the learned contributions."""
        ...

    def values(self, first: Pieces, second: Pieces) -> Doubles:
        """(n, m, len(names))"""
        ...

    def query(self, pieces: Pieces) -> Floats:
        """(width,) a query row: what a row adds to the mean learned score beside these pieces."""
        ...


@dataclass(frozen=True)
class Basis:
    """What pair scores of one collection stand on.

    calibration  how similar two random products are, channel by channel
    learned      pair maps fitted on the merchant's looks; None where there are none in use
    """

    layout: Layout
    calibration: Calibration
    learned: LearnedPairs | None = None


Term = Callable[[Pieces, Pieces, Basis], Doubles]
"""(n, m) in about [-1, 1], 0 for nothing known."""


@dataclass(frozen=True)
class PairScores:
    """The scores of every pair of two sets of pieces.

    names    of the contributions
    values   (n, m, len(names)) float64; their sum is the score of the pair: about -.2 for two
             random products to wear, .05 for two of a stylist's outfit, .3 for the best tenth
    allowed  (n, m) False where a required rule is broken, or where one is for women and the
             other for men, or for adults and for children
    """

    names: tuple[str, ...]
    values: Doubles
    allowed: Booleans

    @property
    def totals(self) -> Doubles:
        """(n, m) the score of each pair."""
        return np.asarray(self.values.sum(axis=2))


@dataclass(frozen=True)
class PairEvidence:
    """What one pair's score rests on, for a sentence and for callers.

    contributions    name -> its part of the score
    color            the harmony of the two palettes, recomputable from its own numbers
    shared           attribute -> the word that both have
    style_distance   0 for the same distribution over styles, 1 for disjoint ones; None unknown
    formality        of each, None where unknown
    """

    score: float
    contributions: Mapping[str, float]
    color: Harmony
    shared: Mapping[str, str]
    style_distance: float | None
    formality: tuple[float | None, float | None]
    allowed: bool


def compatibility(
    first: Pieces, second: Pieces, basis: Basis, *, rules: Sequence[Rule] = DEFAULT_RULES
) -> PairScores:
    """The contributions of every pair of two sets of pieces.

    rules  the request's; those equal to DEFAULT_RULES are what the built-in terms say anyway, any
           other is a contribution of its own, named by its attribute, in the place of the
           built-in terms about that attribute
    320 x 320 pieces take a few milliseconds, 8 slots of 40 candidates in one call.
    """
    changed = [rule for rule in rules if rule not in DEFAULT_RULES]
    replaced = {name for rule in changed for name in SPOKEN_FOR.get(rule.attribute, ())}
    asked = [rule for rule in changed if rule.match != "any"]
    built_in = [name for name in TERMS if name not in replaced]
    learned = basis.learned
    names = (*built_in, *(learned.names if learned else ()), *_rule_names(asked))
    # A plane for each contribution, filled one by one: what is made is at once used again, where
    # a dozen arrays held together would be fresh pages each time, at six times the cost.
    planes = np.zeros((len(names), len(first), len(second)))
    trust = 1.0 - learned.share if learned else 1.0
    for place, name in enumerate(built_in):
        np.multiply(TERMS[name](first, second, basis), trust * WEIGHTS[name], out=planes[place])
    if learned:
        own = np.moveaxis(learned.values(first, second), 2, 0)
        planes[len(built_in) : len(built_in) + len(own)] = learned.share * own
    allowed = ~pair_terms.apart(first, second, SHOPPERS)
    for rule in asked:
        held = rule_match(first, second, rule, basis.layout, basis.calibration)
        planes[names.index(_rule_name(rule))] += rule.weight * held
        if rule.required:
            allowed &= held > 0
    return PairScores(names, np.moveaxis(planes, 0, 2), allowed)


def evidence(
    first: Pieces, second: Pieces, basis: Basis, *, rules: Sequence[Rule] = DEFAULT_RULES
) -> PairEvidence:
    """Of the first piece of each of two sets, usually sets of one."""
    one, other = first.take([0]), second.take([0])
    scores = compatibility(one, other, basis, rules=rules)
    a, b = one.of[0], other.of[0]
    values = scores.values[0, 0].tolist()
    return PairEvidence(
        score=float(sum(values)),
        contributions=dict(zip(scores.names, values, strict=True)),
        color=color_evidence(a, b),
        shared=_shared(a, b),
        style_distance=_style_distance(one, other, basis.layout),
        formality=(a.formality, b.formality),
        allowed=bool(scores.allowed[0, 0]),
    )


def _channel(name: str) -> Term:
    def term(first: Pieces, second: Pieces, basis: Basis) -> Doubles:
        return pair_terms.channel(first, second, name, basis.layout, basis.calibration)

    return term


def _pattern(first: Pieces, second: Pieces, basis: Basis) -> Doubles:
    found = _channel("pattern")(first, second, basis) * LIKE_PATTERNS
    found += pair_terms.pattern_clash(first, second)
    return found


TERMS: Mapping[str, Term] = {
    "color": lambda first, second, _: harmony(first, second),
    "palette": _channel("color"),
    "style": _channel("style"),
    "formality": lambda first, second, _: pair_terms.near(
        first.formality, second.formality, reach=FORMALITY_REACH
    ),
    "pattern": _pattern,
    "material": _channel("material"),
    "season": lambda first, second, _: pair_terms.near(
        first.warmth, second.warmth, reach=WARMTH_REACH
    ),
    "price": lambda first, second, _: pair_terms.price_tier(first, second),
    "brand": lambda first, second, _: pair_terms.same_word(first, second, "brand"),
    "theme": _channel("look"),
    "kind": lambda first, second, _: pair_terms.slot_fit(first, second),
    "shoppers": lambda first, second, _: (
        -pair_terms.apart(first, second, SHOPPERS).astype(np.float64)
    ),
}
"""The built-in contributions, in the order in which they are told."""


def _rule_name(rule: Rule) -> str:
    return f"rule: {rule.attribute}"


def _rule_names(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_rule_name(rule) for rule in rules))


def _shared(first: Piece, second: Piece) -> dict[str, str]:
    both = first.words.keys() & second.words.keys()
    return {
        name: first.words[name] for name in sorted(both) if first.words[name] == second.words[name]
    }


def _style_distance(first: Pieces, second: Pieces, layout: Layout) -> float | None:
    """Hellinger distance: sqrt(1 - affinity), as the channel holds square roots."""
    if "style" not in layout.names:
        return None
    part = layout.part("style")
    affinity = float(first.rows[0, part] @ second.rows[0, part])
    return float(np.sqrt(np.clip(1 - affinity, 0, 1)))
