"""Answers given again: never older than what they speak of, never to those they are not for."""

import shutil
import time
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine, MerchantRule
from lookalike.domain.access import Grants, scopes_of
from lookalike.domain.patch import Patch
from lookalike.server.app import create_app
from lookalike.server.recent import LARGEST_SHARE, OVERHEAD_BYTES, Recent, RecentAnswers

ASK = "/v1/collections/default/retrieve"


@pytest.fixture
def own(shop, tmp_path):
    """An engine of its own on the shop."""
    workspace = tmp_path / "workspace"
    shutil.copytree(shop.workspace, workspace)
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        yield engine


@pytest.fixture
def searches(own, monkeypatch):
    """Every question that was thought over."""
    asked, similar = [], Engine.similar

    def counted(self, question, **more):
        asked.append(question)
        return similar(self, question, **more)

    monkeypatch.setattr(Engine, "similar", counted)
    return asked


@pytest.fixture
def client(own, searches):
    with TestClient(create_app(own), raise_server_exceptions=False) as opened:
        yield opened


def question(sku, **more):
    return {"query": {"type": "product", "product_id": sku}, "limit": 6, **more}


@pytest.fixture
def sku(shop):
    return min(shop.truth)


def test_an_equal_question_is_answered_the_same_without_a_search(client, searches, sku):
    first, second = (client.post(ASK, json=question(sku)) for _ in range(2))
    assert len(searches) == 1
    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    assert second.headers["content-type"] == "application/json"
    client.post(ASK, json=question(sku, limit=5))
    assert len(searches) == 2


def test_a_price_that_changes_is_in_the_very_next_answer(client, own, sku):
    shown = client.post(ASK, json=question(sku)).json()["recommendations"][0]
    assert shown["price"] != 1.25
    own.upkeep().patch([Patch(shown["sku"], Decimal("1.25"))])
    again = client.post(ASK, json=question(sku)).json()["recommendations"]
    assert {one["sku"]: one["price"] for one in again}[shown["sku"]] == 1.25


def test_a_product_that_goes_is_in_no_answer_any_more(client, own, sku):
    first = client.post(ASK, json=question(sku)).json()["recommendations"][0]["sku"]
    own.remove(first)
    again = client.post(ASK, json=question(sku)).json()["recommendations"]
    assert first not in [one["sku"] for one in again]


def test_a_rule_acts_on_the_very_next_answer(client, own, sku):
    first = client.post(ASK, json=question(sku)).json()["recommendations"][0]["sku"]
    own.merchandising().set(MerchantRule("gone", "exclude", skus=(first,)))
    again = client.post(ASK, json=question(sku)).json()
    assert first not in [one["sku"] for one in again["recommendations"]]


def test_what_another_process_changes_is_seen_within_a_second(client, own, shop, sku):
    first = client.post(ASK, json=question(sku)).json()["recommendations"][0]["sku"]
    with Engine.open(own.settings) as other:
        other.remove(first)
    changed, deadline = False, time.monotonic() + 1.5
    while not changed and time.monotonic() < deadline:
        again = client.post(ASK, json=question(sku)).json()["recommendations"]
        changed = first not in [one["sku"] for one in again]
    assert changed


@pytest.mark.parametrize(
    "more", [{"user_id": "jane"}, {"query": {"type": "user_preferences", "user_id": "jane"}}]
)
def test_what_names_a_user_is_thought_over_each_time(client, searches, sku, more):
    for _ in range(2):
        assert client.post(ASK, json=question(sku) | more).status_code == 200
    assert len(searches) == 2


def test_a_late_answer_is_not_given_again(client, searches, sku, monkeypatch):
    monkeypatch.setattr("lookalike.domain.time_budget.Haste.skips", _late)
    for _ in range(2):
        assert client.post(ASK, json=question(sku, time_budget_ms=1)).json()["degraded"]
    assert len(searches) == 2


def _late(self, what, *, takes_s=0.0):
    self.skipped.append(f"time_budget: {what}")
    return True


def test_an_answer_that_is_kept_is_still_only_for_those_who_may_have_it(own, client, sku):
    assert client.post(ASK, json=question(sku)).status_code == 200
    key = own.access.create("events", Grants(scopes_of(["events"]))).secret
    assert client.post(ASK, json=question(sku)).status_code == 401
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post(ASK, json=question(sku), headers=headers).status_code == 403


def test_errors_are_not_kept(client, searches):
    for _ in range(2):
        assert client.post(ASK, json=question("nobody")).status_code == 404
    assert len(searches) == 2


def test_the_least_recently_asked_goes_first():
    room = 20 * (100 + OVERHEAD_BYTES)
    answers = RecentAnswers(most_bytes=room)
    for number in range(20):
        answers.put(bytes([number]), Recent("s", None, bytes(100)))
    assert answers.get(bytes([0]), "s")
    answers.put(bytes([20]), Recent("s", None, bytes(100)))
    assert answers.size == room
    assert answers.get(bytes([0]), "s")
    assert answers.get(bytes([1]), "s") is None


def test_an_answer_of_another_state_is_forgotten():
    answers = RecentAnswers(most_bytes=100_000)
    answers.put(b"k", Recent("one", None, b"body"))
    assert answers.get(b"k", "two") is None
    assert (answers.get(b"k", "one"), answers.size) == (None, 0)


def test_a_huge_answer_does_not_push_out_the_others():
    answers = RecentAnswers(most_bytes=100_000)
    answers.put(b"k", Recent("s", None, bytes(100_000 // LARGEST_SHARE + 1)))
    assert answers.size == 0
