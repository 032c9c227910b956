"""What merchant rules cost a list of look-alikes, beside the same list without any.

    python bench/rules.py WORKSPACE [PRODUCTS]

The products of an indexed workspace, repeated with a little noise until there are PRODUCTS
(40,000), with made-up brands, prices and stock; both ways take turns on the same anchors.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lookalike import Engine, ProductAnchor, Retrieval, Settings
from lookalike.domain.filters import Eq, Range
from lookalike.domain.rules import MerchantRule
from lookalike.index.protocol import Entry
from lookalike.index.snapshot import open_snapshot, write_snapshot
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.rules.rule_book import NO_RULES, Asked, RuleViews
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.find_similar import find_similar
from timing import table, take_turns

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANCHORS, TURNS = 40, 200


def main(workspace: str, products: int) -> None:
    with (
        Engine.open(Settings.load({"workspace": workspace}), create=False) as engine,
        tempfile.TemporaryDirectory() as name,
    ):
        view = engine._parts.view(None)
        folder = Path(name) / "snapshot"
        write_snapshot(folder, entries(view, products), layout=view.index.layout, meta={})
        big = replace(view, index=open_snapshot(folder).index)
        rng = np.random.default_rng(2)
        skus = big.index.skus(rng.choice(products, ANCHORS, replace=False))
        ways = {"no rules": lambda turn: ask(big, skus[turn % ANCHORS])}
        for label, rules in cases(big).items():
            views, known = RuleViews(big), {rule.name: rule for rule in rules}
            ways[label] = lambda turn, views=views, known=known: ask(
                big, skus[turn % ANCHORS], views, known
            )
        table(take_turns(ways, turns=TURNS), floor="no rules")


def ask(view, sku, views=None, known=None):
    question = Retrieval(ProductAnchor(sku))
    start = start_from(question.anchor, view, measure=None)
    ruled = NO_RULES if views is None else views.joined(known, Asked("similar", NOW, (sku,)))
    return find_similar(view, question, start, ruled=ruled)


def cases(view: CatalogView) -> dict[str, list[MerchantRule]]:
    named = tuple(view.index.skus(np.arange(7, 400, 40)))
    boosts = [
        MerchantRule(f"boost-{n}", "boost", where=Eq("brand", f"b{n}"), amount=0.05 * (n + 1))
        for n in range(4)
    ]
    buries = [
        MerchantRule("slow", "bury", where=Range("price", high=20.0), amount=0.1),
        MerchantRule("sold-out", "bury", where=Eq("in_stock", False), amount=0.3),
    ]
    excludes = [
        MerchantRule("brand", "exclude", where=Eq("brand", "b40")),
        MerchantRule("recall", "exclude", skus=named[5:]),
    ]
    pins = [
        MerchantRule("hero", "pin", skus=named[:2], positions=(1, 4)),
        MerchantRule("ad", "pin", skus=named[2:3], positions=(8,), sponsored=True),
    ]
    every = [*boosts, *buries, *excludes, *pins]
    for_others = [replace(rule, for_anchors=Eq("brand", "nobody")) for rule in every]
    return {
        "one boost (2%)": boosts[:1],
        "four boosts (8%)": boosts,
        "two buries (35%)": buries,
        "two exclusions": excludes,
        "two pins": pins,
        "ten rules": every,
        "ten rules for other anchors": for_others,
    }


def entries(view: CatalogView, products: int) -> Iterator[Entry]:
    rng = np.random.default_rng(1)
    numbers = view.index.select(None)
    rows = view.index.vectors(view.index.first_rows(numbers))
    texts = view.index.documents(numbers)
    for n in range(products):
        which = n % len(numbers)
        document = json.loads(texts[which])
        document = {**document, "sku": f"p{n:06}", "variant_group": None}
        document.pop("twin_group", None)
        noise = rng.normal(scale=0.02, size=rows.shape[1])
        fields = {
            "brand": f"b{n * 7 % 50}",
            "price": float(rng.uniform(5, 100)),
            "in_stock": bool(rng.random() < 0.8),
            "category": str(document.get("category")),
        }
        text = json.dumps({**document, **fields})
        yield Entry(document["sku"], (rows[which] + noise).astype(np.float32)[None], fields, text)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40_000)
