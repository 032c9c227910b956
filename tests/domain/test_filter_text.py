import pytest

from lookalike.domain.filter_text import in_words
from lookalike.domain.filters import And, Eq, Or, Range
from lookalike.domain.where_parsing import parse_where


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("price<=50", "price <= 50"),
        ("price > 12.5", "price > 12.5"),
        ("in_stock", "in_stock is true"),
        ("!in_stock", "not (in_stock is true)"),
        ("color_family in red,blue", "color_family is red or blue"),
        ("color_family not in red,blue", "color_family is not red or blue"),
        ("brand!=Acme", "brand is not Acme"),
        ("tags~=summer", "tags has summer"),
        ("name exists", "not (name is missing)"),
    ],
)
def test_a_clause_is_told_as_it_was_meant(written, told):
    assert in_words(parse_where(written)) == told


def test_mixed_conditions_keep_their_brackets():
    either = Or((Eq("brand", "A"), Range("price", low=1, high=5)))
    assert in_words(And((Eq("in_stock", True), either))) == (
        "in_stock is true and (brand is A or price >= 1 and <= 5)"
    )
