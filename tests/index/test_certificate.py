"""The exact index is exact where a quick scan alone is not, and the bound it rests on holds."""

import numpy as np
import pytest

from lookalike.domain.channels import Channel, Layout
from lookalike.domain.filters import Eq, Not
from lookalike.errors import InvalidInput
from lookalike.index.exact import ExactIndex
from lookalike.index.protocol import Entry
from lookalike.index.reference import ReferenceIndex
from lookalike.index.scan import ByteScan, PlainScan, coded, decoded, spread_of, steps_of
from lookalike.index.score import contributions, scores

LAYOUT = Layout((Channel("look", 40), Channel("color", 13), Channel("shape", 8)))


def unit_rows(rng, count):
    parts = [rng.standard_normal((count, channel.size)) for channel in LAYOUT.channels]
    parts = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts]
    return np.concatenate(parts, axis=1).astype(np.float32)


def entries_of(rows, images=1):
    return [
        Entry(f"{n:05d}", rows[start : start + images], {"even": n % 2 == 0, "tenth": n % 10}, "")
        for n, start in enumerate(range(0, len(rows), images))
    ]


def same_answer(one, other):
    return (
        np.array_equal(one.products, other.products)
        and np.array_equal(one.rows, other.rows)
        and np.array_equal(one.scores, other.scores)
    )


@pytest.mark.parametrize("images", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_rows_closer_than_codes_can_tell_are_in_the_right_order(seed, images):
    """900 near-twins differ by 1e-5: their codes are alike, the order is decided below them."""
    rng = np.random.default_rng(seed)
    twin = unit_rows(rng, 1)
    rows = np.concatenate(
        [twin + 1e-5 * rng.standard_normal((900, LAYOUT.width)), unit_rows(rng, 900)]
    )
    rows = rng.permutation(rows).astype(np.float32)
    exact = ExactIndex.build(entries_of(rows, images), layout=LAYOUT)
    plain = ReferenceIndex.build(entries_of(rows, images), layout=LAYOUT)
    for where in (None, Eq("even", True), Eq("tenth", 3), Not(Eq("tenth", 3))):
        for limit in (1, 10, 48):
            got = exact.search(twin, limit=limit, where=where)
            assert same_answer(got, plain.search(twin, limit=limit, where=where))


def byte_scan(rows):
    steps = steps_of(np.abs(rows).max(axis=0), LAYOUT)
    codes = coded(rows, steps)
    return ByteScan(codes, steps, spread_of(rows, decoded(codes, steps), LAYOUT))


def test_a_quick_scan_alone_would_get_it_wrong():
    """Guards the test above: without exact scores the order does differ."""
    rng = np.random.default_rng(1)
    twin = unit_rows(rng, 1)
    rows = (twin + 1e-5 * rng.standard_normal((900, LAYOUT.width))).astype(np.float32)
    scan = byte_scan(rows)
    found, _ = scan.top(twin[0], 10, allowed=None)
    right = np.argsort(-scores(twin[0], rows, LAYOUT))[:10]
    assert found.tolist() != right.tolist()


@pytest.mark.parametrize("width", [1, 16, 31, 32, 33, 500, 511, 512, 513])
def test_every_width_is_scanned_in_floats(width):
    layout = Layout((Channel("look", width),))
    rng = np.random.default_rng(width)
    rows = rng.standard_normal((50, width)).astype(np.float32)
    steps = steps_of(np.abs(rows).max(axis=0), layout)
    codes = coded(rows, steps)
    scan = ByteScan(codes, steps, spread_of(rows, decoded(codes, steps), layout))
    query = rng.standard_normal(width).astype(np.float32)
    found, quick = scan.top(query, 50, allowed=None)
    expected = decoded(codes, steps)[found, :width] @ query
    np.testing.assert_allclose(quick, expected, rtol=1e-4, atol=1e-4)


def test_a_filter_against_the_query_still_fills_the_list():
    """The best half of the rows fails the filter, so what passes lies far down the ranking."""
    rng = np.random.default_rng(2)
    rows = unit_rows(rng, 4_000)
    query = unit_rows(rng, 1)
    order = np.argsort(-scores(query[0], rows, LAYOUT))
    far = np.zeros(len(rows), dtype=bool)
    far[order[1_500:]] = True
    entries = [Entry(f"{n:05d}", rows[n][None], {"far": bool(far[n])}, "") for n in range(4_000)]
    exact = ExactIndex.build(entries, layout=LAYOUT)
    plain = ReferenceIndex.build(entries, layout=LAYOUT)
    where = Eq("far", True)
    got = exact.search(query, limit=48, where=where)
    assert same_answer(got, plain.search(query, limit=48, where=where))
    assert len(got.products) == 48


def test_thousands_of_equal_images_tie_by_sku():
    rows = np.repeat(unit_rows(np.random.default_rng(3), 1), 3_000, axis=0)
    index = ExactIndex.build(entries_of(rows), layout=LAYOUT)
    assert index.search(rows[:1], limit=20).products.tolist() == list(range(20))


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1.0, 1e4, 1e20, 1e38])
def test_queries_of_any_size_are_exact(size):
    rng = np.random.default_rng(4)
    rows = unit_rows(rng, 500)
    query = (unit_rows(rng, 1) * size).astype(np.float32)
    exact = ExactIndex.build(entries_of(rows), layout=LAYOUT)
    plain = ReferenceIndex.build(entries_of(rows), layout=LAYOUT)
    assert same_answer(exact.search(query, limit=10), plain.search(query, limit=10))


