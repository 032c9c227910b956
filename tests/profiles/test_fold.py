"""Tastes from events: recovered, followed, muted, and the same in any order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import EACH, FACTS, KINDS, LENS, event

from lookalike.domain.controls import Controls, Mute
from lookalike.domain.events import Event
from lookalike.domain.profile import Learning, Profile, learning_of
from lookalike.errors import InvalidInput
from lookalike.profiles.clusters import clusters, similarities
from lookalike.profiles.fold import profile
from lookalike.profiles.history import kept


def of(events, **more) -> Profile:
    return profile(kept((), events), FACTS, LENS, **more)


def kinds(found: Profile) -> list[set[str]]:
    return [{one.sku.partition("-")[0] for one in taste.members} for taste in found.tastes]


def saves(kind: str, count: int, *, first: int = 0, hours: float = 0) -> list[Event]:
    return [event(first + n, "save", f"{kind}-{n % EACH}", hours=hours + n) for n in range(count)]


def test_each_kind_that_a_user_likes_becomes_one_taste() -> None:
    found = of(saves("dress", 5) + saves("shoe", 4, first=10) + saves("lamp", 3, first=20))
    assert sorted(map(sorted, kinds(found))) == [["dress"], ["lamp"], ["shoe"]]
    assert sum(one.importance for one in found.tastes) == pytest.approx(1)


def test_a_taste_stands_for_a_product_that_the_user_met() -> None:
    found = of(saves("dress", 5))
    (taste,) = found.tastes
    assert taste.sku in {f"dress-{n}" for n in range(5)}
    assert taste.id == taste.sku
    assert taste.action == "save"


def test_one_click_is_a_taste() -> None:
    found = of([event(1, "click", "lamp-3")])
    assert [one.sku for one in found.tastes] == ["lamp-3"]


def test_importance_follows_the_weight_of_actions() -> None:
    bought = [event(n, "purchase", f"dress-{n}", hours=n) for n in range(4)]
    looked = [event(10 + n, "view", f"shoe-{n}", hours=n) for n in range(4)]
    found = of(bought + looked)
    assert kinds(found)[0] == {"dress"}
    assert found.tastes[0].importance > 0.8


def test_a_new_taste_leads_within_ten_events() -> None:
    old = saves("dress", 40)
    new = [event(100 + n, "save", f"lamp-{n}", hours=24 * 7 + 30 * n) for n in range(10)]
    assert kinds(of(old))[0] == {"dress"}
    assert kinds(of(old + new))[0] == {"lamp"}


def test_a_muted_taste_gets_no_share_and_the_others_all_of_it() -> None:
    events = saves("dress", 5) + saves("shoe", 4, first=10)
    before = of(events)
    muted = before.tastes[0]
    sources = tuple(one.source for one in muted.members)
    wishes = Controls(muted=(Mute(muted.id, sources, before.as_of),))
    after = of(events, controls=wishes)
    assert sum(one.importance for one in after.served) == pytest.approx(1)
    assert [one.id for one in after.tastes if one.is_muted] == [muted.id]
    assert all(one.importance == 0 for one in after.tastes if one.is_muted)


def test_a_mute_holds_on_when_the_taste_grows() -> None:
    events = saves("dress", 3) + saves("shoe", 3, first=10)
    taste = next(one for one in of(events).tastes if one.sku.startswith("dress"))
    mute = Mute(taste.id, tuple(one.source for one in taste.members), taste.last)
    more = events + [event(50 + n, "save", f"dress-{n + 4}", hours=50 + n) for n in range(6)]
    after = of(more, controls=Controls(muted=(mute,)))
    assert all(not one.sku.startswith("dress") for one in after.served)


def test_nothing_is_served_to_a_user_who_paused() -> None:
    assert of(saves("dress", 5), controls=Controls(paused=True)).served == ()


def test_products_that_are_gone_shape_no_taste_but_stay_owned() -> None:
    found = of([event(1, "purchase", "gone-1"), event(2, "save", "dress-1")])
    assert [one.sku for one in found.tastes] == ["dress-1"]
    assert found.owned == {"gone-1"}


def test_leanings_name_what_is_met_more_often_than_the_catalog_has_it() -> None:
    red = [event(n, "purchase", f"dress-{2 * n + 1}", hours=n) for n in range(6)]
    found = of(red)
    said = {(one.attribute, one.value) for one in found.leanings}
    assert said == {("color", "red"), ("kind", "dress")}
    assert all(0.75 <= one.confidence <= 1 for one in found.leanings)
    assert found.price.low == found.price.high == 10.0


def test_one_view_is_too_little_to_tell_a_leaning() -> None:
    assert of([event(1, "view", "dress-1")]).leanings == ()


def test_a_configured_weight_counts() -> None:
    weights = learning_of("save=0", half_life_d=45)
    assert of(saves("dress", 3), learning=weights).tastes == ()
    with pytest.raises(InvalidInput):
        learning_of("stare=1", half_life_d=45)
    with pytest.raises(InvalidInput):
        Learning(half_life_d=0)


actions = st.sampled_from(
    ["view", "click", "save", "cart", "uncart", "purchase", "return", "hide", "impression"]
)
skus = st.sampled_from([f"{kind}-{n}" for kind in KINDS for n in range(EACH)] + ["gone-1"])
reasons = st.sampled_from([None, "too small", "dislike", "color"])
logs = st.lists(st.tuples(actions, skus, st.integers(0, 900), reasons), max_size=60)


@given(logs, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_an_update_is_a_rebuild_whatever_the_order_of_arrival(log, random) -> None:
    events = [
        event(n, kind, sku, hours=hours, reason=reason)
        for n, (kind, sku, hours, reason) in enumerate(log)
    ]
    shuffled = list(events)
    random.shuffle(shuffled)
    known: tuple[Event, ...] = ()
    for one in shuffled:
        known = kept(known, [one, one])
    assert profile(known, FACTS, LENS) == of(events)


@given(logs)
@settings(max_examples=60)
def test_shares_of_tastes_sum_to_one_and_members_are_apart(log) -> None:
    events = [event(n, k, sku, hours=h, reason=r) for n, (k, sku, h, r) in enumerate(log)]
    found = of(events)
    sources = [one.source for taste in found.tastes for one in taste.members]
    assert len(sources) == len(set(sources))
    if found.served:
        assert sum(one.importance for one in found.served) == pytest.approx(1)


@given(st.integers(2, 24), st.integers(0, 999))
@settings(max_examples=40)
def test_clusters_are_what_plain_average_linkage_gives(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, 4)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    close = similarities(rows, 0.0)
    assert close == pytest.approx(rows @ rows.T, abs=1e-5)
    groups = [[row] for row in range(count)]
    while len(groups) > 1:
        pairs = [
            (close[np.ix_(a, b)].mean(), i, j)
            for i, a in enumerate(groups)
            for j, b in enumerate(groups)
            if i < j
        ]
        best, i, j = max(pairs)
        if best < 0.2:
            break
        groups[i] += groups.pop(j)
    assert clusters(close) == sorted(map(sorted, groups))
