"""Looks in the sample shop: what they hold, what they cost, and what no request can break."""

import random
import shutil
from collections import Counter
from decimal import Decimal

import pytest

from lookalike import (
    Engine,
    InvalidInput,
    LookAnchor,
    LookRequest,
    NotFound,
    Product,
    ProductAnchor,
    RowAnchor,
    Rule,
)
from lookalike.domain.coherence import FACETS, together
from lookalike.domain.filter_parsing import parse_where
from lookalike.domain.slot_table import EXCLUSIVE, OUTFIT_SLOTS, ROOM_SLOTS
from lookalike.sample.shop import sample_shop
from lookalike.sample.write import write_shop
from lookalike.settings import Settings


def of(sku, **asked):
    return LookRequest((LookAnchor(ProductAnchor(sku)),), **asked)


def first(shop, **wanted):
    """The first sku of the shop with these truths."""
    return next(
        sku
        for sku, one in shop.truth.items()
        if all(one[name] == value for name, value in wanted.items())
    )


def chosen(look):
    return [piece for piece in look.pieces if piece.role in ("chosen", "pinned")]


@pytest.fixture
def own_engine(shop, tmp_path):
    """The shop in a workspace that a test may change."""
    shutil.copytree(shop.workspace, tmp_path / "own")
    with Engine.open(shop.settings(workspace=str(tmp_path / "own"))) as opened:
        yield opened


def test_every_slot_is_the_one_the_shop_was_made_with(engine, shop):
    seen = engine.stylist().seen()
    read = {sku: seen.slot(seen.view.index.number(sku)) for sku in shop.truth}
    assert read == {sku: one["slot"] for sku, one in shop.truth.items()}
    assert engine.stylist().slots().unmapped == ()


def test_an_outfit_is_made_for_clothes_and_a_room_for_furniture(engine, shop):
    for sku, one in list(shop.truth.items())[::7]:
        answer = engine.look(of(sku, in_stock=False))
        slots = OUTFIT_SLOTS if one["domain"] == "fashion" else ROOM_SLOTS
        assert answer.look_type == ("outfit" if one["domain"] == "fashion" else "room")
        assert {
            shop.truth[piece.sku]["domain"] for look in answer.looks for piece in look.pieces
        } == {one["domain"]}
        assert all(piece.slot in slots for look in answer.looks for piece in look.pieces)


def test_the_total_is_the_sum_of_the_catalogs_prices_to_the_cent(engine, shop):
    for sku in list(shop.truth)[::5]:
        for look in engine.look(of(sku, in_stock=False, looks=2)).looks:
            prices = [Decimal(shop.truth[piece.sku]["price"]) for piece in look.pieces]
            assert look.total == sum(prices)
            assert look.to_add == sum(prices[1:])
            assert str(look.total).split(".")[1:] == [f"{sum(prices) % 1:.2f}"[2:]]
            assert look.currency == "EUR"
            for piece in chosen(look):
                for other in piece.alternatives:
                    assert other.total == look.total + other.total_change
                    assert other.total_change == other_price(shop, other) - piece.price


def other_price(shop, alternative):
    return Decimal(shop.truth[alternative.sku]["price"])


def test_swapping_a_piece_gives_the_look_whose_total_was_promised(engine, shop):
    sku = first(shop, slot="top", in_stock=True)
    look = engine.look(of(sku)).looks[0]
    piece = next(piece for piece in chosen(look) if piece.alternatives)
    other = piece.alternatives[0]
    kept = tuple(one.sku for one in chosen(look) if one.sku != piece.sku)
    empty = tuple({"bag", "outer", "accessory"} - {one.slot for one in look.pieces})
    again = engine.look(of(sku, locked=(*kept, other.sku), without=empty)).looks[0]
    assert {one.sku for one in again.pieces} == {sku, *kept, other.sku}
    assert again.total == other.total


def test_what_is_owned_costs_nothing_and_several_owned_are_chosen_from(engine, shop):
    top = first(shop, slot="top")
    shoes = [sku for sku, one in shop.truth.items() if one["slot"] == "shoes"][:4]
    answer = engine.look(of(top, owned=(top, *shoes), in_stock=False))
    look = answer.looks[0]
    roles = {piece.sku: piece.role for piece in look.pieces}
    assert roles[top] == "owned"
    worn = [piece for piece in look.pieces if piece.slot == "shoes"]
    assert len(worn) == 1
    assert worn[0].sku in shoes
    assert worn[0].role == "owned"
    paid = [piece for piece in look.pieces if piece.role != "owned"]
    assert look.total == sum(piece.price for piece in paid)


def test_a_wardrobe_alone_is_completed(engine, shop):
    shoes = [sku for sku, one in shop.truth.items() if one["slot"] == "shoes"][:3]
    answer = engine.look(LookRequest((), owned=tuple(shoes), in_stock=False))
    assert [piece.role for piece in answer.looks[0].pieces].count("owned") == 1
    assert len(answer.looks[0].pieces) >= 3


