"""Pair scores: their parts sum to them, are what their names say, and follow rules."""

from dataclasses import dataclass

import numpy as np
import pytest

from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Channel, Layout
from lookalike.domain.looks import DEFAULT_RULES, Rule
from lookalike.ranking import pair_terms
from lookalike.ranking.compatibility import Basis, compatibility, evidence
from lookalike.ranking.hues import hues_of
from lookalike.ranking.pieces import Piece, Pieces

LAYOUT = Layout(
    (Channel("look", 6), Channel("color", 4), Channel("pattern", 3), Channel("style", 3))
)
BASIS = Basis(
    LAYOUT,
    Calibration(
        {"look": 0.1, "color": 0.4, "pattern": 0.6, "style": 0.8},
        {"look": 0.2, "color": 0.3, "pattern": 0.3, "style": 0.1},
    ),
)
COLORS = ["#c0392b", "#27ae60", "#2c5fd4", "#ffffff", "#101010"]
SLOTS = ["top", "bottom", "one-piece", "shoes", "accessory", "seat", None]


def rows(count, rng):
    made = rng.normal(size=(count, LAYOUT.width)) ** 2
    for channel in LAYOUT.names:
        part = LAYOUT.part(channel)
        made[:, part] /= np.linalg.norm(made[:, part], axis=1, keepdims=True)
    return made.astype(np.float32)


def shelf(count, seed):
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        words = {
            "pattern": str(rng.choice(["solid", "floral", "checked"])),
            "brand": str(rng.choice(["a", "b"])),
            "kind": str(rng.choice(["shirt", "jeans", "dress"])),
        }
        for facet, values in (("gender", ["women", "men", "men+women"]), ("age_group", ["adult"])):
            if rng.random() < 0.7:
                words[facet] = str(rng.choice(values))
        made.append(
            Piece(
                f"S{seed}-{number}",
                words,
                hues_of([(str(rng.choice(COLORS)), 0.6), (str(rng.choice(COLORS)), 0.4)]),
                formality=float(rng.random()) if rng.random() < 0.7 else None,
                warmth=float(rng.uniform(-1, 1)) if rng.random() < 0.7 else None,
                price=float(rng.uniform(1, 300)) if rng.random() < 0.8 else None,
                slot=SLOTS[int(rng.integers(len(SLOTS)))],
            )
        )
    return Pieces(tuple(made), rows(count, rng))


def piece(number=0, slot="top", words=None, **known):
    rng = np.random.default_rng(number)
    return Pieces(
        (Piece(f"P{number}", words or {}, hues_of([]), slot=slot, **known),), rows(1, rng)
    )


@dataclass(frozen=True)
class Always:
    """A learned part that says one thing of every pair."""

    share: float
    names: tuple[str, ...] = ("learned: types", "learned: pairs")

    def values(self, first, second):
        return np.stack([np.full((len(first), len(second)), v) for v in (0.5, -0.25)], axis=2)

    def query(self, pieces):
        return np.zeros(pieces.rows.shape[1], dtype=np.float32)


@pytest.mark.parametrize("seed", range(8))
def test_contributions_sum_to_the_score_and_are_mutual(seed):
    some, more = shelf(7, seed), shelf(5, seed + 100)
    found = compatibility(some, more, BASIS)
    assert found.values.shape == (7, 5, len(found.names))
    assert found.totals == pytest.approx(found.values.sum(axis=2), abs=1e-12)
    back = compatibility(more, some, BASIS)
    assert back.values == pytest.approx(np.swapaxes(found.values, 0, 1), abs=1e-6)
    assert (back.allowed == found.allowed.T).all()


@pytest.mark.parametrize("seed", range(8))
def test_terms_are_as_their_plain_definitions_pair_by_pair(seed):
    some = shelf(8, seed)
    prices, clash = pair_terms.price_tier(some, some), pair_terms.pattern_clash(some, some)
    brands, apart = (
        pair_terms.same_word(some, some, "brand"),
        pair_terms.apart(some, some, ("gender", "age_group")),
    )
    for i, a in enumerate(some.of):
        for j, b in enumerate(some.of):
            if a.price and b.price:
                gap = abs(np.log(a.price / b.price)) / np.log(3)
                assert prices[i, j] == pytest.approx(np.clip(1 - gap, -1, 1))
            else:
                assert prices[i, j] == 0
            busy = "solid" not in (a.words["pattern"], b.words["pattern"])
            same = a.words["pattern"] == b.words["pattern"]
            assert clash[i, j] == ((-0.4 if same else -1.0) if busy else 0)
            assert brands[i, j] == (1 if a.words["brand"] == b.words["brand"] else -1)
            groups = [one.words.get("gender") for one in (a, b)]
            meets = None in groups or set(groups[0].split("+")) & set(groups[1].split("+"))
            assert apart[i, j] == (not meets)


