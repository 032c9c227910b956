"""What the log says of products, counted alike on each database."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from lookalike.domain.events import Event, Link

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def recorded(collection):
    def append(*rows: tuple[str, str, str | None, datetime]) -> None:
        made = [Event(f"e{n}", *row) for n, row in enumerate(rows)]
        collection.events.append(made, now=NOON + timedelta(days=30))

    return append


def test_users_are_counted_once_a_day_in_utc(collection, recorded):
    late = datetime(2026, 6, 1, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    recorded(
        ("ann", "view", "dress", NOON),
        ("ann", "view", "dress", NOON + timedelta(hours=1)),
        ("bob", "view", "dress", NOON),
        ("bob", "view", "dress", late),
        ("ann", "hide", "dress", NOON),
    )
    assert collection.popularity.counts() == [
        ("dress", "view", date(2026, 6, 1), 2),
        ("dress", "view", date(2026, 6, 2), 1),
    ]


def test_choices_are_the_newest_purchases_carts_and_saves(collection, recorded):
    recorded(
        ("ann", "purchase", "dress", NOON),
        ("ann", "view", "shoe", NOON),
        ("bob", "cart", "shoe", NOON),
        ("bob", "save", "bag", NOON),
    )
    assert collection.popularity.choices(limit=2) == [("bob", "bag", NOON), ("bob", "shoe", NOON)]


def test_looks_are_choices_where_nothing_else_is(collection, recorded):
    recorded(("ann", "view", "dress", NOON), ("ann", "impression", "shoe", NOON))
    assert collection.popularity.choices(limit=9) == [("ann", "dress", NOON)]


def test_what_is_counted_further_equals_what_is_counted_anew(collection):
    rng = np.random.default_rng(4)
    number, known = 0, collection.popularity.counted()
    for step in range(40):
        act = "link" if step == 20 else "erase" if step in (25, 33) else "events"
        if act == "link":
            link = Link("u1", "u2", NOON + timedelta(days=20))
            assert collection.users.link([link]) == ()
        elif act == "erase":
            collection.users.erase(f"u{step % 4}", now=NOON + timedelta(days=20))
        for _ in range(int(rng.integers(0, 4))):
            number += 1
            user, sku = f"u{rng.integers(6)}", str(rng.choice(["dress", "shoe", "bag"]))
            time = NOON + timedelta(days=int(rng.integers(3)))
            kind = str(rng.choice(["view", "save", "hide"]))
            collection.events.append([Event(f"e{number}", user, kind, sku, time)], now=time)
        if rng.random() < 0.8:
            known = collection.popularity.counted(known)
            told = sorted(row for own in known.rows.values() for row in own)
            assert told == collection.popularity.counts()
    assert collection.popularity.counted(known) is known


def test_an_empty_log_has_neither(collection):
    assert collection.popularity.counts() == collection.popularity.choices(limit=9) == []