def test_locked_and_pinned_pieces_are_in_and_excluded_ones_are_not(engine, shop):
    top = first(shop, slot="top", gender="women")
    plain = engine.look(of(top, in_stock=False)).looks[0]
    taken = {piece.slot: piece.sku for piece in chosen(plain)}
    banned = engine.look(of(top, in_stock=False, bans=tuple(taken.values()))).looks[0]
    assert not {piece.sku for piece in banned.pieces} & set(taken.values())
    other = next(piece.sku for piece in chosen(banned) if piece.slot == "shoes")
    for how in ("locked", "pins"):
        look = engine.look(of(top, in_stock=False, **{how: (other,)})).looks[0]
        (shoes,) = [piece for piece in look.pieces if piece.slot == "shoes"]
        assert (shoes.sku, shoes.role) == (other, "locked" if how == "locked" else "pinned")


def test_a_pin_that_cannot_be_worn_is_named(engine, shop):
    top = first(shop, slot="top", gender="women")
    gone = first(shop, slot="shoes", in_stock=False)
    answer = engine.look(of(top, pins=(gone, "never sold")))
    assert gone not in {piece.sku for piece in answer.looks[0].pieces}
    assert [note.split(":")[0] for note in answer.degraded] == ["pin", "pin"]


def test_an_infeasible_budget_says_by_how_much_and_is_right(engine, shop):
    top = first(shop, slot="top", in_stock=True)
    price = Decimal(shop.truth[top]["price"])
    answer = engine.look(of(top, budget=price + 1))
    assert answer.looks == ()
    (raised,) = [one for one in answer.infeasible.relax if one.constraint == "budget"]
    more = Decimal(raised.change.split()[-2])
    enough = engine.look(of(top, budget=price + 1 + more))
    assert enough.looks[0].total <= price + 1 + more
    assert engine.look(of(top, budget=price + 1 + more - Decimal("0.01"))).looks == ()


def test_an_anchor_beyond_the_budget_is_named_and_owning_it_helps(engine, shop):
    coat = first(shop, slot="outer")
    answer = engine.look(of(coat, budget=Decimal(50), in_stock=False))
    assert "already" in answer.infeasible.reason
    assert {one.constraint for one in answer.infeasible.relax} == {"budget", "owned"}
    assert engine.look(of(coat, budget=Decimal(500), owned=(coat,), in_stock=False)).looks


def test_what_means_nothing_here_is_said(engine, shop):
    top = first(shop, slot="top")
    asked = of(
        top, in_stock=False, rules=(Rule("colour_family", "same"),), without=("bags", "shoe")
    )
    said = engine.look(asked).degraded
    assert 'Did you mean "color_family"?' in said[0]
    assert 'Did you mean "bag"?' in said[1]
    assert 'Did you mean "shoes"?' in said[2]
    assert engine.look(of(top, in_stock=False)).degraded == ()


def test_a_filter_that_nothing_passes_is_named(engine, shop):
    top = first(shop, slot="top")
    answer = engine.look(of(top, where=parse_where("price<=0.5"), in_stock=False))
    assert "where" in {one.constraint for one in answer.infeasible.relax}


def test_pieces_that_exclude_one_another_are_refused(engine, shop):
    first_top, second = [sku for sku, one in shop.truth.items() if one["slot"] == "top"][:2]
    with pytest.raises(InvalidInput, match=second):
        engine.look(of(first_top, locked=(second,)))
    dress = first(shop, slot="one-piece")
    with pytest.raises(InvalidInput, match="one-piece"):
        engine.look(of(dress, locked=(first_top,)))
    with pytest.raises(NotFound, match="never"):
        engine.look(of("never sold"))
    with pytest.raises(InvalidInput, match="outfit"):
        engine.look(of(first_top, look_type="outfitt"))
    with pytest.raises(InvalidInput, match="excluded"):
        of(first_top, locked=(second,), exclude=(second,))


def test_mixed_currencies_are_refused_and_one_of_them_is_enough(own_engine, shop):
    source = own_engine.product(first(shop, slot="shoes")).document
    picture = str(shop.folder / shop.truth[source["sku"]]["images"][0]["file"])
    shoes = Product("USD-1", "Boots", "Women > Boots", price=Decimal(50), currency="USD")
    own_engine.upsert(Product(**{**vars(shoes), "images": (picture,), "in_stock": True}))
    top = first(shop, slot="top")
    with pytest.raises(InvalidInput, match="EUR and USD"):
        own_engine.look(of(top, in_stock=False))
    answer = own_engine.look(of(top, in_stock=False, where=parse_where("currency=EUR")))
    assert answer.currency == "EUR"


