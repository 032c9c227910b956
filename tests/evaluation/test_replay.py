"""Replays of logs: the cut, the scores of lists, and the baselines."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lookalike.domain.events import Event
from lookalike.domain.feed_evaluation import Split
from lookalike.errors import InvalidInput
from lookalike.evaluation.replay import cut, list_scores, novelty

SPLIT = datetime(2026, 6, 1, tzinfo=UTC)


def event(number: int, user: str, kind: str, sku: str, days: float) -> Event:
    return Event(f"e{number}", user, kind, sku, SPLIT + timedelta(days=days))


def test_what_was_met_before_is_not_looked_for() -> None:
    log = [
        event(1, "u", "view", "a", -2),
        event(2, "u", "purchase", "a", 1),
        event(3, "u", "purchase", "b", 2),
        event(4, "u", "view", "c", 3),
        event(5, "u", "purchase", "gone", 4),
    ]
    found = cut(log, Split(SPLIT), {"a", "b", "c"})
    assert dict(found.wanted) == {"u": ("b",)}
    assert found.kinds == ("purchase", "cart", "save")
    assert found.left_out == {
        "other kinds of events": 1,
        "products that are not in the collection": 1,
        "products that the user had met before": 1,
    }
    assert found.known == {"a": 1}


def test_looks_count_where_a_log_has_nothing_else() -> None:
    log = [event(1, "u", "view", "a", -1), event(2, "u", "view", "b", 1)]
    assert dict(cut(log, Split(SPLIT), {"a", "b"}).wanted) == {"u": ("b",)}


def test_scores_of_a_list_by_hand() -> None:
    recall, ndcg = list_scores(["x", "a", "y", "b"], ["a", "b", "c"])
    assert recall == pytest.approx(2 / 3)
    gains = 1 / 1.584962500721156 + 1 / 2.321928094887362
    assert ndcg == pytest.approx(gains / (1 + 1 / 1.584962500721156 + 1 / 2))
    assert list_scores([], ["a"]) == (0.0, 0.0)
    assert list_scores(["z"] * 20 + ["a"], ["a"]) == (0.0, 0.0)


def test_what_nobody_met_is_most_novel() -> None:
    known = {"a": 9, "b": 0}
    assert novelty([["a"]], known, 9) == 0.0
    assert novelty([["b"]], known, 9) == pytest.approx(3.321928, abs=1e-5)


def test_a_split_needs_a_zone_and_a_sample_somebody() -> None:
    with pytest.raises(InvalidInput):
        Split(datetime(2026, 6, 1))
    with pytest.raises(InvalidInput):
        Split(SPLIT, sample=0)


def test_shoppers_of_the_sample_shop_are_told_better_than_by_their_last_product(
    engine, drawn_shop
) -> None:
    found = engine.quality().evaluate_feed(
        str(drawn_shop / "events.jsonl"), Split(datetime(2026, 3, 1, tzinfo=UTC))
    )
    everybody = found.groups["all"]
    assert everybody.n >= 20
    assert set(everybody.methods) >= {"feed", "popularity", "recent_popularity", "last_item"}
    over = everybody.methods["last_item"].over_intervals["recall_at_20"]
    assert over[0] > 0
    assert 0 < everybody.methods["feed"].coverage <= 1
    low, high = everybody.methods["feed"].intervals["recall_at_20"]
    assert low <= everybody.methods["feed"].scores["recall_at_20"] <= high
    assert "cold_products" in found.groups
    assert engine.users().events()[1] == ()


def test_a_log_without_anything_after_the_split_is_refused(engine, drawn_shop) -> None:
    with pytest.raises(InvalidInput):
        engine.quality().evaluate_feed(
            str(drawn_shop / "events.jsonl"), Split(datetime(2030, 1, 1, tzinfo=UTC))
        )


def test_bad_lines_are_told_and_the_rest_is_measured(engine, drawn_shop, tmp_path) -> None:
    path = tmp_path / "events.jsonl"
    lines = (drawn_shop / "events.jsonl").read_text().splitlines()
    path.write_text("\n".join(["{", json.dumps({"kind": "stare"}), *lines]))
    found = engine.quality().evaluate_feed(
        str(path), Split(datetime(2026, 5, 15, tzinfo=UTC), sample=5)
    )
    assert [one.line for one in found.problems] == [1, 2]
    assert found.left_out["users that were not drawn"] > 0
