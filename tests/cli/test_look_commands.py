"""`lookalike look` and `slots` over the sample shop."""

import json
import shutil

import pytest
from click.testing import CliRunner

from lookalike.cli.main import cli


@pytest.fixture
def run(shop):
    def running(*arguments, workspace=None):
        place = str(workspace or shop.workspace)
        return CliRunner().invoke(cli, ["--workspace", place, *arguments])

    return running


def first(shop, slot):
    return next(sku for sku, one in shop.truth.items() if one["slot"] == slot)


def test_look_prints_pieces_and_total_and_the_same_as_json(run, shop):
    top = first(shop, "top")
    table = run("look", top, "--sold-out", "--looks", "2", "--alternatives", "1")
    told = json.loads(run("look", top, "--sold-out", "--looks", "2", "--json").stdout)
    assert table.exit_code == 0, table.output
    for look in told["looks"]:
        assert f"total {look['look_total_exact']} EUR" in table.stdout
        assert all(piece["sku"] in table.stdout for piece in look["pieces"])


def test_options_of_look_reach_the_engine(run, shop):
    top, shoes = first(shop, "top"), first(shop, "shoes")
    asked = ("--owned", top, "--lock", shoes, "--without-slot", "bag", "--sold-out", "--json")
    told = json.loads(run("look", top, *asked, "--rule", "style=any").stdout)
    pieces = {piece["slot"]: piece for piece in told["looks"][0]["pieces"]}
    assert pieces["top"]["role"] == "owned"
    assert pieces["shoes"]["sku"] == shoes
    assert "bag" not in pieces


def test_a_budget_that_is_too_small_ends_in_its_own_code(run, shop):
    done = run("look", first(shop, "top"), "--budget", "1")
    assert done.exit_code == 6
    assert "raise the budget by" in done.output


def test_a_rule_that_is_none_is_named(run, shop):
    done = run("look", first(shop, "top"), "--rule", "style=sideways")
    assert "sideways" in str(done.exception)


def test_slots_are_listed_set_and_taken_back(run, shop, tmp_path):
    shutil.copytree(shop.workspace, tmp_path / "own")
    own = tmp_path / "own"
    listed = run("slots", workspace=own)
    assert f"{len(shop.truth)} of {len(shop.truth)} products have a slot" in listed.stdout
    assert run("slots", "set", "Mirrors", "none", workspace=own).exit_code == 0
    told = json.loads(run("slots", "--json", workspace=own).stdout)
    assert told["set"] == {"mirrors": "none"}
    assert sum(told["counts"].values()) < len(shop.truth)
    assert run("slots", "forget", "Mirrors", workspace=own).exit_code == 0
    assert (
        "nook: seat, light"
        in run("slots", "template", "nook", "seat", "light", workspace=own).stdout
    )
    assert run("slots", "template", "nook", "--remove", workspace=own).exit_code == 0
