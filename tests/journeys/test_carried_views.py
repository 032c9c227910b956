"""What is carried from view to view equals what is read from the view alone, after any changes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from lookalike import Engine, ProductAnchor, Retrieval
from lookalike.domain.calibration import Calibration
from lookalike.domain.channels import Channel, Layout
from lookalike.domain.coherence import FACETS
from lookalike.domain.filters import And, Eq, Ne, Range
from lookalike.domain.looks import LookAnchor, LookRequest
from lookalike.domain.patch import Patch, Terms
from lookalike.domain.product import Product
from lookalike.domain.rules import MerchantRule
from lookalike.domain.slots import SlotTable
from lookalike.index.exact import ExactIndex
from lookalike.index.protocol import Entry
from lookalike.index.snapshot import open_snapshot, write_snapshot
from lookalike.journeys.catalog.carried import Carried, passage
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import with_terms
from lookalike.journeys.feed.company import paired, paired_again
from lookalike.journeys.feed.shelf import Shelf, ranks, ranks_along
from lookalike.journeys.looks.columns import SLOT, field_of, look_view, looked_along
from lookalike.journeys.rules.rule_book import Asked, RuleViews
from lookalike.profiles.company import Meeting
from lookalike.profiles.popularity import Popularity

LAYOUT = Layout((Channel("look", 6), Channel("color", 3)))
NOW = datetime(2026, 6, 15, tzinfo=UTC)
NAMES = (
    "Boys' jeans", "Women's silk dress", "Men linen shirt", "Walnut bed frame", "Garden sofa",
    "Kids desk", "Tote", "KALLAX", "Running shoes", "", None, "Evening clutch",
)  # fmt: skip
CATEGORIES = (
    "Women > Dresses", "Men > Shirts", "Bedroom > Beds", "Outdoor", "Bags", "Shoes", "Things",
    "Home/Kids/Desks", None,
)  # fmt: skip
COLUMNS = {
    "gender": ("women", "men", "unisex", "Boys", None),
    "season": ("Summer", "Winter", None),
    "articleType": ("Jeans", "Sofa", "Sandals", "Nothing known", None),
    "usage": ("Party", "Sports", None),
    "note": (7, "7.0", "eight", None),
}
TYPES = ("dress", "sofa", "unknown", "shirt")
SKUS = tuple(f"p{number:02d}" for number in range(26))


def product(rng, sku, *, odd=False):
    """A product as an index holds it; an odd one has values that nobody had before."""
    pick = lambda values: values[rng.integers(len(values))]  # noqa: E731
    extra = {name: value for name, of in COLUMNS.items() if (value := pick(of)) is not None}
    visual = {"product_type": pick(TYPES), "style": pick(("boho", "plain", "unknown"))}
    if odd:
        extra |= {"room": pick(("Bathroom", "office")), "fit": f"fit {rng.integers(4)}"}
        visual["style"] = f"style {rng.integers(9)}"
    shown = {
        "sku": sku, "name": pick(NAMES), "category": pick(CATEGORIES), "brand": pick(("A", "B")),
        "price": float(rng.integers(1, 9)), "currency": "EUR", "in_stock": bool(rng.integers(2)),
        "variant_group": None, "url": None, "images": [], "extra": extra,
        "visual_attributes": visual, "palette": [], "components": [],
    }  # fmt: skip
    own = {name: value for name, value in shown.items() if isinstance(value, str | float | bool)}
    rows = rng.standard_normal((int(rng.integers(1, 3)), LAYOUT.width)).astype(np.float32)
    return Entry(sku, rows, {**own, **extra, **visual}, json.dumps(shown))


def first_view(rng, folder=None):
    entries = [product(rng, sku) for sku in SKUS[: rng.integers(1, 20)]]
    if folder is None:
        index = ExactIndex.build(entries, layout=LAYOUT)
    else:
        write_snapshot(folder, entries, layout=LAYOUT, meta={})
        index = open_snapshot(folder).index
    return CatalogView("c", 1, 100, index, Calibration.neutral(LAYOUT), "f")


def stepped(rng, view):
    """The view after a change of a random kind."""
    index, change = view.index, view.change + 1
    there = index.skus(index.select())
    kind = rng.choice(["terms", "put", "put odd", "remove", "all"], p=[0.4, 0.25, 0.1, 0.15, 0.1])
    some = [str(sku) for sku in rng.choice(SKUS, 3)]
    touched, upserts, gone = set(), [], []
    if kind in ("put", "put odd", "all"):
        upserts = [product(rng, sku, odd=kind == "put odd") for sku in dict.fromkeys(some)]
    if kind in ("remove", "all") and len(there) > 4:
        gone = [str(sku) for sku in rng.choice(there, 2) if sku not in some]
    if upserts or gone:
        index = index.with_changes(upserts, gone)
        touched |= {one.sku for one in upserts} | set(gone)
    if kind in ("terms", "all"):
        told = []
        for sku in rng.choice(index.skus(index.select()), 3):
            (text,) = index.documents(np.array([index.number(str(sku))]))
            price = Decimal(int(rng.integers(1, 9)))
            terms = Terms(price, str(rng.choice(["EUR", "USD"])), bool(rng.integers(2)))
            told.append(with_terms(str(sku), text, terms))
        index = index.with_values(told)
        touched |= {one.sku for one in told}
    stamped = {**view.touched, **dict.fromkeys(touched, change)}
    return replace(view, index=index, change=change, touched=stamped)


MEETINGS = [
    Meeting(f"u{user}", SKUS[(user * 7 + step * 5) % 22], NOW + timedelta(hours=9 * step))
    for user in range(9)
    for step in range(user % 5 + 1)
]
SCORES = {SKUS[n]: 1 / (1 + n % 5) for n in range(0, 26, 3)}
POPULAR = Popularity(SCORES, {**SCORES, SKUS[3]: 0.05}, {sku: 1 + len(sku) for sku in SCORES})
FILTERS = (
    Eq("brand", "A"), Ne("style", "boho"), Range("price", low=4), Eq("in_stock", True),
    And((Eq("brand", "B"), Range("price", high=6))), Eq("fit", "fit 1"), Eq("nowhere", "x"),
)  # fmt: skip


def same_looks(found, truth):
    index, sure = found.view.index, truth.view.index
    for number in sure.select().tolist():
        assert found.reading_of(number) == truth.reading_of(number)
        assert found.slot(number) == truth.slot(number)
        for facet in FACETS:
            assert found.facet(facet, number) == truth.facet(facet, number)
    assert found.facet_values == truth.facet_values
    for facet, values in truth.facet_values.items():
        for value in values:
            where = Eq(field_of(facet), value)
            assert index.select(where).tolist() == sure.select(where).tolist()
    for slot in {truth.slot(number) for number in sure.select().tolist()} - {None}:
        assert index.select(Eq(SLOT, slot)).tolist() == sure.select(Eq(SLOT, slot)).tolist()


def same_shelf(found, truth):
    assert found.fields == truth.fields
    assert found.lens.shares == truth.lens.shares
    assert found.lens.base == truth.lens.base
    assert found.lens.scale.tolist() == truth.lens.scale.tolist()
    assert found.representatives == truth.representatives
    known, sure = found.facts(SKUS), truth.facts(SKUS)
    assert known.keys() == sure.keys()
    for sku, one in sure.items():
        assert (known[sku].values, known[sku].price) == (one.values, one.price)
        assert known[sku].row.tolist() == one.row.tolist()
    for name, shares in truth.lens.shares.items():
        assert found.coded(name, shares) == truth.coded(name, shares)


def same_ranks(found, truth):
    for name in ("now", "lasting", "users", "order", "new"):
        assert getattr(found, name).tolist() == getattr(truth, name).tolist(), name
    assert found.version == truth.version


def same_company(found, truth):
    assert (found.numbers, found.missing) == (truth.numbers, truth.missing)
    assert found.company.version == truth.company.version
    assert found.company.totals.tolist() == truth.company.totals.tolist()
    assert found.company.pairs.toarray().tolist() == truth.company.pairs.toarray().tolist()
    assert found.company.values.keys() == truth.company.values.keys()
    for name, table in truth.company.values.items():
        assert found.company.values[name].tolist() == table.tolist()


def same_rules(found, truth):
    for where in FILTERS:
        assert found.mask(where).tolist() == truth.mask(where).tolist()
    rules = {
        f"r{n}": MerchantRule(f"r{n}", "boost", amount=0.1 + 0.1 * n, where=where)
        for n, where in enumerate(FILTERS)
    } | {"p": MerchantRule("p", "pin", skus=SKUS[:3])}
    one, other = (views.joined(rules, Asked("similar", NOW)) for views in (found, truth))
    assert one.bonus.values.tolist() == other.bonus.values.tolist()
    assert (one.pins, one.notes, one.version) == (other.pins, other.notes, other.version)


@pytest.mark.parametrize("seed", range(60))
def test_carried_equals_read_anew(seed, tmp_path):
    rng = np.random.default_rng(seed)
    table = SlotTable({"tote": "bag"} if seed % 2 else {})
    decided = {SKUS[2]: "sofa", SKUS[9]: "dress"}

    def words(skus):
        return {sku: one for sku, one in decided.items() if skus is None or sku in skus}

    def company(view):
        return paired(MEETINGS, Shelf(view))

    def company_along(known, way):
        return paired_again(known, Shelf(way.after)) or company(way.after)

    def read(view):
        return look_view(view, table, decided=words)

    def along(seen, way):
        return looked_along(seen, way, decided=words)

    pairs = [
        (Carried(read, along), read, same_looks),
        (Carried(Shelf, Shelf.along), Shelf, same_shelf),
        (
            Carried(lambda view: ranks(POPULAR, view), lambda r, w: ranks_along(r, w, POPULAR)),
            lambda view: ranks(POPULAR, view),
            same_ranks,
        ),
        (Carried(company, company_along), company, same_company),
        (Carried(RuleViews, RuleViews.along), RuleViews, same_rules),
    ]
    views = [first_view(rng, tmp_path / "index" if seed % 3 == 0 else None)]
    for _ in range(7):
        views.append(stepped(rng, views[-1]))
        for carried, truth, same in pairs:
            if rng.random() < 0.8:  # some states are passed over
                same(carried.of(views[-1]), truth(views[-1]))
    before = views[int(rng.integers(len(views)))]  # a question that began long ago
    for carried, truth, same in pairs:
        same(carried.of(before), truth(before))
        same(carried.of(views[-1]), truth(views[-1]))


def test_nothing_is_carried_from_another_generation():
    rng = np.random.default_rng(1)
    one, other = first_view(rng), replace(first_view(rng), generation=2)
    assert passage(one, other) is None
    made = []
    kept = Carried(lambda view: made.append(view) or len(made), lambda known, _: known)
    assert [kept.of(view) for view in (one, one, other, one, other)] == [1, 1, 2, 1, 2]
    assert kept.of(stepped(rng, other)) == 2
    assert kept.of(one) == 3  # the generation before is let go once the newest moves on


def asked(engine, skus):
    """Everything that depends on what is carried, as callers see it."""
    feed = {"user_id": "u1"}, {"user_id": "nobody"}
    return [
        *(engine.similar(Retrieval(ProductAnchor(sku), limit=6)) for sku in skus),
        *(engine.look(LookRequest((LookAnchor(ProductAnchor(sku)),), limit=6)) for sku in skus),
        *(engine.feed(**one, limit=12) for one in feed),
        engine.stylist().slots(),
        engine.facets(),
        engine.products(limit=500),
        engine.quiz(),
    ]


def test_an_engine_that_followed_answers_as_one_that_has_just_been_opened(shop, tmp_path):
    chosen = shop.settings(workspace=str(tmp_path / "w"))
    with Engine.open(chosen) as engine:
        engine.index(shop.catalog)
        every = [one["sku"] for one in engine.products(limit=500).products]
        wanted = every[3:60:19]
        cheap = MerchantRule("cheap", "boost", amount=0.2, where=Range("price", high=60))
        for rule in (cheap, MerchantRule("gone", "exclude", where=Eq("in_stock", False))):
            engine.merchandising().set(rule)
        event = {"user_id": "u1", "kind": "save", "time": "2026-01-02T03:04:05Z"}
        for number, sku in enumerate(every[5:30:4]):
            engine.record([{**event, "event_id": f"e{number}", "product_id": sku}])
        image = engine._parts.collection(None).products.get(every[0]).images
        changes = [
            lambda: engine.upkeep().patch([Patch(sku, price=Decimal("9.5")) for sku in every[:40]]),
            lambda: engine.upkeep().patch([Patch(sku, in_stock=False) for sku in every[5:20]]),
            lambda: engine.upsert(Product("new", name="Kids sofa", images=image)),
            lambda: engine.remove(every[7]),
            lambda: engine.upkeep().patch([Patch("new", price=Decimal(4))]),
            lambda: engine.upsert(
                Product(every[1], name="Odd", images=image, extra={"gender": "men", "fit": "x"})
            ),
            lambda: engine.remove("new"),
            lambda: engine.upkeep().patch([Patch(every[1], price=Decimal(2), in_stock=True)]),
        ]
        for change in changes:
            change()
            followed = asked(engine, wanted)
            with Engine.open(chosen) as fresh:
                assert asked(fresh, wanted) == followed
