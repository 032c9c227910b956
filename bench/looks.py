"""Looks: how fast beside one similar query, and whether any breaks a constraint.

    python bench/looks.py WORKSPACE [--requests 2000] [--timed 200] [--truth truth.json]

Timed questions take turns with one similar query each, anchors drawn at random, each asked once.
The random requests mix budgets, filters, owned, locked and excluded pieces, bans, pins, looks,
look types and rules; every look of every answer is checked against the index itself.
"""

import argparse
import json
import random
import statistics
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np

from lookalike import Engine, LookAnchor, LookRequest, ProductAnchor, Retrieval, Rule, Settings
from lookalike.domain.coherence import together
from lookalike.domain.filter_parsing import parse_where
from lookalike.domain.slot_table import EXCLUSIVE
from lookalike.errors import InvalidInput


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--timed", type=int, default=200)
    parser.add_argument("--truth", help="truth.json of a sample shop: are planted looks found?")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with Engine.open(Settings.load({"workspace": arguments.workspace}), create=False) as engine:
        started = time.perf_counter()
        seen = engine.stylist().seen()
        print(f"slots of {len(seen.products):,} products read in {timed_ms(started):.0f} ms")
        skus = [
            seen.view.index.sku(number) for number in seen.products.tolist() if seen.slot(number)
        ]
        report = {"speed": speed(engine, rng.sample(skus, min(len(skus), arguments.timed)))}
        report["random"] = requests(engine, seen, skus, rng, arguments.requests)
        if arguments.truth:
            report["planted"] = planted(engine, seen, arguments.truth)
    print(json.dumps(report))


def speed(engine, skus) -> dict:
    """p50 and p95 in ms of a look and of a similar query, in turns; the first few warm up."""
    looks, similars = [], []
    for number, sku in enumerate(skus):
        started = time.perf_counter()
        engine.similar(Retrieval(ProductAnchor(sku)))
        middle = time.perf_counter()
        engine.look(LookRequest((LookAnchor(ProductAnchor(sku)),)))
        if number >= len(skus) // 10:
            similars.append((middle - started) * 1e3)
            looks.append(timed_ms(middle))
    p50, floor = statistics.median(looks), statistics.median(similars)
    print(f"look p50 {p50:.1f} ms, similar {floor:.1f} ms: {p50 / floor:.1f} times")
    return {
        "look_p50_ms": p50,
        "look_p95_ms": float(np.quantile(looks, 0.95)),
        "similar_p50_ms": floor,
        "ratio": p50 / floor,
    }


def requests(engine, seen, skus, rng, count) -> dict:
    """Random requests; raises AssertionError for a look that breaks a constraint."""
    tally: Counter[str] = Counter()
    for _ in range(count):
        request = drawn(seen, skus, rng)
        try:
            answer = engine.look(request)
        except InvalidInput:
            tally["refused"] += 1
            continue
        tally["answers"] += 1
        tally["infeasible"] += answer.infeasible is not None
        for look in answer.looks:
            tally["looks"] += 1
            check(look, request, seen)
    print(f"{count:,} random requests: {dict(tally)}; no look breaks a constraint")
    return dict(tally)


def drawn(seen, skus, rng) -> LookRequest:
    def some(most):
        return tuple(rng.sample(skus, rng.randint(0, most)))

    taken = set()

    def fresh(most):
        found = tuple(sku for sku in some(most) if sku not in taken)
        taken.update(found)
        return found

    anchor = rng.choice(skus)
    taken.add(anchor)
    priced = "price" in seen.view.index.fields
    clauses = ["price<=120", "color_family!=red", "color_family in black,white,blue,beige"]
    where = parse_where(rng.choice(clauses[0 if priced else 1 :])) if rng.random() < 0.3 else None
    rules = LookRequest((LookAnchor(ProductAnchor(anchor)),)).rules
    if rng.random() < 0.3:
        match = rng.choice(["same", "similar", "complementary", "different", "any"])
        attribute = rng.choice(["color_family", "style", "pattern", "brand", "season"])
        rules += (Rule(attribute, match, rng.random() * 2, rng.random() < 0.2),)
    return LookRequest(
        anchors=(LookAnchor(ProductAnchor(anchor)),),
        look_type=rng.choice([None, None, None, "collection"]),
        rules=rules,
        looks=rng.choice([1, 1, 2, 3]),
        budget=Decimal(rng.randint(20, 800)) if priced and rng.random() < 0.5 else None,
        where=where,
        owned=fresh(4) if rng.random() < 0.3 else (),
        locked=fresh(1) if rng.random() < 0.2 else (),
        exclude=fresh(50),
        bans=fresh(50),
        pins=some(2) if rng.random() < 0.3 else (),
        without=tuple(rng.sample(["bag", "outer", "accessory", "rug"], rng.randint(0, 2))),
        alternatives=rng.choice([0, 3]),
    )


