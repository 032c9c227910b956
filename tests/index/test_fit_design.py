"""The design metric, on rows whose colors and details are known by construction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.domain.channels import Channel, Layout
from lookalike.index.fit_design import LEAST_ROWS, fit_design

LAYOUT = Layout((Channel("look", 6), Channel("shape", 2), Channel("color", 3)))


def shop(count, seed=0):
    """The look holds the color in its first three numbers and three details of the design, one
    of them much weaker than the others."""
    rng = np.random.default_rng(seed)
    color = rng.dirichlet(np.ones(3), count)
    design = rng.normal(0, (1.0, 1.0, 0.1), (count, 3))
    rows = np.zeros((count, LAYOUT.width), dtype=np.float32)
    rows[:, LAYOUT.part("look")] = np.concatenate([2 * color, design], axis=1)
    rows[:, LAYOUT.part("color")] = color
    rows[:, LAYOUT.part("shape")] = 1
    return rows, color, design


def similarity(metric, rows):
    return metric.query(rows, LAYOUT) @ rows.T.astype(np.float64)


@given(seed=st.integers(0, 2**32 - 1))
def test_an_image_has_the_design_of_itself(seed):
    rows, _, _ = shop(60, seed)
    assert np.diag(similarity(fit_design(rows, LAYOUT), rows)) == pytest.approx(1, abs=1e-4)


def test_another_color_of_one_design_is_the_same_design():
    rows, color, _ = shop(20_000)
    recolored = rows.copy()
    other = np.roll(color, 1, axis=0)
    recolored[:, LAYOUT.part("color")] = other
    recolored[:, LAYOUT.part("look")][:, :3] = 2 * other
    metric = fit_design(rows, LAYOUT)
    alike = np.einsum("ij,ij->i", metric.query(rows[:200], LAYOUT), recolored[:200])
    look = LAYOUT.part("look")
    by_look = np.einsum("ij,ij->i", rows[:200, look], recolored[:200, look])
    by_look /= np.einsum("ij,ij->i", rows[:200, look], rows[:200, look])
    assert np.median(alike) == pytest.approx(1, abs=0.05)
    assert np.abs(alike - 1).mean() < np.abs(by_look - 1).mean() / 2


def test_a_weak_detail_counts_as_much_as_a_strong_one():
    """Rows that differ in the weak detail alone, by its own spread, and in a strong one."""
    rows, _, design = shop(20_000)
    metric = fit_design(rows, LAYOUT)
    base = rows[:50]
    apart = []
    for detail in (0, 2):
        moved = base.copy()
        moved[:, 3 + detail] += 2 * design[:, detail].std()
        query = metric.query(base, LAYOUT)
        rest = metric.query(moved, LAYOUT)
        apart.append(np.abs(np.einsum("ij,ij->i", query - rest, base.astype(np.float64))).mean())
    assert apart[1] > apart[0] / 3  # by plain inner products the strong one counts 100 times more


def test_the_query_is_linear_in_the_other_row_and_reads_look_and_color_alone():
    rows, _, _ = shop(100)
    query = fit_design(rows, LAYOUT).query(rows, LAYOUT)
    assert not query[:, LAYOUT.part("shape")].any()
    assert query[:, LAYOUT.part("color")].any()


def test_a_look_of_nothing_but_color_asks_for_no_design():
    rows, _, _ = shop(100)
    metric = fit_design(rows, LAYOUT)
    empty = np.zeros((1, LAYOUT.width), dtype=np.float32)
    assert not metric.query(empty, LAYOUT).any()


def test_there_is_no_metric_without_color_or_with_a_handful_of_rows():
    rows, _, _ = shop(LEAST_ROWS)
    assert fit_design(rows, LAYOUT) is not None
    assert fit_design(rows[:-1], LAYOUT) is None
    plain = Layout((Channel("look", 6), Channel("shape", 5)))
    assert fit_design(rows, plain) is None


def test_equal_rows_give_equal_numbers():
    rows, _, _ = shop(5000)
    one, two = fit_design(rows, LAYOUT), fit_design(rows.copy(), LAYOUT)
    assert np.array_equal(one.precision, two.precision)
    assert np.array_equal(one.colors, two.colors)
