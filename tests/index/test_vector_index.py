"""What every VectorIndex must do.  A new one is added to INDEXES and inherits these tests."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_up_shop import LAYOUT, best, entry, rows, shop, told, tree

from lookalike.domain.channels import Channel, Layout
from lookalike.domain.filters import Eq, In, IsMissing, Ne, Not, Range, fields_of
from lookalike.errors import InvalidInput
from lookalike.index.exact import ExactIndex
from lookalike.index.protocol import Entry, Restated
from lookalike.index.reference import ReferenceIndex
from lookalike.index.snapshot import open_snapshot, write_snapshot

THREE = Layout((Channel("look", 2), Channel("color", 1)))


def opened(entries, *, layout, folder):
    ordered = sorted(entries, key=lambda one: one.sku)
    write_snapshot(folder, ordered, layout=layout, meta={})
    return open_snapshot(folder).index


def changed(entries, *, layout):
    """Every product arrives twice: first as another one, then as itself, with some to remove."""
    entries = list(entries)
    base = [Entry(e.sku, -e.rows, e.fields, "old") for e in entries[::2]]
    base += [Entry(f"~{e.sku}", e.rows, e.fields, "old") for e in entries[:3]]
    index = ExactIndex.build(base, layout=layout)
    middle = [Entry(e.sku, e.rows + 1, {}, "middle") for e in entries]
    index = index.with_changes(middle, [])
    return index.with_changes(entries, [f"~{e.sku}" for e in entries[:3]] + ["never there"])


INDEXES = ["reference", "exact", "opened", "changed"]


@pytest.fixture(params=INDEXES)
def build(request, tmp_path):
    def make(entries, layout=LAYOUT):
        match request.param:
            case "reference":
                return ReferenceIndex.build(entries, layout=layout)
            case "exact":
                return ExactIndex.build(entries, layout=layout)
            case "opened":
                return opened(entries, layout=layout, folder=tmp_path / "snapshot")
            case _:
                return changed(entries, layout=layout)

    return make


def three_families(each=20, noise=0.05):
    """Products 0..19 lie along x, 20..39 along y, 40..59 along z: the right answer is known."""
    rng = np.random.default_rng(7)
    vectors = np.repeat(np.eye(3), each, axis=0) + noise * rng.standard_normal((3 * each, 3))
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return [
        Entry(f"{n:02d}", row[None], {"family": n // each, "number": n}, json.dumps(n))
        for n, row in enumerate(unit)
    ]


def families(index, hits):
    return [int(sku) // 20 for sku in index.skus(hits.products)]


def test_finds_its_own_family(build):
    index = build(three_families(), THREE)
    hits = index.search(three_families()[25].rows, limit=20)
    assert set(families(index, hits)) == {1}
    assert index.sku(int(hits.products[0])) == "25"
    assert np.all(np.diff(hits.scores) <= 0)
    assert not hits.complete


def test_a_filter_applies_before_ranking_so_the_list_stays_full(build):
    index = build(three_families(), THREE)
    hits = index.search(three_families()[0].rows, limit=20, where=Range("number", low=40))
    assert families(index, hits) == [2] * 20
    assert hits.complete


@pytest.mark.parametrize("seed", range(6))
def test_only_products_among_the_wanted_are_found_also_of_what_changed(build, seed):
    rng = np.random.default_rng(seed)
    rows = three_families()
    changed = build(rows[:50], THREE).with_changes([rows[3], *rows[50:]], ["07"])
    where = Range("number", high=55)
    every = changed.search(rows[25].rows, limit=60, where=where)
    size = int(changed.select().max()) + 1
    among = rng.random(size - int(rng.integers(0, 3))) < 0.5
    found = changed.search(rows[25].rows, limit=7, where=where, among=among)
    wanted = [n for n in every.products.tolist() if n < len(among) and among[n]]
    assert found.products.tolist() == wanted[:7]
    assert found.complete == (len(wanted) <= 7)


def test_asking_for_more_than_there_is_returns_all(build):
    index = build(three_families(), THREE)
    hits = index.search(three_families()[0].rows, limit=10**9)
    assert len(hits.products) == len(index) == 60
    assert hits.complete


def test_nothing_that_passes_is_an_empty_answer_not_an_error(build):
    index = build(three_families(), THREE)
    hits = index.search(three_families()[0].rows, limit=5, where=Eq("number", 99))
    assert len(hits.products) == 0
    assert hits.complete


def test_new_products_that_tie_stand_in_the_order_of_their_skus(build):
    """Several new ones between two old ones: nothing of the base tells them apart."""
    rows = three_families()
    x, y = np.eye(3, dtype=np.float32)[:2, np.newaxis]
    twins = [replace(rows[0], sku=sku, rows=row) for sku, row in (("34", x), ("32", y), ("33", x))]
    changed = build([rows[0], rows[59]], THREE).with_changes(twins, [])
    hits = changed.search(np.concatenate([x, y]), limit=3)
    assert changed.skus(hits.products) == ["32", "33", "34"]
    assert changed.skus(changed.select()) == ["00", "32", "33", "34", "59"]


def test_an_empty_index_answers_with_nothing(build):
    index = build([], THREE)
    assert len(index) == 0
    assert index.search(np.ones((1, 3), np.float32), limit=5).complete
    assert index.select(None).tolist() == []


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_scoring_everything(build, seed):
    rng = np.random.default_rng(seed)
    entries = shop(rng)
    index = build(entries.values())
    for _ in range(4):
        queries = rows(rng, int(rng.integers(1, 4)))
        where = tree(rng) if rng.random() < 0.8 else None
        if where is not None and not fields_there(where, entries):
            continue
        limit = int(rng.integers(1, 40))
        hits = index.search(queries, limit=limit, where=where)
        wanted = best(entries, queries, where, limit)
        assert told(index, hits) == wanted
        passing = best(entries, queries, where, 1000)
        assert hits.complete == (len(passing) == len(wanted))
        assert index.skus(index.select(where)) == sorted(sku for sku, *_ in passing)


def fields_there(where, entries):
    known = {n for one in entries.values() for n, v in one.fields.items() if v != ()}
    return fields_of(where) <= known


def test_equal_rows_tie_and_come_by_sku(build):
    row = rows(np.random.default_rng(3), 1)
    entries = [Entry(sku, row, {}, sku) for sku in ("b", "a", "é", "B", "c10", "c9")]
    index = build(entries)
    hits = index.search(row, limit=4)
    assert index.skus(hits.products) == ["B", "a", "b", "c10"]
    assert len(set(hits.scores.tolist())) == 1


def test_a_product_matches_by_its_best_image_and_query(build):
    layout = Layout((Channel("look", 2),))
    entries = [
        Entry("a", np.array([[1, 0], [0, 1]], np.float32), {}, ""),
        Entry("b", np.array([[0.5, 0], [0, 3]], np.float32), {}, ""),
    ]
    index = build(entries, layout)
    hits = index.search(np.array([[1, 0], [0, 1]], np.float32), limit=2)
    assert told(index, hits) == [("b", 1, 1, 3.0), ("a", 0, 0, 1.0)]


def test_what_was_put_in_comes_out(build):
    rng = np.random.default_rng(5)
    entries = shop(rng)
    index = build(entries.values())
    assert index.number("nobody") is None
    for sku, one in entries.items():
        number = index.number(sku)
        assert index.sku(number) == sku
        assert np.array_equal(index.vectors(index.product_rows(number)), one.rows)
        assert index.documents(np.array([number])) == [one.document]


def test_equal_codes_mean_equal_values(build):
    rng = np.random.default_rng(6)
    entries = shop(rng)
    index = build(entries.values())
    products = index.select(None)
    skus = index.skus(products)
    for field in ("brand", "price", "in_stock", "tags", "code", "sku", "unheard_of"):
        codes = index.codes(field, products).tolist()
        values = [entries[sku].fields.get(field) or None for sku in skus]
        if field in ("price", "in_stock"):
            values = [entries[sku].fields.get(field) for sku in skus]
        for code, value in zip(codes, values, strict=True):
            assert (code == -1) == (value is None)
            same = [v for c, v in zip(codes, values, strict=True) if c == code]
            assert set(same) == {value}
        assert len(set(codes)) == len(set(values))


def test_counts_say_how_many_products_have_a_value(build):
    entries = [
        Entry(str(n), rows(np.random.default_rng(n), 1), fields, "")
        for n, fields in enumerate(
            [
                {"brand": "A", "tags": ("x", "y"), "price": 2.0, "new": True},
                {"brand": "A", "tags": ("x",), "price": 2.0, "new": False},
                {"brand": "B", "price": 2.5, "new": True},
                {},
            ]
        )
    ]
    index = build(entries)
    assert index.counts("brand") == {"A": 2, "B": 1}
    assert index.counts("tags") == {"x": 2, "y": 1}
    assert index.counts("price") == {"2": 2, "2.5": 1}
    assert index.counts("new") == {"true": 2, "false": 1}
    assert index.counts("brand", Eq("new", True)) == {"A": 1, "B": 1}
    assert index.counts("unheard_of") == {}


def test_an_unknown_field_names_the_nearest(build):
    index = build(three_families(), THREE)
    with pytest.raises(InvalidInput, match=r'"famly".*Did you mean "family"'):
        index.search(np.ones((1, 3), np.float32), limit=1, where=Eq("famly", 1))
    with pytest.raises(InvalidInput, match='"famly"'):
        index.select(Ne("famly", 1))


def test_a_field_without_any_value_is_unknown(build):
    entries = [Entry("a", np.ones((1, 3), np.float32), {"tags": (), "b": float("nan")}, "")]
    index = build(entries, THREE)
    for field in ("tags", "b"):
        with pytest.raises(InvalidInput, match=field):
            index.select(Eq(field, "x"))


def test_an_order_is_asked_only_of_numbers(build):
    entries = [Entry("a", np.ones((1, 3), np.float32), {"brand": "x", "new": True}, "")]
    index = build(entries, THREE)
    for field, kind in (("brand", "text"), ("new", "boolean"), ("sku", "text")):
        with pytest.raises(InvalidInput, match=f'"{field}" holds {kind} values.*no order'):
            index.select(Range(field, low=1))


def test_a_wrong_dimension_says_what_is_held(build):
    index = build(three_families(), THREE)
    with pytest.raises(InvalidInput, match=r"shape .*2.*3"):
        index.search(np.ones((1, 2), np.float32), limit=1)


@pytest.mark.parametrize("seed", range(40))
def test_a_history_of_changes_leaves_what_was_put_last(build, seed):
    rng = np.random.default_rng(seed)
    fixed = [entry(rng, f"Q{n}") for n in range(6)]  # so that every field keeps its kind
    entries = shop(rng) | {one.sku: one for one in fixed}
    index = build(entries.values())
    for _ in range(3):
        before, old = index, dict(entries)
        index = come_and_gone(index, entries, rng, count=4, highest=99)
        queries = rows(rng, 2)
        assert len(index) == len(entries)
        for state, truth in ((index, entries), (before, old)):
            where = tree(rng)
            if fields_there(where, truth):
                hits = state.search(queries, limit=10, where=where)
                assert told(state, hits) == best(truth, queries, where, 10)


def come_and_gone(index, entries, rng, *, count, highest):
    """The index after products came, changed and went; `entries` says what is in it then."""
    upserts = [entry(rng, f"P{rng.integers(0, highest):02d}") for _ in range(count)]
    removed = [f"P{rng.integers(0, highest):02d}" for _ in range(count)]
    for sku in removed:
        entries.pop(sku, None)
    entries.update((one.sku, one) for one in upserts)
    return index.with_changes(upserts, removed)


def restating(rng, sku, entries):
    """Some fields of a product with other values, some of which cannot be read as their kind."""
    told = entry(rng, sku, 1).fields
    fields = {name: told.get(name) for name in ("price", "in_stock", "brand", "tags", "size")}
    fields = {name: value for name, value in fields.items() if rng.random() < 0.7}
    if rng.random() < 0.2:
        fields["brand"] = f"new {rng.integers(3)}"
    if rng.random() < 0.2:
        fields |= {"price": "?", "size": str(rng.choice(["S", "M"]))}
    changed = Restated(sku, fields, f'{{"sku":"{sku}","told":{rng.integers(99)}}}')
    if sku in entries:
        kept = {**entries[sku].fields, **fields}
        kept = {name: value for name, value in kept.items() if value not in (None, "?")}
        entries[sku] = replace(entries[sku], fields=kept, document=changed.document)
    return changed


@pytest.mark.parametrize("seed", range(40))
def test_values_that_change_in_between_count_and_move_nothing(build, seed):
    rng = np.random.default_rng(seed)
    fixed = [entry(rng, f"Q{n}") for n in range(6)]
    fixed[0] = replace(fixed[0], fields={**fixed[0].fields, "size": "XL"})
    entries = shop(rng) | {one.sku: one for one in fixed}
    index = build(entries.values())
    for _ in range(4):
        skus = [f"{rng.choice(['P', 'Q'])}{rng.integers(0, 60):02d}" for _ in range(5)] + ["Q1"]
        before = index
        numbers = {sku: index.number(sku) for sku in entries}
        index = index.with_values([restating(rng, sku, entries) for sku in dict.fromkeys(skus)])
        assert {sku: index.number(sku) for sku in entries} == numbers
        check_same(index, entries, rng)
        if (origins := index.origins(before)) is not None:
            assert origins[index.select()].tolist() == index.select().tolist()
        index = come_and_gone(index, entries, rng, count=2, highest=60)
        check_same(index, entries, rng)


def check_same(index, entries, rng):
    assert index.skus(index.select()) == sorted(entries)
    numbers = index.select()
    assert index.documents(numbers) == [entries[sku].document for sku in sorted(entries)]
    for _ in range(4):
        where, queries = tree(rng), rows(rng, 2)
        if fields_there(where, entries):
            hits = index.search(queries, limit=10, where=where)
            assert told(index, hits) == best(entries, queries, where, 10)
            assert index.skus(np.flatnonzero(index.passing(where))) == index.skus(
                np.sort(index.select(where))
            )
    for name in ("brand", "size", "tags", "price"):
        values = [entries[sku].fields.get(name) for sku in sorted(entries)]
        values = [None if value == () else value for value in values]
        codes = index.codes(name, numbers).tolist()
        pairs = set(zip(values, codes, strict=True))
        assert len(pairs) == len(set(values)) == len(set(codes)), name
        assert all((value is None) == (code == -1) for value, code in pairs)


@pytest.mark.parametrize("seed", range(30))
def test_an_index_says_which_products_are_as_they_were(seed):
    rng = np.random.default_rng(seed)
    entries = shop(rng)
    states = [(ExactIndex.build(entries.values(), layout=LAYOUT), dict(entries))]
    for _ in range(6):
        index, known = states[-1][0], dict(states[-1][1])
        if rng.random() < 0.4:
            index = index.with_values([Restated(sku, {"price": 9.5}, "told") for sku in known])
        else:
            upserts = [entry(rng, f"P{rng.integers(0, 99):02d}") for _ in range(3)]
            removed = [f"P{rng.integers(0, 99):02d}" for _ in range(2)]
            index = index.with_changes(upserts, removed)
            for sku in removed:
                known.pop(sku, None)
            known.update((one.sku, one) for one in upserts)
        states.append((index, known))
    for now, known in states:
        for then, before in states:
            origins = now.origins(then)
            assert len(origins) == len(now.passing())
            same = {sku for sku, one in known.items() if before.get(sku) is one}
            numbers = {sku: now.number(sku) for sku in known}
            kept = {sku: int(origins[n]) for sku, n in numbers.items() if origins[n] >= 0}
            assert kept == {sku: then.number(sku) for sku in same}
            gone = np.delete(origins, list(numbers.values()))
            assert (gone == -1).all()
    other = ExactIndex.build(entries.values(), layout=LAYOUT)
    assert other.origins(states[0][0]) is None


def test_a_changed_value_is_read_as_the_kind_its_field_has(build):
    row = np.ones((1, 3), np.float32)
    fields = {"price": 1.0, "brand": "x", "new": True, "code": "007"}
    index = build([Entry("a", row, fields, ""), Entry("b", row, fields, "")], THREE)
    late = {"price": "2", "brand": 5, "new": "false", "code": 7, "size": "XL"}
    index = index.with_changes([Entry("c", row, late, ""), Entry("d", row, {"price": "?"}, "")], [])
    for where in (
        Eq("price", 2),
        Range("price", low=1.5),
        Eq("brand", "5"),
        Eq("new", False),
        Eq("code", "7"),
        Eq("size", "XL"),
        In("size", ("XL",)),
    ):
        assert index.skus(index.select(where)) == ["c"], where
    assert index.skus(index.select(Ne("price", 1))) == ["c", "d"]
    codes = index.codes("brand", index.select(None)).tolist()
    assert codes[0] == codes[1] != codes[2] != codes[3] == -1


@pytest.mark.parametrize("seed", range(6))
def test_a_field_laid_beside_the_index_filters_as_any_other(build, seed):
    rng = np.random.default_rng(seed)
    entries = shop(rng)
    index = build(entries.values())
    numbers = index.select()
    slots = [None if rng.random() < 0.2 else str(rng.choice(["top", "bag"])) for _ in numbers]
    words = ["bag", "top"]
    codes = np.full(len(index.passing()), -1, np.int32)
    codes[numbers] = [-1 if slot is None else words.index(slot) for slot in slots]
    laid = index.with_field("slot", codes, words).with_field("brand", codes, words)
    told_by_sku = dict(zip(index.skus(numbers), slots, strict=True))
    for value in ("top", "bag", "hat"):
        wanted = sorted(sku for sku, slot in told_by_sku.items() if slot == value)
        assert laid.skus(laid.select(Eq("slot", value))) == wanted
        assert laid.skus(laid.select(Eq("brand", value))) == wanted  # it wins over the own one
        hits = laid.search(rows(rng, 1), limit=len(entries), where=Eq("slot", value))
        assert sorted(laid.skus(hits.products)) == wanted
    absent = sorted(sku for sku, slot in told_by_sku.items() if slot is None)
    assert laid.skus(laid.select(Not(IsMissing("slot")))) == sorted(told_by_sku.keys() - absent)
    assert "slot" not in index.fields  # the index itself is as it was


@pytest.mark.parametrize("seed", range(4))
def test_numbers_of_a_field_are_read_back(build, seed):
    rng = np.random.default_rng(seed)
    entries = shop(rng) | {"Q": Entry("Q", rows(rng, 1), {"price": 2.5}, "")}
    index = build(entries.values())
    numbers = index.select()
    found = index.numbers("price", numbers).tolist()
    for sku, price in zip(index.skus(numbers), found, strict=True):
        assert entries[sku].fields.get("price", "none") == (price if price == price else "none")
    assert np.isnan(index.numbers("in_stock", numbers)).all()
    assert np.isnan(index.numbers("never there", numbers)).all()
