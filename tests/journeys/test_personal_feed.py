"""Feeds over the sample shop: shares, reasons, filters, cold starts, and what is left out."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from lookalike.domain.events import Event
from lookalike.domain.filters import Eq
from lookalike.domain.looks import LookAnchor, LookRequest
from lookalike.domain.query import ProductAnchor, Retrieval, UserAnchor
from lookalike.engine import Engine
from lookalike.errors import InvalidInput, NotFound
from lookalike.wire import answers

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def done(user: str, kind: str, sku: str, *, hours: float = 0, **more) -> Event:
    time = NOW + timedelta(hours=hours)
    return Event(f"{user}-{kind}-{sku}-{hours}", user, kind, sku, time, **more)


@pytest.fixture
def own(shop, tmp_path):
    """An engine on a copy of the shop, so that events of one test are not another's."""
    shutil.copytree(shop.workspace, tmp_path / "copy")
    with Engine.open(shop.settings(workspace=str(tmp_path / "copy"))) as opened:
        yield opened


@pytest.fixture
def two_kinds(shop) -> tuple[list[str], list[str]]:
    """Skus of shirts and of chairs, or of whichever two types have most products."""
    by_type: dict[str, list[str]] = {}
    for sku, product in shop.truth.items():
        by_type.setdefault(product["product_type"], []).append(sku)
    ordered = sorted(by_type.values(), key=lambda skus: (-len(skus), skus))
    first = ordered[0]
    domain = shop.truth[first[0]]["domain"]
    return first, next(skus for skus in ordered if shop.truth[skus[0]]["domain"] != domain)


def placements(answer):
    return [one.placement for one in answer.recommendations]


def test_every_taste_gets_places_and_each_says_because_of_what(own, two_kinds) -> None:
    first, second = two_kinds
    own.record([done("u", "save", first[0]), done("u", "purchase", second[0], hours=1)])
    answer = own.feed("u", limit=20)
    reasons = {one.because for one in placements(answer) if one.lane == "taste"}
    assert reasons == {first[0], second[0]}
    names = {sku: own.product(sku).document["name"] for sku in (first[0], second[0])}
    for one in answer.recommendations:
        if one.placement.lane == "taste":
            word = "saved" if one.placement.because == first[0] else "bought"
            assert f"ecause you {word} {names[one.placement.because]}: " in one.reason


def test_contributions_sum_to_the_score_of_every_place(own, two_kinds) -> None:
    own.record([done("u", "save", two_kinds[0][0]), done("v", "view", two_kinds[1][0])])
    for one in (*own.feed("u", limit=30).recommendations, *own.feed("w").recommendations):
        assert sum(one.explanation.contributions.values()) == pytest.approx(one.score, abs=1e-6)


def test_a_feed_shows_nothing_that_its_user_has_wants_or_hid(own, two_kinds) -> None:
    skus = [*two_kinds[0][:3], *two_kinds[1][:2]]
    kinds = ("purchase", "cart", "hide", "save", "view")
    own.record([done("u", kind, sku) for kind, sku in zip(kinds, skus, strict=True)])
    shown = {one.sku for one in own.feed("u", limit=60).recommendations}
    assert not shown & set(skus)


def test_a_returned_product_may_be_shown_again_by_its_shop(own, two_kinds) -> None:
    sku = two_kinds[0][0]
    own.record([done("u", "purchase", sku), done("u", "return", sku, hours=9, reason="too small")])
    profile = own.users().show("u").profile
    assert profile.owned == frozenset()
    assert [one.sku for one in profile.tastes] == [sku]


def test_a_new_event_counts_in_the_very_next_feed(own, two_kinds) -> None:
    own.record([done("u", "save", two_kinds[0][0])])
    before = own.feed("u")
    own.record([done("u", "purchase", two_kinds[1][0], hours=1)])
    after = own.feed("u")
    assert {one.because for one in placements(before)} == {two_kinds[0][0], None}
    assert two_kinds[1][0] in {one.because for one in placements(after)}
    assert before.request_id != after.request_id


