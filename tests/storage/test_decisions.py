"""What people decide is kept, and every follower hears of it."""

from dataclasses import replace

import pytest

from lookalike.domain.attributes import Decision
from lookalike.domain.product import Product
from lookalike.errors import NotFound


@pytest.fixture
def selling(collection):
    collection.products.upsert([Product("a"), Product("b")], origin="catalog")
    return collection


@pytest.fixture
def red(now):
    return Decision("a", "color_family", "red", "ann", now)


def test_a_decision_comes_back_as_it_was_made(selling, red):
    selling.decisions.decide(red)
    assert selling.decisions.of() == {"a": (red,)}
    assert selling.decisions.of(["b"]) == {}
    assert selling.decisions.of([]) == {}


def test_a_later_decision_takes_the_place_of_an_earlier_one(selling, red):
    pattern = replace(red, attribute="pattern", value="solid")
    for one in (red, pattern, replace(red, value="blue", decided_by="bob")):
        selling.decisions.decide(one)
    assert selling.decisions.of(["a"]) == {
        "a": (replace(red, value="blue", decided_by="bob"), pattern)
    }


def test_a_decision_and_its_end_are_changes_of_the_product(selling, red):
    before = selling.products.latest_change()
    selling.decisions.decide(red)
    assert selling.products.changed_since(before, limit=10).upserted == ("a",)
    after = selling.products.latest_change()
    assert selling.decisions.forget("a", "color_family")
    assert selling.products.changed_since(after, limit=10).upserted == ("a",)
    assert selling.decisions.of() == {}


def test_forgetting_what_nobody_decided_writes_nothing(selling):
    before = selling.products.latest_change()
    assert not selling.decisions.forget("a", "color_family")
    assert selling.products.latest_change() == before


def test_nothing_is_decided_about_a_product_that_is_not_sold(selling, red):
    with pytest.raises(NotFound, match='no product "c"'):
        selling.decisions.decide(replace(red, sku="c"))
    selling.products.remove(["b"])
    with pytest.raises(NotFound):
        selling.decisions.decide(replace(red, sku="b"))
    assert selling.decisions.of() == {}


def test_a_decision_waits_for_the_return_of_its_product(selling, red):
    selling.decisions.decide(red)
    selling.products.remove(["a"])
    selling.products.upsert([Product("a", name="again")], origin="catalog")
    assert selling.decisions.of(["a"]) == {"a": (red,)}


def test_collections_do_not_share_decisions(selling, workspace, red):
    selling.decisions.decide(red)
    other = workspace.collection("other", create=True)
    other.products.upsert([Product("a")], origin="catalog")
    assert other.decisions.of() == {}