@pytest.mark.parametrize("seed", range(30))
def test_no_quick_score_is_further_off_than_the_bound(seed):
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.uniform(-6, 3)
    rows = (unit_rows(rng, 300) * scale).astype(np.float32)
    query = (unit_rows(rng, 1)[0] * 10.0 ** rng.uniform(-6, 3)).astype(np.float32)
    right = scores(query, rows, LAYOUT)
    for scan in (byte_scan(rows), PlainScan(rows, LAYOUT)):
        found, quick = scan.top(query, 300, allowed=None)
        off = np.abs(quick - right[found]).max()
        assert off <= scan.spread.error(query, LAYOUT)


def test_the_bound_is_met_by_the_worst_row():
    """A row whose rounding points along the query comes within a few percent of the bound."""
    top = np.full(LAYOUT.width, 127, dtype=np.float32)  # makes every step 1
    worst = np.full(LAYOUT.width, 20.499, dtype=np.float32)  # rounds down by almost half a step
    scan = byte_scan(np.stack([top, worst]))
    query = np.ones(LAYOUT.width, dtype=np.float32)
    found, quick = scan.top(query, 2, allowed=None)
    right = scores(query, np.stack([top, worst]), LAYOUT)
    off = np.abs(quick - right[found]).max()
    assert 0.9 * scan.spread.error(query, LAYOUT) < off <= scan.spread.error(query, LAYOUT)


@pytest.mark.parametrize("seed", range(10))
def test_a_contribution_does_not_depend_on_its_place(seed):
    rng = np.random.default_rng(seed)
    rows, query = unit_rows(rng, 70), unit_rows(rng, 1)[0]
    whole = contributions(query, rows, LAYOUT)
    for n in range(70):
        assert np.array_equal(contributions(query, rows[n : n + 1], LAYOUT)[0], whole[n])
    assert np.array_equal(scores(query, np.tile(rows, (40, 1)), LAYOUT)[-70:], whole.sum(axis=1))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e5])
def test_rows_the_scan_can_not_hold_are_refused(bad):
    row = np.zeros((1, LAYOUT.width), dtype=np.float32)
    row[0, 3] = bad
    with pytest.raises(InvalidInput, match="rows of a hold"):
        ExactIndex.build([Entry("a", row, {}, "")], layout=LAYOUT)


def test_a_query_that_is_not_finite_is_refused():
    index = ExactIndex.build(entries_of(unit_rows(np.random.default_rng(1), 3)), layout=LAYOUT)
    with pytest.raises(InvalidInput, match="not finite"):
        index.search(np.full((1, LAYOUT.width), np.nan, np.float32), limit=1)
    with pytest.raises(InvalidInput, match="limit is 0"):
        index.search(np.ones((1, LAYOUT.width), np.float32), limit=0)
