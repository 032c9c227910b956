"""Feeds and the quiz over HTTP and on the command line say the same as Python."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from lookalike.cli.main import cli
from lookalike.domain.events import Event
from lookalike.engine import Engine
from lookalike.server.app import create_app
from lookalike.wire import answers

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROOT = "/v1/collections/default"


@pytest.fixture(scope="module")
def own(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("feed") / "copy"
    shutil.copytree(shop.workspace, folder)
    with Engine.open(shop.settings(workspace=str(folder))) as opened:
        skus = sorted(shop.truth)
        opened.record([Event("e1", "u", "save", skus[0], NOW)])
        opened.record([Event(f"o{n}", f"o{n}", "view", skus[n % 9], NOW) for n in range(30)])
        yield opened


@pytest.fixture(scope="module")
def client(own):
    with TestClient(create_app(own)) as opened:
        yield opened


def run(own, *arguments: str) -> str:
    found = CliRunner().invoke(cli, ["--workspace", own.settings.workspace, *arguments])
    assert found.exit_code == 0, found.output
    return found.stdout


def test_every_surface_gives_the_same_feed(own, client) -> None:
    ours = json.loads(json.dumps(answers.recommendations(own.feed("u", limit=10))))
    short = client.get(f"{ROOT}/users/u/feed", params={"limit": 10})
    query = {"type": "user_preferences", "user_id": "u"}
    long = client.post(f"{ROOT}/retrieve", json={"query": query, "limit": 10})
    assert short.json() == long.json() == ours
    assert short.headers["cache-control"] == long.headers["cache-control"] == "no-store"
    assert json.loads(run(own, "feed", "u", "--limit", "10", "--json")) == ours


def test_a_placement_names_lane_taste_product_and_chance(client) -> None:
    answer = client.get(f"{ROOT}/users/u/feed").json()
    for one in answer["recommendations"]:
        assert set(one["placement"]) == {"lane", "taste", "because", "propensity"}
    query = {"type": "product", "product_id": answer["recommendations"][0]["sku"]}
    plain = client.post(f"{ROOT}/retrieve", json={"query": query}).json()
    assert all("placement" not in one for one in plain["recommendations"])


def test_a_personal_list_is_not_kept_by_anybody_in_between(client, shop) -> None:
    body = {"query": {"product_id": sorted(shop.truth)[0]}, "user_id": "u"}
    answer = client.post(f"{ROOT}/retrieve", json=body)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    plain = client.post(f"{ROOT}/retrieve", json={"query": body["query"]})
    assert plain.headers["cache-control"] == "no-cache"
    assert "etag" in plain.headers


def test_the_quiz_and_its_picks(own, client) -> None:
    shown = client.get(f"{ROOT}/quiz").json()["products"]
    assert len(shown) == 24
    assert all(one["image_url"] for one in shown)
    picks = [one["sku"] for one in shown[:3]]
    query = {"type": "user_preferences", "product_ids": picks}
    answer = client.post(f"{ROOT}/retrieve", json={"query": query, "limit": 20}).json()
    assert {one["placement"]["because"] for one in answer["recommendations"]} & set(picks)
    said = json.loads(run(own, "feed", "--quiz", "--json"))
    assert [one["sku"] for one in said["products"]] == [one["sku"] for one in shown]


@pytest.mark.parametrize(
    "query",
    [
        {"type": "user_preferences"},
        {"type": "user_preferences", "user_id": "u", "product_id": "x"},
        {"type": "mix", "parts": [{"query": {"type": "user_preferences", "user_id": "u"}}]},
    ],
)
def test_a_question_that_cannot_work_is_a_problem_with_a_hint(client, query) -> None:
    answer = client.post(f"{ROOT}/retrieve", json={"query": query})
    assert answer.status_code == 422
    assert answer.json()["hint"]


def test_wrong_numbers_are_problems_and_no_defects(client) -> None:
    for address in ("quiz?limit=0", "quiz?limit=999", "users/u/feed?limit=0", "quiz?where=nope=1"):
        assert client.get(f"{ROOT}/{address}").status_code == 422
    assert client.get(f"{ROOT}/users/u/feed?diversity=2").status_code == 422


def test_the_table_of_a_feed_and_of_what_was_learned(own) -> None:
    assert "ecause you saved" in run(own, "feed", "u", "--limit", "5").replace("\n", " ")
    assert "choices" in run(own, "feed", "--learn")
    assert json.loads(run(own, "feed", "--learn", "--json"))["choices"] == 0