def check(look, request, seen) -> None:
    """Everything that a look promises, from the index itself."""
    slots = [piece.slot for piece in look.pieces if piece.slot is not None]
    assert len(slots) == len(set(slots)), f"two pieces of one slot: {slots}"
    for one, other in EXCLUSIVE:
        assert not (one in slots and other in slots), f"{one} and {other}"
    own = {piece.sku for piece in look.pieces}
    assert len(own) == len(look.pieces)
    refused = {*request.exclude, *request.bans}
    total = Decimal(0)
    for piece in look.pieces:
        price = piece.product.get("price")
        if piece.role != "owned" and price is not None:
            total += Decimal(repr(price))
        if piece.role in ("chosen", "pinned"):
            assert piece.sku not in refused, f"{piece.sku} is banned"
            assert piece.product.get("in_stock") is not False, f"{piece.sku} is sold out"
            assert piece.slot not in request.without
        for other in piece.alternatives:
            assert other.sku not in own | refused
            assert request.budget is None or other.total is None or other.total <= request.budget
    if request.budget is not None:
        assert total <= request.budget, f"{total} > {request.budget}"
    assert look.total is None or look.total == total, f"{look.total} is not {total}"
    numbers = [seen.view.index.number(piece.sku) for piece in look.pieces]
    free = {rule.attribute for rule in request.rules if rule.match == "any"}
    fixed = {piece.sku for piece in look.pieces if piece.role not in ("chosen", "pinned")}
    for facet in ("gender", "age_group", "season", "place", "dress_code"):
        for row, one in enumerate(numbers):
            for column, other in enumerate(numbers[:row]):
                both = {look.pieces[row].sku, look.pieces[column].sku} <= fixed
                fits = together(seen.facet(facet, one), seen.facet(facet, other))
                assert fits or both or facet in free, f"{facet} of {one} and {other}"


def planted(engine, seen, path) -> dict:
    """How often the other pieces of a planted look are the ones chosen, beside chance."""
    truth = json.loads(Path(path).read_text(encoding="utf-8"))
    products = truth["products"]
    sizes = Counter((one["domain"], one["slot"]) for one in products.values())
    agree = [seen.slot(seen.view.index.number(sku)) == one["slot"] for sku, one in products.items()]
    hits, chance, asked, same, expected, shown = 0, 0.0, 0, 0.0, 0.0, 0
    for look in truth["looks"]:
        for sku in look["skus"]:
            request = LookRequest((LookAnchor(ProductAnchor(sku)),), in_stock=False, alternatives=0)
            for found in engine.look(request).looks:
                chosen = {piece.slot: piece.sku for piece in found.pieces if piece.sku != sku}
                for other in look["skus"]:
                    slot = products[other]["slot"]
                    if other != sku and slot in chosen:
                        asked += 1
                        hits += chosen[slot] == other
                        chance += 1 / sizes[products[other]["domain"], slot]
                for slot, piece in chosen.items():
                    key = (products[sku]["domain"], slot)
                    line = [
                        one["line"] == products[sku]["line"]
                        for one in products.values()
                        if (one["domain"], one["slot"]) == key
                    ]
                    shown += 1
                    same += products[piece]["line"] == products[sku]["line"]
                    expected += sum(line) / len(line)
    result = {
        "slots_agree": sum(agree) / len(agree),
        "piece_found": hits / asked,
        "piece_chance": chance / asked,
        "line_found": same / shown,
        "line_chance": expected / shown,
    }
    print(", ".join(f"{name} {value:.3f}" for name, value in result.items()))
    return result


def timed_ms(started: float) -> float:
    return (time.perf_counter() - started) * 1e3


if __name__ == "__main__":
    main()
