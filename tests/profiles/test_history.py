"""What events say of products: caps, dislikes, returns, what is owned."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import START, event

from lookalike.domain.controls import Controls
from lookalike.domain.events import Event
from lookalike.domain.profile import Learning
from lookalike.profiles.history import MOST_EVENTS, blames, history, kept

NO_WISHES = Controls()


def read(*events: Event):
    return history(kept((), events), Learning(), NO_WISHES)


def weight(past, sku: str) -> float:
    return sum(w for one in past.likes if one.source == sku for _, w in one.moments)


def test_ten_views_on_one_day_are_not_a_purchase() -> None:
    views = [event(n, "view", "dress-0", hours=n / 10) for n in range(10)]
    assert weight(read(*views), "dress-0") == pytest.approx(0.2)
    bought = read(event(0, "purchase", "dress-0"))
    assert weight(bought, "dress-0") == 1.0


def test_views_on_different_days_add_up() -> None:
    views = [event(n, "view", "dress-0", hours=24 * n) for n in range(5)]
    assert weight(read(*views), "dress-0") == pytest.approx(0.5)


def test_all_of_one_day_counts_no_more_than_the_strongest_action() -> None:
    done = [event(n, kind, "dress-0", hours=n) for n, kind in enumerate(("view", "save", "cart"))]
    assert weight(read(*done), "dress-0") == pytest.approx(0.7)


def test_a_hidden_product_is_a_dislike_and_no_like() -> None:
    past = read(event(1, "save", "dress-0"), event(2, "hide", "dress-0", hours=1))
    assert past.likes == ()
    assert [one.source for one in past.dislikes] == ["dress-0"]
    assert past.hidden == {"dress-0"}


def test_who_saves_a_hidden_product_later_has_changed_their_mind() -> None:
    past = read(event(1, "hide", "dress-0"), event(2, "save", "dress-0", hours=1))
    assert past.dislikes == ()
    assert past.hidden == frozenset()
    assert weight(past, "dress-0") == 0.5


@pytest.mark.parametrize(
    "reason", ["too small", "does not fit", "Size", "damaged", "poor quality", None, ""]
)
def test_a_return_for_its_fit_never_lowers_a_look(reason: str | None) -> None:
    bought = event(1, "purchase", "dress-0")
    past = read(bought, event(2, "return", "dress-0", hours=100, reason=reason))
    assert past.dislikes == ()
    assert weight(past, "dress-0") == 1.0
    assert past.owned == frozenset()


@pytest.mark.parametrize("reason", ["dislike", "not my style", "looks cheap", "wrong material"])
def test_a_return_for_its_looks_is_a_dislike(reason: str) -> None:
    bought = event(1, "purchase", "dress-0")
    past = read(bought, event(2, "return", "dress-0", hours=100, reason=reason))
    assert [one.channels for one in past.dislikes] == [()]
    assert past.likes == ()


def test_a_return_for_its_color_blames_the_color_alone() -> None:
    assert blames("Didn't like the colour") == ("color",)


def test_taking_out_of_the_cart_takes_the_cart_back_and_leaves_the_view() -> None:
    past = read(
        event(1, "view", "dress-0"),
        event(2, "cart", "dress-0", hours=1),
        event(3, "uncart", "dress-0", hours=2),
    )
    assert weight(past, "dress-0") == pytest.approx(0.1)
    assert past.in_cart == frozenset()


def test_what_is_bought_is_owned_and_no_longer_in_the_cart() -> None:
    past = read(event(1, "cart", "shoe-0"), event(2, "purchase", "shoe-0", hours=1))
    assert past.owned == {"shoe-0"}
    assert past.in_cart == frozenset()


def test_a_visit_ends_after_half_an_hour_without_events_unless_its_id_goes_on() -> None:
    first = event(1, "view", "dress-0", session_id="a")
    gap = event(2, "view", "dress-1", hours=1, session_id="b")
    late = event(3, "view", "dress-2", hours=3, session_id="b")
    assert read(first, gap, late).session == ("dress-2", "dress-1")


def test_impressions_shape_nothing() -> None:
    assert kept((), [event(1, "impression", "dress-0")]) == ()


moments = st.integers(0, 2_000)


@given(st.lists(moments, min_size=1, max_size=600, unique=True), st.randoms(use_true_random=False))
def test_what_is_kept_does_not_depend_on_the_order_of_arrival(hours, random) -> None:
    events = [
        Event(f"e{hour}", "u", "view", "dress-0", START + timedelta(hours=hour)) for hour in hours
    ]
    at_once = kept((), events)
    shuffled = list(events)
    random.shuffle(shuffled)
    one_by_one: tuple[Event, ...] = ()
    for start in range(0, len(shuffled), 7):
        one_by_one = kept(one_by_one, shuffled[start : start + 7])
    assert one_by_one == at_once
    assert [one.time for one in at_once] == sorted(one.time for one in events)[-MOST_EVENTS:]


def test_the_newest_events_are_kept_whenever_they_arrive() -> None:
    events = [event(hour, "view", "dress-0", hours=hour) for hour in range(MOST_EVENTS + 50)]
    late_first = kept(kept((), events[100:]), events[:100])
    assert late_first == tuple(events[50:])