@pytest.mark.parametrize("seed", range(4))
def test_evidence_of_a_pair_is_its_place_in_the_table(seed):
    some = shelf(6, seed)
    table = compatibility(some, some, BASIS)
    for i, j in ((0, 1), (3, 2), (5, 5)):
        one = evidence(some.take([i]), some.take([j]), BASIS)
        assert one.score == pytest.approx(table.totals[i, j], abs=1e-6)
        assert list(one.contributions.values()) == pytest.approx(table.values[i, j], abs=1e-6)
        assert one.allowed == table.allowed[i, j]
        shared = some.of[i].words.items() & some.of[j].words.items()
        assert dict(one.shared) == dict(shared)


def test_women_and_men_are_never_put_together_and_unisex_goes_with_both():
    woman, man, both = (piece(1, words={"gender": who}) for who in ("women", "men", "men+women"))
    assert not compatibility(woman, man, BASIS).allowed[0, 0]
    assert compatibility(woman, both, BASIS).allowed[0, 0]
    assert compatibility(piece(1), man, BASIS).allowed[0, 0]


def test_a_lamp_is_for_no_season_but_a_coat_is():
    for slots, said in ((("outer", "shoes"), True), (("seat", "light"), False)):
        pair = [piece(n, slot=slot, warmth=0.8) for n, slot in enumerate(slots)]
        found = compatibility(pair[0], pair[1], BASIS)
        assert (found.values[0, 0, found.names.index("season")] > 0) == said


def test_two_of_one_slot_or_a_dress_with_trousers_score_below_top_and_trousers():
    def kind(a, b):
        found = compatibility(piece(1, a), piece(2, b), BASIS)
        return found.values[0, 0, found.names.index("kind")]

    assert kind("top", "top") == kind("one-piece", "bottom") < kind("top", "bottom")
    assert kind("top", "seat") < kind("top", None) < kind("top", "bottom")
    assert kind("seat", "seat") == kind("seat", "table")


def test_a_rule_takes_the_place_of_the_terms_about_its_attribute():
    some = shelf(6, 1)
    found = compatibility(some, some, BASIS, rules=(Rule("color_family", "same", 0.8),))
    assert "color" not in found.names
    assert "palette" not in found.names
    assert "rule: color_family" in found.names
    usual = compatibility(some, some, BASIS, rules=DEFAULT_RULES)
    assert {"color", "palette"} <= set(usual.names)


@pytest.mark.parametrize(("match", "sign"), [("same", 1), ("different", -1)])
def test_a_rule_on_any_column_says_whether_the_words_agree(match, sign):
    red = piece(1, words={"heel": "low"})
    same, other, none = (
        piece(2, words={"heel": "low"}),
        piece(3, words={"heel": "high"}),
        piece(4),
    )
    rule = (Rule("heel", match, 0.5),)
    values = [
        compatibility(red, one, BASIS, rules=rule).values[0, 0, -1] for one in (same, other, none)
    ]
    assert values == pytest.approx([sign * 0.5, -sign * 0.5, 0])


def test_a_required_rule_forbids_pairs_that_break_it():
    one, like, unlike = (
        piece(1, words={"brand": "a"}),
        piece(2, words={"brand": "a"}),
        piece(3, words={"brand": "b"}),
    )
    rules = (Rule("brand", "same", required=True),)
    assert compatibility(one, like, BASIS, rules=rules).allowed[0, 0]
    assert not compatibility(one, unlike, BASIS, rules=rules).allowed[0, 0]


def test_rules_that_do_not_matter_take_their_terms_away_and_add_none():
    some = shelf(4, 2)
    found = compatibility(some, some, BASIS, rules=(Rule("pattern", "any"),))
    assert "pattern" not in found.names
    assert not any(name.startswith("rule") for name in found.names)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.9])
def test_learned_parts_and_rules_share_the_score(share):
    some = shelf(5, 3)
    rules = compatibility(some, some, BASIS).totals
    blended = compatibility(some, some, Basis(LAYOUT, BASIS.calibration, Always(share)))
    assert blended.names[-2:] == ("learned: types", "learned: pairs")
    assert blended.totals == pytest.approx((1 - share) * rules + share * 0.25, abs=1e-9)


def test_a_part_of_pieces_scores_as_it_does_among_all():
    some = shelf(9, 4)
    whole = compatibility(some, some, BASIS).totals
    chosen = [7, 2, 4]
    part = compatibility(some.take(chosen), some, BASIS).totals
    assert part == pytest.approx(whole[chosen], abs=1e-6)