def test_an_event_taken_by_another_process_counts_too(own, shop, two_kinds) -> None:
    own.feed("u")
    with Engine.open(own.settings) as other:
        other.record([done("u", "save", two_kinds[0][0])])
    assert two_kinds[0][0] in {one.because for one in placements(own.feed("u"))}


def test_the_same_log_gives_the_same_answer_byte_for_byte(own, shop, two_kinds) -> None:
    first, second = two_kinds
    own.record([done(f"o{n}", "view", sku, hours=n) for n, sku in enumerate(first + second)])
    own.record([done("u", "save", first[0]), done("u", "view", second[0], hours=2)])
    with Engine.open(own.settings) as other:
        texts = [
            json.dumps(answers.recommendations(engine.feed(user, limit=24)))
            for user in ("u", "nobody")
            for engine in (own, other, other)
        ]
    assert len(set(texts[:3])) == len(set(texts[3:])) == 1


def test_a_muted_taste_loses_its_places(own, two_kinds) -> None:
    first, second = two_kinds
    own.record([done("u", "save", first[0]), done("u", "save", second[0], hours=1)])
    own.users().decide("u", "mute", first[0])
    after = placements(own.feed("u", limit=24))
    assert second[0] in {one.because for one in after}
    assert first[0] not in {one.because for one in after}
    own.users().decide("u", "unmute", first[0])
    assert first[0] in {one.because for one in placements(own.feed("u", limit=24))}


def test_a_paused_user_gets_the_list_that_suits_everybody(own, two_kinds) -> None:
    own.record([done("u", "save", two_kinds[0][0]), done("v", "view", two_kinds[1][0])])
    own.users().decide("u", "pause")
    answer = own.feed("u")
    assert {one.taste for one in placements(answer)} == {None}
    assert answer.degraded[0].startswith("paused: ")


def test_somebody_unknown_sees_what_is_popular_new_and_varied(own, shop) -> None:
    skus = sorted(shop.truth)
    own.record([done(f"o{n}", "purchase", skus[n % 4], hours=n % 7) for n in range(40)])
    answer = own.feed("nobody", limit=12)
    assert {one.lane for one in placements(answer)} == {"popular", "new", "varied"}
    assert answer.recommendations[0].sku in skus[:4]
    assert answer.degraded == (
        "user: nothing is known of their taste yet, so this suits everybody",
    )
    drawn = [one.propensity for one in placements(answer) if one.lane == "new"]
    assert all(0 < chance < 1 for chance in drawn)


def test_without_any_event_a_feed_is_full_and_says_so(own) -> None:
    answer = own.feed("nobody")
    assert len(answer.recommendations) == 12
    assert "popularity: there are no events yet" in answer.degraded


def test_one_click_is_enough_for_a_taste(own, two_kinds) -> None:
    own.record([done("u", "click", two_kinds[0][0])])
    assert two_kinds[0][0] in {one.because for one in placements(own.feed("u"))}


def test_a_filter_holds_for_every_place(own, two_kinds) -> None:
    own.record([done("u", "save", two_kinds[0][0]), done("v", "view", two_kinds[1][0])])
    for user in ("u", "nobody"):
        answer = own.feed(user, where=Eq("in_stock", True), limit=30)
        assert answer.recommendations
        assert all(one.product["in_stock"] for one in answer.recommendations)


def test_pages_go_on_where_the_last_one_ended(own, two_kinds) -> None:
    own.record([done("u", "save", two_kinds[0][0]), done("v", "view", two_kinds[1][0])])
    question = Retrieval(UserAnchor("u"), limit=8)
    pages, cursor = [], None
    for _ in range(4):
        page = own.similar(Retrieval(UserAnchor("u"), limit=8, cursor=cursor))
        pages.append(page)
        cursor = page.cursor
    skus = [one.sku for page in pages for one in page.recommendations]
    assert len(skus) == len(set(skus)) == 32
    assert [one.position for page in pages for one in page.recommendations] == list(range(1, 33))
    with pytest.raises(InvalidInput):
        own.similar(Retrieval(UserAnchor("other"), limit=8, cursor=pages[0].cursor))
    assert own.similar(question).recommendations == pages[0].recommendations


