"""Groups around leaders, against one loop over all pairs."""

import numpy as np
import pytest

from lookalike.domain.channels import Channel, Layout
from lookalike.ranking import near_duplicates, variant_pairs
from lookalike.ranking.near_duplicates import LeastSimilarity, groups, leaders
from lookalike.ranking.variant_pairs import mutual_best

LAYOUT = Layout((Channel("look", 3), Channel("color", 2)))
LEAST = LeastSimilarity({"look": 0.9, "color": 0.8, "shape": 0.99})


def unit_rows(rng, count):
    rows = rng.normal(size=(count, 5))
    for part in (slice(0, 3), slice(3, 5)):
        rows[:, part] /= np.linalg.norm(rows[:, part], axis=1, keepdims=True)
    return rows.astype(np.float32)


def plain_leaders(rows, apart):
    leader = list(range(len(rows)))
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            alike = rows[i, :3] @ rows[j, :3] >= 0.9 and rows[i, 3:] @ rows[j, 3:] >= 0.8
            named = apart[i] >= 0 and apart[i] == apart[j]
            if leader[i] == i and leader[j] == j and alike and not named:
                leader[j] = i
    return leader


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(near_duplicates, "TILE", 7)
    monkeypatch.setattr(near_duplicates, "PAIRS_AT_ONCE", 5)
    monkeypatch.setattr(variant_pairs, "TILE", 7)


@pytest.mark.parametrize("seed", range(20))
def test_leaders_are_those_of_a_loop_over_all_pairs(seed):
    rng = np.random.default_rng(seed)
    rows = unit_rows(rng, int(rng.integers(0, 60)))
    apart = rng.integers(-1, 4, size=len(rows))
    found = leaders(len(rows), rows.__getitem__, alike=LEAST.alike(LAYOUT), apart=apart)
    assert found.tolist() == plain_leaders(rows, apart)


def test_every_member_is_alike_to_its_leader_so_a_chain_is_no_group():
    angles = np.radians([0, 20, 40, 60])
    rows = np.zeros((4, 5), dtype=np.float32)
    rows[:, 0], rows[:, 1], rows[:, 3] = np.cos(angles), np.sin(angles), 1
    found = leaders(4, rows.__getitem__, alike=LEAST.alike(LAYOUT))
    assert found.tolist() == [0, 0, 2, 2]
    assert [group.tolist() for group in groups(found)] == [[0, 1], [2, 3]]


@pytest.mark.parametrize("seed", range(20))
def test_mutual_best_pairs_are_those_of_the_whole_matrix(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 40))
    table = rng.random((count, count)).astype(np.float32)
    table = np.maximum(table, table.T)
    found = mutual_best(count, lambda a, b: table[np.ix_(a, b)], least=0.9, lead=0.02)
    own = table.copy()
    np.fill_diagonal(own, -np.inf)
    expected = []
    for one in range(count):
        for other in range(one + 1, count):
            rest = np.r_[np.delete(own[one], other), np.delete(own[other], one)]
            if own[one, other] >= 0.9 and own[one, other] - rest.max(initial=-np.inf) >= 0.02:
                expected.append((one, other))
    assert [(pair.first, pair.second) for pair in found] == expected


def test_three_equal_products_make_no_pair():
    same = np.ones((3, 3), dtype=np.float32)
    assert mutual_best(3, lambda a, b: same[np.ix_(a, b)], least=0.5, lead=0.1) == []
