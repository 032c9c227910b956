"""Whom the service knows costs it what is known of them, and no copy of the collection."""

import gc
import weakref
from decimal import Decimal

from lookalike.domain.patch import Patch
from lookalike.engine import Engine


def test_a_known_shopper_keeps_no_old_view_in_memory(shop, tmp_path):
    with Engine.open(shop.settings(workspace=str(tmp_path / "w"))) as engine:
        engine.index(shop.catalog)
        sku = engine.products(limit=1).products[0]["sku"]
        event = {"event_id": "e", "user_id": "u", "kind": "save", "product_id": sku}
        assert engine.users().record([{**event, "time": "2026-01-02T03:04:05Z"}]).accepted == 1
        profiles, live = engine._parts.profiles(None), engine._parts.live(None)
        assert profiles.profile("u", live.refresh()).tastes
        old = weakref.ref(profiles.shelf(live.refresh()))
        engine.upkeep().patch([Patch(sku, price=Decimal(1))])
        profiles.profile("somebody else", live.refresh())
        gc.collect()
        assert old() is None
