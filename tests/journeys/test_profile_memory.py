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


def test_what_was_counted_before_goes_without_the_collector(shop):
    with Engine.open(shop.settings()) as engine:
        profiles, view = engine._parts.profiles(None), engine._parts.live(None).refresh()
        gc.disable()
        try:
            profiles.ranks(view)
            before = [weakref.ref(one[1]) for one in (profiles._company, profiles._counted)]
            profiles.forget("somebody")
            profiles.ranks(view)
            assert [one() for one in before] == [None, None]
        finally:
            gc.enable()
