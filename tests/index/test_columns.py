import numpy as np
import pytest
from made_up_shop import LAYOUT, condition, rows, shop, tree

from lookalike.domain.filters import And, Eq, In, IsMissing, Not, Or, Range, fields_of
from lookalike.errors import InvalidInput
from lookalike.index.exact import ExactIndex
from lookalike.index.protocol import Entry
from lookalike.index.values import kind_of


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5], "number"),
        (["1", "2.50", "-3", "0"], "number"),
        ([1, "2"], "number"),
        (["00123", "5"], "text"),
        (["1e5", "2"], "text"),
        (["+5"], "text"),
        (["5 cm", "5"], "text"),
        (["1234567890123456"], "text"),
        ([2**60], "text"),
        (["0012.5"], "text"),
        ([True, False], "boolean"),
        ([True, "true"], "text"),
        ([True, 1], "text"),
        ([("a",), "b"], "words"),
        ([("a",), 5], "words"),
    ],
)
def test_a_field_has_the_kind_all_its_values_agree_on(values, kind):
    assert kind_of(values) == kind


def test_a_value_no_field_can_have_is_refused():
    row = rows(np.random.default_rng(1), 1)
    with pytest.raises(InvalidInput, match="a dict"):
        ExactIndex.build([Entry("a", row, {"x": {}}, "")], layout=LAYOUT)


def selected(index, where):
    return set(index.select(where).tolist())


def usable(index, *filters):
    return all(fields_of(where) <= index.fields.keys() for where in filters)


@pytest.mark.parametrize("seed", range(150))
def test_filters_obey_the_laws_of_logic(seed):
    rng = np.random.default_rng(seed)
    index = ExactIndex.build(shop(rng).values(), layout=LAYOUT)
    one, other = tree(rng), tree(rng)
    if not usable(index, one, other):
        return
    everything = selected(index, None)
    assert selected(index, Not(Not(one))) == selected(index, one)
    assert selected(index, Not(one)) == everything - selected(index, one)
    assert selected(index, And((one, other))) == selected(index, one) & selected(index, other)
    assert selected(index, Or((one, other))) == selected(index, one) | selected(index, other)
    assert selected(index, Not(And((one, other)))) == selected(index, Or((Not(one), Not(other))))


@pytest.mark.parametrize("seed", range(50))
def test_a_range_is_the_list_of_its_numbers(seed):
    rng = np.random.default_rng(seed)
    index = ExactIndex.build(shop(rng).values(), layout=LAYOUT)
    if not usable(index, IsMissing("price")):
        return
    low, high = sorted(rng.integers(0, 6, 2).tolist())
    listed = selected(index, In("price", tuple(range(low, high + 1))))
    assert selected(index, Range("price", low, high)) == listed
    outside = Or((Range("price", high=low, high_open=True), Range("price", high, low_open=True)))
    missing = selected(index, IsMissing("price"))
    assert selected(index, Not(Range("price", low, high))) == selected(index, outside) | missing


@pytest.mark.parametrize("seed", range(50))
def test_a_mask_does_not_change_what_the_next_one_reads(seed):
    rng = np.random.default_rng(seed)
    index = ExactIndex.build(shop(rng).values(), layout=LAYOUT)
    filters = [f for f in (condition(rng) for _ in range(8)) if usable(index, f)]
    first = [selected(index, where) for where in filters]
    assert [selected(index, where) for where in filters] == first


def test_text_that_looks_like_other_types_is_found_in_either_spelling():
    row = rows(np.random.default_rng(1), 1)
    entries = [
        Entry("a", row, {"year": "2011", "code": "007", "new": True}, ""),
        Entry("b", row, {"year": 2012, "code": "2011", "new": False}, ""),
    ]
    index = ExactIndex.build(entries, layout=LAYOUT)
    for where in (Eq("year", 2011), Eq("year", "2011"), Eq("year", 2011.0), Eq("code", "007")):
        assert selected(index, where) == {0}
    for where in (Eq("new", "true"), Eq("new", True), Eq("new", 1), Eq("new", "Yes")):
        assert selected(index, where) == {0}
    assert selected(index, Eq("code", 2011)) == {1}
    assert selected(index, Eq("code", 7)) == set()
    assert selected(index, Eq("year", "soon")) == set()
    assert selected(index, Eq("year", True)) == set()


@pytest.mark.parametrize("count", [1, 8, 9, 15])
def test_long_lists_find_what_short_ones_find(count):
    """More than a few values are looked up in a table; a missing value is in no list."""
    row = rows(np.random.default_rng(1), 1)
    entries = [
        Entry(f"{n:02d}", row, {"brand": f"b{n}", "tags": (f"t{n}", "all"), "price": n}, "")
        for n in range(20)
    ]
    index = ExactIndex.build([*entries, Entry("99", row, {}, "")], layout=LAYOUT)
    wanted = list(range(3, 3 + count))
    for field, values in (
        ("brand", [f"b{n}" for n in wanted]),
        ("tags", [f"t{n}" for n in wanted]),
        ("price", wanted),
    ):
        assert index.select(In(field, tuple(values))).tolist() == wanted
