"""What texts say of slots, for whom and for where; and money that stays exact."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.coherence import FACETS, said_by_kind, said_of, together, values_in
from lookalike.domain.look_templates import TEMPLATES, Template
from lookalike.domain.money import (
    exact,
    from_units,
    one_currency,
    spoken,
    units_of,
    units_within,
    written,
)
from lookalike.domain.slot_table import MORE_KINDS, MORE_PHRASES, NO_SLOT, SLOT_OF_KIND, SLOTS
from lookalike.domain.slots import SlotTable, kind_in
from lookalike.domain.type_words import KINDS
from lookalike.errors import InvalidInput

TABLE = SlotTable()


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("Women > Maxi dresses", "one-piece"),
        ("T-shirts", "top"),
        ("Shirt dress", "one-piece"),
        ("Dress shoes", "shoes"),
        ("Table lamp", "light"),
        ("Lamp table", "table"),
        ("Hat stand", "storage"),
        ("Hat and coat stand", "storage"),
        ("Shoe and boot cabinet", "storage"),
        ("Jacket and trousers", "outer"),
        ("Box with lid", "storage"),
        ("Stehlampe", "light"),
        ("Kleiderschrank", "storage"),
        ("Zapatos de mujer", "shoes"),
        ("Pyjama shirt", NO_SLOT),
        ("Bikini top", NO_SLOT),
        ("Soft toy", NO_SLOT),
        ("Shower curtain ring", NO_SLOT),
        ("Napkin rings", "tableware"),
        ("Cabinet with door", "storage"),
        ("Sweater vest", "top"),
        ("Quilt cover and 4 pillowcases", "textile"),
        ("Perfume", NO_SLOT),
    ],
)
def test_a_category_names_its_slot(text, slot):
    assert TABLE.read([text.split(">")[-1]], "", "").slot == slot


@pytest.mark.parametrize(
    "text", ["KALLAX", "Vegetable knife", "Portable highlight", "Glass", "", "12 x 40 cm", "Frame"]
)
def test_what_no_table_knows_is_not_guessed(text):
    found = TABLE.read([text], "", "")
    assert found is None or found.slot is None


def test_what_the_feed_says_comes_before_the_picture_and_a_person_before_both():
    assert TABLE.read(["Bags"], "A chair", "Shoes").slot == "bag"
    assert TABLE.read([], "A chair", "Shoes").slot == "seat"
    assert TABLE.read([], "KALLAX", "Shoes").slot == "shoes"
    assert TABLE.read(["Bags"], "", "Shoes", decided=True).slot == "shoes"


def test_the_merchants_word_wins_for_a_text_and_for_a_kind():
    table = TABLE.with_kind("Deco Textiles", "Textile").with_kind("sofa", "lounge")
    assert table.read(["Deco  textiles"], "", "").slot == "textile"
    assert table.read(["Three-seat sofas"], "", "").slot == "lounge"
    assert table.with_kind("sofa", None).read(["Sofas"], "", "").slot == "seat"


def test_every_kind_has_a_known_slot_and_phrases_lead_to_words():
    kinds = {*KINDS, *MORE_KINDS} - {"frame"}  # a frame is for a picture or of a shelf: not told
    assert kinds <= SLOT_OF_KIND.keys()
    assert set(SLOT_OF_KIND.values()) <= {*SLOTS, NO_SLOT}
    assert all(kind_in(word) is not None for word in MORE_PHRASES.values())


def test_templates_name_each_slot_once():
    assert TEMPLATES["outfit"].slots[:3] == ("top", "bottom", "one-piece")
    with pytest.raises(InvalidInput, match="twice"):
        Template("two", ("bag",), ("bag",))
    with pytest.raises(InvalidInput, match="no slot"):
        Template("none")


@pytest.mark.parametrize(
    ("facet", "one", "other", "meet"),
    [
        ("gender", "Women > Tops", "Men", False),
        ("gender", "Women", "Unisex", True),
        ("age_group", "Girls", "Women", False),
        ("season", "autumn/winter", "Spring", False),
        ("season", "all year", "Winter", True),
        ("place", "Chair, outdoor", "Sofa", False),
        ("place", "Bedspread", "Bed frame", True),
        ("dress_code", "Sports", "Party", False),
    ],
)
def test_facets_that_meet_and_that_do_not(facet, one, other, meet):
    assert facet in FACETS
    assert together(values_in(facet, one), values_in(facet, other)) is meet
    assert together(values_in(facet, one), "")


def test_a_column_counts_before_a_title_and_a_shelf_is_not_a_room():
    assert said_of("gender", {"targetGender": "male"}, ["Women > Bags"]) == "men"
    assert said_of("gender", {"color": "red"}, ["Women > Bags"]) == "women"
    assert said_by_kind("place", "Throws", ["Bedroom"]) == ""
    assert said_by_kind("place", "Throws", ["Outdoor"]) == "outdoor"


@given(st.decimals(0, 10**6, places=2))
def test_prices_survive_the_way_through_floats_and_whole_numbers(price):
    assert exact(float(price)) == price
    (units,) = units_of(np.array([float(price)]))
    assert from_units(int(units)) == price
    assert units_within(price) == units


@given(st.lists(st.decimals(0, 100, places=6), max_size=6), st.decimals(0, 300, places=3))
def test_whole_numbers_within_a_budget_are_prices_within_it(prices, budget):
    units = units_of(np.array([float(price) for price in prices]))
    if units.sum() <= units_within(budget):
        assert sum(prices) <= budget


def test_amounts_are_written_as_their_currency_is():
    assert str(written(Decimal("20"), "EUR")) == "20.00"
    assert str(written(Decimal("20"), "JPY")) == "20"
    assert str(written(Decimal("0.125"), "EUR")) == "0.125"
    assert spoken(Decimal("1049.5"), "EUR") == "1,049.50 EUR"
    assert one_currency(["EUR", None, "EUR"]) == "EUR"
    with pytest.raises(InvalidInput, match="EUR and USD"):
        one_currency(["USD", "EUR"])
