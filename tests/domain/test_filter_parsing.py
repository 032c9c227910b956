import pytest

from lookalike.domain.filter_parsing import MAX_DEPTH, MAX_VALUES, parse_filter
from lookalike.domain.filters import (
    And,
    ContainsAll,
    Eq,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Or,
    Range,
    all_of,
    fields_of,
)
from lookalike.errors import InvalidInput

MEANINGS = [
    ({"brand": "Acme"}, Eq("brand", "Acme")),
    ({"brand": {"$eq": "Acme"}}, Eq("brand", "Acme")),
    ({"sku": {"$ne": "A1"}}, Ne("sku", "A1")),
    ({"in_stock": True}, Eq("in_stock", True)),
    ({"color": ["red", "blue"]}, In("color", ("red", "blue"))),
    ({"color": {"$in": ["red"]}}, In("color", ("red",))),
    ({"color": {"$nin": ["red"]}}, NotIn("color", ("red",))),
    ({"price": {"$lte": 50}}, Range("price", high=50)),
    ({"price": {"$lt": "50"}}, Range("price", high=50, high_open=True)),
    ({"price": {"$gte": 10, "$lt": 20}}, Range("price", low=10, high=20, high_open=True)),
    ({"price": {"$gt": 1, "$gte": 2}}, And((Range("price", 1, low_open=True), Range("price", 2)))),
    ({"tags": {"$contains": "new"}}, ContainsAll("tags", ("new",))),
    ({"tags": {"$contains": ["new", "red"]}}, ContainsAll("tags", ("new", "red"))),
    ({"name": {"$exists": True}}, Not(IsMissing("name"))),
    ({"name": {"$exists": False}}, IsMissing("name")),
    ({"price": {"$not": {"$gt": 5}}}, Not(Range("price", low=5, low_open=True))),
    ({"$not": {"a": 1}}, Not(Eq("a", 1))),
    ({"$or": [{"a": 1}, {"b": 2}]}, Or((Eq("a", 1), Eq("b", 2)))),
    ({"$and": [{"a": 1}, {"b": 2}]}, And((Eq("a", 1), Eq("b", 2)))),
    ({"a": 1, "b": 2}, And((Eq("a", 1), Eq("b", 2)))),
]


@pytest.mark.parametrize(("written", "meant"), MEANINGS)
def test_every_operator_of_the_recipe_has_its_meaning(written, meant):
    assert parse_filter(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        None,
        {},
        {"brand": None},
        {"price": {}},
        {"price": {"$lte": None}},
        {"$and": []},
        {"$or": [{"brand": None}]},
        {"$not": {"brand": None}},
        {"$or": None},
        {"price": {"$not": {"$gt": None}}},
    ],
)
def test_a_null_is_ignored_wherever_it_stands(written):
    assert parse_filter(written) is None


def test_a_null_beside_conditions_leaves_the_others():
    assert parse_filter({"brand": None, "a": 1}) == Eq("a", 1)
    assert parse_filter({"$or": [{"brand": None}, {"a": 1}]}) == Eq("a", 1)


def test_the_same_text_and_number_stay_what_they_are():
    assert parse_filter({"a": "2011"}) == Eq("a", "2011")
    assert isinstance(parse_filter({"a": True}).value, bool)


def test_a_number_too_long_for_a_float_is_kept_as_text():
    assert parse_filter({"gtin": 12345678901234567890}) == Eq("gtin", "12345678901234567890")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"price": {"$lower": 5}}, r'"?.\$lower.*not a filter operator.*Did you mean \$'),
        ({"price": {"$gtt": 5}}, r"Did you mean \$gt"),
        ({"$nor": []}, r"Did you mean \$or"),
        ({"$lte": 5}, r"\$lte stands where a field"),
        ({"price": {"max": 5}}, r"max.*not a filter operator"),
        ({"price": {"$lte": "cheap"}}, r"\$lte of 'price' takes a finite number, not 'cheap'"),
        ({"price": {"$lte": True}}, r"takes a finite number, not True"),
        ({"price": {"$lte": 10**400}}, r"takes a finite number"),
        ({"price": float("nan")}, r"not nan"),
        ({"a": {"$in": "red"}}, r"\$in takes a list, not 'red'"),
        ({"a": {"$in": [None]}}, r"not null"),
        ({"a": {"$in": [["b"]]}}, r"not \['b'\]"),
        ({"a": {"$exists": 1}}, r"\$exists takes true or false, not 1"),
        ({"a": {"$contains": 5}}, r"\$contains is a text, not 5"),
        ({"a": {"$not": 5}}, r"\$not takes operators, not 5"),
        ({"$and": {"a": 1}}, r"\$and takes a list"),
        ({"$or": [5]}, r"A filter is an object, not 5"),
        ([], r"A filter is an object, not \[\]"),
        ({5: 1}, r"A field name is a text, not 5"),
        ({"a" * 1001: 1}, r"1001 characters.*1000"),
        ({"a": "b" * 1001}, r"1001 characters"),
    ],
)
def test_a_wrong_filter_says_what_is_wrong(written, message):
    with pytest.raises(InvalidInput, match=message):
        parse_filter(written)


@pytest.mark.parametrize("wrap", [lambda f: {"$not": f}, lambda f: {"$or": [f, {"b": 1}]}])
def test_a_hostile_depth_is_refused_before_it_recurses(wrap):
    written = {"a": 1}
    for _ in range(5_000):
        written = wrap(written)
    with pytest.raises(InvalidInput, match=str(MAX_DEPTH)):
        parse_filter(written)


def test_nested_field_negations_count_as_depth():
    written = {"$gt": 5}
    for _ in range(5_000):
        written = {"$not": written}
    with pytest.raises(InvalidInput, match=str(MAX_DEPTH)):
        parse_filter({"a": written})


def test_a_hostile_number_of_values_is_refused():
    assert parse_filter({"a": ["x"] * MAX_VALUES}) is not None
    with pytest.raises(InvalidInput, match="more than 1000 values"):
        parse_filter({"a": ["x"] * MAX_VALUES, "b": 1})
    with pytest.raises(InvalidInput, match="more than 1000 values"):
        parse_filter({"$or": [{} for _ in range(MAX_VALUES + 1)]})


def test_all_of_joins_what_is_there_and_flattens():
    one, two = Eq("a", 1), Eq("b", 2)
    assert all_of() is None
    assert all_of(None, one) == one
    assert all_of(And((one, two)), None, one) == And((one, two, one))


def test_fields_of_names_every_field():
    where = And((Not(Eq("a", 1)), Or((Range("b", 1), IsMissing("c")))))
    assert fields_of(where) == {"a", "b", "c"}
    assert fields_of(None) == frozenset()
