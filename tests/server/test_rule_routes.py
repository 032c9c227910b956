"""Merchant rules over HTTP, the command line and both clients: set, seen, previewed, deleted."""

import json
import shutil
import time

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from lookalike import Engine
from lookalike.cli.main import cli
from lookalike.journeys.rules import rule_book
from lookalike.server.app import create_app

HERE = "/v1/collections/default"
RULES = f"{HERE}/rules"


@pytest.fixture(scope="module")
def workspace(shop, tmp_path_factory):
    """A copy of the indexed sample shop, which these tests change."""
    copy = tmp_path_factory.mktemp("ruled") / "workspace"
    shutil.copytree(shop.workspace, copy)
    return copy


@pytest.fixture(scope="module")
def own(shop, workspace):
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        yield engine


@pytest.fixture
def client(own):
    with TestClient(create_app(own), raise_server_exceptions=False) as opened:
        yield opened
        for one in opened.get(RULES).json()["rules"]:
            assert opened.delete(f"{RULES}/{one['name']}").status_code == 204


@pytest.fixture(scope="module")
def on_sale(own):
    page = own.products(limit=500).products
    return [one["sku"] for one in page if one["in_stock"] and not one["variant_group"]]


def similar(client, sku, **body):
    asked = {"query": {"type": "product", "product_id": sku}, **body}
    answer = client.post(f"{HERE}/retrieve", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_rule_counts_in_the_next_question_until_it_is_deleted(client, on_sale):
    anchor, far = on_sale[0], similar(client, on_sale[0], limit=80)["recommendations"][-1]["sku"]
    before = similar(client, anchor)
    body = {"kind": "boost", "amount": 5, "skus": [far], "sponsored": True}
    made = client.put(f"{RULES}/ad", json=body)
    assert made.status_code == 200
    assert {
        **body,
        "name": "ad",
        "standing": "acting",
        "products": 1,
        "warnings": [],
    } == made.json()
    after = similar(client, anchor)
    first = after["recommendations"][0]
    assert first["sku"] == far
    assert first["sponsored"] is True
    assert first["rules"] == [{"name": "ad", "kind": "boost", "amount": 5, "sponsored": True}]
    assert after["rules"] == ["ad"]
    assert similar(client, anchor, rules=[])["rules"] == []
    named = similar(client, anchor, return_fields=["name"])["recommendations"][0]
    assert named == {"sku": far, "position": 1, "name": first["name"], "sponsored": True}
    assert client.delete(f"{RULES}/ad").status_code == 204
    assert similar(client, anchor) == before


def test_rules_are_told_one_by_one_and_missing_ones_with_the_nearest(client, on_sale):
    client.put(f"{RULES}/summer-boost", json={"kind": "bury", "where": {"in_stock": False}})
    assert [one["name"] for one in client.get(RULES).json()["rules"]] == ["summer-boost"]
    assert client.get(f"{RULES}/summer-boost").json()["amount"] == 0.2
    missing = client.get(f"{RULES}/sumer-boost")
    assert missing.status_code == 404
    assert "summer-boost" in missing.text
    wrong = client.post(
        f"{HERE}/retrieve",
        json={"query": {"type": "product", "product_id": on_sale[0]}, "rules": ["sumer-boost"]},
    )
    assert wrong.status_code == 422
    assert 'Did you mean \\"summer-boost\\"' in wrong.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "boost"}, "needs products"),
        ({"kind": "pin", "where": {"in_stock": True}}, "pins by a filter"),
        ({"kind": "pin", "skus": ["a", "b"], "positions": [1]}, "a place of its own"),
        ({"kind": "exclude", "skus": ["a"], "amount": 1}, "Only a boost or bury"),
        ({"kind": "exclude", "where": {"colour": "red"}}, 'No product has a field "colour"'),
        ({"kind": "boost", "skus": ["a"], "starts": "soon"}, "no date or time"),
        ({"kind": "boost", "skus": ["a"], "starts": "2026-02-01", "ends": "2026-01-01"}, "before"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_reason(client, body, said):
    answer = client.put(f"{RULES}/wrong", json=body)
    assert answer.status_code == 422
    assert said in answer.text.replace('\\"', '"')


def test_another_process_sees_a_rule_within_a_second(client, own, shop, workspace, on_sale):
    anchor, gone = on_sale[0], similar(client, on_sale[0])["recommendations"][0]["sku"]
    with Engine.open(shop.settings(workspace=str(workspace))) as other:
        other.merchandising().set(
            rule_book.rule_from({"name": "recall", "kind": "exclude", "skus": [gone]})
        )
    deadline = time.monotonic() + 1
    while gone in str(similar(client, anchor)) and time.monotonic() < deadline:
        pass
    assert gone not in str(similar(client, anchor))
    why = client.post(
        f"{HERE}/why-not/{gone}",
        json={"query": {"type": "product", "product_id": anchor}},
    ).json()
    assert (why["verdict"], why["reason"]) == ("excluded", "It is excluded by the rule recall.")


def test_why_not_says_who_buried(client, on_sale):
    anchor = on_sale[0]
    shown = [one["sku"] for one in similar(client, anchor)["recommendations"]]
    near = next(sku for sku in shown if sku in on_sale)
    client.put(f"{RULES}/down", json={"kind": "bury", "amount": 3, "skus": [near]})
    why = client.post(
        f"{HERE}/why-not/{near}", json={"query": {"type": "product", "product_id": anchor}}
    ).json()
    assert why["verdict"] == "ranked below"
    assert "buried by rule down (-3.00)" in why["reason"]


def test_a_preview_tells_what_moves_and_stores_nothing(client, on_sale):
    anchor = on_sale[0]
    far = similar(client, anchor, limit=80)["recommendations"][-1]["sku"]
    asked = {
        "rule": {"name": "hero", "kind": "pin", "skus": [far], "positions": [2]},
        "anchors": [anchor, on_sale[1]],
        "limit": 6,
    }
    answer = client.post(f"{RULES}/preview", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    one = found["lists"][0]
    assert [place["sku"] for place in one["before"]] == [
        place["sku"] for place in similar(client, anchor, limit=6)["recommendations"]
    ]
    assert one["after"][1]["sku"] == far
    assert one["after"][1]["moved"] is None
    assert [place["moved"] for place in one["after"]] == [0, None, -1, -1, -1, -1]
    assert one["overlap"] == pytest.approx(5 / 6)
    assert found["changed"] == 2
    assert found["gained"][0] == {
        "sku": far,
        "name": one["after"][1]["name"],
        "before": 0,
        "after": 2,
    }
    assert found["after"]["likeness"] < found["before"]["likeness"]
    assert any("unlike the original into" in said for said in found["warnings"])
    assert client.get(RULES).json()["rules"] == []
    assert client.post(f"{RULES}/preview", json=asked).json()["lists"] == found["lists"]


def test_a_preview_warns_of_slips(client, on_sale):
    def warned(**rule):
        body = {"rule": {"name": "draft", **rule}, "sample": 3}
        found = client.post(f"{RULES}/preview", json=body).json()
        return " / ".join(found["warnings"]), found["conflicts"]

    assert "matches no product" in warned(kind="exclude", skus=["nothing"])[0]
    assert (
        "matches no product: none has season" in warned(kind="boost", where={"season": "summer"})[0]
    )
    assert (
        "never applies"
        in warned(kind="boost", skus=[on_sale[0]], for_anchors={"category": "Rockets"})[0]
    )
    assert "buries 100% of the catalog" in warned(kind="bury", where={"sku": {"$exists": True}})[0]
    assert (
        "never applies again: it ended"
        in warned(kind="boost", skus=[on_sale[0]], ends="2020-01-01")[0]
    )
    assert (
        "pins nothing-like-it, which is not a product"
        in warned(kind="pin", skus=["nothing-like-it"])[0]
    )
    client.put(f"{RULES}/other", json={"kind": "pin", "skus": [on_sale[0]]})
    client.put(f"{RULES}/recall", json={"kind": "exclude", "skus": [on_sale[1]]})
    _, conflicts = warned(kind="pin", skus=[on_sale[1]])
    assert conflicts == [
        "other pins to place 1 as well: draft keeps it",
        "recall excludes 1 of the products that draft is about: they stay out",
    ]


@pytest.mark.parametrize("surface", ["looks", "feed"])
def test_other_surfaces_are_previewed_too(client, on_sale, surface):
    shown = client.post(
        f"{RULES}/preview",
        json={
            "rule": {"name": "x", "kind": "exclude", "skus": ["nothing"]},
            "surface": surface,
            "anchors": on_sale[:1],
        },
    ).json()["lists"][0]
    gone = shown["before"][0]["sku"]
    found = client.post(
        f"{RULES}/preview",
        json={
            "rule": {"name": "x", "kind": "exclude", "skus": [gone]},
            "surface": surface,
            "anchors": on_sale[:1],
        },
    ).json()
    assert found["changed"] == 1
    assert gone in [one["sku"] for one in found["lists"][0]["before"]]
    assert gone not in [one["sku"] for one in found["lists"][0]["after"]]


def test_the_command_line_says_the_same(client, workspace, on_sale):
    def run(*args):
        done = CliRunner().invoke(cli, ["--workspace", str(workspace), "rules", *args])
        assert done.exit_code == 0, done.output + str(done.exception)
        return done.stdout

    said = run(
        "set",
        "summer-boost",
        "--boost",
        "0.3",
        "--where",
        "in_stock",
        "--for-anchors",
        f"sku={on_sale[0]}",
        "--from",
        "2020-06-01",
        "--json",
    )
    assert json.loads(said) == client.get(f"{RULES}/summer-boost").json()
    assert json.loads(said)["starts"] == "2020-06-01T00:00:00+00:00"
    run("set", "hero", "--pin", f"{on_sale[5]}@3", "--pin", on_sale[6], "--sponsored")
    hero = json.loads(run("show", "hero", "--json"))
    assert (hero["skus"], hero["positions"]) == ([on_sale[5], on_sale[6]], [3, 4])
    assert json.loads(run("list", "--json")) == client.get(RULES).json()
    assert "summer-boost" in run("list")
    told = run("preview", "hero", "--remove", "--anchor", on_sale[0])
    assert f"Like {on_sale[0]}" in told
    assert "1 of 1 lists change" in told
    assert "deleted" in run("delete", "hero")


def test_the_command_line_switches_rules_off_and_on(client, workspace, on_sale):
    def acted(command, option, names):
        args = ["--workspace", str(workspace), command, on_sale[0], option, names, "--json"]
        if command == "feed":
            args[3:4] = ["--pick", on_sale[0]]
        done = CliRunner().invoke(cli, args)
        assert done.exit_code == 0, done.output + str(done.exception)
        body = json.loads(done.stdout)
        return body.get("merchant_rules", body.get("rules"))

    usual = {"kind": "bury", "where": {"in_stock": False}}
    client.put(f"{RULES}/usual", json=usual)
    client.put(f"{RULES}/campaign", json={**usual, "when": "on_request"})
    for command, option in (
        ("similar", "--rules"),
        ("feed", "--rules"),
        ("look", "--merchant-rules"),
    ):
        assert acted(command, option, "") == []
        assert acted(command, option, "*") == ["usual"]
        assert acted(command, option, "campaign") == ["campaign"]
        assert acted(command, option, "*,campaign") == ["campaign", "usual"]
