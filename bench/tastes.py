"""Planted tastes recovered, drift followed, mutes obeyed: over the sample shop's shoppers.

    python bench/tastes.py WORKSPACE [--shoppers 200] [--seed 3]

WORKSPACE holds the sample shop of 600 products (lookalike demo --no-serve).  Prints the adjusted
Rand index (Hubert and Arabie 1985) of average linkage, which profiles use, beside Ward's method at
its best cut, the places that went to the planted tastes, and the events that a drift took.
"""

import argparse
import json
from collections import defaultdict

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.special import comb

from lookalike import Engine, Settings
from lookalike.domain.controls import Controls, Mute
from lookalike.journeys.feed.user_profiles import facts_of
from lookalike.profiles.fold import profile
from lookalike.profiles.history import kept
from lookalike.sample.shop import sample_shop
from lookalike.sample.shoppers import sample_shoppers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--shoppers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=3)
    asked = parser.parse_args()
    with Engine.open(Settings.load({"workspace": asked.workspace}), create=False) as engine:
        shop = sample_shop(len(engine._parts.view(None).index))
        visited = sample_shoppers(shop, asked.shoppers, seed=asked.seed)
        print(json.dumps(measured(engine, visited), indent=1))


def measured(engine, visited) -> dict[str, object]:
    """What main prints: adjusted Rand indices, drift and mutes."""
    shelf = engine._parts.profiles(None).shelf(engine._parts.view(None))
    by_user = defaultdict(list)
    for event in visited.events:
        by_user[event.user_id].append(event)
    ours, wards, drifts, leaks = [], defaultdict(list), [], []
    for shopper in visited.shoppers:
        events = kept((), by_user[shopper.user_id])
        facts = facts_of(events, shelf)
        found = profile(events, facts, shelf.lens)
        truth = labels(shopper, events)
        pairs = [
            (truth[one.sku], place)
            for place, taste in enumerate(found.tastes)
            for one in taste.members
            if truth.get(one.sku, -1) >= 0
        ]
        if len({label for label, _ in pairs}) > 1:
            ours.append(rand_index(*map(np.array, zip(*pairs, strict=True))))
            for cut, index in ward(found, facts, shelf, truth).items():
                wards[cut].append(index)
        if shopper.drift is not None and shopper.drifted is not None:
            drifts.append(followed(shopper, events, shelf))
        leaks.append(leak(events, facts, shelf, found))
    ward_cut = max(wards, key=lambda cut: np.mean(wards[cut]))
    known = [one for one in drifts if one is not None]
    return {
        "shoppers_with_several_tastes": len(ours),
        "adjusted_rand_index": round(float(np.mean(ours)), 3),
        "median": round(float(np.median(ours)), 3),
        "ward_at_its_best_cut": {
            "cut": ward_cut,
            "index": round(float(np.mean(wards[ward_cut])), 3),
        },
        "drifts": len(known),
        "events_until_the_new_taste_leads": {
            "median": float(np.median(known)),
            "most": int(max(known)),
        },
        "share_of_a_muted_taste": max(leaks),
    }


def labels(shopper, events) -> dict[str, int]:
    return {
        one.product_id: shopper.labels[one.event_id]
        for one in events
        if one.event_id in shopper.labels
    }


def ward(found, facts, shelf, truth) -> dict[float, float]:
    """Of the same members, by Ward's method, at several cuts."""
    skus = [one.sku for taste in found.tastes for one in taste.members if truth[one.sku] >= 0]
    rows = np.stack([facts[sku].row for sku in skus]) * shelf.lens.scale
    tree = linkage(rows, "ward")
    true = np.array([truth[sku] for sku in skus])
    cuts = (1.2, 1.4, 1.5, 1.6, 1.7, 1.8, 2.0)
    return {cut: rand_index(true, fcluster(tree, cut, "distance")) for cut in cuts}


def followed(shopper, events, shelf) -> int | None:
    """How many events of the new taste it took to lead; None where there were too few."""
    new = set(shopper.tastes[shopper.drift].skus)
    count = 0
    for place, event in enumerate(events):
        if event.time < shopper.drifted or event.product_id not in new:
            continue
        count += 1
        past = kept((), events[: place + 1])
        found = profile(past, facts_of(past, shelf), shelf.lens)
        if found.served and {one.sku for one in found.served[0].members} & new:
            return count
    return None


def leak(events, facts, shelf, found) -> float:
    """The importance that the first taste keeps once it is muted."""
    if not found.served:
        return 0.0
    first = found.served[0]
    mute = Mute(first.id, tuple(one.source for one in first.members), found.as_of)
    after = profile(events, facts, shelf.lens, controls=Controls(muted=(mute,)))
    members = {one.source for one in first.members}
    return sum(
        one.importance for one in after.served if members & {own.source for own in one.members}
    )


def rand_index(truth, found) -> float:
    """Hubert and Arabie, Journal of Classification 2 (1985), equation 5."""
    table = np.zeros((len(np.unique(truth)), len(np.unique(found))))
    rows, columns = (np.unique(one, return_inverse=True)[1] for one in (truth, found))
    np.add.at(table, (rows, columns), 1)
    pairs = comb(table, 2).sum()
    by_row, by_column = comb(table.sum(axis=1), 2).sum(), comb(table.sum(axis=0), 2).sum()
    expected = by_row * by_column / comb(len(truth), 2)
    most = (by_row + by_column) / 2
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))


if __name__ == "__main__":
    main()
