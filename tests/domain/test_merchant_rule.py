"""A merchant rule as a value: what it refuses, and that writing and reading it changes nothing."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.filter_json import filter_json
from lookalike.domain.filter_parsing import parse_filter
from lookalike.domain.filters import (
    And,
    ContainsAll,
    ContainsAny,
    Eq,
    In,
    IsMissing,
    Ne,
    Not,
    NotIn,
    Or,
    Range,
)
from lookalike.domain.rule_reading import moment, rule_from
from lookalike.domain.rules import MerchantRule, in_order, rule_json
from lookalike.errors import InvalidInput
from lookalike.index.reference import matches

KINDS = {"brand": "text", "price": "number", "in_stock": "boolean", "tags": "words"}
fields = st.sampled_from(["brand", "tags"])
words = st.sampled_from(["acme", "$gt", "red", "", "7"])
ends = st.one_of(st.none(), st.integers(0, 9).map(float))
leaves = st.one_of(
    st.builds(Eq, fields, words),
    st.builds(Eq, st.just("in_stock"), st.booleans()),
    st.builds(Ne, fields, words),
    st.builds(In, fields, st.lists(words, max_size=3).map(tuple)),
    st.builds(NotIn, fields, st.lists(words, max_size=3).map(tuple)),
    st.builds(ContainsAny, fields, st.lists(words, min_size=1, max_size=3).map(tuple)),
    st.builds(ContainsAll, fields, st.lists(words, min_size=1, max_size=3).map(tuple)),
    st.builds(IsMissing, fields),
    st.builds(
        Range, st.just("price"), st.integers(0, 9).map(float), ends, st.booleans(), st.booleans()
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@given(where=trees, data=st.data())
def test_a_filter_written_and_read_lets_the_same_products_pass(where, data):
    again = parse_filter(json.loads(json.dumps(filter_json(where))))
    entry = type("Made", (), {})()
    entry.sku = "p"
    entry.fields = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "brand": words,
                "tags": st.lists(words, max_size=2).map(tuple),
                "price": st.integers(0, 9).map(float),
                "in_stock": st.booleans(),
            },
        )
    )
    assert matches(again, entry, KINDS) == matches(where, entry, KINDS)


def test_a_rule_written_and_read_is_the_same():
    rules = [
        MerchantRule("a", "boost", where=Eq("season", "summer"), amount=0.3),
        MerchantRule(
            "b",
            "pin",
            skus=("x", "y"),
            positions=(4, 2),
            surfaces=("feed", "looks"),
            starts=datetime(2026, 1, 1, tzinfo=UTC),
            ends=datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            priority=-3,
            enabled=False,
            when="always",
            sponsored=True,
            sold_out=True,
        ),
        MerchantRule("c", "exclude", skus=("x",), for_anchors=Range("price", low=5.0)),
    ]
    for rule in rules:
        again = rule_from(json.loads(json.dumps(rule_json(rule))))
        assert again == rule
        assert again.digest == rule.digest
    assert len({rule.digest for rule in rules}) == 3
    assert [rule.name for rule in sorted(rules, key=in_order)] == ["c", "b", "a"]


def test_times_without_a_zone_are_utc_and_a_date_is_its_first_moment():
    assert moment("2026-06-01") == datetime(2026, 6, 1, tzinfo=UTC)
    assert moment("2026-06-01T10:00+02:00") == datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "raise", "skus": ["a"]}, "There are pin, boost, bury, exclude"),
        ({"kind": "boost", "skus": ["a"], "where": {"a": 1}}, "needs products"),
        ({"kind": "boost", "skus": ["a", "a"]}, "a sku twice"),
        ({"kind": "boost", "skus": ["a"], "amount": 11}, "has the amount 11"),
        ({"kind": "boost", "skus": ["a"], "amount": float("nan")}, "has the amount nan"),
        ({"kind": "boost", "skus": ["a"], "positions": [1]}, "Only pins have positions"),
        ({"kind": "bury", "skus": ["a"], "sponsored": True}, "buries and is sponsored"),
        ({"kind": "pin", "skus": ["a"], "positions": [101]}, "Places are 1 to 100"),
        ({"kind": "pin", "skus": ["a"], "positions": ["x"]}, "cannot be read"),
        ({"kind": "boost", "skus": ["a"], "surfaces": ["mail"]}, "Surfaces are"),
        ({"kind": "boost", "skus": ["a"], "ammount": 1}, "Did you mean amount"),
        ({"kind": "boost", "skus": ["a"], "name": "other"}, "calls itself"),
        ({"skus": ["a"]}, "needs a kind"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_the_reason(said, why):
    with pytest.raises(InvalidInput) as refused:
        rule_from(said, name="wrong")
    assert why in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize("name", ["", "*", "-a", "a b", "a/b", "x" * 65, "ü"])
def test_a_name_is_plain(name):
    with pytest.raises(InvalidInput):
        MerchantRule(name, "exclude", skus=("a",))