def test_picks_of_a_quiz_make_a_feed_and_leave_no_trace(own) -> None:
    picks = tuple(one["sku"] for one in own.quiz()[:5])
    answer = own.similar(Retrieval(UserAnchor(likes=picks), limit=20))
    assert {one.because for one in placements(answer)} & set(picks)
    assert not {one.sku for one in answer.recommendations} & set(picks)
    assert own.users().events()[1] == ()
    with pytest.raises(NotFound):
        own.similar(Retrieval(UserAnchor(likes=("no-such",))))


def test_the_quiz_shows_many_kinds_of_products(own, shop) -> None:
    shown = own.quiz()
    assert len({one["sku"] for one in shown}) == 24
    kinds = {shop.truth[one["sku"]]["product_type"] for one in shown}
    assert len(kinds) >= 15
    only = own.quiz(where=Eq("in_stock", True), limit=8)
    assert len(only) == 8
    assert all(one["in_stock"] for one in only)
    with pytest.raises(InvalidInput):
        own.quiz(limit=0)


def test_a_user_orders_look_alikes_gently_and_the_reason_says_so(own, two_kinds) -> None:
    anchor, liked = two_kinds[0][0], two_kinds[0][1]
    plain = own.similar(Retrieval(ProductAnchor(anchor), limit=10))
    unknown = own.similar(Retrieval(ProductAnchor(anchor), limit=10, user_id="u"))
    assert [one.sku for one in unknown.recommendations] == [
        one.sku for one in plain.recommendations
    ]
    assert unknown.degraded[0].startswith("user_id: ")
    own.record([done("u", "purchase", liked)])
    mine = own.similar(Retrieval(ProductAnchor(anchor), limit=10, user_id="u"))
    pool = own.similar(Retrieval(ProductAnchor(anchor), limit=48, diversity=0))
    assert {one.sku for one in mine.recommendations} <= {one.sku for one in pool.recommendations}
    assert any("close to what you like" in one.reason for one in mine.recommendations)
    for one in mine.recommendations:
        assert sum(one.explanation.contributions.values()) == pytest.approx(one.score, abs=1e-6)


def test_a_hidden_product_is_in_no_list_of_its_user(own, two_kinds) -> None:
    anchor = two_kinds[0][0]
    first = own.similar(Retrieval(ProductAnchor(anchor))).recommendations[0].sku
    own.record([done("u", "hide", first)])
    answer = own.similar(Retrieval(ProductAnchor(anchor), user_id="u", limit=40))
    assert first not in {one.sku for one in answer.recommendations}


def test_a_users_taste_decides_between_pieces_that_suit_equally(own, shop) -> None:
    anchor = next(s for s, p in shop.truth.items() if p["slot"] == "top" and p["in_stock"])
    asked = LookRequest((LookAnchor(ProductAnchor(anchor)),), user_id="u")
    plain = own.look(LookRequest((LookAnchor(ProductAnchor(anchor)),))).looks[0]
    strange = own.look(asked)
    assert [one.sku for one in strange.looks[0].pieces] == [one.sku for one in plain.pieces]
    assert any(said.startswith("user_id: ") for said in strange.degraded)
    liked = plain.pieces[1].alternatives[0].sku
    own.record([done("u", "save", sku, hours=n) for n, sku in enumerate(_twins(own, liked))])
    mine = own.look(asked)
    look = mine.looks[0]
    assert not any(said.startswith("user_id: ") for said in mine.degraded)
    assert look.parts["taste"] > 0
    assert sum(look.parts.values()) == pytest.approx(look.score, abs=1e-9)
    told = [one.reason for one in (*look.pieces, *mine.complementary)]
    assert any("close to what you like" in reason for reason in told)
    assert mine.request_id != strange.request_id


def _twins(own: Engine, sku: str) -> list[str]:
    """A product and what looks most like it."""
    found = own.similar(Retrieval(ProductAnchor(sku), limit=3, diversity=0)).recommendations
    return [sku, *(one.sku for one in found)]


