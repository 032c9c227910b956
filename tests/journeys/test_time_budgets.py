"""Answers whose time is short: whole search, no shorter list, and what is skipped is named."""

import itertools

import pytest

from lookalike import InvalidInput, ProductAnchor, Retrieval
from lookalike.domain.looks import LookAnchor, LookRequest
from lookalike.domain.time_budget import Haste, is_hurried
from lookalike.journeys.search.deadline import remaining
from lookalike.journeys.search.find_similar import find_similar


@pytest.fixture(scope="module")
def asked(engine, shop):
    """Ask with a clock that is ours: `left` gives the seconds left at each look at it."""
    view = engine._parts.view(None)
    sku = sorted(shop.truth)[0]

    def ask(left, **options):
        question = Retrieval(ProductAnchor(sku), **options)
        start = engine._parts.start(view, question.anchor)
        return find_similar(view, question, start, remaining=left)

    return ask


def never():
    return -1.0


def skus(answer):
    return [one.sku for one in answer.recommendations]


def test_with_time_enough_the_answer_is_the_very_same(asked, engine, shop):
    whole = engine.similar(Retrieval(ProductAnchor(sorted(shop.truth)[0]), limit=40))
    assert asked(lambda: 1e9, limit=40) == whole
    assert not is_hurried(whole.degraded)


def test_without_any_time_the_search_is_still_exact_and_the_list_as_long(asked):
    plain = asked(lambda: 1e9, limit=40, diversity=0)
    hurried = asked(never, limit=40, diversity=0.5)
    assert skus(hurried) == skus(plain)
    assert [one.score for one in hurried.recommendations] == [
        one.score for one in plain.recommendations
    ]
    assert is_hurried(hurried.degraded)
    assert len(hurried.degraded) == 2
    assert "without variety" in hurried.degraded[0]


def test_reasons_of_the_first_places_are_kept_and_the_note_says_where_they_end(asked):
    whole = asked(lambda: 1e9, limit=40, diversity=0)
    hurried = asked(never, limit=40, diversity=0)
    assert hurried.recommendations[:12] == whole.recommendations[:12]
    assert all(one.explanation is None for one in hurried.recommendations[12:])
    assert all(one.reason for one in hurried.recommendations)
    assert [one.product for one in hurried.recommendations] == [
        one.product for one in whole.recommendations
    ]
    assert hurried.degraded == (
        "time_budget: reasons and explanations from position 13 on were left out",
    )
    assert [one.position for one in hurried.recommendations] == list(range(1, 41))


def test_variety_goes_before_reasons(asked):
    """Time ends between the two: the order is varied, later reasons are missing."""
    left = itertools.chain([10.0], itertools.repeat(-1.0))
    hurried = asked(lambda: next(left), limit=40, diversity=0.5)
    assert skus(hurried) == skus(asked(lambda: 1e9, limit=40, diversity=0.5))
    assert [note[:20] for note in hurried.degraded] == ["time_budget: reasons"]


def test_a_hurried_list_has_a_name_of_its_own_for_the_events_that_follow(asked):
    assert asked(never, limit=40).request_id != asked(lambda: 1e9, limit=40).request_id


def test_a_look_short_of_time_is_one_whole_look_with_the_list_as_long(engine, shop):
    sku = next(s for s, one in sorted(shop.truth.items()) if one["product_type"] == "dress")
    request = LookRequest((LookAnchor(ProductAnchor(sku)),), looks=3, limit=5)
    whole = engine.look(request)
    stylist = engine.stylist()
    hurried = type(stylist)(
        **{**vars(stylist), "remaining": lambda _: never}  # the clock is ours
    ).look(request)
    assert len(whole.looks) > 1
    assert len(hurried.looks) == 1
    assert len(hurried.complementary) == len(whole.complementary) == 5
    assert any("only 1 of 3 looks" in note for note in hurried.degraded)
    assert any("alternatives" in note for note in hurried.degraded)
    assert not any("different ones can be made" in note for note in hurried.limits)
    assert all(not piece.alternatives for look in hurried.looks for piece in look.pieces)
    assert hurried.request_id != whole.request_id


def test_a_step_is_skipped_when_less_time_is_left_than_it_takes():
    haste = Haste(lambda: 0.5)
    assert not haste.skips("a", takes_s=0.4)
    assert haste.skips("b", takes_s=0.6)
    assert haste.skips("b", takes_s=0.6)
    assert haste.skipped == ["time_budget: b"]


def test_a_budget_counts_down_from_the_question_and_zero_never_ends():
    now = [100.0]
    left = remaining(250, clock=lambda: now[0])
    now[0] += 0.2
    assert left() == pytest.approx(0.05)
    assert remaining(0)() == float("inf")


def test_a_budget_below_zero_is_refused():
    with pytest.raises(InvalidInput, match="time_budget_ms"):
        Retrieval(ProductAnchor("a"), time_budget_ms=-1)