def test_a_product_added_a_minute_ago_gets_a_look(own_engine, shop):
    known = first(shop, slot="top")
    picture = str(shop.folder / shop.truth[known]["images"][0]["file"])
    fresh = Product(
        "NEW-1", "Linen shirt", "Women > Shirts", price=Decimal("19.99"), currency="EUR"
    )
    own_engine.upsert(Product(**{**vars(fresh), "images": (picture,)}))
    look = own_engine.look(of("NEW-1", in_stock=False)).looks[0]
    assert look.pieces[0].slot == "top"
    assert {"bottom", "shoes"} <= {piece.slot for piece in look.pieces}
    shoes = next(piece.sku for piece in look.pieces if piece.slot == "shoes")
    assert own_engine.look(of(shoes, in_stock=False)).looks  # and may be found for others


def test_an_embedding_with_attributes_is_enough(engine, shop):
    sku = first(shop, slot="top", gender="women")
    row = tuple(engine.product(sku).rows[0].tolist())
    said = {"category": "Women > Shirts", "price": 25.5, "currency": "EUR", "gender": "women"}
    answer = engine.look(
        LookRequest((LookAnchor(RowAnchor((row,)), said),), in_stock=False, exclude=(sku,))
    )
    look = answer.looks[0]
    assert (look.pieces[0].slot, look.pieces[0].price) == ("top", Decimal("25.50"))
    assert look.total == sum(piece.price for piece in look.pieces)
    assert {shop.truth[piece.sku]["gender"] for piece in chosen(look)} <= {"women", "unisex"}


def test_equal_requests_to_one_state_have_equal_answers(engine, shop):
    sku = first(shop, slot="seat")
    assert engine.look(of(sku, looks=3)) == engine.look(of(sku, looks=3))
    assert engine.look(of(sku)).request_id != engine.look(of(sku, looks=2)).request_id


def test_looks_differ_and_the_list_begins_with_the_best_one(engine, shop):
    sku = first(shop, slot="top", gender="women")
    answer = engine.look(of(sku, in_stock=False, looks=3, limit=20))
    sets = [frozenset(piece.sku for piece in look.pieces) for look in answer.looks]
    assert len(set(sets)) == len(sets) == 3
    listed = [piece.sku for piece in answer.complementary]
    assert len(set(listed)) == len(listed) == 20
    assert listed[: len(chosen(answer.looks[0]))] == [one.sku for one in chosen(answer.looks[0])]
    assert all(piece.reason for piece in answer.complementary)


def test_the_parts_of_a_look_sum_to_its_score_and_pairs_to_theirs(engine, shop):
    for sku in list(shop.truth)[::9]:
        for look in engine.look(of(sku, in_stock=False, looks=2)).looks:
            assert sum(look.parts.values()) == pytest.approx(look.score)
            count = len(look.pieces)
            assert len(look.pairs) == count * (count - 1) // 2
            for pair in look.pairs:
                assert sum(pair.contributions.values()) == pytest.approx(pair.score)


def test_a_collection_is_of_one_brand_and_of_different_slots(engine, shop):
    brands = Counter(one["brand"] for one in shop.truth.values() if one["in_stock"])
    brand = brands.most_common(1)[0][0]
    sku = first(shop, brand=brand, in_stock=True)
    look = engine.look(of(sku, look_type="collection")).looks[0]
    assert {shop.truth[piece.sku]["brand"] for piece in look.pieces} == {brand}
    assert len({piece.slot for piece in look.pieces}) == len(look.pieces) > 1


def test_required_rules_hold_and_any_lets_a_facet_go(engine, shop):
    sku = first(shop, slot="top", gender="women")
    family = shop.truth[sku]["color_family"]
    other = (Rule("color_family", "different", required=True),)
    shown = chosen(engine.look(of(sku, rules=other, in_stock=False)).looks[0])
    assert family not in {one.product["visual_attributes"]["color_family"] for one in shown}
    with pytest.raises(InvalidInput, match="sideways"):
        Rule("brand", "sideways")


def test_the_merchants_word_on_a_slot_counts_at_once_and_can_be_taken_back(own_engine, shop):
    stylist = own_engine.stylist()
    top = first(shop, slot="top", gender="women")
    stylist.set_slot("Sneakers", "none")
    stylist.set_slot("women > loafers", "accessory")
    seen = stylist.seen()
    for sku, one in shop.truth.items():
        slot = seen.slot(seen.view.index.number(sku))
        if one["product_type"] == "sneakers":
            assert slot is None
        if one["category"] == "Women > Loafers":
            assert slot == "accessory"
    answer = own_engine.look(of(top, in_stock=False, limit=100))
    assert "sneakers" not in {shop.truth[one.sku]["product_type"] for one in answer.complementary}
    stylist.set_slot("Sneakers", None)
    assert stylist.table().kinds == {"women > loafers": "accessory"}
    with pytest.raises(NotFound, match="Nothing was set"):
        stylist.set_slot("Sneakers", None)
    with pytest.raises(InvalidInput, match="is not a slot"):
        stylist.set_slot("Sneakers", "?!")