def test_a_hidden_product_is_in_no_look_of_its_user(own, shop) -> None:
    anchor = next(s for s, p in shop.truth.items() if p["slot"] == "top" and p["in_stock"])
    first = own.look(LookRequest((LookAnchor(ProductAnchor(anchor)),))).looks[0].pieces[1].sku
    own.record([done("u", "hide", first)])
    found = own.look(LookRequest((LookAnchor(ProductAnchor(anchor)),), user_id="u", limit=60))
    shown = [*found.looks[0].pieces, *found.complementary]
    assert first not in {one.sku for one in shown}


def test_weights_fitted_to_the_log_are_used_by_every_process(own, shop, two_kinds) -> None:
    first, second = two_kinds
    log = []
    for n in range(30):
        own_kind = first if n % 2 else second
        log += [
            done(f"o{n}", "purchase", sku, hours=20 * n + place)
            for place, sku in enumerate(own_kind[:3])
        ]
    own.record(log)
    found = own.quality().learn_feed()
    assert found.choices == 30
    assert found.blend.leanings
    with Engine.open(own.settings) as other:
        assert other.feed("o1").recommendations == own.feed("o1").recommendations
        assert other._parts.profiles(None).blend() == found.blend


def test_what_others_chose_with_it_gets_places_and_says_so(own, two_kinds) -> None:
    """Buyers of one kind of product go on to another, which does not look like it."""
    first, second = two_kinds
    for n in range(40):
        own.record(
            [
                done(f"o{n}", "purchase", first[n % 4], hours=n),
                done(f"o{n}", "purchase", second[n % 4], hours=n + 1),
            ]
        )
    own.record([done("u", "purchase", first[0], hours=50)])
    answer = own.feed("u", limit=24)
    beside = next(one for one in answer.recommendations if one.sku in second[:4])
    assert beside.placement.because == first[0]
    name = own.product(first[0]).document["name"]
    assert beside.reason.endswith(f"ecause you bought {name}: others chose this as well.")
    parts = beside.explanation.contributions
    assert parts["company"] > 0
    assert sum(parts.values()) == pytest.approx(beside.score)
    own.users().decide("u", "pause")
    assert {one.because for one in placements(own.feed("u", limit=24))} == {None}


def test_choices_a_week_later_teach_what_goes_together(own, two_kinds) -> None:
    """Half of the users come back for their product's partner, and none for a look-alike."""
    first, second = two_kinds
    log = []
    for n in range(240):
        log += [done(f"o{n}", "purchase", first[n % 4], hours=6 * n)]
        partner = second[n % 4] if n % 2 else sorted(set(second[4:]))[n % len(second[4:])]
        log += [done(f"o{n}", "purchase", partner, hours=6 * n + 24 * 8)]
    own.record(log)
    blend = own.quality().learn_feed().blend
    assert blend.together > 0.5
    assert blend.kinds["category"] > 0
    own.record([done("u", "purchase", first[1], hours=6 * 240)])
    shown = [one.sku for one in own.feed("u", limit=6).recommendations]
    assert second[1] in shown


def test_erased_users_leave_no_company(own, two_kinds) -> None:
    first, second = two_kinds
    own.record([done("o", "purchase", first[0]), done("o", "purchase", second[0], hours=1)])
    own.record([done("u", "purchase", first[0], hours=2)])
    before = {one.sku: one.reason for one in own.feed("u", limit=24).recommendations}
    assert before[second[0]].endswith("others chose this as well.")
    own.users().erase("o")
    after = [one.reason for one in own.feed("u", limit=24).recommendations]
    assert not any(reason.endswith("others chose this as well.") for reason in after)


def test_a_cursor_says_that_its_user_has_done_something_since(own, two_kinds) -> None:
    first, second = two_kinds
    own.record([done("u", "save", first[0])])
    page = own.similar(Retrieval(UserAnchor("u"), limit=4))
    again = own.similar(Retrieval(UserAnchor("u"), limit=4, cursor=page.cursor))
    assert not any(said.startswith("cursor: ") for said in again.degraded)
    own.record([done("u", "save", second[0], hours=1)])
    later = own.similar(Retrieval(UserAnchor("u"), limit=4, cursor=page.cursor))
    (said,) = [one for one in later.degraded if one.startswith("cursor: ")]
    assert said.startswith("cursor: the user has done something")
