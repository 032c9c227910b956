"""Planted users of the sample shop: tastes recovered, drift followed, mutes obeyed."""

import sys
from pathlib import Path

import pytest

from lookalike.engine import Engine
from lookalike.sample.shop import sample_shop
from lookalike.sample.shoppers import sample_shoppers
from lookalike.sample.write import write_shop
from lookalike.settings import Settings

BENCH = Path(__file__).parents[2] / "bench"
PRODUCTS = 300


@pytest.mark.nightly
def test_planted_tastes_are_recovered_followed_and_muted(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(BENCH)])
    from tastes import measured

    shop = sample_shop(PRODUCTS)
    write_shop(shop, tmp_path / "shop", size_px=224)
    with Engine.open(Settings.load({"workspace": str(tmp_path / "workspace")})) as engine:
        engine.index(str(tmp_path / "shop" / "catalog.csv"))
        found = measured(engine, sample_shoppers(shop, 150, seed=3))
    assert found["shoppers_with_several_tastes"] > 50
    assert found["adjusted_rand_index"] >= 0.8
    assert found["drifts"] > 10
    assert found["events_until_the_new_taste_leads"]["most"] <= 10
    assert found["share_of_a_muted_taste"] == 0