def test_a_merchants_own_look_type_has_its_slots(own_engine, shop):
    stylist = own_engine.stylist()
    stylist.set_template("Reading corner", ("seat", "light", "rug"))
    sku = first(shop, product_type="armchair")
    look = own_engine.look(of(sku, look_type="reading corner", in_stock=False)).looks[0]
    assert [piece.slot for piece in look.pieces] == ["seat", "light", "rug"]
    stylist.forget_template("reading corner")
    with pytest.raises(InvalidInput, match="reading corner"):
        own_engine.look(of(sku, look_type="reading corner"))


def test_a_person_who_decides_the_product_type_decides_the_slot(own_engine, shop):
    sku = first(shop, product_type="jacket")
    own_engine.quality().decide_attribute(sku, "product_type", "Dresses")
    seen = own_engine.stylist().seen()
    assert seen.slot(seen.view.index.number(sku)) == "one-piece"


@pytest.mark.nightly
def test_planted_looks_are_found_far_more_often_than_by_chance(tmp_path):
    """Pieces of one line were planted together; a line is one brand, style and palette."""
    made = sample_shop(300, seed=7)
    write_shop(made, tmp_path / "shop", size_px=160, workers=1)
    truth = {one.sku: one for one in made.products}
    hits, chance, asked, same, expected, shown = 0, 0.0, 0, 0, 0.0, 0
    sizes = Counter((one.domain, one.slot) for one in made.products)
    with Engine.open(Settings.load({"workspace": str(tmp_path / "ws")})) as opened:
        opened.index(str(tmp_path / "shop" / "catalog.csv"))
        for planted in made.looks:
            sku = planted.skus[0]
            for look in opened.look(of(sku, in_stock=False, alternatives=0)).looks:
                for piece in chosen(look):
                    key = (truth[sku].domain, piece.slot)
                    of_slot = [one for one in made.products if (one.domain, one.slot) == key]
                    shown += 1
                    same += truth[piece.sku].line == truth[sku].line
                    expected += sum(one.line == truth[sku].line for one in of_slot) / len(of_slot)
                    for other in planted.skus[1:]:
                        if truth[other].slot == piece.slot:
                            asked += 1
                            hits += other == piece.sku
                            chance += 1 / sizes[key]
    assert asked > 50
    assert same / shown > 1.5 * expected / shown
    assert hits / asked > 1.5 * chance / asked


def test_no_random_request_breaks_a_constraint(engine, shop):
    rng = random.Random(11)
    seen = engine.stylist().seen()
    skus = list(shop.truth)
    made = 0
    for _ in range(120):
        request = drawn(rng, skus)
        try:
            answer = engine.look(request)
        except InvalidInput:
            continue
        for look in answer.looks:
            made += 1
            check(look, request, seen, shop)
    assert made > 60


def drawn(rng, skus):
    some = rng.sample(skus, 14)
    return LookRequest(
        (LookAnchor(ProductAnchor(some[0])),),
        look_type=rng.choice([None, None, "collection"]),
        looks=rng.choice([1, 2]),
        budget=Decimal(rng.randint(40, 900)) if rng.random() < 0.6 else None,
        in_stock=rng.random() < 0.8,
        owned=tuple(some[1:3]) if rng.random() < 0.3 else (),
        locked=tuple(some[3:4]) if rng.random() < 0.3 else (),
        exclude=tuple(some[4:8]),
        bans=tuple(some[8:12]),
        pins=tuple(some[12:14]) if rng.random() < 0.4 else (),
        without=tuple(rng.sample(["bag", "outer", "rug", "decor"], rng.randint(0, 2))),
    )


def check(look, request, seen, shop):
    slots = [piece.slot for piece in look.pieces]
    assert len(set(slots)) == len(slots)
    assert not any(one in slots and other in slots for one, other in EXCLUSIVE)
    paid = sum(Decimal(shop.truth[p.sku]["price"]) for p in look.pieces if p.role != "owned")
    assert (look.total or 0) == paid
    assert request.budget is None or paid <= request.budget
    for piece in chosen(look):
        assert piece.sku not in {*request.exclude, *request.bans}
        assert shop.truth[piece.sku]["in_stock"] or not request.in_stock
        assert piece.slot not in request.without
        for other in look.pieces:
            for facet in FACETS:
                mine, theirs = (
                    seen.facet(facet, seen.view.index.number(one.sku)) for one in (piece, other)
                )
                assert together(mine, theirs)
        for other in piece.alternatives:
            assert other.sku not in {*request.exclude, *request.bans}
            assert request.budget is None or other.total <= request.budget
