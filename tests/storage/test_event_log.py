"""The log: what is appended once is there once, for the user it belongs to, in every order."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from lookalike.domain.controls import Control
from lookalike.domain.events import Event, Link, Signal
from lookalike.domain.product import Product

USERS = ("ann", "bob")
DEVICES = ("phone", "tablet")
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def event(now):
    def make(event_id, user_id="ann", kind="view", product_id="dress", *, minute=0, **more):
        time = now - timedelta(minutes=1000 - minute)
        return Event(event_id, user_id, kind, product_id, time, **more)

    return make


def test_an_event_reads_back_as_it_was_appended(collection, event, now):
    whole = event(
        "e1",
        kind="return",
        request_id="r1",
        position=3,
        price=Decimal("19.90"),
        currency="EUR",
        reason="wrong size",
        session_id="s1",
        raw_name="Order Refunded",
    )
    signal = Signal(((0.5, -1.25), (2.0, 0.0)), {"color_family": "green"}, -0.5, "abc")
    direct = event("e2", kind="preference", product_id=None, minute=1, signal=signal)
    collection.events.append([whole, direct], now=now)
    assert collection.events.of_user("ann") == (whole, direct)


def test_the_same_id_is_the_same_event_and_other_content_is_a_conflict(collection, event, now):
    first, second = event("e1"), event("e2")
    other = replace(second, product_id="shoe")
    done = collection.events.append([first, second, first, other], now=now)
    assert done.outcomes == ("accepted", "accepted", "repeated", "conflict")
    again = collection.events.append([other, second], now=now)
    assert again.outcomes == ("conflict", "repeated")
    assert collection.events.of_user("ann") == (first, second)


def test_every_field_takes_part_in_the_comparison(collection, event, now):
    one = event("e1", price=Decimal("1.0"))
    collection.events.append([one], now=now)
    changes = {
        "user_id": "bob",
        "kind": "click",
        "product_id": "shoe",
        "time": one.time - timedelta(microseconds=1),
        "request_id": "r",
        "position": 1,
        "price": Decimal("1.5"),
        "currency": "EUR",
        "reason": "r",
        "session_id": "s",
        "raw_name": "n",
    }
    for name, value in changes.items():
        sent = replace(one, **{name: value})
        assert collection.events.append([sent], now=now).outcomes == ("conflict",), name


def test_late_events_take_their_place_in_time(collection, event, now):
    for minute in (5, 1, 9, 3):
        collection.events.append([event(f"e{minute}", minute=minute)], now=now)
    assert [one.event_id for one in collection.events.of_user("ann")] == ["e1", "e3", "e5", "e9"]


def test_a_time_ahead_of_ours_is_kept_as_ours_and_can_be_sent_again(collection, event, now):
    ahead = replace(event("e1"), time=now + timedelta(minutes=9))
    assert collection.events.append([ahead], now=now).clamped == 1
    assert collection.events.append([ahead], now=now).repeated == 1
    assert [one.time for one in collection.events.of_user("ann")] == [now]


def test_products_that_are_not_sold_are_named_and_kept(collection, event, now):
    collection.products.upsert([Product("dress")], origin="api")
    done = collection.events.append([event("e1"), event("e2", product_id="hat")], now=now)
    assert (done.accepted, done.unknown_products) == (2, ("hat",))


def test_a_follower_meets_every_event_once_in_the_order_it_became_known(collection, event, now):
    batches = [[event(f"{b}-{n}", minute=7 * n % 5) for n in range(7)] for b in range(3)]
    followed, number = [], 0
    for batch in batches:
        collection.events.append(batch, now=now)
        while True:
            page = collection.events.since(number, limit=3)
            if page.latest == number:
                break
            number = page.latest
            followed += page.events
    assert followed == [one for batch in batches for one in batch]
    assert collection.events.latest() == number == 21


def test_reading_on_gives_only_what_became_known_since(collection, event, now):
    collection.events.append([event("e1", minute=5)], now=now)
    latest = collection.events.state("ann").latest
    collection.events.append([event("e2", minute=1), event("e3", "bob")], now=now)
    assert [one.event_id for one in collection.events.of_user("ann", after=latest)] == ["e2"]


def test_collections_know_nothing_of_each_others_users(workspace, collection, event, now):
    other = workspace.collection("other", create=True)
    collection.events.append([event("e1")], now=now)
    done = other.events.append([replace(event("e1"), kind="save")], now=now)
    assert done.outcomes == ("accepted",)
    other.users.erase("ann", now=now)
    assert other.events.count() == 0
    assert [one.kind for one in collection.events.of_user("ann")] == ["view"]


def test_the_state_of_a_user_changes_with_all_that_a_profile_is_made_of(collection, event, now):
    states = [collection.events.state("ann")]

    def happened():
        states.append(collection.events.state("ann"))

    collection.events.append([event("e1")], now=now)
    happened()
    collection.events.decide(Control("ann", "pause", now))
    happened()
    collection.events.append([event("e2", "phone", minute=3)], now=now)
    collection.users.link([Link("phone", "ann", now)])
    happened()
    collection.users.link([Link("phone", "bob", now - timedelta(minutes=900))])
    happened()
    collection.users.erase("ann", now=now)
    happened()
    assert all(one != then for one, then in pairwise(states))
    collection.events.append([event("e3", "bob")], now=now)
    assert collection.events.state("ann") == states[-1]


def test_while_paused_nothing_is_kept(collection, event, now):
    collection.events.decide(Control("ann", "pause", now))
    done = collection.events.append([event("e1"), event("e2", "bob")], now=now)
    assert done.outcomes == ("withheld", "accepted")
    collection.events.decide(Control("ann", "resume", now))
    assert collection.events.append([event("e3")], now=now).outcomes == ("accepted",)


def test_decisions_keep_their_order(collection, now):
    made = [
        Control("ann", "mute", now, "dress", ("dress", "skirt")),
        Control("ann", "pause", now - timedelta(days=1)),
        Control("ann", "unmute", now, "dress"),
    ]
    for one in made:
        collection.events.decide(one)
    assert list(collection.events.decisions("ann")) == made
    assert collection.events.decisions("bob") == ()


def belongs_to(sender, hour, logins):
    """Naively: the user of the first login at or after that hour, else the sender."""
    later = sorted((when, user) for device, user, when in logins if device == sender)
    return next((user for when, user in later if when >= hour), sender)


def random_moves(rng):
    """Events and logins at few different hours, so that they meet, in any order of arrival."""
    moves = {}
    for _ in range(rng.randrange(4, 16)):
        hour, device = rng.randrange(6), rng.choice(DEVICES)
        if rng.random() < 0.5:
            moves["event", device, hour] = None
        else:
            moves["login", device, hour] = rng.choice((*USERS, device))
    return rng.sample(list(moves.items()), len(moves))


@pytest.mark.parametrize("seed", range(40))
def test_whose_an_event_is_does_not_depend_on_the_order_of_arrival(collection, seed):
    moves = random_moves(random.Random(seed))
    logins = [(device, user, hour) for (_, device, hour), user in moves if user]
    expected: dict[str, set[str]] = {}
    for number, ((what, device, hour), user) in enumerate(moves):
        time = START + timedelta(hours=hour)
        if what == "login":
            assert collection.users.link([Link(device, user, time)]) == ()
            continue
        one = Event(f"e{number}", device, "view", "dress", time)
        collection.events.append([one], now=START + timedelta(days=9))
        expected.setdefault(belongs_to(device, hour, logins), set()).add(one.event_id)
    for user in (*USERS, *DEVICES):
        found = {one.event_id for one in collection.events.of_user(user)}
        assert found == expected.get(user, set()), user


def test_a_login_that_is_told_with_every_event_is_kept_twice_an_hour(collection, event, now):
    for minute in range(0, 300, 2):
        collection.users.link([Link("phone", "ann", event("x", minute=minute).time)])
    collection.events.append(
        [event(f"{m}", "phone", minute=m) for m in (0, 151, 298, 299)], now=now
    )
    assert [one.event_id for one in collection.events.of_user("phone")] == ["299"]
    assert collection.users.erase("ann", now=now).rows["user_links"] < 300 / 30 + 2


def test_at_login_the_anonymous_session_becomes_the_users(collection, event, now):
    collection.events.append([event("before", "phone", minute=1)], now=now)
    collection.events.decide(Control("phone", "mute", now, "dress"))
    collection.users.link([Link("phone", "ann", event("x", minute=2).time)])
    late, after = event("late", "phone", minute=0), event("after", "phone", minute=3)
    collection.events.append([late, after], now=now)
    mine = [one.event_id for one in collection.events.of_user("ann")]
    assert mine == ["late", "before"]
    assert [one.event_id for one in collection.events.of_user("phone")] == ["after"]
    assert [one.action for one in collection.events.decisions("ann")] == ["mute"]
    assert collection.users.anonymous_ids("ann") == ("phone",)


def test_the_next_person_at_the_same_screen_gets_only_their_own(collection, event, now):
    collection.events.append(
        [event("a", "phone", minute=1), event("b", "phone", minute=5)], now=now
    )
    collection.users.link(
        [
            Link("phone", "ann", event("x", minute=2).time),
            Link("phone", "bob", event("x", minute=6).time),
        ]
    )
    assert [one.event_id for one in collection.events.of_user("ann")] == ["a"]
    assert [one.event_id for one in collection.events.of_user("bob")] == ["b"]


def test_a_user_cannot_be_joined_to_another_user(collection, event, now):
    collection.events.append([event("e1"), event("e2", "phone")], now=now)
    collection.users.link([Link("phone", "ann", now)])
    theft = Link("ann", "bob", now)
    chain = Link("laptop", "phone", now)
    assert collection.users.link([theft, chain]) == (theft, chain)
    assert collection.events.of_user("bob") == ()
    assert len(collection.events.of_user("ann")) == 2


def test_an_erased_user_leaves_no_row_and_nothing_of_others_goes(collection, event, now):
    collection.events.append(
        [
            event("1", "ann"),
            event("2", "phone", minute=1),
            event("3", "tablet", minute=1),
            event("4", "tablet", minute=8),
            event("5", "bob"),
            event("6", "phone", minute=9),
        ],
        now=now,
    )
    collection.users.link(
        [
            Link("phone", "ann", event("x", minute=5).time),
            Link("tablet", "ann", event("x", minute=5).time),
            Link("tablet", "bob", event("x", minute=9).time),
        ]
    )
    collection.events.decide(Control("ann", "pause", now))
    erased = collection.users.erase("ann", now=now)
    assert erased.rows == {"events": 4, "user_links": 2, "user_controls": 1}
    assert len(erased.pseudonyms) == 2
    assert not any("ann" in name or "phone" in name for name in erased.pseudonyms)
    assert [one.event_id for one in collection.events.of_user("bob")] == ["5", "4"]
    assert collection.events.users() == ("bob",)
    assert collection.events.decisions("ann") == ()
    late = event("late", "tablet", minute=0)
    collection.events.append([late], now=now)
    assert collection.events.of_user("tablet") == (late,)


def test_events_of_an_erased_user_from_before_are_not_taken_up_again(collection, event, now):
    sent = [event("e1"), event("e2", "phone", minute=2), event("e3", "bob", minute=3)]
    collection.events.append(sent, now=now)
    collection.users.link([Link("phone", "ann", event("x", minute=5).time)])
    collection.users.erase("ann", now=now)
    again = collection.events.append(sent, now=now)
    assert again.outcomes == ("withheld", "withheld", "repeated")
    later = replace(event("e4"), time=now + timedelta(days=1))
    done = collection.events.append([later], now=now + timedelta(days=2))
    assert done.outcomes == ("accepted",)


def test_users_are_listed_in_pages(collection, event, now):
    ids = [f"u{number}" for number in range(5)]
    collection.events.append([event(f"e{one}", one) for one in ids], now=now)
    first = collection.events.users(limit=3)
    assert [*first, *collection.events.users(after=first[-1], limit=3)] == ids


def test_senders_that_repeat_one_batch_together_add_it_once(workspace, event, now):
    batch = [event(f"e{number}") for number in range(30)]
    workspace.collection("default", create=True)

    def send(_):
        return workspace.collection("default").events.append(batch, now=now)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(send, range(8)))
    assert sum(one.accepted for one in done) == len(batch)
    assert sum(one.repeated for one in done) == 7 * len(batch)
    assert workspace.collection("default").events.latest() == len(batch)


def test_rows_are_gone_for_good_after_a_scrub(workspace, collection, event, now):
    collection.events.append([event("e1"), event("e2", "bob")], now=now)
    collection.users.erase("ann", now=now)
    workspace.scrub()
    assert collection.events.users() == ("bob",)
    assert collection.users.erase("ann", now=now).rows["events"] == 0
