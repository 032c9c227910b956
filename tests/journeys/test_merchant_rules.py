"""What merchant rules do to lists and feeds, against a naive second implementation."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike import InvalidInput, ProductAnchor, Retrieval
from lookalike.domain.channels import Channel, Layout
from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.filters import Eq, In
from lookalike.domain.looks import LookAnchor, LookRequest
from lookalike.domain.query import UserAnchor
from lookalike.domain.rules import MerchantRule
from lookalike.index.exact import ExactIndex
from lookalike.index.protocol import Entry
from lookalike.index.reference import ReferenceIndex
from lookalike.journeys.feed.personal_feed import personal_feed
from lookalike.journeys.feed.reasons import FeedParts
from lookalike.journeys.looks.complete_look import complete_look
from lookalike.journeys.rules.rule_book import Asked, RuleViews
from lookalike.journeys.rules.ruled_search import ruled_search
from lookalike.journeys.search.find_similar import find_similar
from lookalike.ranking.rules import bonus_of

NOW = datetime(2026, 6, 15, tzinfo=UTC)


def boost(name, amount, **fields):
    return MerchantRule(name, "boost", amount=amount, **fields)


def bury(name, amount, **fields):
    return MerchantRule(name, "bury", amount=amount, **fields)


def pin(name, *skus, **fields):
    return MerchantRule(name, "pin", skus=skus, **fields)


def exclude(name, **fields):
    return MerchantRule(name, "exclude", **fields)


@pytest.fixture(scope="module")
def view(engine):
    return engine._parts.view(None)


@pytest.fixture(scope="module")
def all_skus(engine):
    return [one["sku"] for one in engine.products(limit=500).products]


@pytest.fixture(scope="module")
def on_sale(engine):
    where = parse_filter({"in_stock": True})
    return [one["sku"] for one in engine.products(limit=500, where=where).products]


def acting(view, rules, *anchors, names=None, surface="similar", now=NOW):
    known = {rule.name: rule for rule in rules}
    return RuleViews(view).joined(known, Asked(surface, now, anchors, names))


def ask(engine, view, sku, rules, *, names=None, **options):
    question = Retrieval(ProductAnchor(sku), rules=names, **options)
    start = engine._parts.start(view, question.anchor)
    return find_similar(view, question, start, ruled=acting(view, rules, sku, names=names))


def shown(answer):
    return [one.sku for one in answer.recommendations]


def plain(engine, view, sku, **options):
    """Every product by its score without rules."""
    options = {"limit": 500, "diversity": 0, "collapse_variants": False, **options}
    return ask(engine, view, sku, [], **options).recommendations


# Boost and bury


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10_000),
    count=st.sampled_from([1, 30, 150, 300, 400]),
    limit=st.integers(1, 30),
    changes=st.lists(
        st.tuples(st.sampled_from([-2.0, -0.3, -0.05, 0.02, 0.1, 0.5, 3.0]), st.floats(0, 1)),
        min_size=1,
        max_size=6,
    ),
    tied=st.booleans(),
)
@pytest.mark.parametrize("build", [ExactIndex.build, ReferenceIndex.build])
def test_the_best_with_bonus_are_those_of_scoring_every_product(
    build, seed, count, limit, changes, tied
):
    rng = np.random.default_rng(seed)
    layout = Layout((Channel("look", 4), Channel("color", 3)))
    rows = rng.normal(size=(count, 7)).astype(np.float32)
    if tied:
        rows = np.round(rows)
    entries = [
        Entry(f"p{n:04}", rows[n : n + 1], {"even": bool(n % 2 == 0)}, "{}") for n in range(count)
    ]
    index = build([entries[n] for n in rng.permutation(count)], layout=layout)
    size = int(index.select(None).max()) + 1
    masks = [(amount, rng.random(size) < share) for amount, share in changes]
    bonus = bonus_of(masks)
    if bonus is None:
        return
    where = Eq("even", True) if rng.random() < 0.4 and count > 1 else None
    query = rng.normal(size=(1, 7)).astype(np.float32)
    found, _ = ruled_search(index, query, limit=limit, where=where, bonus=bonus)

    every = index.search(query, limit=count, where=where)
    naive = []
    for number, score in zip(every.products.tolist(), every.scores.tolist(), strict=True):
        lift = 0.0
        for amount, mask in masks:
            lift += amount if mask[number] else 0.0
        naive.append((-(score + lift), index.sku(number)))
    naive.sort()
    assert index.skus(found.products) == [sku for _, sku in naive[:limit]]
    assert found.scores == pytest.approx([-score for score, _ in naive[:limit]])
    assert found.complete == (len(naive) <= limit)


@pytest.mark.parametrize("seed", range(6))
def test_a_list_with_rules_equals_scoring_every_product(engine, view, all_skus, seed):
    rng = np.random.default_rng(seed)
    anchor, *others = rng.permutation(all_skus).tolist()
    up, down = tuple(others[:12]), tuple(others[6:30])
    rules = [boost("up", 0.35, skus=up), bury("down", 0.2, skus=down)]
    expected = sorted(
        (-(one.score + 0.35 * (one.sku in up) - 0.2 * (one.sku in down)), one.sku)
        for one in plain(engine, view, anchor)
    )
    options = {"limit": 20, "diversity": 0, "collapse_variants": False}
    answer = ask(engine, view, anchor, rules, **options)
    assert shown(answer) == [sku for _, sku in expected[:20]]
    for one in answer.recommendations:
        assert sum(one.explanation.contributions.values()) == pytest.approx(one.score)
        assert (one.explanation.contributions.get("rule: up") == 0.35) == (one.sku in up)
        assert (one.explanation.contributions.get("rule: down") == -0.2) == (one.sku in down)
    assert answer.rules == ("down", "up")


def test_the_last_product_comes_first_with_a_big_boost_and_claims_no_likeness(
    engine, view, all_skus
):
    anchor = all_skus[0]
    last = plain(engine, view, anchor)[-1]
    answer = ask(engine, view, anchor, [boost("top", 5.0, skus=(last.sku,))], limit=3)
    first = answer.recommendations[0]
    assert first.sku == last.sku
    assert first.band == "different" == last.band
    assert first.reason == "Recommended by the shop."


def test_what_is_paid_for_says_so(engine, view, all_skus):
    anchor, near = all_skus[0], plain(engine, view, all_skus[0])[0]
    rules = [boost("ad", 0.01, skus=(near.sku,), sponsored=True)]
    answer = ask(engine, view, anchor, rules, limit=1, collapse_variants=False)
    first = answer.recommendations[0]
    assert first.reason.startswith("Sponsored. ")
    assert [mark.sponsored for mark in first.rules] == [True]


def test_min_score_is_about_likeness_and_no_boost_gets_over_it(engine, view, all_skus):
    anchor = all_skus[3]
    every = plain(engine, view, anchor)
    least = every[10].score
    rules = [boost("up", 3.0, skus=tuple(one.sku for one in every[30:60]))]
    answer = ask(engine, view, anchor, rules, min_score=least, limit=50, collapse_variants=False)
    assert set(shown(answer)) == {one.sku for one in every if one.score >= least}


def test_pages_of_a_boosted_list_neither_overlap_nor_leave_out(engine, view, all_skus):
    anchor = all_skus[5]
    rules = [
        boost("up", 0.4, where=Eq("in_stock", True)),
        pin("hero", all_skus[40], all_skus[50], positions=(2, 9)),
    ]
    whole = shown(ask(engine, view, anchor, rules, limit=60))
    paged, cursor = [], None
    for _ in range(10):
        page = ask(engine, view, anchor, rules, limit=7, cursor=cursor, diversity=0)
        assert [one.position for one in page.recommendations] == list(
            range(len(paged) + 1, len(paged) + 1 + len(page.recommendations))
        )
        paged += shown(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert len(set(paged)) == len(paged)
    assert set(whole) <= set(paged) or len(whole) == 60


# Exclude


def test_an_exclusion_is_hard_and_the_list_stays_full(engine, view, all_skus):
    anchor = all_skus[2]
    gone = tuple(shown(ask(engine, view, anchor, [], limit=12)))
    answer = ask(engine, view, anchor, [exclude("recall", skus=gone)], limit=12)
    assert len(answer.recommendations) == 12
    assert not set(shown(answer)) & set(gone)


# Pin


def test_a_pin_stands_where_it_is_told_and_the_others_close_up(engine, view, all_skus, on_sale):
    anchor = all_skus[1]
    before = shown(ask(engine, view, anchor, [], limit=12, collapse_variants=False))
    far = [one.sku for one in plain(engine, view, anchor) if one.sku in on_sale][-2:]
    rules = [pin("hero", *far, positions=(1, 5))]
    after = ask(engine, view, anchor, rules, limit=12, collapse_variants=False)
    assert shown(after)[0] == far[0]
    assert shown(after)[4] == far[1]
    assert [sku for sku in shown(after) if sku not in far] == before[:10]
    assert after.recommendations[0].rules[0].kind == "pin"


def test_a_pin_gives_a_place_and_no_score(engine, view, all_skus, on_sale):
    anchor = all_skus[1]
    last = [one for one in plain(engine, view, anchor) if one.sku in on_sale][-1]
    first = ask(engine, view, anchor, [pin("hero", last.sku)], limit=3).recommendations[0]
    assert first.score == pytest.approx(last.score)
    assert first.reason == "Recommended by the shop."
    assert "rule: hero" not in first.explanation.contributions


def test_a_pin_never_breaks_a_condition_of_the_question(engine, view, on_sale):
    anchor = on_sale[1]
    filtered = next(one.sku for one in plain(engine, view, anchor) if one.sku in on_sale)
    rules = [pin("hero", filtered, anchor, "nothing-like-it")]
    where = parse_filter({"sku": {"$ne": filtered}})
    answer = ask(engine, view, anchor, rules, where=where)
    assert filtered not in shown(answer)
    assert anchor not in shown(answer)
    said = " / ".join(answer.limits)
    assert f"{filtered} is not pinned: it does not pass" in said
    assert f"{anchor} is not pinned" in said
    assert "nothing-like-it is not a product" in said


def test_a_pin_counts_among_its_variants_so_one_of_each_group_is_shown(
    engine, view, all_skus, on_sale
):
    groups = {}
    for one in engine.products(limit=500).products:
        if one["sku"] in on_sale:
            groups.setdefault(one["variant_group"], []).append(one["sku"])
    group = next(skus for name, skus in sorted(groups.items(), key=str) if name and len(skus) > 1)
    anchor = next(sku for sku in all_skus if sku not in group)
    rules = [pin("hero", *group)]
    answer = ask(engine, view, anchor, rules, limit=60)
    assert [sku for sku in shown(answer) if sku in group] == [group[0]]
    assert shown(answer)[0] == group[0]
    assert any(
        f"{group[1]} is not pinned: more than 1 of one variant group" in s for s in answer.limits
    )


def test_of_two_pins_for_one_place_priority_then_name_decides(engine, view, on_sale):
    anchor, one, other, third = on_sale[0], on_sale[30], on_sale[40], on_sale[50]
    rules = [
        pin("a-late", one, priority=0),
        pin("b-first", other, priority=5),
        pin("c-last", third, priority=0),
    ]
    answer = ask(engine, view, anchor, rules, collapse_variants=False)
    assert shown(answer)[:3] == [other, one, third]
    assert any("a-late" in said and "b-first" in said for said in answer.limits)


def test_exclusion_beats_pin_and_says_so(engine, view, on_sale):
    anchor, one = on_sale[0], on_sale[30]
    rules = [pin("hero", one), exclude("recall", skus=(one,)), boost("up", 5.0, skus=(one,))]
    answer = ask(engine, view, anchor, rules)
    assert one not in shown(answer)
    assert any("excluded by recall" in said for said in answer.limits)


def test_what_is_sold_out_is_pinned_only_if_told(engine, view, all_skus, on_sale):
    gone = next(sku for sku in all_skus[1:] if sku not in on_sale)
    told = ask(engine, view, all_skus[0], [pin("hero", gone)])
    assert any(f"{gone} is sold out" in said for said in told.limits)
    assert not any(one.rules for one in told.recommendations)
    kept = ask(engine, view, all_skus[0], [pin("hero", gone, sold_out=True)])
    assert shown(kept)[0] == gone


# Feeds


def feed(engine, view, rules, likes, **options):
    parts = engine._parts
    profiles = parts.profiles(None)
    found = FeedParts(
        view,
        profiles.picked("", likes, view),
        profiles.shelf(view),
        profiles.ranks(view),
        profiles.blend(),
        acting(view, rules, surface="feed"),
    )
    return personal_feed(Retrieval(UserAnchor("", likes), **options), found)


@pytest.mark.parametrize("taste", [True, False])
def test_rules_hold_in_feeds_with_and_without_a_taste(engine, view, on_sale, taste):
    likes = tuple(on_sale[:2]) if taste else ()
    before = feed(engine, view, [], likes, limit=12)
    gone = tuple(shown(before)[:3])
    hero, *_, lifted = [sku for sku in on_sale if sku not in shown(before) and sku not in likes]
    rules = [
        exclude("recall", skus=gone),
        pin("hero", hero, positions=(2,)),
        boost("up", 5.0, skus=(lifted,)),
    ]
    after = feed(engine, view, rules, likes, limit=12)
    assert len(after.recommendations) == 12
    assert not set(shown(after)) & set(gone)
    assert shown(after)[1] == hero
    assert lifted in shown(after)
    assert [one.position for one in after.recommendations] == list(range(1, 13))
    for one in after.recommendations:
        assert sum(one.explanation.contributions.values()) == pytest.approx(one.score)
        assert ("recommended by the shop" in one.reason.lower()) == (one.sku in (hero, lifted))


def test_a_feed_without_rules_is_as_before(engine, view, on_sale):
    likes = tuple(on_sale[:2])
    idle = [boost("other", 1.0, skus=(on_sale[5],), surfaces=("looks",))]
    assert feed(engine, view, idle, likes) == feed(engine, view, [], likes)


# Which rules act


def test_rules_act_at_their_time_on_their_surface_and_for_their_anchors(view, all_skus):
    anchor, other = all_skus[0], all_skus[1]
    dated = boost("dated", 0.1, skus=(other,), starts=NOW, ends=NOW + timedelta(days=1))
    for_one = boost("for-one", 0.1, skus=(other,), for_anchors=In("sku", (anchor,)))
    looks = boost("looks", 0.1, skus=(other,), surfaces=("looks",))
    off = boost("off", 0.1, skus=(other,), enabled=False)
    rules = [dated, for_one, looks, off]
    assert acting(view, rules, anchor).names == ("dated", "for-one")
    assert acting(view, rules, other).names == ("dated",)
    assert acting(view, rules).names == ("dated",)
    assert acting(view, rules, anchor, now=NOW + timedelta(days=1)).names == ("for-one",)
    assert acting(view, rules, anchor, now=NOW - timedelta(seconds=1)).names == ("for-one",)
    assert acting(view, rules, anchor, surface="looks").names == ("dated", "for-one", "looks")


def test_a_request_names_its_rules(view, all_skus):
    sku = all_skus[1]
    rules = [
        boost("usual", 0.1, skus=(sku,)),
        boost("campaign", 0.1, skus=(sku,), when="on_request"),
        exclude("recall", skus=(sku,), when="always"),
    ]
    assert acting(view, rules).names == ("recall", "usual")
    assert acting(view, rules, names=()).names == ("recall",)
    assert acting(view, rules, names=("campaign",)).names == ("recall", "campaign")
    assert acting(view, rules, names=("*", "campaign")).names == ("recall", "campaign", "usual")
    with pytest.raises(InvalidInput, match='Did you mean "campaign"'):
        acting(view, rules, names=("campain",))


def test_a_rule_over_a_field_that_nobody_has_is_skipped_and_said(engine, view, all_skus):
    rules = [boost("lost", 1.0, where=Eq("season", "summer"))]
    answer = ask(engine, view, all_skus[0], rules)
    assert shown(answer) == shown(ask(engine, view, all_skus[0], []))
    assert answer.limits == ("rule lost: skipped, as no product has season",)


def test_equal_questions_under_other_rules_are_other_answers(engine, view, all_skus):
    anchor, one = all_skus[0], all_skus[9]
    ids = {
        ask(engine, view, anchor, rules).request_id
        for rules in ([], [boost("a", 0.1, skus=(one,))], [boost("a", 0.2, skus=(one,))])
    }
    assert len(ids) == 3
    again = [ask(engine, view, anchor, [boost("a", 0.1, skus=(one,))]) for _ in range(2)]
    assert again[0] == again[1]


def test_a_rule_that_changes_between_two_pages_is_said(engine, view, all_skus):
    anchor = all_skus[0]
    first = ask(engine, view, anchor, [], limit=5)
    rules = [boost("new", 0.1, skus=(all_skus[9],))]
    second = ask(engine, view, anchor, rules, limit=5, cursor=first.cursor)
    assert any("other rules of the shop" in said for said in second.degraded)


# Looks


@pytest.fixture(scope="module")
def dressed(engine, view):
    """An anchor, and the look around it without rules."""
    for one in engine.products(limit=500).products:
        found = look(engine, view, [], one["sku"])
        if found.looks and len(found.looks[0].pieces) >= 3:
            return one["sku"], found
    raise AssertionError("no look")


def look(engine, view, rules, sku, **options):
    stylist = engine.stylist()
    request = LookRequest((LookAnchor(ProductAnchor(sku)),), **options)
    seen = stylist.seen()
    return complete_look(
        seen,
        request,
        read=lambda anchor: engine._parts.start(view, anchor),
        basis=stylist.basis(seen.view),
        ruled=acting(seen.view, rules, sku, surface="looks"),
    )


def pieces(found):
    return [one for one in found.looks[0].pieces if one.role in ("chosen", "pinned")]


def test_an_excluded_piece_is_never_in_a_look(engine, view, dressed):
    anchor, before = dressed
    gone = tuple(one.sku for one in pieces(before))
    after = look(engine, view, [exclude("recall", skus=gone)], anchor, looks=3)
    named = {one.sku for made in after.looks for one in made.pieces}
    named |= {one.sku for one in after.complementary}
    named |= {
        other.sku for made in after.looks for one in made.pieces for other in one.alternatives
    }
    assert not named & set(gone)
    assert after.rules == ("recall",)


def test_a_boosted_piece_is_preferred_and_its_part_of_the_score_is_told(engine, view, dressed):
    anchor, before = dressed
    piece = next(one for one in pieces(before) if one.alternatives)
    other = piece.alternatives[0].sku
    after = look(engine, view, [boost("up", 5.0, skus=(other,), sponsored=True)], anchor)
    found = next(one for one in pieces(after) if one.sku == other)
    assert found.reason.startswith("Sponsored. ")
    assert found.reason.endswith("recommended by the shop.")
    best = after.looks[0]
    assert best.parts["rules"] > 0
    assert sum(best.parts.values()) == pytest.approx(best.score)


def test_a_pinned_piece_takes_its_slot(engine, view, dressed):
    anchor, before = dressed
    piece = next(one for one in pieces(before) if one.alternatives)
    other = piece.alternatives[-1].sku
    found = pieces(look(engine, view, [pin("hero", other)], anchor))
    assert {one.sku: one.role for one in found}[other] == "pinned"


def test_looks_without_rules_are_as_before(engine, view, dressed):
    anchor, before = dressed
    idle = [boost("other", 1.0, skus=(anchor,), surfaces=("feed",))]
    assert look(engine, view, idle, anchor) == before


@pytest.mark.parametrize("seed", range(12))
def test_lifted_from_far_and_buried_at_the_top_are_both_found(seed):
    rng = np.random.default_rng(seed)
    layout = Layout((Channel("look", 6),))
    rows = rng.normal(size=(600, 6)).astype(np.float32)
    index = ExactIndex.build(
        [Entry(f"p{n:04}", row[None], {}, "{}") for n, row in enumerate(rows)], layout=layout
    )
    query = rng.normal(size=(1, 6)).astype(np.float32)
    every = index.search(query, limit=600)
    up, down = np.zeros(600, np.bool_), np.zeros(600, np.bool_)
    up[every.products[[300, 450, 590]]] = True
    down[every.products[: 80 + 10 * seed]] = True
    bonus = bonus_of([(6.0 + seed, up), (-9.0, down)])
    found, _ = ruled_search(index, query, limit=8, where=None, bonus=bonus)
    scores = np.empty(600)
    scores[every.products] = every.scores
    final = scores + np.where(up, 6.0 + seed, 0.0) - np.where(down, 9.0, 0.0)
    assert found.products.tolist() == np.argsort(-final, kind="stable")[:8].tolist()
